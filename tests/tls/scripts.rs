//! HTTPS as scripts see it: `request.tls`, the writer's socket through TLS and beneath it, and the ends that they
//! choose.

use crate::support::folder::folder;
use crate::support::tls::{Certificate, End, TlsClient, presenting};
use wireserve::Server;
use wireserve::tls::{ClientCertificates, ClientRoots};

/// A server whose `/a.py` is a script with this `main`, and clients of it.
struct Scripted {
    server: Server,
    certificate: Certificate,
    _folder: tempfile::TempDir,
}

impl Scripted {
    fn new(body: &str) -> Self {
        let lines: String = body.lines().map(|line| format!("    {line}\n")).collect();
        let script = format!(
            "import socket, ssl, struct\n\ndef main(request, response):\n    writer = response.writer\n{lines}"
        );
        let folder = folder(&[("a.py", &script), ("file.txt", "from a file")]);
        let certificate = Certificate::default();
        let site = wireserve::python::site(folder.path()).expect("an interpreter");
        let server = Server::builder().site(site).tls(certificate.tls());
        Self {
            server: server.start().expect("a free port"),
            certificate,
            _folder: folder,
        }
    }

    fn client(&self) -> TlsClient {
        let address = self.server.tls_address().expect("HTTPS");
        TlsClient::connect(address, self.certificate.client())
    }

    /// A client that has sent a request with this body.
    fn ask(&self, body: &str) -> TlsClient {
        let mut client = self.client();
        let length = body.len();
        let head =
            format!("POST /a.py HTTP/1.1\r\nHost: tls.test\r\nContent-Length: {length}\r\n\r\n");
        client.send(format!("{head}{body}").as_bytes());
        client
    }
}

#[test]
fn requests_have_the_session() {
    let scripted = Scripted::new(
        r#"tls = request.tls
return repr((request.url_parts.scheme, request.url.split(":")[0], tls.version, tls.cipher,
             tls.server_name, tls.alpn, tls.resumed, tls.client_certificates))"#,
    );
    let mut client = scripted.ask("");
    let text = client.read_response("POST").text();
    let expected =
        "('https', 'https', 'TLSv1.3', 'TLS_AES_256_GCM_SHA384', 'tls.test', None, False, [])";
    assert_eq!(text, expected);

    let scripted = Scripted::new("return repr(request.tls)");
    let mut client = crate::support::client::Client::connect(scripted.server.address());
    assert_eq!(client.ask("GET", "/a.py").text(), "None");
}

#[test]
fn the_socket_speaks_tls() {
    let scripted = Scripted::new(
        r#"connection = writer.socket
assert isinstance(connection, socket.socket)
assert connection.version() == request.tls.version
assert connection.cipher() == ("TLS_AES_256_GCM_SHA384", "TLSv1.3", 256)
assert connection.selected_alpn_protocol() is None and connection.getpeercert() is None
assert connection.getpeername() == request.client_address
assert connection.pending() == 5, connection.pending()
first = connection.recv(2)
room = bytearray(3)
assert connection.recv_into(room) == 3
connection.sendall(b"<" + first + bytes(room) + b">")
assert connection.send(b"more") == 4
while True:
    data = connection.recv(100)
    if not data:
        break
    connection.sendall(data.upper())
with connection.makefile("wb") as file:
    file.write(b"by makefile ")
with open(request.doc_root + "/file.txt", "rb") as file:
    connection.sendfile(file)
for call, raised in [
    (lambda: connection.sendmsg([b"x"]), NotImplementedError),
    (lambda: connection.recvmsg(1), NotImplementedError),
    (lambda: connection.sendto(b"x", None), ValueError),
    (lambda: connection.recv(1, socket.MSG_PEEK), ValueError),
    (lambda: connection.dup(), NotImplementedError),
]:
    try:
        call()
    except raised:
        continue
    connection.sendall(b"not raised")
return "ignored""#,
    );
    let mut client = scripted.ask("hello");
    assert_eq!(client.read_exact(11), b"<hello>more");
    assert_eq!(client.records(), [7, 4]);
    client.send(b"and this");
    assert_eq!(client.read_exact(8), b"AND THIS");
    client.close_notify();
    let (bytes, end) = client.read_until_end();
    assert_eq!(bytes.escape_ascii().to_string(), "by makefile from a file");
    assert_eq!(end, End::CloseNotify);
}

#[test]
fn the_socket_has_time_outs() {
    let scripted = Scripted::new(
        r#"connection = writer.socket
connection.settimeout(0.05)
try:
    connection.recv(1)
except TimeoutError:
    connection.sendall(b"late ")
connection.setblocking(False)
try:
    connection.recv(1)
except ssl.SSLWantReadError:
    connection.sendall(b"nothing yet ")
connection.settimeout(10)
connection.sendall(connection.recv(5))
connection.sendall(b"!")
connection.settimeout(0.2)
total = 0
try:
    # Until the client's buffers are full.
    for _ in range(1000):
        total += connection.send(b"." * 65536)
except TimeoutError:
    pass
connection.settimeout(None)
connection.sendall(b"%d" % total)
response.close_connection = True"#,
    );
    let mut client = scripted.ask("");
    assert_eq!(client.read_exact(17), b"late nothing yet ");
    client.send(b"hello");
    assert_eq!(client.read_exact(6), b"hello!");
    // The handler fills the buffers of both systems, and waits in vain; then for as long as it takes.
    std::thread::sleep(std::time::Duration::from_millis(600));
    let (bytes, end) = client.read_until_end();
    let dots = bytes.iter().take_while(|&&byte| byte == b'.').count();
    assert_eq!(String::from_utf8_lossy(&bytes[dots..]), dots.to_string());
    assert_eq!(end, End::CloseNotify);
}

