//! A model proxy: it does what RFC 9110 and RFC 9112 require of a proxy or gateway, in this process, and can be told
//! to deviate in one way. It rejects what it may reject. The suite must find nothing in it without a deviation,
//! and just the deviation with one.

mod forward;
mod parse;

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wireserve::internals::conform::case::halves::Form;

/// What a model proxy does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    None,
    NoVia,
    /// Writes its Via before those of earlier proxies.
    ViaFirst,
    /// Keeps fields that Connection names.
    KeepsNominated,
    /// Keeps hop-by-hop fields that Connection does not name.
    KeepsKnown,
    DropsUnknown,
    /// Sorts the values of a field.
    Sorts,
    /// Decodes the target.
    DecodesTarget,
    UppercasesMethod,
    NoDate,
    /// Forwards OPTIONS whatever Max-Forwards says.
    IgnoresMaxForwards,
    TakesSpaceBeforeColon,
    /// Forwards an obs-fold as it is.
    KeepsFold,
    NeedsNoHost,
    /// Uses the first of several lengths of a request.
    FirstLengthWins,
    /// Forwards a request with both framings as it is.
    ForwardsBoth,
    /// Uses the chunks of a request with both framings, and keeps the connection.
    KeepsAfterBoth,
    CompletesCutResponse,
    CompletesCutRequest,
    /// Ignores an invalid length of a response.
    IgnoresBadLength,
    DropsInterim,
    InterimToOld,
    ChunksToOld,
    RepeatsPost,
    /// Uses a connection to the origin without a look whether it is open, and repeats nothing.
    UsesDead,
    /// Takes the bytes after a response for the next one.
    MixesUp,
    LosesContent,
    /// Relays the version of the response.
    RelaysVersion,
    ClosesAlways,
    KeepsAfterClose,
    KeepsHost,
    /// Never answers PUT.
    Hangs,
    /// Closes every connection at PUT.
    ClosesAtOnce,
    /// Answers PUT without end.
    Floods,
    /// Answers PUT with bytes that are not HTTP.
    Babbles,
}

/// A model proxy that runs until it is dropped.
pub struct ProxyModel {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How it forwards.
#[derive(Clone, Copy)]
struct Setup {
    deviation: Deviation,
    form: Form,
    /// The upstream of a reverse proxy.
    upstream: SocketAddr,
}

impl ProxyModel {
    pub fn start(deviation: Deviation, form: Form, upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let is_over = Arc::new(AtomicBool::new(false));
        let setup = Setup {
            deviation,
            form,
            upstream,
        };
        let over = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                thread::spawn(move || forward::serve(Peer::new(stream), setup));
            }
        });
        Self {
            address,
            is_over,
            thread: Some(thread),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for ProxyModel {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes `accept`.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A connection, and what has been received and not used.
pub struct Peer {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// How a connection ends before what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// With FIN.
    Ended,
    /// With RST, or after a time.
    Failed,
}

impl Peer {
    fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    fn connect(address: SocketAddr) -> Option<Self> {
        TcpStream::connect(address).ok().map(Self::new)
    }

    /// The same connection, for another thread.
    fn another(&self) -> Option<Self> {
        let stream = self.stream.try_clone().ok()?;
        Some(Self {
            stream,
            buffer: self.buffer.clone(),
        })
    }

    fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Receives more bytes.
    fn receive(&mut self) -> Result<(), Cut> {
        let mut piece = [0; 16 * 1024];
        match self.stream.read(&mut piece) {
            Ok(0) => Err(Cut::Ended),
            Ok(count) => {
                self.buffer.extend_from_slice(&piece[..count]);
                Ok(())
            }
            Err(_) => Err(Cut::Failed),
        }
    }

    /// A line without its CRLF.
    fn line(&mut self) -> Result<Vec<u8>, Cut> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.buffer[..end].to_vec();
                self.buffer.drain(..end + 2);
                return Ok(line);
            }
            self.receive()?;
        }
    }

    /// Some of the next bytes, at most so many.
    fn some(&mut self, most: usize) -> Result<Vec<u8>, Cut> {
        if self.buffer.is_empty() {
            self.receive()?;
        }
        let count = most.min(self.buffer.len());
        Ok(self.buffer.drain(..count).collect())
    }

    /// Whether nothing has arrived and the connection is open.
    fn is_idle(&self) -> bool {
        let _ = self.stream.set_nonblocking(true);
        let peeked = self.stream.peek(&mut [0]);
        let _ = self.stream.set_nonblocking(false);
        self.buffer.is_empty()
            && peeked.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    /// Ends the connection, so that what was sent last arrives.
    fn finish(mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self
            .stream
            .set_read_timeout(Some(Duration::from_millis(300)));
        while self.receive().is_ok() {
            self.buffer.clear();
        }
    }

    fn cut(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
