//! What the server sent in one exchange, as a wire script that sends it again: the same bytes in the same segments,
//! with the pauses between them, and the same end.

use std::fmt::Write as _;
use std::time::Duration;

use crate::record::RecordedRequest;
use crate::text::quoted::Quoted;
use crate::text::timestamp::Timestamp;
use crate::transcript::{BELOW_TLS, Side, WITHOUT_NOTIFY, What};
use crate::wire_script::{Awaited, Step};

use super::ask::Ask;
use super::exchange::{self, Part};
use super::reply::{Refusal, Reply};
use super::requests;
use super::state::State;

/// Shorter pauses are left out: they come from the machine, not from the script.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

pub(super) fn show(state: &State, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    ask.expect_only(&[])?;
    let request = requests::find(state, ask)?;
    let part = exchange::part(state, &request)?;
    Ok(Reply::Text(
        "text/plain; charset=utf-8",
        script(&request, &part),
    ))
}

fn script(request: &RecordedRequest, part: &Part) -> String {
    let asked = format!("{} {}", request.method(), request.target());
    let mut text = format!(
        "# Sent in answer to {}\n# on connection {}, {}\n",
        Quoted(asked.as_bytes()),
        request.connection(),
        Timestamp(request.at())
    );
    if part.is_cut() {
        text.push_str("# The first segments may be missing: they are no longer kept.\n");
    }
    let mut writer = Writer {
        text,
        has_sent: false,
        since: None,
        client: Client::Silent,
        is_cut_short: false,
    };
    for entry in part.entries() {
        if !writer.add(entry.time, &entry.what) {
            break;
        }
    }
    writer.text
}

struct Writer {
    text: String,
    has_sent: bool,
    /// When the previous segment came, from either side.
    since: Option<Duration>,
    client: Client,
    /// Whether TLS ends without close_notify.
    is_cut_short: bool,
}

/// What the client has done since the server last sent something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Silent,
    Sent,
    Ended,
}

impl Writer {
    /// Adds the steps of a segment or event; `false` after the last one.
    fn add(&mut self, time: Duration, what: &What) -> bool {
        match what {
            What::Bytes {
                from: Side::Client, ..
            } => {
                self.client = Client::Sent;
                self.since = Some(time);
            }
            What::Bytes {
                from: Side::Server,
                bytes,
                length,
            } => {
                if self.client == Client::Sent && self.has_sent {
                    self.step(&Step::WaitFor(Awaited::Body(None), None));
                }
                self.pause_until(time);
                self.step(&Step::Send(bytes.to_vec()));
                let cut = length - bytes.len() as u64;
                if cut > 0 {
                    let _ = writeln!(self.text, "# Then {cut} more bytes, which are not kept.");
                }
                (self.has_sent, self.client) = (true, Client::Silent);
            }
            What::Fin(Side::Client) | What::Reset(Side::Client) => self.client = Client::Ended,
            What::Reset(Side::Server) => {
                self.pause_until(time);
                self.step(&Step::Reset);
                return false;
            }
            // A connection that the client has ended would end anyway.
            What::Fin(Side::Server) | What::Cut | What::Closed => {
                if self.client != Client::Ended || self.is_cut_short {
                    self.pause_until(time);
                    self.step(match self.is_cut_short {
                        true => &Step::CloseWithoutNotify,
                        false => &Step::Close,
                    });
                }
                return false;
            }
            What::Note(text) if **text == *WITHOUT_NOTIFY => self.is_cut_short = true,
            What::Note(text) if **text == *BELOW_TLS => {
                let _ = writeln!(self.text, "# Then {text}.");
            }
            What::Note(_) | What::Reached(_) => {}
        }
        true
    }

    fn pause_until(&mut self, time: Duration) {
        let pause = time.saturating_sub(self.since.unwrap_or(time));
        if pause >= SHORTEST_PAUSE {
            let millis = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
            self.step(&Step::Pause(Duration::from_millis(millis)));
        }
        self.since = Some(time);
    }

    fn step(&mut self, step: &Step) {
        let _ = writeln!(self.text, "{step}");
    }
}
