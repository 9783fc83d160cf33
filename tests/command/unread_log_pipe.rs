//! A log that is not read delays no exchange: stderr may be a pipe whose reader sleeps, as it is when a
//! test runner starts the server and looks at its output only in the end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::support::client::Client;
use crate::support::command::wireserve;
use crate::support::process::send_signal;

/// Many times what a pipe holds: 64 KiB on Linux, some seventy bytes a line.
const EXCHANGES: usize = 20_000;

#[test]
fn every_exchange_is_answered_and_the_server_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server(
        wireserve()
            .arg(folder.path())
            .args([
                "--port", "0", "--log", "info", "--route", "GET", "/x", "200:ham",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts"),
    );
    let mut ready = String::new();
    let stdout = server.0.stdout.take().expect("piped");
    BufReader::new(stdout)
        .read_line(&mut ready)
        .expect("a ready line");
    let address = ready
        .trim_end()
        .trim_start_matches("wireserve listening on http://")
        .trim_end_matches('/');
    let mut client = Client::connect(address.parse().expect("an address"));
    for _ in 0..EXCHANGES / 100 {
        client.send("GET /x HTTP/1.1\r\n\r\n".repeat(100).as_bytes());
        for _ in 0..100 {
            assert_eq!(client.read_response("GET").text(), "ham");
        }
    }
    send_signal(server.0.id(), "TERM");
    assert_eq!(server.0.wait().expect("it ends").code(), Some(0));
}

/// Ends with the test, however that ends.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
