//! Clients that share no code with the server: curl, OpenSSL, Python's `ssl` and Node.js.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::embedded::fixed;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::Certificate;
use wireserve::Server;

/// A server, and a folder with its certificate as `ca.pem`.
fn server() -> (Server, tempfile::TempDir) {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    (server, folder(&[("ca.pem", &certificate.chain)]))
}

/// What a command prints; it must succeed.
fn output(command: &mut Command) -> String {
    let ended = Process::spawn(command).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout.concat()
}

#[test]
fn curl() {
    let (server, folder) = server();
    let url = server.tls_url("/").unwrap();
    for version in [
        &["--tlsv1.3"][..],
        &["--tls-max", "1.2"],
        &["--http1.1"],
        &["--no-alpn"],
    ] {
        let mut command = Command::new("curl");
        command
            .args(["-sS", "--cacert"])
            .arg(folder.path().join("ca.pem"));
        command.args(version).args([&url, &url]);
        command.args(["-w", "%{http_version} %{num_connects}\n"]);
        // The second request reuses the connection.
        assert_eq!(
            output(&mut command),
            "here1.1 1\nhere1.1 0\n",
            "{version:?}"
        );
    }
}

#[test]
fn openssl_s_client() {
    let (server, folder) = server();
    let mut child = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-connect"])
        .arg(server.tls_address().unwrap().to_string())
        .arg("-CAfile")
        .arg(folder.path().join("ca.pem"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("openssl");
    let request = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    child.stdin.as_mut().unwrap().write_all(request).unwrap();
    let ended = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&ended.stdout);
    assert!(text.ends_with("\r\n\r\nhere"), "{text}");
}

#[test]
fn python() {
    let script = r#"
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
context.set_alpn_protocols(["h2", "http/1.1"])
session = None
for attempt in range(2):
    plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
    with context.wrap_socket(plain, server_hostname="tls.test", session=session) as client:
        client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := client.recv(1000):
            received += piece
        print(client.version(), client.selected_alpn_protocol(), client.session_reused,
              received.endswith(b"\r\n\r\nhere"))
        session = client.session
        # Without close_notify, this raises.
        client.unwrap()
"#;
    let (server, folder) = server();
    let mut command = Command::new("python3");
    command.args(["-c", script]);
    command.arg(server.tls_address().unwrap().port().to_string());
    command.arg(folder.path().join("ca.pem"));
    let expected = "TLSv1.3 http/1.1 False True\nTLSv1.3 http/1.1 True True\n";
    assert_eq!(output(&mut command), expected);
}

#[test]
fn node() {
    let script = r#"
const https = require("https");
https.get(process.argv[1], { servername: "tls.test" }, response => {
    const { socket } = response;
    let text = "";
    response.on("data", piece => text += piece);
    response.on("end", () => console.log(socket.authorized, socket.getProtocol(), text));
});
"#;
    let (server, folder) = server();
    let mut command = Command::new("node");
    command
        .args(["-e", script])
        .arg(server.tls_url("/").unwrap());
    command.env("NODE_EXTRA_CA_CERTS", folder.path().join("ca.pem"));
    assert_eq!(output(&mut command), "true TLSv1.3 here\n");
}
