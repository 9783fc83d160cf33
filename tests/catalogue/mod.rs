//! The catalogue of responses: the cases of `catalogue/responses.json`, and the files that play them.
//!
//! In the data, `%PORT%` is replaced by the server's port, and `%ACCEPT%` by the value of `Sec-WebSocket-Accept`.
//! A case with the former is a template, a case with the latter a script.

// Each binary of tests uses a part of it.
#![allow(dead_code, unreachable_pub)]

pub mod plan;
pub mod stage;
pub mod witness;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::support::repository;
use wireserve::internals::conform::case::bytes::Bytes;

/// Cases whose client connects over TLS. `tests/tls/catalogue_cases.rs` plays them.
pub const OVER_TLS: [&str; 2] = ["TX-16", "TX-17"];

/// The placeholder for the server's port.
pub const PORT: &[u8] = b"%PORT%";

/// The placeholder for the value of `Sec-WebSocket-Accept`.
pub const ACCEPT: &[u8] = b"%ACCEPT%";

/// A case: what a server sends on one connection.
#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    pub title: String,
    pub method: String,
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The steps as a wire script, for what `steps` cannot express.
    pub wire: Option<String>,
    #[serde(default)]
    pub request: Request,
    /// The next request.
    #[serde(default)]
    pub then: Request,
    /// What the client must do, as prose.
    pub scenario: Option<String>,
    pub clause: String,
    pub rule: String,
    pub expect: String,
}

/// What a client must send besides its own fields.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Request {
    pub method: Option<String>,
    pub fields: Vec<(String, String)>,
    pub content: Option<Bytes>,
}

/// A step of the data.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Send(Bytes),
    PauseMs(u64),
    Wait(Awaited),
    Do(Deed),
}

impl Step {
    /// Whether it waits for the body of the request.
    pub fn waits(&self) -> bool {
        matches!(self, Self::Wait(Awaited::Body))
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    Body,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Close,
    CloseWithoutNotify,
    HalfClose,
    Reset,
    Hold,
    Next,
}

impl Case {
    /// The name of its file in `catalogue/responses`.
    pub fn file(&self) -> String {
        let ending = if self.mentions(ACCEPT) {
            "py"
        } else if self.mentions(PORT) {
            "sub.wire"
        } else {
            "wire"
        };
        format!("{}.{ending}", self.id)
    }

    /// Whether a plan of bytes and pauses says what a client sees: it connects without TLS, and the steps do
    /// not depend on its request. The model client of `tests/conform` meets the others, too.
    pub fn is_planned(&self) -> bool {
        !OVER_TLS.contains(&self.id.as_str()) && self.wire.is_none()
    }

    /// Whether the server begins before the client has sent a request.
    pub fn is_unasked(&self) -> bool {
        self.scenario_has("before the request has been read")
    }

    /// The sum of its pauses.
    pub fn length(&self) -> Duration {
        let pauses = self.steps.iter().map(|step| match step {
            Step::PauseMs(time) => Duration::from_millis(*time),
            _ => Duration::ZERO,
        });
        pauses.sum()
    }

    /// Whether its scenario contains these words.
    pub fn scenario_has(&self, words: &str) -> bool {
        let scenario = self.scenario.as_deref();
        scenario.is_some_and(|scenario| scenario.contains(words))
    }

    fn mentions(&self, placeholder: &[u8]) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Send(bytes) => memchr::memmem::find(&bytes.0, placeholder).is_some(),
            _ => false,
        })
    }
}

/// All cases, in the order of the data.
pub fn cases() -> Vec<Case> {
    let data = fs::read(repository().join("catalogue/responses.json")).expect("the data");
    serde_json::from_slice(&data).expect("a list of cases")
}

/// The case with this id.
pub fn case(id: &str) -> Case {
    let found = cases().into_iter().find(|case| case.id == id);
    found.unwrap_or_else(|| panic!("no case {id}"))
}

/// The folder of the files.
pub fn folder() -> PathBuf {
    let folder = repository().join("catalogue/responses");
    folder.canonicalize().expect("the catalogue")
}

/// Bytes in which placeholders are replaced by their values.
pub fn filled(bytes: &[u8], values: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut filled = bytes.to_vec();
    for (placeholder, value) in values {
        while let Some(start) = memchr::memmem::find(&filled, placeholder) {
            filled.splice(start..start + placeholder.len(), value.iter().copied());
        }
    }
    filled
}
