//! The two halves of a case for proxies: what the suite asks through the proxy, and what its origin answers; and
//! what each wire must then have. Texts are templates: a run fills in its marks and addresses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;

use super::bytes::Bytes;

/// Both halves.
#[derive(Clone, Debug)]
pub struct Halves {
    /// What the suite sends to the proxy, and when.
    pub ask: Vec<AskStep>,
    /// What the origin answers, as the text of a wire script.
    pub script: String,
    pub begins: Begins,
    /// The only form of proxy that the case is for; `None` for both.
    pub form: Option<Form>,
    /// What the answer depends on. A request that reaches the origin without it makes the case unfair.
    pub needs: Vec<Need>,
    pub company: Company,
    pub at_origin: AtOrigin,
    pub at_client: AtClient,
    pub then: Then,
    /// How long the suite waits before the next request.
    pub then_after: Duration,
}

/// A step of the suite on its connection to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskStep {
    /// One write.
    Send(Vec<u8>),
    Pause(Duration),
    /// Waits until a head arrives, for at most this long. After the head of a final response no more is sent.
    WaitForHead(Duration),
    /// Sends FIN, and continues to read.
    HalfClose,
}

/// When the origin begins to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Once the whole request has arrived. A `100 Continue` that the proxy waits for is sent before.
    AfterBody,
    /// As soon as the head has arrived.
    AfterHead,
}

/// How the proxy is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// It forwards to our origin, and is asked in origin-form.
    Reverse,
    /// It forwards to the origin that the target names, in absolute-form.
    Forward,
}

/// What a response depends on in the request that reached the origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    Field(String),
    /// HTTP/1.1, for chunks and interim responses.
    Version11,
}

/// Whether other cases may run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    Any,
    /// Alone: the case ends connections on which other cases may wait.
    Alone,
}

/// What must have reached the origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AtOrigin {
    pub reaches: Reaches,
    pub method: Option<String>,
    pub target: Option<String>,
    pub version: Option<String>,
    /// The values of fields, lines with the same name joined by `, `: one of these.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Fields that must be there, with any value.
    /// What the value of a field begins with.
    pub begins: BTreeMap<String, String>,
    pub present: Vec<String>,
    pub absent: Vec<String>,
    /// Bytes that must not be in the head.
    pub without: Vec<String>,
    pub content: Option<Bytes>,
    /// Whether the request must be incomplete there, as it is when it comes from the client.
    pub cut: bool,
    pub trailers: BTreeMap<String, String>,
    /// How often the request may arrive.
    pub most: Option<usize>,
}

/// Whether the request must reach the origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Reaches {
    #[default]
    #[serde(rename = "MUST")]
    Must,
    /// The proxy may answer by itself.
    #[serde(rename = "MAY")]
    May,
    #[serde(rename = "MUST NOT")]
    MustNot,
}

/// What must have come back to the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AtClient {
    /// The right status codes, of the origin's response or the proxy's; 0 for a connection that ends without a response.
    pub status: Vec<u16>,
    /// The same for a request that did not reach the origin; otherwise any error will do.
    pub refused: Vec<u16>,
    pub reason: Option<String>,
    pub version: Option<String>,
    pub fields: BTreeMap<String, Vec<String>>,
    pub begins: BTreeMap<String, String>,
    pub present: Vec<String>,
    pub absent: Vec<String>,
    /// Bytes that must not be in the head.
    pub without: Vec<String>,
    pub content: Option<Bytes>,
    pub trailers: BTreeMap<String, String>,
    /// Status codes of interim responses that must have come, in order.
    pub interim: Vec<u16>,
    /// Whether any other interim response is a deviation.
    pub only_interim: bool,
    pub ends: Ends,
    pub after: After,
}

/// What must become of the client's connection after the response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum After {
    #[default]
    Any,
    Closed,
    Kept,
}

/// How the response must end for the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ends {
    /// In any way but a hang.
    #[default]
    Any,
    /// It is complete, and well formed.
    Complete,
    /// The client can tell that it is not complete, or gets an error instead.
    Broken,
}

/// What follows the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Then {
    /// Another request, on the same connection if it is kept, which must get its own answer.
    #[default]
    Answered,
    /// The same, and the reuse of connections is reported.
    Counted,
    /// The same through the tunnel that the case has opened.
    Tunnelled,
    None,
}

