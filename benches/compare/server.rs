//! The process of one server: started, checked, measured, and stopped with all processes that it has
//! started. Dropping a [`Server`] leaves no process running.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustls::ClientConfig;
use tempfile::TempDir;

use super::Complaint;
use super::placement::Placement;
use super::processes::{Census, Key, Memory, TICKS};
use crate::support::client::{Client, request};
use crate::support::escape;
use crate::support::process::Process;
use crate::support::tls::TlsClient;

/// A server that listens, stopped when dropped.
pub(crate) struct Server {
    process: Process,
    address: SocketAddr,
    tls: Option<Arc<ClientConfig>>,
    /// The folder of its configuration.
    _folder: Option<TempDir>,
}

/// How to start a server. SIGTERM must end it and its child processes.
pub(crate) struct Recipe {
    pub(crate) command: Command,
    pub(crate) ready: Ready,
    pub(crate) folder: Option<TempDir>,
}

/// How a server shows that it listens.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ready {
    /// It prints so many lines that contain `listening on SCHEME://HOST:PORT/`. The last one is that of the
    /// listener.
    PrintsAddresses(usize),
    /// It accepts connections at this address.
    At(SocketAddr),
}

/// What all processes of a server have used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) memory: Memory,
    /// Seconds on processors.
    pub(crate) time: f64,
}

/// A free port, for servers that cannot choose one themselves.
pub(crate) fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

impl Server {
    /// Waits until it listens. With a configuration, it is asked through TLS.
    pub(crate) fn start(
        recipe: Recipe,
        placement: Placement,
        tls: Option<Arc<ClientConfig>>,
    ) -> Result<Self, Complaint> {
        let mut command = placement.put(&recipe.command)?;
        let (process, accepts_at) = match recipe.ready {
            Ready::PrintsAddresses(count) => (Process::try_start(&mut command, count)?, None),
            Ready::At(address) => (Process::try_spawn(&mut command)?, Some(address)),
        };
        let last = process.addresses().last().copied();
        let mut server = Self {
            address: accepts_at.or(last).ok_or("the server has no address")?,
            process,
            tls,
            _folder: recipe.folder,
        };
        if accepts_at.is_some() {
            server.wait_until_it_accepts()?;
        }
        Ok(server)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The settings of clients, if connections go through TLS.
    pub(crate) fn tls(&self) -> Option<&Arc<ClientConfig>> {
        self.tls.as_ref()
    }

    /// The URL of a path on this server.
    pub(crate) fn url(&self, target: &str) -> String {
        let scheme = self.tls.as_ref().map_or("http", |_| "https");
        format!("{scheme}://{}{target}", self.address)
    }

    pub(crate) fn usage(&self) -> Usage {
        let census = Census::take();
        let tree = census.tree(self.process.id());
        let memory: Vec<Memory> = tree.iter().map(|one| one.memory()).collect();
        Usage {
            memory: Memory {
                now: memory.iter().map(|one| one.now).sum(),
                peak: memory.iter().map(|one| one.peak).sum(),
            },
            time: tree.iter().map(|one| one.ticks).sum::<u64>() as f64 / TICKS,
        }
    }

    /// Sends one request and checks the response, so that all servers do the same work, and have compiled
    /// their code before they are measured.
    pub(crate) fn check(&self, target: &str, content: &[u8]) -> Result<(), Complaint> {
        let response = match &self.tls {
            None => {
                let mut client = Client::try_connect(self.address)?;
                client.send(&request("GET", target));
                client.try_read_response("GET")?
            }
            Some(config) => {
                let config = ClientConfig::clone(config);
                TlsClient::try_connect(self.address, config)?.ask("GET", target)
            }
        };
        if response.head.starts_with(b"HTTP/1.1 200 OK\r\n") && response.body == content {
            Ok(())
        } else {
            let shown = &response.body[..response.body.len().min(SHOWN)];
            Err(format!(
                "expected a 200 with {} bytes, found:\n{}",
                content.len(),
                escape::lines(&[&response.head, shown].concat(), "  ")
            ))
        }
    }

    fn wait_until_it_accepts(&mut self) -> Result<(), Complaint> {
        let deadline = Instant::now() + ACCEPTS_WITHIN;
        while TcpStream::connect(self.address).is_err() {
            if !self.process.is_running() || Instant::now() > deadline {
                return Err(self.process.failure("does not listen"));
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let own: Vec<Key> = Census::take()
            .tree(self.process.id())
            .iter()
            .map(|one| one.key)
            .collect();
        // The identifier of a process that has been waited for may belong to another one.
        if self.process.is_running() {
            signal(self.process.id(), Signal::TERM);
        }
        for key in still_there_after(&own, STOP_WITHIN, &mut self.process) {
            eprintln!("compare: process {} had to be killed", key.pid);
            signal(key.pid, Signal::KILL);
        }
    }
}

const ACCEPTS_WITHIN: Duration = Duration::from_secs(10);
/// How long a server may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Bytes of a wrong response that are shown.
const SHOWN: usize = 2000;

fn still_there_after(own: &[Key], within: Duration, process: &mut Process) -> Vec<Key> {
    let deadline = Instant::now() + within;
    loop {
        // Otherwise it would stay a zombie until the end.
        let _ = process.is_running();
        let census = Census::take();
        let mut left = own.to_vec();
        left.retain(|&key| census.has_alive(key));
        if left.is_empty() || Instant::now() > deadline {
            return left;
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // This fails if the process has ended meanwhile.
        let _ = kill_process(pid, signal);
    }
}
