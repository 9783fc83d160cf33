//! One connection to Redis, over TCP, TLS or a Unix socket. The client library makes commands and reads
//! replies; the socket is ours, because the library takes an interrupted read for a lost connection.
//!
//! A read with a timeout is interrupted (EINTR) whenever the process is stopped and continued, even if it
//! handles no signal (signal(7)): by job control, a debugger, a profiler or a suspended machine.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use redis::{
    ConnectionAddr, ConnectionInfo, ConnectionLike, Parser, RedisConnectionInfo, RedisResult, Value,
};

/// The shortest timeout of a socket; zero would be none.
const SHORTEST: Duration = Duration::from_millis(1);

/// A connection that may be used for commands.
pub(super) struct Transport {
    socket: Box<dyn Socket>,
    parser: Parser,
    database: i64,
    is_open: bool,
}

impl Transport {
    /// Connects, authenticates and selects the database; each of these waits for Redis at most this long.
    pub(super) fn connect(info: &ConnectionInfo, within: Duration) -> RedisResult<Self> {
        let settings = info.redis_settings();
        let mut transport = Self {
            socket: connect(info.addr(), within)?,
            parser: Parser::new(),
            database: settings.db(),
            is_open: true,
        };
        transport.prepare(settings)?;
        Ok(transport)
    }

    fn prepare(&mut self, settings: &RedisConnectionInfo) -> RedisResult<()> {
        if let Some(password) = settings.password() {
            let mut authenticate = redis::cmd("AUTH");
            authenticate.arg(settings.username()).arg(password);
            authenticate.exec(self)?;
        }
        if self.database != 0 {
            redis::cmd("SELECT").arg(self.database).exec(self)?;
        }
        Ok(())
    }

    /// The longest time without a byte from Redis, from now on.
    pub(super) fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.socket.set_timeout(timeout)
    }

    fn send(&mut self, commands: &[u8]) -> RedisResult<()> {
        let sent = self.socket.write_all(commands);
        self.is_open &= sent.is_ok();
        Ok(sent?)
    }

    fn reply(&mut self) -> RedisResult<Value> {
        let reply = self.parser.parse_value(&mut self.socket);
        self.is_open &= reply.is_ok();
        reply
    }
}

impl ConnectionLike for Transport {
    fn req_packed_command(&mut self, command: &[u8]) -> RedisResult<Value> {
        self.send(command)?;
        self.reply()
    }

    fn req_packed_commands(
        &mut self,
        commands: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.send(commands)?;
        for _ in 0..offset {
            self.reply()?.extract_error()?;
        }
        (0..count).map(|_| self.reply()).collect()
    }

    fn get_db(&self) -> i64 {
        self.database
    }

    fn check_connection(&mut self) -> bool {
        redis::cmd("PING").exec(self).is_ok()
    }

    fn is_open(&self) -> bool {
        self.is_open
    }
}

/// What the three kinds of connections have in common.
trait Socket: Read + Write + Send {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()>;
}

fn connect(address: &ConnectionAddr, within: Duration) -> io::Result<Box<dyn Socket>> {
    match address {
        ConnectionAddr::Tcp(host, port) => Ok(Box::new(tcp(host, *port, within)?)),
        ConnectionAddr::Unix(path) => Ok(Box::new(unix(path, within)?)),
        #[cfg(feature = "tls")]
        ConnectionAddr::TcpTls { host, port, .. } => {
            Ok(Box::new(tls::wrap(host, tcp(host, *port, within)?)?))
        }
        _ => Err(ErrorKind::Unsupported.into()),
    }
}

fn tcp(host: &str, port: u16, within: Duration) -> io::Result<Patient<TcpStream>> {
    let mut failed = io::Error::new(ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, within) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Patient::new(stream, within);
            }
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn unix(path: &Path, within: Duration) -> io::Result<Patient<UnixStream>> {
    Patient::new(UnixStream::connect(path)?, within)
}

/// A stream whose reads go on after an interruption, until the time is over.
struct Patient<S> {
    stream: S,
    timeout: Duration,
}

/// A stream with timeouts (SO_RCVTIMEO, SO_SNDTIMEO).
trait Timeouts: Read + Write + Send {
    fn set_timeouts(&self, timeout: Duration) -> io::Result<()>;
}

impl Timeouts for TcpStream {
    fn set_timeouts(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

impl Timeouts for UnixStream {
    fn set_timeouts(&self, timeout: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(timeout))?;
        self.set_write_timeout(Some(timeout))
    }
}

impl<S: Timeouts> Patient<S> {
    fn new(stream: S, timeout: Duration) -> io::Result<Self> {
        stream.set_timeouts(timeout)?;
        Ok(Self { stream, timeout })
    }

