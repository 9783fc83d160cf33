//! Watches a case, and panics if it differs from its plan: if a byte differs, if bytes arrive too early, or if
//! the end differs. The lengths of pauses are only reported: on a busy machine a late reader sees them shorter or
//! longer than they were, or not at all if the bytes before and after a pause arrive together.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::escape;

use super::plan::{Ending, Plan, Scene};

/// A request that every stage answers with `after`.
pub const AFTER: &[u8] = b"GET /after HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// How long to wait for bytes that must not arrive.
const QUIET: Duration = Duration::from_millis(50);

/// Bytes that fill the buffers of a connection whose other end does not read.
const FLOOD: usize = 64 * 1024 * 1024;

/// A pause as the client saw it.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    pub asked: Duration,
    /// The time between the bytes before and after it; `None` if both arrived with one read.
    pub seen: Option<Duration>,
}

impl Gap {
    pub fn is_seen(&self) -> bool {
        self.seen.is_some()
    }
}

/// What arrived in a scene, and when.
struct Sighting {
    cued: Instant,
    /// The number of bytes that had arrived at a time. The end of the connection counts as one more.
    arrivals: Vec<(Instant, usize)>,
}

/// Watches a plan on a new connection, and closes it afterwards. Before that, `is_served` returns whether the
/// server still serves it.
pub fn see(address: SocketAddr, plan: &Plan, is_served: impl Fn() -> bool) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut cued = Instant::now();
    let mut client = Client::connect(address);
    let (last, others) = plan.scenes.split_last().expect("a scene");
    for scene in others {
        gaps.extend(Sighting::of(scene, &mut client, cued).gaps(scene, 0));
        cued = Instant::now();
    }
    let mut sighting = Sighting::of(last, &mut client, cued);
    let ends = matches!(
        plan.ending,
        Ending::Close | Ending::HalfClose | Ending::Reset
    );
    if ends {
        sighting.see_end(&mut client);
    }
    gaps.extend(sighting.gaps(last, usize::from(ends)));
    check_ending(plan, client, is_served);
    assert!(sighting.cued.elapsed() >= last.length(), "it ended early");
    gaps
}

fn check_ending(plan: &Plan, mut client: Client, is_served: impl Fn() -> bool) {
    let ending = plan.ending;
    assert_eq!(client.was_reset(), ending == Ending::Reset, "{ending:?}");
    match ending {
        Ending::Close | Ending::Reset => {}
        Ending::Open => {
            client.send(AFTER);
            let response = client.read_response("GET");
            assert_eq!((response.status, &response.body[..]), (200, &b"after"[..]));
        }
        Ending::HalfClose => {
            for _ in 0..2 {
                client.send(AFTER);
                assert!(!client.is_reset_within(QUIET), "bytes after its FIN");
            }
            assert!(is_served(), "the server still reads");
        }
        Ending::Hold => {
            assert_eq!(client.arrival(QUIET), Arrival::Nothing, "{ending:?}");
            assert!(is_served(), "the server holds the connection");
            if plan.scenes.iter().all(|scene| scene.bytes().is_empty()) {
                assert!(
                    client.flood(FLOOD, QUIET) < FLOOD,
                    "the server must not read"
                );
                // FIN would wait until all bytes are sent.
                return client.reset();
            }
            client.half_close();
            assert_eq!(client.read_until_close(), b"", "no more bytes");
        }
    }
    assert_eq!(client.pending(), b"", "no more bytes");
}

impl Sighting {
    /// Sends the cue, and reads the bytes of the scene.
    fn of(scene: &Scene, client: &mut Client, mut cued: Instant) -> Self {
        if !scene.cue.is_empty() {
            cued = Instant::now();
            client.send(&scene.cue);
        }
        let mut sighting = Self {
            cued,
            arrivals: Vec::new(),
        };
        let expected = scene.bytes();
        while client.pending().len() < expected.len() && sighting.await_arrival(client) {}
        let seen = client.pending().to_vec();
        assert!(
            seen == expected,
            "unexpected bytes:\n{}",
            escape::difference("seen", begin(&seen), "expected", begin(&expected))
        );
        client.read_exact(expected.len());
        sighting
    }

    /// Whether bytes have arrived; otherwise the end has.
    fn await_arrival(&mut self, client: &mut Client) -> bool {
        let arrival = client.arrival(DEADLINE);
        let so_far = client.pending().len();
        match arrival {
            Arrival::Bytes => self.arrivals.push((Instant::now(), so_far)),
            Arrival::End => {}
            Arrival::Nothing => panic!("nothing after {so_far} bytes for {DEADLINE:?}"),
        }
        arrival == Arrival::Bytes
    }

    fn see_end(&mut self, client: &mut Client) {
        let before = self.arrivals.last().map_or(0, |(_, count)| *count);
        assert_eq!(client.arrival(DEADLINE), Arrival::End, "{before} bytes and");
        self.arrivals.push((Instant::now(), before + 1));
    }

    /// The pauses of the scene that are followed by bytes, or by so many more.
    fn gaps(&self, scene: &Scene, more: usize) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut before = 0;
        let whole = scene.bytes().len() + more;
        for stretch in &scene.stretches {
            if !stretch.pause.is_zero() && before < whole {
                let first = self.arrival_of(before);
                assert!(
                    first >= self.cued + stretch.after,
                    "byte {before} arrived too early"
                );
                let last = before.checked_sub(1).map(|last| self.arrival_of(last));
                gaps.push(Gap {
                    asked: stretch.pause,
                    seen: match last {
                        None => Some(first - self.cued),
                        Some(last) => Some(first - last).filter(|seen| !seen.is_zero()),
                    },
                });
            }
            before += stretch.bytes.len();
        }
        gaps
    }

    fn arrival_of(&self, byte: usize) -> Instant {
        let arrival = self.arrivals.iter().find(|(_, count)| *count > byte);
        arrival.expect("all bytes have arrived").0
    }
}

/// The first bytes, for a message; some cases have megabytes.
fn begin(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(4000)]
}