#[test]
fn ends_are_chosen() {
    for (body, expected, end) in [
        ("return 'by the server'", None, End::CloseNotify),
        ("writer.close_notify = False\nreturn 'x'", None, End::Fin),
        (
            "writer.write(b'a')\nwriter.half_close()",
            Some("a"),
            End::CloseNotify,
        ),
        (
            "writer.write(b'a')\nwriter.socket.shutdown(socket.SHUT_WR)",
            Some("a"),
            End::CloseNotify,
        ),
        (
            "writer.write(b'a')\nwriter.tcp.shutdown(socket.SHUT_WR)",
            Some("a"),
            End::Fin,
        ),
        ("writer.write(b'a')\nwriter.reset()", None, End::Reset),
        (
            "writer.write(b'a')\nwriter.tcp.sendall(b'\\x17\\x03\\x03\\x00\\x30 cut')",
            Some("a"),
            End::FinWithinRecord,
        ),
    ] {
        let body = format!("response.close_connection = True\n{body}");
        let scripted = Scripted::new(&body);
        let mut client = scripted.ask("");
        let (bytes, seen) = client.read_until_end();
        assert_eq!(seen, end, "{body}");
        if let Some(expected) = expected {
            assert_eq!(bytes, expected.as_bytes(), "{body}");
        }
    }
}

/// How often a busy machine may stop a script in the middle.
const ATTEMPTS: usize = 20;

/// Consecutive head calls and the write after them are one record, unless the handler asks for one each.
#[test]
fn a_head_is_one_record() {
    let body = r#"writer.coalesce = request.GET.first(b"gathered") == b"yes"
writer.write_status(200)
writer.write_header("Content-Length", "5")
writer.end_headers()
writer.write(b"hello")"#;
    let scripted = Scripted::new(body);
    let records = |query: &str| {
        let mut client = scripted.client();
        let response = client.ask("GET", &format!("/a.py?gathered={query}"));
        assert_eq!(response.text(), "hello");
        client.records()
    };
    assert!(records("no").len() >= 4);
    // What is gathered does not wait long, so a script that the machine stops meanwhile sends two.
    let is_one = (0..ATTEMPTS).any(|_| records("yes").len() == 1);
    assert!(is_one, "never one record");
}

/// A handler that sets `SO_LINGER` to zero seconds gets a reset, without close_notify before it.
#[test]
fn lingering_for_no_time_resets() {
    let scripted = Scripted::new(
        r#"linger = struct.pack("ii", 1, 0)
writer.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
response.close_connection = True
return "lost or not""#,
    );
    let (_, end) = scripted.ask("").read_until_end();
    assert_eq!(end, End::Reset);
}

#[test]
fn a_session_may_end_before_its_connection() {
    let scripted = Scripted::new(
        r#"beneath = writer.socket.unwrap()
beneath.sendall(b"in the clear")"#,
    );
    let mut client = scripted.ask("");
    let (bytes, end) = client.read_until_end();
    assert_eq!((&bytes[..], end), (&b""[..], End::CloseNotify));
    client.close_notify();
    client.fin();
    let mut rest = Vec::new();
    std::io::Read::read_to_end(&mut client.stream, &mut rest).expect("FIN");
    assert_eq!(rest, b"in the clear");
}

#[test]
fn client_certificates_are_shown() {
    let body = r#"certificates = request.tls.client_certificates
subject = (writer.socket.getpeercert() or {}).get("subject")
same = certificates and writer.socket.getpeercert(True) == certificates[0]
return repr((len(certificates), subject, same))"#;
    let of_client = Certificate::default();
    for (required, has_one, expected) in [
        (false, false, Some("(0, None, [])")),
        (true, false, None),
        (
            false,
            true,
            Some("(1, ((('commonName', 'rcgen self signed cert'),),), True)"),
        ),
        (
            true,
            true,
            Some("(1, ((('commonName', 'rcgen self signed cert'),),), True)"),
        ),
    ] {
        let mut scripted = Scripted::new(body);
        let roots = ClientRoots::from_pem(of_client.chain.as_bytes()).expect("a root");
        let clients = match required {
            false => ClientCertificates::Request(roots),
            true => ClientCertificates::Require(roots),
        };
        let site = wireserve::python::site(scripted._folder.path()).expect("an interpreter");
        let tls = scripted.certificate.tls().client_certificates(clients);
        scripted.server = Server::builder().site(site).tls(tls).start().unwrap();
        let mut config = scripted.certificate.client();
        if has_one {
            config.client_auth_cert_resolver = presenting(&scripted.certificate, &of_client);
        }
        let address = scripted.server.tls_address().unwrap();
        let mut client = TlsClient::unconnected(address, config);
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            client.handshake();
            client.ask("GET", "/a.py").text()
        }));
        assert_eq!(seen.ok().as_deref(), expected, "{required} {has_one}");
    }
}
