//! The lines of a transcript: one for the beginning of the connection and one for each entry, as text or
//! as JSON. All lines are ASCII except notes in text, and no line contains a line break.

use std::fmt::{self, Display, Write as _};

use crate::text::json::ascii_string;
use crate::text::latin1;
use crate::text::quoted::Quoted;
use crate::text::timestamp::Timestamp;

use super::SHOWN_BEYOND;
use super::entry::{Bound, Entry, Opened, Side, What};

/// The format of a transcript.
///
/// See the example of [`Builder::transcript_folder`](crate::server::Builder::transcript_folder).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Text, for people.
    #[default]
    Text,
    /// JSON Lines: one JSON object for each line.
    Json,
}

/// The first line.
#[derive(Clone, Copy)]
pub(super) struct Beginning<'a>(pub(super) Format, pub(super) &'a Opened);

/// The line of an entry.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) format: Format,
    pub(super) connection: u64,
    pub(super) entry: &'a Entry,
}

impl Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Opened {
            connection,
            client,
            server,
            at,
        } = self.1;
        let at = Timestamp(*at);
        match self.0 {
            Format::Text => write!(
                f,
                "connection {connection}, client {client}, server {server}, opened {at}"
            ),
            Format::Json => {
                let (client, server) = (client.to_string(), server.to_string());
                let (client, server) = (ascii_string(&client), ascii_string(&server));
                write!(
                    f,
                    r#"{{"connection":{connection},"time":0.000000,"exchange":0,"event":"opened","client":{client},"server":{server},"at":"{at}"}}"#
                )
            }
        }
    }
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Format::Text => self.text(f),
            Format::Json => self.json(f),
        }
    }
}

