//! The load of short connections: some clients at a time, each of which connects, asks, reads to the
//! end and begins again. wrk could do that, but comes from one address, and a port of it can meet the
//! same server again only when a second has passed (`TIME_WAIT`): loopback then has 14,000
//! connections a second for it, and faster servers all look alike. These clients come from many
//! addresses of 127.0.0.0/8.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::runtime;
use tokio::task::JoinSet;
use tokio::time;

use super::crowd::{PATIENCE, is_whole};

/// What the clients saw.
pub(crate) struct Churn {
    /// Until the last client had its last answer.
    pub(crate) time: Duration,
    /// From connecting to the end, of each answer, in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

/// Addresses that clients come from, in turn.
const ADDRESSES: u8 = 32;

/// So many clients at a time, for so long.
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
        for client in 0..clients {
            let request = request.clone();
            asking.spawn(async move {
                let mut latencies = Vec::new();
                let mut turn = client as usize;
                while began.elapsed() < duration {
                    let source =
                        Ipv4Addr::new(127, 0, 1, (turn % usize::from(ADDRESSES)) as u8 + 1);
                    turn += 1;
                    let from = Instant::now();
                    time::timeout(PATIENCE, ask(source, address, &request)).await??;
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

/// One connection, to its end.
async fn ask(source: Ipv4Addr, address: SocketAddr, request: &[u8]) -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((source, 0).into())?;
    let mut stream = socket.connect(address).await?;
    stream.write_all(request).await?;
    let mut answer = Vec::with_capacity(512);
    while stream.read_buf(&mut answer).await? > 0 {}
    match is_whole(&answer) {
        true => Ok(()),
        false => Err(io::ErrorKind::InvalidData.into()),
    }
}
