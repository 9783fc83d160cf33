//! A log that is not read delays no exchange. Standard error may be a pipe whose reader is idle, for example
//! if a test runner starts the server and reads its output only at the end.

use std::process::Stdio;

use crate::support::client::Client;
use crate::support::command::wireserve;
use crate::support::unread::Unread;

/// Many times what a pipe holds: 64 KiB on Linux, with about 70 bytes in a line.
const EXCHANGES: usize = 20_000;

#[test]
fn every_exchange_is_answered_and_the_server_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = wireserve();
    command.arg(folder.path()).args([
        "--port", "0", "--log", "info", "--route", "GET", "/x", "200:ham",
    ]);
    let mut server = Unread::start(&mut command, Stdio::piped());
    let mut client = Client::connect(server.addr());
    for _ in 0..EXCHANGES / 100 {
        client.send("GET /x HTTP/1.1\r\n\r\n".repeat(100).as_bytes());
        for _ in 0..100 {
            assert_eq!(client.read_response("GET").text(), "ham");
        }
    }
    server.assert_terminates();
}
