//! nginx over the doc root, configured for static files alone: `sendfile`, nothing logged, connections
//! kept for as many requests as come.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Complaint;

/// nginx, stopped when dropped.
pub(crate) struct Nginx {
    child: Child,
    address: SocketAddr,
    _folder: TempDir,
}

/// How long it may take to listen.
const READY_WITHIN: Duration = Duration::from_secs(5);

impl Nginx {
    /// Waits until it listens.
    pub(crate) fn start(root: &Path) -> Result<Self, Complaint> {
        let fail = |error: std::io::Error| format!("nginx: {error}; `./dev bench` installs it");
        let folder = tempfile::tempdir().map_err(fail)?;
        // nginx cannot be told to pick a port, so one is picked for it.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = address.map_err(fail)?;
        let configuration = folder.path().join("nginx.conf");
        fs::write(&configuration, configured(address, root, folder.path())).map_err(fail)?;
        // Debian has it where not everybody looks.
        let search = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
        let child = Command::new("nginx")
            .env("PATH", search)
            .arg("-c")
            .arg(&configuration)
            .arg("-p")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(fail)?;
        let nginx = Self {
            child,
            address,
            _folder: folder,
        };
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                return Err("nginx does not listen".to_owned());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(nginx)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with the master, if that is asked to rather than killed.
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if asked.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn configured(address: SocketAddr, root: &Path, folder: &Path) -> String {
    let (root, folder) = (root.display(), folder.display());
    format!(
        "daemon off; worker_processes auto; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen {address}; root {root}; }}
}}
"
    )
}
