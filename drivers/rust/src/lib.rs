//! The protocol of drivers (docs/conform.md), for clients in Rust.

use std::io::{BufRead as _, Write as _, stdin, stdout};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// What to request.
#[derive(Debug, Deserialize)]
pub struct Request {
    id: u64,
    pub method: String,
    pub url: String,
    pub fields: Vec<(String, String)>,
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    pub credentials: Option<(String, String)>,
}

/// What a client shows of a response.
#[derive(Debug, Default)]
pub struct Response {
    pub status: u16,
    /// If the client shows it.
    pub reason: Option<String>,
    pub fields: Vec<(String, Vec<u8>)>,
    pub content: Vec<u8>,
}

impl Request {
    /// The content to send, if there is any.
    pub fn content(&self) -> Option<Vec<u8>> {
        let content = self.content.as_ref()?;
        Some(STANDARD.decode(content).expect("base64"))
    }
}

/// Greets, and answers each line of standard input with what `ask` returns. An error is its kind and its text.
pub fn drive(client: &str, mut ask: impl FnMut(&Request) -> Result<Response, (String, String)>) {
    print(&json!({"version": 1, "client": client}));
    for line in stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line.expect("a line")).expect("a request");
        let mut outcome = match ask(&request) {
            Ok(response) => shown(&response),
            Err((kind, text)) => json!({"error": {"kind": kind, "text": text}}),
        };
        outcome["id"] = request.id.into();
        print(&outcome);
    }
}

/// The text of an error and of its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn shown(response: &Response) -> Value {
    let text = |bytes: &[u8]| bytes.iter().map(|&byte| byte as char).collect::<String>();
    let fields = response.fields.iter();
    let fields: Vec<_> = fields.map(|(name, value)| (name, text(value))).collect();
    let content = STANDARD.encode(&response.content);
    json!({"status": response.status, "reason": response.reason, "fields": fields, "content": content})
}

fn print(value: &Value) {
    let mut out = stdout().lock();
    writeln!(out, "{value}")
        .and_then(|()| out.flush())
        .expect("standard output");
}
