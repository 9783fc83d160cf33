//! What a client did with one request, as it reports it itself.

use std::time::Duration;

/// What a client did with one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub ended: Ended,
    /// What the client shows of the response; its parts are `None` if it does not show them.
    pub response: Response,
    /// From the request to the outcome, by the clock of the suite.
    pub took: Duration,
    /// What the client printed besides: its standard error.
    pub printed: String,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With a response that the client considers complete.
    Complete,
    /// With an error.
    Failed { kind: String, text: String },
    /// Not within the time limit: the client was ended.
    TimedOut,
    /// By a signal, or with a driver that exited; the text says how.
    Crashed(String),
    /// The driver broke the protocol, or flooded the suite; the text says how.
    Broke(String),
    /// The client cannot do what the case asks; the text says why.
    Unable(String),
}

/// What a client shows of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    pub status: Option<u16>,
    pub reason: Option<String>,
    /// In order, names in the case in which the client shows them.
    pub fields: Option<Vec<(String, String)>>,
    pub content: Option<Vec<u8>>,
    pub trailers: Option<Vec<(String, String)>>,
    /// The status codes and fields of interim responses.
    pub interim: Option<Vec<Interim>>,
    /// The URL of the result, after all redirects.
    pub url: Option<String>,
}

/// An interim response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interim {
    pub status: u16,
    pub fields: Vec<(String, String)>,
}

impl Outcome {
    /// An outcome without a response.
    pub fn without_response(ended: Ended, took: Duration) -> Self {
        Self {
            ended,
            response: Response::default(),
            took,
            printed: String::new(),
        }
    }

    /// Whether the client returned a response that it considers complete.
    pub fn is_complete(&self) -> bool {
        self.ended == Ended::Complete
    }

    /// The client's own words.
    pub fn words(&self) -> String {
        match &self.ended {
            Ended::Complete => {
                let status = self.response.status.map(|status| status.to_string());
                let content = self.response.content.as_deref().map(content_words);
                let parts: Vec<_> = status.into_iter().chain(content).collect();
                parts.join(" ")
            }
            Ended::Failed { kind, text } if text.is_empty() || kind == text => {
                format!("error {kind}")
            }
            Ended::Failed { kind, text } => format!("error {kind}: {}", shortened(text)),
            Ended::TimedOut => "did not end within the time limit".to_owned(),
            Ended::Crashed(how) | Ended::Broke(how) | Ended::Unable(how) => how.clone(),
        }
    }
}

/// The beginning of an error's text; some quote what they could not read.
fn shortened(text: &str) -> String {
    /// In characters.
    const SHOWN: usize = 300;
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}... ({} bytes)", &text[..end], text.len()),
    }
}

/// Content as a quoted text, shortened.
pub fn content_words(content: &[u8]) -> String {
    const SHOWN: usize = 60;
    let shown = &content[..content.len().min(SHOWN)];
    let text: String = shown
        .iter()
        .flat_map(|&byte| byte.escape_ascii())
        .map(char::from)
        .collect();
    match content.len() {
        0..=SHOWN => format!("\"{text}\""),
        length => format!("\"{text}\"... ({length} bytes)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short() {
        let mut outcome = Outcome::without_response(Ended::Complete, Duration::ZERO);
        outcome.response.status = Some(200);
        outcome.response.content = Some(b"o\"k\n".to_vec());
        assert_eq!(outcome.words(), r#"200 "o\"k\n""#);
        outcome.response.content = Some(vec![b'a'; 100]);
        assert!(outcome.words().ends_with("a\"... (100 bytes)"));
        for (kind, text, words) in [
            ("A", "", "error A"),
            ("A", "A", "error A"),
            ("A", "b", "error A: b"),
        ] {
            let (kind, text) = (kind.to_owned(), text.to_owned());
            outcome.ended = Ended::Failed { kind, text };
            assert_eq!(outcome.words(), words);
        }
        let (kind, text) = ("A".to_owned(), "\u{e9}".repeat(301));
        outcome.ended = Ended::Failed { kind, text };
        assert!(outcome.words().ends_with("\u{e9}... (602 bytes)"));
        assert_eq!(
            outcome
                .words()
                .chars()
                .filter(|&letter| letter == '\u{e9}')
                .count(),
            300
        );
    }
}
