//! The evidence of a case for a report: what the client reported, and what went over its connections. Both are
//! shortened, so that a client that floods the suite, or a case of a megabyte, leaves a report that a browser
//! opens at once; what is left out is counted.

use std::time::Duration;

use serde::Serialize;

use crate::client::protocol::base64;
use crate::outcome::{Ended, Interim, Outcome};
use wireserve_core::text::latin1;
use wireserve_core::text::timestamp::Timestamp;
use wireserve_core::transcript::{Side, Transcript, What};

/// The most bytes of one segment, and of all segments of a connection.
const MAX_SEGMENT: usize = 2 * 1024;
const MAX_BYTES: usize = 16 * 1024;

/// The most segments of a connection, and connections of a case.
const MAX_SEGMENTS: usize = 100;
const MAX_CONNECTIONS: usize = 10;

/// The most bytes of content, the most fields, and the most characters of a text.
const MAX_CONTENT: usize = 4 * 1024;
const MAX_FIELDS: usize = 100;
const MAX_TEXT: usize = 2 * 1024;

/// What a client reported.
#[derive(Debug, Serialize)]
pub struct OutcomeReport {
    pub ended: &'static str,
    /// The client's own words, in short.
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Fields>,
    /// In base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// The length of the whole content, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trailers: Option<Fields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interim: Option<Vec<InterimReport>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    pub seconds: f64,
    /// What the client printed on standard error.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub printed: String,
}

/// Pairs of name and value.
type Fields = Vec<(String, String)>;

/// An interim response.
#[derive(Debug, Serialize)]
pub struct InterimReport {
    pub status: u16,
    pub fields: Fields,
}

/// An error in the client's words.
#[derive(Debug, Serialize)]
pub struct ErrorReport {
    pub kind: String,
    pub text: String,
}

/// What went over a connection.
#[derive(Debug, Serialize)]
pub struct ConnectionReport {
    pub number: u64,
    pub client: String,
    pub at: String,
    pub segments: Vec<SegmentReport>,
    /// Segments that are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_segments: Option<u64>,
}

/// A read, a write, or an event, in the words of the JSON lines of a transcript.
#[derive(Debug, Default, Serialize)]
pub struct SegmentReport {
    /// Since the connection was accepted, in seconds.
    pub time: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<&'static str>,
    /// Absent for bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u64>,
    /// A character for each byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// How many bytes are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl OutcomeReport {
    pub(super) fn of(outcome: &Outcome) -> Self {
        let response = &outcome.response;
        let error = match &outcome.ended {
            Ended::Failed { kind, text } => Some(ErrorReport {
                kind: short(kind),
                text: short(text),
            }),
            _ => None,
        };
        let content = response.content.as_deref();
        Self {
            ended: match outcome.ended {
                Ended::Complete => "complete",
                Ended::Failed { .. } => "failed",
                Ended::TimedOut => "timed-out",
                Ended::Crashed(_) => "crashed",
                Ended::Broke(_) => "broke-protocol",
                Ended::Unable(_) => "unable",
            },
            words: short(&outcome.words()),
            status: response.status,
            reason: response.reason.as_deref().map(short),
            fields: response.fields.as_deref().map(fields),
            content: content.map(beginning),
            content_length: content.map(<[u8]>::len),
            trailers: response.trailers.as_deref().map(fields),
            interim: response.interim.as_deref().map(|interim| {
                let shown = interim.iter().take(MAX_FIELDS);
                shown.map(InterimReport::of).collect()
            }),
            error,
            seconds: microseconds(outcome.took),
            printed: short(&outcome.printed),
        }
    }
}

impl InterimReport {
    fn of(interim: &Interim) -> Self {
        Self {
            status: interim.status,
            fields: fields(&interim.fields),
        }
    }
}

/// The first connections, and how many there are besides.
pub(super) fn connections(transcripts: &[Transcript]) -> (Vec<ConnectionReport>, usize) {
    let shown = transcripts.iter().take(MAX_CONNECTIONS);
    let more = transcripts.len().saturating_sub(MAX_CONNECTIONS);
    (shown.map(ConnectionReport::of).collect(), more)
}

