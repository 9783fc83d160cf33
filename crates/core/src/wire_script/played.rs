//! What came of a script: how far it was played, and when. `exchange/play` plays scripts.

use std::time::Duration;

/// How far a script was played; [`Exchange::play`](crate::exchange::Exchange::play) returns it.
///
/// ```
/// # use std::io::Write;
/// use std::time::Duration;
///
/// use wireserve::wire_script::{End, Timing};
/// use wireserve::{Exchange, Fault, Server, WireScript};
///
/// let script = WireScript::new().send("HTTP/1.1 200 OK\r\n\r\n").pause(Duration::from_millis(20)).close();
/// let server = Server::builder().route("GET", "/", move |exchange: &mut Exchange<'_>| {
///     let played = exchange.play(&script);
///     let Timing { asked, achieved } = played.timings[1]; // those of the pause
///     assert!(asked == Duration::from_millis(20) && achieved >= asked && played.end == End::Completed);
///     assert_eq!(played.end.as_str(), "done");
///     exchange.events().set("played");
///     Ok::<_, Fault>(())
/// })?;
/// # let server = server.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// # assert_eq!(std::io::read_to_string(client)?, "HTTP/1.1 200 OK\r\n\r\n");
/// # assert!(server.events().is_set("played"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// The times of each step that was played, in order.
    pub timings: Vec<Timing>,
    /// Why the script ended.
    pub end: End,
}

/// Why a script ended.
///
/// See the example of [`Played`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// All steps were played, or all before a [`Step::Next`](super::Step::Next), which continues with the next
    /// request if the client may send one.
    Completed,
    /// The client left, or ended its side of the connection while a step waited for bytes.
    ClientGone,
    /// The limit of a step passed.
    TimedOut,
    /// A file could not be read.
    Unreadable,
}

/// When a step was due, and when it was done.
///
/// See the example of [`Played`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// From the start of the script, by its pauses alone.
    pub asked: Duration,
    /// From the start of the script.
    pub achieved: Duration,
}

impl End {
    /// The name in Python: `done`, `gone`, `too late` or `unreadable`.
    ///
    /// See the example of [`Played`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "done",
            Self::ClientGone => "gone",
            Self::TimedOut => "too late",
            Self::Unreadable => "unreadable",
        }
    }
}