impl Halves {
    /// The method of the request.
    pub fn method(&self) -> String {
        let line = self.ask.iter().find_map(|step| match step {
            AskStep::Send(bytes) => bytes.split(|byte| b" \r\n".contains(byte)).next(),
            _ => None,
        });
        String::from_utf8_lossy(line.unwrap_or_default()).into_owned()
    }

    /// What a proxy must do, in sentences.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        sentences.push(match self.at_origin.reaches {
            Reaches::Must => "The request reaches the origin.".to_owned(),
            Reaches::May => {
                "The proxy forwards the request, or answers it with an error.".to_owned()
            }
            Reaches::MustNot => {
                "The proxy answers the request, and does not forward it.".to_owned()
            }
        });
        let names = |names: &mut dyn Iterator<Item = &String>| {
            let names: Vec<_> = names.map(String::as_str).collect();
            names.join(", ")
        };
        let (origin, client) = (&self.at_origin, &self.at_client);
        for (side, unchanged, present, absent) in [
            ("request", &origin.fields, &origin.present, &origin.absent),
            ("response", &client.fields, &client.present, &client.absent),
        ] {
            if !unchanged.is_empty() {
                let names = names(&mut unchanged.keys());
                sentences.push(format!(
                    "Fields of the {side} with the expected value: {names}."
                ));
            }
            if !present.is_empty() {
                let names = names(&mut present.iter());
                sentences.push(format!("Fields that the {side} has: {names}."));
            }
            if !absent.is_empty() {
                let names = names(&mut absent.iter());
                sentences.push(format!("Fields that the {side} does not have: {names}."));
            }
        }
        if !client.status.is_empty() {
            let codes: Vec<_> = client
                .status
                .iter()
                .map(|&code| status_word(code))
                .collect();
            sentences.push(format!("The client gets {}.", codes.join(" or ")));
        }
        match client.ends {
            Ends::Any => {}
            Ends::Complete => sentences.push("The client gets a complete response.".to_owned()),
            Ends::Broken => {
                sentences.push("The client can tell that the response is not complete.".to_owned());
            }
        }
        sentences
    }

    /// How long the suite and the origin take, by the pauses of the suite alone.
    pub fn length(&self) -> Duration {
        let pauses = self.ask.iter().map(|step| match step {
            AskStep::Pause(time) | AskStep::WaitForHead(time) => *time,
            AskStep::Send(_) | AskStep::HalfClose => Duration::ZERO,
        });
        pauses.sum::<Duration>() + self.then_after
    }

    /// What the suite sends, as comments of a wire script.
    pub fn comments(&self) -> String {
        let mut text = String::new();
        for step in &self.ask {
            // Writing to a string cannot fail.
            let _ = match step {
                AskStep::Send(bytes) => writeln!(text, "# asks: \"{}\"", shown(bytes)),
                AskStep::Pause(time) => writeln!(text, "# pauses for {time:?}"),
                AskStep::WaitForHead(time) => writeln!(text, "# waits {time:?} for a head"),
                AskStep::HalfClose => writeln!(text, "# half-closes"),
            };
        }
        text
    }
}

/// A status code, or that there was no response.
pub fn status_word(code: u16) -> String {
    match code {
        0 => "no response".to_owned(),
        code => code.to_string(),
    }
}

/// Bytes as text on one line, shortened.
fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 2000;
    let text = bytes[..bytes.len().min(SHOWN)].escape_ascii().to_string();
    match bytes.len() > SHOWN {
        true => format!("{text}... ({} bytes)", bytes.len()),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_are_described() {
        let halves = Halves {
            ask: vec![
                AskStep::Send(b"PUT %T% HTTP/1.1\r\n\r\n".to_vec()),
                AskStep::Pause(Duration::from_millis(20)),
                AskStep::HalfClose,
            ],
            script: String::new(),
            begins: Begins::AfterBody,
            form: None,
            needs: Vec::new(),
            company: Company::Any,
            at_origin: AtOrigin {
                absent: vec!["te".to_owned()],
                ..AtOrigin::default()
            },
            at_client: AtClient {
                status: vec![400, 0],
                ..AtClient::default()
            },
            then: Then::None,
            then_after: Duration::ZERO,
        };
        assert_eq!(halves.method(), "PUT");
        assert_eq!(halves.length(), Duration::from_millis(20));
        let sentences = halves.sentences().concat();
        assert!(sentences.contains("Fields that the request does not have: te."));
        assert!(sentences.contains("The client gets 400 or no response."));
        let comments = halves.comments();
        assert!(comments.starts_with("# asks: \"PUT %T% HTTP/1.1\\r\\n\\r\\n\"\n# pauses"));
    }
}