impl ConnectionReport {
    fn of(transcript: &Transcript) -> Self {
        let opened = transcript.opened();
        let mut left = MAX_BYTES;
        let entries = transcript.entries();
        let segments = entries.iter().take(MAX_SEGMENTS).map(|entry| {
            let mut segment = SegmentReport::of(&entry.what, left.min(MAX_SEGMENT));
            segment.time = microseconds(entry.time);
            left -= segment.shown();
            segment
        });
        let segments: Vec<_> = segments.collect();
        let more = transcript.dropped().entries + (entries.len() - segments.len()) as u64;
        Self {
            number: transcript.connection(),
            client: opened.client.to_string(),
            at: Timestamp(opened.at).to_string(),
            segments,
            more_segments: (more > 0).then_some(more),
        }
    }
}

impl SegmentReport {
    fn of(what: &What, most: usize) -> Self {
        let event = |event, from: Option<Side>| Self {
            event: Some(event),
            from: from.map(side),
            ..Self::default()
        };
        match what {
            What::Bytes {
                from,
                bytes,
                length,
            } => {
                let shown = &bytes[..bytes.len().min(most)];
                let cut = *length - shown.len() as u64;
                Self {
                    from: Some(side(*from)),
                    length: Some(*length),
                    bytes: Some(latin1::decode(shown).into()),
                    cut: (cut > 0).then_some(cut),
                    ..Self::default()
                }
            }
            What::Fin(from) => event("fin", Some(*from)),
            What::Reset(from) => event("reset", Some(*from)),
            What::Cut => event("cut", Some(Side::Server)),
            What::Closed => event("closed", None),
            What::Note(text) => Self {
                text: Some(short(text)),
                ..event("note", None)
            },
            What::Reached(bound) => Self {
                text: Some(bound.to_string()),
                ..event("limit", None)
            },
        }
    }

    /// How many bytes it shows.
    fn shown(&self) -> usize {
        let bytes = self.bytes.as_ref();
        bytes.map_or(0, |bytes| bytes.chars().count())
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// The beginning of content, in base64.
pub(super) fn beginning(content: &[u8]) -> String {
    base64(&content[..content.len().min(MAX_CONTENT)]).to_string()
}

fn fields(fields: &[(String, String)]) -> Fields {
    let mut shown: Fields = fields
        .iter()
        .take(MAX_FIELDS)
        .map(|(name, value)| (short(name), short(value)))
        .collect();
    let more = fields.len() - shown.len();
    if more > 0 {
        shown.push(("…".to_owned(), format!("{more} more fields")));
    }
    shown
}

/// The beginning of a long text.
fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

/// Seconds with six decimals.
fn microseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_and_many_fields_are_counted() {
        assert_eq!(short("é"), "é");
        let long = short(&"é".repeat(MAX_TEXT + 1));
        assert!(long.ends_with("é… (4098 bytes)"), "{long}");
        let many = vec![("a".to_owned(), "b".to_owned()); 500];
        let shown = fields(&many);
        assert_eq!(shown.len(), MAX_FIELDS + 1);
        assert_eq!(shown[MAX_FIELDS].1, "400 more fields");
    }

    #[test]
    fn bytes_are_characters_and_what_is_left_out_is_counted() {
        let what = |bytes: &[u8]| What::Bytes {
            from: Side::Server,
            bytes: bytes.into(),
            length: bytes.len() as u64 + 5,
        };
        let segment = SegmentReport::of(&what(b"\xffab"), 2);
        assert_eq!(segment.bytes.as_deref(), Some("\u{ff}a"));
        assert_eq!((segment.length, segment.cut), (Some(8), Some(6)));
        assert_eq!(segment.shown(), 2);
        let fin = SegmentReport::of(&What::Fin(Side::Client), 9);
        assert_eq!((fin.event, fin.from), (Some("fin"), Some("client")));
    }

    #[test]
    fn every_end_has_a_word() {
        let failed = Ended::Failed {
            kind: "<b>".to_owned(),
            text: "why".to_owned(),
        };
        for (ended, word) in [
            (Ended::Complete, "complete"),
            (failed, "failed"),
            (Ended::TimedOut, "timed-out"),
            (Ended::Crashed("x".to_owned()), "crashed"),
            (Ended::Broke("x".to_owned()), "broke-protocol"),
            (Ended::Unable("x".to_owned()), "unable"),
        ] {
            let mut outcome = Outcome::without_response(ended, Duration::ZERO);
            outcome.response.content = Some(vec![0; 9000]);
            let report = OutcomeReport::of(&outcome);
            assert_eq!(report.ended, word);
            assert_eq!(report.error.is_some(), word == "failed");
            assert_eq!(report.content_length, Some(9000));
            assert!(report.content.unwrap().len() < 9000);
        }
    }
}
