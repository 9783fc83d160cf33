//! A headless browser, and a listener for the reports of its pages.
//!
//! A page sends its report in a POST to an address that its URL contains, so that no test sleeps or polls. If
//! Chromium is not installed, the test fails, as with any other missing part of the setup.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long browser and page may take together: about five seconds, and several times that on a loaded machine
/// with a cold disk.
const REPORT_WITHIN: Duration = Duration::from_secs(60);

/// How often to check whether the browser still runs.
const STILL_RUNS: Duration = Duration::from_millis(200);

/// Options of every browser.
pub(super) const OPTIONS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Otherwise a proxy from the environment would be used, even for loopback.
    "--no-proxy-server",
];

/// A headless Chromium with a separate profile. Dropping it ends all its processes.
pub struct Browser {
    child: Child,
    /// Profile and log, removed when dropped.
    folder: TempDir,
}

impl Browser {
    /// Opens a page.
    pub fn open(url: &str) -> Self {
        Self::launch(url, &[])
    }

    /// Opens a page in a browser that prefers dark colours.
    pub fn open_dark(url: &str) -> Self {
        Self::launch(url, &["--blink-settings=preferredColorScheme=0"])
    }

    /// Opens a page of a server whose certificate nobody has issued.
    pub fn open_trusting(url: &str) -> Self {
        Self::launch(url, &["--ignore-certificate-errors"])
    }

    /// Opens a page in a browser with more options.
    pub fn open_with(url: &str, options: &[&str]) -> Self {
        Self::launch(url, options)
    }

    /// Opens a page in a browser that trusts the certificates with this key ("subject public key info", as
    /// SHA-256 in base64).
    pub fn open_trusting_key(url: &str, spki: &str) -> Self {
        let option = format!("--ignore-certificate-errors-spki-list={spki}");
        Self::launch(url, &[&option])
    }

    fn launch(url: &str, options: &[&str]) -> Self {
        let folder = TempDir::with_prefix("wireserve-browser-").expect("a temporary folder");
        let log = File::create(folder.path().join("log")).expect("a log in the temporary folder");
        let child = Command::new("chromium")
            .args(OPTIONS)
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .args(options)
            .arg(url)
            // It starts other processes; in a group they can be ended together.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| match error.kind() {
                ErrorKind::NotFound => panic!("no `chromium` on PATH: `./dev setup` installs it"),
                _ => panic!("cannot start chromium: {error}"),
            });
        Self { child, folder }
    }

    /// The first report. Panics with Chromium's log if there is none in time, or if Chromium ends.
    pub fn wait_for(&mut self, reports: &Receiver<String>) -> String {
        let deadline = Instant::now() + REPORT_WITHIN;
        loop {
            match reports.recv_timeout(STILL_RUNS) {
                Ok(report) => return report,
                Err(RecvTimeoutError::Disconnected) => panic!("the report's listener ended"),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(status) = self.child.try_wait().expect("the child is ours") {
                panic!(
                    "chromium ended ({status}) without a report:\n{}",
                    self.log()
                );
            }
            assert!(
                Instant::now() < deadline,
                "no report from the page within {REPORT_WITHIN:?}:\n{}",
                self.log()
            );
        }
    }

    fn log(&self) -> String {
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The standard library cannot kill a group, but the shell can. If either fails, the process has
        // already ended.
        let group = format!("kill -s KILL -- -{}", self.child.id());
        let _ = Command::new("sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A listener, and the bodies of the POST requests that it receives.
pub fn listen_for_reports() -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let address = listener
        .local_addr()
        .expect("a bound listener has an address");
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A thread for each connection, since browsers also open connections that they do not use.
            let sender = sender.clone();
            thread::spawn(move || {
                if let Some(body) = answer_report(&stream) {
                    // A second report has no receiver.
                    let _ = sender.send(body);
                }
            });
        }
    });
    (address, receiver)
}

/// Reads one request and answers it; returns the body of a POST.
fn answer_report(mut stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let is_post = line.starts_with("POST ");
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let field = line.trim_end();
        match field.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok()?;
            }
            _ if field.is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream
        .write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        .ok()?;
    is_post.then(|| String::from_utf8_lossy(&body).into_owned())
}
