//! A case of the suite: what the server does on a connection, what a client may do with it, and the clause
//! that decides. Cases come from the catalogue ([`catalogue`]) or from a seed ([`fuzzed`]); the judge treats
//! them alike. Cases for proxies ([`proxies`]) have two halves.

pub mod bytes;
pub mod catalogue;
mod data;
pub mod fuzzed;
pub mod group;
pub mod halves;
mod print;
pub mod proxies;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use wireserve_core::wire_script::{Awaited, Step, WireScript};

use bytes::replaced;
use halves::Halves;

/// The placeholder for the server's port in the bytes of a case.
const PORT: &[u8] = b"%PORT%";

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The group and a number, as `CL-21`; stable across releases.
    pub id: String,
    pub title: String,
    /// The clause of the RFC that decides.
    pub clause: String,
    /// What the clause requires or permits: why a client may do what it may.
    pub rule: String,
    pub level: Level,
    pub expect: Expect,
    /// What the client must request.
    pub request: Ask,
    /// What a client that accepts the response returns.
    pub accepted: Accepted,
    pub waiting: Waiting,
    pub next: Next,
    /// What the client must request after the response, on the same server.
    pub then: Ask,
    /// The redirect, if the response is one that leads somewhere.
    pub redirect: Option<Redirect>,
    /// Whether the steps are played as soon as a client connects, before its request is read.
    pub is_unasked: bool,
    pub played: Played,
}

/// A redirect that a client may follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The target that the reference means.
    pub target: String,
    /// The methods with which the client may request it. With that of the case it sends the content
    /// again, with another one it sends none.
    pub methods: Vec<String>,
    /// The fragment that the URL of the result has.
    pub fragment: Option<String>,
}

/// The requirement level of the clause, in the words of RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Level {
    #[serde(rename = "MUST")]
    Must,
    #[serde(rename = "SHOULD")]
    Should,
    #[serde(rename = "MAY")]
    May,
    /// The RFCs require nothing of a client: any reaction is reported, and none is a failure.
    #[serde(rename = "unspecified")]
    Unspecified,
}

/// What a client may do with the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    Accept,
    /// Accept it, or fail because it exceeds a limit of the client. A part is never accepted as the whole.
    AcceptOrLimit,
    /// Accept it, or report that it is not as it should be.
    AcceptOrFail,
    /// Accept it or fail.
    Either,
    Reject,
    /// Fail, or replace each bad byte by a space.
    RejectOrSpace,
    /// Fail, or skip the bad line.
    RejectOrSkip,
    /// Anything, as long as it ends.
    Any,
}

/// The request that the client must send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub method: String,
    /// Fields besides those that the client sends on its own.
    pub fields: Vec<(String, String)>,
    /// Shared, since some cases need megabytes.
    pub content: Option<Arc<[u8]>>,
    /// Trailer fields, which need chunked content.
    pub trailers: Vec<(String, String)>,
    /// Name and password for challenges of the server.
    pub credentials: Option<(String, String)>,
    /// The fragment of the URL, which is no part of the request.
    pub fragment: Option<String>,
    /// After so many bytes of content, the client drops the rest of the response.
    pub drop_after: Option<u64>,
}

impl Ask {
    /// The reference that the client is given for a target: with the fragment, if the request has one.
    pub fn reference(&self, target: &str) -> String {
        match &self.fragment {
            Some(fragment) => format!("{target}#{fragment}"),
            None => target.to_owned(),
        }
    }
}

impl Default for Ask {
    /// A plain GET.
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            fields: Vec::new(),
            content: None,
            trailers: Vec::new(),
            credentials: None,
            fragment: None,
            drop_after: None,
        }
    }
}

/// What a client that accepts the response returns; `None` for what is not judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    pub status: Option<u16>,
    /// Another status code that the clause allows.
    pub or_status: Option<u16>,
    /// The content, decoded: one of these.
    pub contents: Option<Vec<Vec<u8>>>,
    /// The content as it is sent, for a client that did not offer its coding.
    pub undecoded: Option<Vec<u8>>,
    /// The content coding that a client must have offered to be asked to decode it.
    pub coding: Option<String>,
    pub fields: Vec<Fields>,
    pub trailers: Vec<Fields>,
}

/// The values of one field, line by line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// In lower case.
    pub name: String,
    /// One of these must be reported.
    pub values: Vec<Vec<String>>,
}

/// Whether a client may wait as long as the server keeps the connection open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Waiting {
    /// It has all that it needs to end.
    #[default]
    #[serde(rename = "MUST NOT")]
    MustNot,
    #[serde(rename = "SHOULD NOT")]
    ShouldNot,
    #[serde(rename = "MAY")]
    May,
}

/// What must become of the next request to the same origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Next {
    /// It gets its own response.
    #[serde(rename = "answered")]
    Answered,
    /// It is not sent on the same connection.
    #[serde(rename = "new connection")]
    NewConnection,
    /// The server has ended the connection; the request gets its own response on a new one.
    #[serde(rename = "reconnects")]
    Reconnects,
    /// It may fail, but the bytes that follow the response must not become its answer.
    #[default]
    #[serde(rename = "not poisoned")]
    NotPoisoned,
    /// None is sent.
    #[serde(rename = "none")]
    None,
}

