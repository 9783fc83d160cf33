//! What the control interface answers: JSON, text, nothing, or a stream; and refusals, as the JSON object of the
//! server's faults.

use serde::Serialize;
use serde_json::json;

use crate::exchange::{Chunks, Content, Response};
use crate::http::headers::Headers;
use crate::text::json_error::without_type_names;

/// A successful answer.
pub(super) enum Reply {
    /// 204.
    Nothing,
    /// A status, and a value as JSON.
    Json(u16, Vec<u8>),
    /// 200 with a text of this media type.
    Text(&'static str, String),
    /// 200 with a page, and what it may load (Content-Security-Policy).
    Page(String, String),
    /// 200 with content that is made while it is sent.
    Stream(&'static str, Box<dyn Chunks>),
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Reply {
    /// 200 with this value.
    pub(super) fn json(value: &impl Serialize) -> Result<Self, Refusal> {
        Self::json_with(200, value)
    }

    pub(super) fn json_with(status: u16, value: &impl Serialize) -> Result<Self, Refusal> {
        match serde_json::to_vec(value) {
            Ok(text) => Ok(Self::Json(status, text)),
            Err(error) => Err(Refusal::new(500, format!("cannot make JSON: {error}"))),
        }
    }

    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Nothing => response(204),
            Self::Json(status, text) => typed(status, "application/json", text.into()),
            Self::Text(media_type, text) => typed(200, media_type, text.into()),
            Self::Page(policy, page) => typed(200, "text/html; charset=utf-8", page.into())
                .field("Content-Security-Policy", policy),
            Self::Stream(media_type, chunks) => typed(200, media_type, Content::Chunks(chunks)),
        }
    }
}

impl Refusal {
    pub(super) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// The request is malformed, or a value in it is.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// The body is not JSON, or not as it was expected.
    pub(super) fn of_json(error: &serde_json::Error) -> Self {
        Self::bad(without_type_names(&error.to_string()))
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        let challenge = ("WWW-Authenticate", "Bearer".to_owned());
        Self::new(401, message).with(challenge)
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    /// The resource has other methods.
    pub(super) fn method(allowed: String) -> Self {
        let message = format!("expected one of the methods {allowed}");
        Self::new(405, message).with(("Allow", allowed))
    }

    /// A limit is reached.
    pub(super) fn full(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    fn with(mut self, field: (&'static str, String)) -> Self {
        self.fields.push(field);
        self
    }

    pub(super) fn into_response(self) -> Response {
        let value = json!({"error": {"code": self.status, "message": self.message}});
        let mut response = typed(self.status, "application/json", value.to_string().into());
        for (name, value) in self.fields {
            response.headers.append(name, value);
        }
        response
    }
}

/// The fields of every response: nothing of it may be kept, framed, guessed at or read by other origins, and its URL,
/// which may have the token, is not told to others.
const FIELDS: [(&str, &str); 5] = [
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
];

fn response(status: u16) -> Response {
    let mut response = Response::new(status.into());
    response.headers = FIELDS.into_iter().collect::<Headers>();
    response
}

fn typed(status: u16, media_type: &str, content: Content) -> Response {
    let response = response(status);
    response.field("Content-Type", media_type).content(content)
}