impl Line<'_> {
    fn text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry {
            time,
            exchange,
            what,
        } = self.entry;
        let (seconds, micros) = (time.as_secs(), time.subsec_micros());
        write!(f, "{seconds:>4}.{micros:06}  {exchange}  ")?;
        match what {
            What::Bytes {
                from,
                bytes,
                length,
            } => {
                let sign = match from {
                    Side::Client => '>',
                    Side::Server => '<',
                };
                write!(f, "{sign} {length} {}", Quoted(bytes))?;
                match cut(bytes, *length) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more bytes"),
                }
            }
            What::Fin(side) => write!(f, "-- {side} fin"),
            What::Reset(side) => write!(f, "-- {side} reset"),
            What::Cut => f.write_str("-- server cut"),
            What::Closed => f.write_str("-- closed"),
            What::Note(text) => {
                f.write_str("-- note: ")?;
                text.chars().try_for_each(|character| {
                    if character.is_control() {
                        write!(f, "{}", character.escape_default())
                    } else {
                        f.write_char(character)
                    }
                })
            }
            What::Reached(bound) => write!(f, "-- {bound}"),
        }
    }

    fn json(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry {
            time,
            exchange,
            what,
        } = self.entry;
        let (seconds, micros) = (time.as_secs(), time.subsec_micros());
        let connection = self.connection;
        write!(
            f,
            r#"{{"connection":{connection},"time":{seconds}.{micros:06},"exchange":{exchange},"#
        )?;
        match what {
            What::Bytes {
                from,
                bytes,
                length,
            } => {
                let text = ascii_string(&latin1::decode(bytes));
                write!(f, r#""from":"{from}","length":{length},"bytes":{text}"#)?;
                match cut(bytes, *length) {
                    0 => f.write_char('}'),
                    more => write!(f, r#","cut":{more}}}"#),
                }
            }
            What::Fin(side) => write!(f, r#""event":"fin","from":"{side}"}}"#),
            What::Reset(side) => write!(f, r#""event":"reset","from":"{side}"}}"#),
            What::Cut => f.write_str(r#""event":"cut","from":"server"}"#),
            What::Closed => f.write_str(r#""event":"closed"}"#),
            What::Note(text) => write!(f, r#""event":"note","text":{}}}"#, ascii_string(text)),
            What::Reached(bound) => {
                let event = match bound {
                    Bound::Connection(_) => "limit",
                    Bound::Folder(_) => "end",
                };
                let reason = ascii_string(&bound.to_string());
                write!(f, r#""event":"{event}","reason":{reason}}}"#)
            }
        }
    }
}

/// Number of bytes that are not shown.
fn cut(shown: &[u8], length: u64) -> u64 {
    length - shown.len() as u64
}

impl Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(bytes) => {
                write!(
                    f,
                    "the connection's limit of {bytes} bytes is reached: from here on, at most {SHOWN_BEYOND} \
                     bytes of each request and of each response are shown"
                )
            }
            Self::Folder(bytes) => write!(
                f,
                "recording stopped: open connections use all {bytes} bytes of the folder's limit"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::text::quoted;
    use crate::transcript::SHOWN;

    #[test]
    fn the_beginning() {
        let opened = Opened {
            connection: 3,
            client: crate::http::address::Address::Ip("[::1]:5".parse().unwrap()),
            server: crate::http::address::Address::Ip("[::1]:80".parse().unwrap()),
            at: UNIX_EPOCH + Duration::from_millis(1_500),
        };
        assert_eq!(
            Beginning(Format::Text, &opened).to_string(),
            "connection 3, client [::1]:5, server [::1]:80, opened 1970-01-01T00:00:01.500000Z"
        );
        assert_eq!(
            Beginning(Format::Json, &opened).to_string(),
            r#"{"connection":3,"time":0.000000,"exchange":0,"event":"opened","client":"[::1]:5","server":"[::1]:80","at":"1970-01-01T00:00:01.500000Z"}"#
        );
    }

    #[test]
    fn every_kind_of_entry() {
        let bytes = |bytes: &[u8]| What::segment(Side::Client, [bytes, b""], bytes.len() as u64);
        let long = vec![b'x'; SHOWN + 10];
        let shown = "x".repeat(SHOWN);
        for (what, text, json) in [
            (
                bytes(b"GET /\r\n"),
                r#"> 7 "GET /\r\n""#.to_owned(),
                r#""from":"client","length":7,"bytes":"GET /\r\n""#.to_owned(),
            ),
            (
                bytes(b"\xff\0\""),
                r#"> 3 "\xff\0\"""#.to_owned(),
                r#""from":"client","length":3,"bytes":"\u00ff\u0000\"""#.to_owned(),
            ),
            (
                What::segment(Side::Server, [&long, b""], long.len() as u64),
                format!("< 65546 \"{shown}\" and 10 more bytes"),
                format!(r#""from":"server","length":65546,"bytes":"{shown}","cut":10"#),
            ),
            (
                What::Fin(Side::Client),
                "-- client fin".to_owned(),
                r#""event":"fin","from":"client""#.to_owned(),
            ),
            (
                What::Reset(Side::Server),
                "-- server reset".to_owned(),
                r#""event":"reset","from":"server""#.to_owned(),
            ),
            (
                What::Cut,
                "-- server cut".to_owned(),
                r#""event":"cut","from":"server""#.to_owned(),
            ),
            (
                What::Closed,
                "-- closed".to_owned(),
                r#""event":"closed""#.to_owned(),
            ),
            (
                What::Note("one\ntwo é".into()),
                "-- note: one\\ntwo é".to_owned(),
                r#""event":"note","text":"one\ntwo \u00e9""#.to_owned(),
            ),
            (
                What::Reached(Bound::Connection(5)),
                "-- the connection's limit of 5 bytes is reached: from here on, at most 8192 bytes of \
                 each request and of each response are shown"
                    .to_owned(),
                r#""event":"limit","reason":"the connection's limit of 5 bytes is reached: from here on, at most 8192 bytes of each request and of each response are shown""#
                    .to_owned(),
            ),
            (
                What::Reached(Bound::Folder(9)),
                "-- recording stopped: open connections use all 9 bytes of the folder's limit"
                    .to_owned(),
                r#""event":"end","reason":"recording stopped: open connections use all 9 bytes of the folder's limit""#
                    .to_owned(),
            ),
        ] {
            let entry = Entry {
                time: Duration::from_micros(1_001_234),
                exchange: 2,
                what,
            };
            let line = |format| {
                let connection = 3;
                let entry = &entry;
                Line {
                    format,
                    connection,
                    entry,
                }
                .to_string()
            };
            assert_eq!(line(Format::Text), format!("   1.001234  2  {text}"));
            assert_eq!(
                line(Format::Json),
                format!(r#"{{"connection":3,"time":1.001234,"exchange":2,{json}}}"#)
            );
        }
    }

    /// Formats an entry and checks that it is a single line.
    fn line(format: Format, entry: &Entry) -> String {
        let connection = 3;
        let line = Line {
            format,
            connection,
            entry,
        };
        let line = line.to_string();
        assert!(!line.contains(['\n', '\r']), "{line:?}");
        line
    }

    fn read_json(entry: &Entry) -> Value {
        let line = line(Format::Json, entry);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    proptest! {
        #[test]
        fn bytes_are_parsed_again(
            bytes: Vec<u8>,
            more in 0..1_u64 << 40,
            micros in 0..1_u64 << 40,
            exchange: u64,
        ) {
            let length = bytes.len() as u64 + more;
            let entry = Entry {
                time: Duration::from_micros(micros),
                exchange,
                what: What::segment(Side::Server, [&bytes, b""], length),
            };
            let text = line(Format::Text, &entry);
            let words: Vec<_> = text.trim_start().splitn(4, ' ').collect();
            let seconds = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
            prop_assert_eq!((words[0], words[1]), (&seconds[..], ""));
            prop_assert_eq!(words[2], exchange.to_string());
            let begin = format!(" < {length} ");
            let shown = words[3].strip_prefix(&begin).expect("side and length");
            let (read, end) = quoted::read(shown.as_bytes()).expect("bytes in quotes");
            prop_assert_eq!(&read, &bytes);
            let rest = match more {
                0 => String::new(),
                more => format!(" and {more} more bytes"),
            };
            prop_assert_eq!(&shown[end..], rest);

            let read = read_json(&entry);
            let latin1: String = bytes.iter().map(|&byte| char::from(byte)).collect();
            prop_assert_eq!(&read["bytes"], &json!(latin1));
            prop_assert_eq!(&read["length"], &json!(length));
            prop_assert_eq!(read["cut"].as_u64().unwrap_or_default(), more);
            prop_assert_eq!(&read["exchange"], &json!(exchange));
        }

        #[test]
        fn a_note_is_one_line_and_parsed_again(text: String) {
            let entry = Entry {
                time: Duration::ZERO,
                exchange: 0,
                what: What::Note(text.as_str().into()),
            };
            let shown = line(Format::Text, &entry);
            prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
            prop_assert_eq!(&read_json(&entry)["text"], &json!(text));
        }
    }
}
