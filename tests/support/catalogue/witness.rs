//! Sees a case be played, and panics where it differs from its plan: in a byte, in what came when it
//! was not yet time for it, in the end. The lengths of pauses are only reported: a late reader on a busy
//! machine sees them shorter or longer than they were, and sees none at all where the bytes around one
//! have both arrived by then.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::escape;

use super::plan::{Ending, Plan, Scene};

/// The request for which every stage has the answer `after`.
pub const AFTER: &[u8] = b"GET /after HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// How long silence is watched.
const QUIET: Duration = Duration::from_millis(50);

/// Bytes that fill the buffers of a connection whose other end does not read.
const FLOOD: usize = 64 * 1024 * 1024;

/// A pause as it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    pub asked: Duration,
    /// Between the arrivals of the bytes around it; nothing where both came with one read.
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
    /// How many bytes had arrived by when. The end of the connection counts as one more.
    arrivals: Vec<(Instant, usize)>,
}

/// Sees a plan be played on a connection of its own, which the client leaves when it is over. Before
/// that, `is_served` says whether the server still has it.
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
                assert!(!client.is_reset_within(QUIET), "bytes behind its FIN");
            }
            assert!(is_served(), "it reads on");
        }
        Ending::Hold => {
            assert_eq!(client.arrival(QUIET), Arrival::Nothing, "{ending:?}");
            assert!(is_served(), "it holds");
            if plan.scenes.iter().all(|scene| scene.bytes().is_empty()) {
                assert!(client.flood(FLOOD, QUIET) < FLOOD, "nobody reads");
                // FIN would have to wait until all that is sent.
                return client.reset();
            }
            client.half_close();
            assert_eq!(client.read_until_close(), b"", "nothing behind it");
        }
    }
    assert_eq!(client.pending(), b"", "nothing behind it");
}

impl Sighting {
    /// Gives the cue and reads what has to come of it.
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
            "other bytes came:\n{}",
            escape::difference("seen", begin(&seen), "expected", begin(&expected))
        );
        client.read_exact(expected.len());
        sighting
    }

    /// Whether bytes have come; else the end has.
    fn await_arrival(&mut self, client: &mut Client) -> bool {
        let arrival = client.arrival(DEADLINE);
        let so_far = client.pending().len();
        match arrival {
            Arrival::Bytes => self.arrivals.push((Instant::now(), so_far)),
            Arrival::End => {}
            Arrival::Nothing => panic!("nothing behind {so_far} bytes for {DEADLINE:?}"),
        }
        arrival == Arrival::Bytes
    }

    fn see_end(&mut self, client: &mut Client) {
        let before = self.arrivals.last().map_or(0, |(_, count)| *count);
        assert_eq!(client.arrival(DEADLINE), Arrival::End, "{before} bytes and");
        self.arrivals.push((Instant::now(), before + 1));
    }

    /// The pauses of its scene with something after them, followed by so many more bytes.
    fn gaps(&self, scene: &Scene, more: usize) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut before = 0;
        let whole = scene.bytes().len() + more;
        for stretch in &scene.stretches {
            if !stretch.pause.is_zero() && before < whole {
                let first = self.arrival_of(before);
                assert!(
                    first >= self.cued + stretch.after,
                    "byte {before} came before its time"
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

/// What one would look at; some cases have megabytes.
fn begin(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(4000)]
}
