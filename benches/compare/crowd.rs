//! Loads that wrk does not support: many connections that send one request at the same time, and many idle
//! connections. All connections are open before the first request, so that only the responses are measured.
//! All waits are bounded, so a server that cannot handle the load fails within seconds.
//!
//! The clients are tasks on one thread, and compare a response with the expected bytes: threads with the
//! tests' client and its parser would take processor time from the servers.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{self, Runtime};
use tokio::task::JoinSet;
use tokio::time;

use super::site::SHORT;

/// The result of simultaneous requests.
pub(crate) struct Rush {
    /// Until the last response; `None` if a request was not answered.
    pub(crate) all_within: Option<Duration>,
    /// The latencies of all responses, from the first request on, in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

/// Idle connections, open as long as this value lives.
pub(crate) struct Idle {
    _connections: Vec<TcpStream>,
    _runtime: Runtime,
}

/// How long the clients wait for their responses.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How long they may take to connect.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);

/// Sends one request on each of so many connections, at the same time.
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
        // Connections stay open until the end, since closing them would disturb the others.
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

/// Opens so many connections, each of which has received one response.
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

/// Connects one after the other, as fast as the server accepts; returns fewer if it does not in time.
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

/// Sends a request, and waits for the whole expected response.
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

/// Whether a response is a 200 with the content [`SHORT`], and complete.
pub(crate) fn is_whole(answer: &[u8]) -> bool {
    is_whole_with(SHORT, answer)
}

/// Whether a response is a 200 with this content, and complete.
pub(crate) fn is_whole_with(content: &[u8], answer: &[u8]) -> bool {
    let head = answer.strip_suffix(content).unwrap_or_default();
    head.starts_with(b"HTTP/1.1 200 OK\r\n") && head.ends_with(b"\r\n\r\n")
}

/// The value that this share of the values does not exceed; zero if there are no values.
pub(crate) fn quantile(ascending: &[Duration], share: f64) -> Duration {
    let rank = (share * ascending.len() as f64).ceil() as usize;
    let at = rank.saturating_sub(1);
    ascending.get(at).copied().unwrap_or_default()
}