    /// Tries until nothing interrupts. What is left of the time is for the next attempt; if nothing is left, it
    /// still finds what came while the process was stopped.
    fn uninterrupted(
        &mut self,
        mut attempt: impl FnMut(&mut S) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let begun = Instant::now();
        let mut was_interrupted = false;
        loop {
            match attempt(&mut self.stream) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    was_interrupted = true;
                    let left = self.timeout.saturating_sub(begun.elapsed());
                    self.stream.set_timeouts(left.max(SHORTEST))?;
                }
                done => {
                    if was_interrupted {
                        self.stream.set_timeouts(self.timeout)?;
                    }
                    return done;
                }
            }
        }
    }
}

impl<S: Timeouts> Socket for Patient<S> {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.stream.set_timeouts(timeout)?;
        self.timeout = timeout;
        Ok(())
    }
}

impl<S: Timeouts> Read for Patient<S> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.uninterrupted(|stream| stream.read(out))
    }
}

impl<S: Timeouts> Write for Patient<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.uninterrupted(|stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(feature = "tls")]
mod tls {
    use std::io::{self, ErrorKind};
    use std::net::TcpStream;
    use std::time::Duration;

    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    use super::{Patient, Socket};

    type Tls = StreamOwned<ClientConnection, Patient<TcpStream>>;

    /// The handshake happens with the first command.
    pub(super) fn wrap(host: &str, stream: Patient<TcpStream>) -> io::Result<Tls> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        let config = config().map_err(io::Error::other)?;
        let connection = ClientConnection::new(config.into(), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }

    /// Trusts the roots of the system, or those that `SSL_CERT_FILE` names.
    fn config() -> Result<ClientConfig, rustls::Error> {
        let found = rustls_native_certs::load_native_certs();
        if let (true, Some(error)) = (found.certs.is_empty(), found.errors.first()) {
            return Err(rustls::Error::General(error.to_string()));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        let provider = crate::tls::provider().into();
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }

    impl Socket for Tls {
        fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
            self.sock.set_timeout(timeout)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A stream that is interrupted before each byte.
    struct Interrupted {
        left: &'static [u8],
        is_next: bool,
        timeouts: RefCell<Vec<Duration>>,
    }

    impl Read for Interrupted {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.is_next = !self.is_next;
            match self.is_next {
                true => Err(ErrorKind::Interrupted.into()),
                false => self.left.read(&mut out[..1]),
            }
        }
    }

    impl Write for Interrupted {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            unreachable!("nothing writes")
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Timeouts for Interrupted {
        fn set_timeouts(&self, timeout: Duration) -> io::Result<()> {
            self.timeouts.borrow_mut().push(timeout);
            Ok(())
        }
    }

    fn interrupted(left: &'static [u8], timeout: Duration) -> Patient<Interrupted> {
        let stream = Interrupted {
            left,
            is_next: false,
            timeouts: RefCell::default(),
        };
        Patient::new(stream, timeout).unwrap()
    }

    #[test]
    fn replies_are_read_through_interruptions() {
        let bytes = b"$5\r\nhello\r\n*2\r\n:1\r\n-ERR no\r\n+PONG\r\n";
        let mut stream = interrupted(bytes, Duration::from_secs(60));
        let mut parser = Parser::new();
        let mut next = || parser.parse_value(&mut stream);
        assert_eq!(next(), Ok(Value::BulkString(b"hello".to_vec())));
        let Ok(Value::Array(items)) = next() else {
            panic!("no array");
        };
        assert_eq!(items[0], Value::Int(1));
        assert!(matches!(items[1], Value::ServerError(_)));
        assert_eq!(next(), Ok(Value::SimpleString("PONG".to_owned())));
        assert!(next().is_err(), "the end");
    }

    #[test]
    fn an_interruption_leaves_what_is_left_of_the_time() {
        let minute = Duration::from_secs(60);
        let mut stream = interrupted(b"x", minute);
        assert_eq!(stream.read(&mut [0]).unwrap(), 1);
        let timeouts = stream.stream.timeouts.into_inner();
        let [first, left, again] = timeouts[..] else {
            panic!("{timeouts:?}");
        };
        assert_eq!((first, again), (minute, minute));
        assert!(left < minute && left > minute / 2, "{left:?}");
    }

    /// As after a stop that was longer than the timeout.
    #[test]
    fn a_reply_is_found_although_no_time_is_left() {
        let mut stream = interrupted(b"x", Duration::ZERO);
        let mut out = [0];
        assert_eq!((stream.read(&mut out).unwrap(), out), (1, *b"x"));
        assert_eq!(stream.stream.timeouts.into_inner()[1], SHORTEST);
    }
}
