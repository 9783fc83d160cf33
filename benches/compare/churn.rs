//! The load of short connections: each of some clients connects, sends a request, reads to the end of the
//! connection, and starts again. wrk could do that, but closes with FIN, and then the port cannot connect to the
//! same server for a second (`TIME_WAIT`): loopback allows 14,000 connections in a second, and all faster servers
//! look alike. These clients reset the connection after its end, which leaves no state in the kernel. Through TLS,
//! each connection begins with a full handshake.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::task::JoinSet;
use tokio::time;

use super::crowd::{PATIENCE, is_whole_with};
use super::tls_stream::TlsStream;

/// The result of the clients.
pub(crate) struct Churn {
    /// Until the last response of the last client.
    pub(crate) time: Duration,
    /// From connecting to the end of each connection, in ascending order.
    pub(crate) latencies: Vec<Duration>,
}

/// What the clients ask for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) target: &'a str,
    /// What a response must have as its content.
    pub(crate) content: &'a [u8],
    /// The settings of connections through TLS.
    pub(crate) tls: Option<&'a Arc<ClientConfig>>,
}

/// What a client needs for each connection.
struct Client {
    address: SocketAddr,
    request: Vec<u8>,
    content: Vec<u8>,
    tls: Option<Arc<ClientConfig>>,
}

/// Runs so many clients for so long.
pub(crate) fn churn(asked: Asked<'_>, clients: u32, duration: Duration) -> io::Result<Churn> {
    let Asked {
        address, target, ..
    } = asked;
    let request = format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let client = Arc::new(Client {
        address,
        request: request.into_bytes(),
        content: asked.content.to_vec(),
        tls: asked.tls.cloned(),
    });
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let began = Instant::now();
        let mut asking = JoinSet::new();
        for _ in 0..clients {
            let client = Arc::clone(&client);
            asking.spawn(async move {
                let mut latencies = Vec::new();
                while began.elapsed() < duration {
                    let from = Instant::now();
                    time::timeout(PATIENCE, client.ask()).await??;
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

impl Client {
    /// Sends a request on a new connection, and reads to its end.
    async fn ask(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        stream.set_zero_linger()?;
        let mut answer = Vec::with_capacity(2048);
        match &self.tls {
            None => {
                stream.write_all(&self.request).await?;
                while stream.read_buf(&mut answer).await? > 0 {}
            }
            Some(config) => {
                let mut stream = TlsStream::connect(stream, config).await?;
                stream.write_all(&self.request).await?;
                stream.read_to_end(&mut answer).await?;
            }
        }
        match is_whole_with(&self.content, &answer) {
            true => Ok(()),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
