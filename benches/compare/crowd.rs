//! The loads that wrk has no word for: many connections that ask once, all at the same time, and
//! many that idle. The connections stand before anybody asks, so that what is measured is the
//! answering. Nobody waits for ever: a server that cannot do it fails to in some seconds.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinSet;
use tokio::time;

use super::site::SHORT;

/// What became of those who asked at once.
pub(crate) struct Rush {
    /// Until the last was answered; `None` if somebody was not.
    pub(crate) all_within: Option<Duration>,
    /// Of those who were answered, from the moment that the first asked, in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

/// Connections that idle, as long as this value lives.
pub(crate) struct Idle {
    _connections: Vec<TcpStream>,
    _runtime: Runtime,
}

/// How long all of them wait for their answers.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How long they may take to connect.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// So many connections that ask at once.
pub(crate) fn rush(address: SocketAddr, target: &str, count: usize) -> io::Result<Rush> {
    let request = request(address, target);
    runtime()?.block_on(async {
        let connections = connect(address, count).await;
        let mut asking = JoinSet::new();
        let began = Instant::now();
        for mut stream in connections {
            let request = request.clone();
            asking.spawn(async move {
                ask(&mut stream, &request).await?;
                io::Result::Ok((began.elapsed(), stream))
            });
        }
        let mut latencies = Vec::new();
        // Connections stay open until the end, so that closing them disturbs nobody.
        let mut answered = Vec::new();
        while let Some(Ok(one)) = asking.join_next().await {
            if let Ok((latency, stream)) = one {
                latencies.push(latency);
                answered.push(stream);
            }
        }
        latencies.sort();
        let all = latencies.len() == count;
        Ok(Rush {
            all_within: latencies.last().copied().filter(|_| all),
            latencies,
        })
    })
}

/// So many connections, each behind one answer.
pub(crate) fn idle(address: SocketAddr, target: &str, count: usize) -> io::Result<Idle> {
    let runtime = runtime()?;
    let request = request(address, target);
    let connections = runtime.block_on(async {
        let mut connections = connect(address, count).await;
        for stream in &mut connections {
            ask(stream, &request).await?;
        }
        if connections.len() < count {
            return Err(io::Error::from(io::ErrorKind::TimedOut));
        }
        io::Result::Ok(connections)
    })?;
    Ok(Idle {
        _connections: connections,
        _runtime: runtime,
    })
}

fn runtime() -> io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

fn request(address: SocketAddr, target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes()
}

/// One after the other, as fast as the server takes them; fewer, if it does not.
async fn connect(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut connections = Vec::with_capacity(count);
    let _ = time::timeout(CONNECTED_WITHIN, async {
        while connections.len() < count {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            connections.push(stream);
        }
        io::Result::Ok(())
    })
    .await;
    connections
}

/// Waits for the whole answer, which has to be the right one.
async fn ask(stream: &mut TcpStream, request: &[u8]) -> io::Result<()> {
    time::timeout(PATIENCE, async {
        stream.write_all(request).await?;
        let mut answer = Vec::new();
        while !is_whole(&answer) {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    })
    .await?
}

/// Whether an answer is the short one, and complete.
pub(crate) fn is_whole(answer: &[u8]) -> bool {
    let head = answer.strip_suffix(SHORT).unwrap_or_default();
    head.starts_with(b"HTTP/1.1 200 OK\r\n") && head.ends_with(b"\r\n\r\n")
}

/// The value that a share of the ascending values does not exceed; zero without values.
pub(crate) fn quantile(ascending: &[Duration], share: f64) -> Duration {
    let rank = (share * ascending.len() as f64).ceil() as usize;
    let at = rank.saturating_sub(1);
    ascending.get(at).copied().unwrap_or_default()
}
