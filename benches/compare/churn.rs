//! The load of short connections: each of some clients connects, sends a request, reads to the end of the
//! connection, and starts again. wrk could do that, but closes with FIN, and then the port cannot connect to the
//! same server for a second (`TIME_WAIT`): loopback allows 14,000 connections in a second, and all faster servers
//! look alike. These clients reset the connection after its end, which leaves no state in the kernel.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;
use tokio::time;

use super::crowd::{PATIENCE, is_whole};

/// The result of the clients.
pub(crate) struct Churn {
    /// Until the last response of the last client.
    pub(crate) time: Duration,
    /// From connecting to the end of each connection, in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

/// Runs so many clients for so long.
pub(crate) fn churn(
    address: SocketAddr,
    target: &str,
    clients: u32,
    duration: Duration,
) -> io::Result<Churn> {
    let request = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")
        .into_bytes();
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let began = Instant::now();
        let mut asking = JoinSet::new();
        for _ in 0..clients {
            let request = request.clone();
            asking.spawn(async move {
                let mut latencies = Vec::new();
                while began.elapsed() < duration {
                    let from = Instant::now();
                    time::timeout(PATIENCE, ask(address, &request)).await??;
                    latencies.push(from.elapsed());
                }
                io::Result::Ok(latencies)
            });
        }
        let mut latencies = Vec::new();
        while let Some(done) = asking.join_next().await {
            latencies.append(&mut done.map_err(io::Error::other)??);
        }
        latencies.sort_unstable();
        Ok(Churn {
            time: began.elapsed(),
            latencies,
        })
    })
}

/// Sends a request on a new connection, and reads to its end.
async fn ask(address: SocketAddr, request: &[u8]) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_zero_linger()?;
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(512);
    while stream.read_buf(&mut answer).await? > 0 {}
    match is_whole(&answer) {
        true => Ok(()),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}