/// How the case is played.
#[derive(Clone, Debug)]
pub enum Played {
    /// These steps answer the request.
    Script(WireScript),
    /// So many redirects to different targets on the path of the case, then a response with the content `ok`.
    Redirects(u64),
    /// The suite cannot play it, or no client of the suite can be asked to do what it needs; the reason.
    NotYet(String),
    /// A proxy is between the suite and its origin.
    Proxied(Arc<Halves>),
}

impl Case {
    /// The code of the group.
    pub fn group(&self) -> &str {
        self.id.split_once('-').map_or(&self.id, |(group, _)| group)
    }

    /// Whether this suite cannot play it.
    pub fn is_unplayed(&self) -> bool {
        matches!(self.played, Played::NotYet(_))
    }

    /// The target of its request.
    pub fn target(&self) -> String {
        format!("/c/{}", self.id)
    }

    /// The steps for a server on this port.
    pub fn script(&self, port: u16) -> Option<WireScript> {
        let script = match &self.played {
            Played::Script(script) => script,
            // The origin's half.
            Played::Proxied(halves) => return WireScript::parse(halves.script.as_bytes()).ok(),
            Played::Redirects(_) | Played::NotYet(_) => return None,
        };
        let port = port.to_string();
        let steps = script.steps().iter().map(|step| match step {
            Step::Send(bytes) => Step::Send(replaced(bytes, PORT, port.as_bytes())),
            step => step.clone(),
        });
        // The same steps in the same order are admitted again.
        WireScript::try_from(steps.collect::<Vec<_>>()).ok()
    }

    /// How long the server takes, by its pauses alone.
    pub fn length(&self) -> Duration {
        match &self.played {
            Played::Script(script) => length(script),
            Played::Proxied(halves) => halves.length(),
            Played::Redirects(_) | Played::NotYet(_) => Duration::ZERO,
        }
    }

    /// Whether the steps wait for the content of the request.
    pub fn waits_for_content(&self) -> bool {
        let Played::Script(script) = &self.played else {
            return false;
        };
        let mut steps = script.steps().iter();
        steps.any(|step| matches!(step, Step::WaitFor(Awaited::Body(None), _)))
    }

    /// Whether the server keeps the connection open and silent until the client leaves.
    pub fn holds(&self) -> bool {
        let Played::Script(script) = &self.played else {
            return false;
        };
        script.steps().last() == Some(&Step::Hold(None))
    }
}

/// The sum of the pauses of a script, with all its blocks.
fn length(script: &WireScript) -> Duration {
    let pauses = script.steps().iter().map(|step| match step {
        Step::Pause(time) | Step::Hold(Some(time)) => *time,
        Step::Repeat(count, block) => {
            length(block).saturating_mul(u32::try_from(*count).unwrap_or(u32::MAX))
        }
        Step::If(_, block)
        | Step::Unless(_, block)
        | Step::First(_, _, block)
        | Step::Else(block)
        | Step::OnTimeout(block) => length(block),
        _ => Duration::ZERO,
    });
    pauses.sum()
}

impl Level {
    /// All of them, the strictest first.
    pub const ALL: [Self; 4] = [Self::Must, Self::Should, Self::May, Self::Unspecified];

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Unspecified => "unspecified",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Expect {
    type Err = String;

    /// Reads a word of the catalogue. What follows a colon is data of its own.
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, _) = text.split_once(':').unwrap_or((text, ""));
        Ok(match word {
            "accept" => Self::Accept,
            "accept|limit" => Self::AcceptOrLimit,
            "accept|fail" => Self::AcceptOrFail,
            "either" => Self::Either,
            "reject" => Self::Reject,
            "reject|SP" => Self::RejectOrSpace,
            "reject|skip" => Self::RejectOrSkip,
            "any" => Self::Any,
            _ => {
                return Err(format!(
                    "expected accept, accept|limit, accept|fail, either, reject, reject|SP, reject|skip or any, found {word:?}"
                ));
            }
        })
    }
}

impl Expect {
    /// What a client may do, as a sentence without its full stop.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Accept => "A client accepts the response",
            Self::AcceptOrLimit => {
                "A client accepts the whole response, or fails because it exceeds a limit of the client"
            }
            Self::AcceptOrFail => {
                "A client accepts the response, or fails because something is wrong with it"
            }
            Self::Either => {
                "A client accepts the response or fails, but treats no part of it as complete"
            }
            Self::Reject => "A client fails",
            Self::RejectOrSpace => "A client fails, or replaces each bad byte by a space",
            Self::RejectOrSkip => "A client fails, or skips the bad line",
            Self::Any => "A client ends in any way",
        }
    }
}

impl Next {
    /// What must become of the next request, as a sentence without its full stop; `None` if the case requires nothing.
    pub fn sentence(self) -> Option<&'static str> {
        match self {
            Self::Answered => Some("The next request gets its own response"),
            Self::NewConnection => Some("No other request is sent on the connection"),
            Self::Reconnects => Some("The next request gets its own response on a new connection"),
            Self::NotPoisoned => {
                Some("Bytes that follow the response are not the answer to the next request")
            }
            Self::None => None,
        }
    }
}
