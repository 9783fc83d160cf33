//! Where WebSockets are served: on the ports of `ws`, on a route of an HTTP port, and by a handler in Rust.

use std::os::unix::fs::symlink;
use std::sync::Arc;

use wireserve::python::WebSocketHandler;
use wireserve::wire_script::{Frame, Opcode};
use wireserve::{Port, WireScript};

use crate::support::client::Client;
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::transcript;
#[cfg(feature = "tls")]
use crate::support::wait::eventually;
use crate::websockets::frames::{close, handshake, opened, text};
use crate::websockets::servers::{Server, checkout, client, wireserve};

const URI: &str = "from pywebsocket3 import msgutil\n\n
def web_socket_do_extra_handshake(request):\n    pass\n\n
def web_socket_transfer_data(request):\n    msgutil.send_message(request, request.uri)\n";

const BYE: [u8; 4] = *b"\x88\x02\x03\xe8";

/// The first message that a handler sends.
fn message(client: &mut Client) -> String {
    assert_eq!(client.read_until(b"\r\n\r\n"), opened().as_bytes());
    let length = client.read_exact(2)[1];
    String::from_utf8(client.read_exact(length.into())).expect("text")
}

fn ask(address: std::net::SocketAddr, target: &str) -> String {
    let mut client = client(address, &[handshake(target, &[]), close(1000, "")].concat());
    let message = message(&mut client);
    assert_eq!(client.read_until_close(), BYE);
    message
}

#[test]
fn a_port_has_a_folder_of_its_own() {
    let folder = folder(&[
        ("www/hello.txt", "hello"),
        ("ws/a/b_wsh.py", URI),
        ("c_wsh.py", URI),
    ]);
    let mut command = wireserve();
    command.current_dir(folder.path());
    command.args([
        "www",
        "--port=0",
        "--ws-port=0",
        "--ws-port=0",
        "--ws-doc-root=ws",
    ]);
    let mut process = Process::spawn(&mut command);
    let http = process.ready("127.0.0.1");
    let ready = process.line().expect("a line");
    let address = ready
        .trim_end()
        .strip_prefix("wireserve listening on ws://");
    let first = address.and_then(|address| address.strip_suffix("/ (ws-port)"));
    let first = first
        .expect("the address and the option")
        .parse()
        .expect("an address");
    let second = process.ready("127.0.0.1");
    for ws in [first, second] {
        assert_eq!(ask(ws, "/a/b?c"), "/a/b?c");
        assert_eq!(get(ws, "/c").status, 404);
        assert_eq!(get(ws, "/hello.txt").status, 404);
    }
    assert_eq!(get(http, "/hello.txt").text(), "hello");
    assert_eq!(get(http, "/a/b").status, 404);
}

#[test]
fn the_configuration_file_has_ports_and_folder() {
    let folder = folder(&[
        ("ws/a_wsh.py", URI),
        (
            "c.json",
            r#"{"ports": {"http": [0], "ws": ["auto"]}, "ws_doc_root": "ws"}"#,
        ),
    ]);
    let mut command = wireserve();
    command.current_dir(folder.path()).args(["--config=c.json"]);
    let server = Server::of(Process::start_with_listeners(command, 2));
    assert_eq!(ask(server.ws, "/a"), "/a");
}

/// As with `wpt serve --ws_extra`: the last folder that has a handler for a path counts.
#[test]
fn more_folders_have_handlers() {
    let answer = |text: &str| URI.replace("request.uri", &format!("'{text}'"));
    assert_ne!(answer(""), URI);
    let folder = folder(&[
        ("ws/a_wsh.py", &answer("first")),
        ("ws/only_wsh.py", URI),
        ("more/a_wsh.py", &answer("second")),
        ("more/b/c_wsh.py", URI),
        ("last/a_wsh.py", &answer("third")),
        (
            "c.json",
            r#"{"ports": {"http": [0], "ws": ["auto"]}, "ws_doc_root": "ws", "ws_extra": ["more"]}"#,
        ),
    ]);
    for (arguments, expected) in [
        (&["--config=c.json"][..], "second"),
        (
            &[
                "--port=0",
                "--ws-port=0",
                "--ws_doc_root=ws",
                "--ws-extra=more",
                "--ws_extra=last",
            ],
            "third",
        ),
    ] {
        let mut command = wireserve();
        command.current_dir(folder.path()).args(arguments);
        let server = Server::of(Process::start_with_listeners(command, 2));
        assert_eq!(ask(server.ws, "/a"), expected);
        assert_eq!(ask(server.ws, "/only"), "/only");
        assert_eq!(ask(server.ws, "/b/c"), "/b/c");
    }
}

/// The path of a handler begins where the `*` of the pattern does.
#[test]
fn a_route_has_http_beside_it() {
    let folder = folder(&[
        ("ws/a/b_wsh.py", URI),
        ("ws/one_wsh.py", URI),
        ("hello.txt", "hello"),
    ]);
    let mut command = wireserve();
    command.arg(folder.path()).arg("--port=0");
    command.args(["--route", "GET", "/sockets/*", "websockets:ws"]);
    command.args(["--route", "GET", "/one", "websockets:ws"]);
    let process = Process::start(command);
    assert_eq!(ask(process.addr(), "/sockets/a/b?c=d"), "/a/b?c=d");
    assert_eq!(ask(process.addr(), "/one?c"), "/one?c");
    assert_eq!(ask(process.addr(), "/sockets/one?"), "/one?");
    let mut asking = client(process.addr(), &handshake("/sockets/one#c", &[]));
    assert_eq!(asking.read_response("GET").status, 400);
    assert_eq!(get(process.addr(), "/sockets/a/b").status, 426);
    assert_eq!(get(process.addr(), "/sockets/none").status, 404);
    assert_eq!(get(process.addr(), "/hello.txt").text(), "hello");
}

#[test]
fn a_link_out_of_the_folder_leads_to_no_handler() {
    let folder = folder(&[
        ("outside.py", URI),
        ("ws/inside.py", URI),
        ("ws-beside/outside.py", URI),
    ]);
    let ws = folder.path().join("ws");
    symlink("../outside.py", ws.join("out_wsh.py")).expect("a link");
    symlink("../ws-beside/outside.py", ws.join("beside_wsh.py")).expect("a link");
    symlink("inside.py", ws.join("in_wsh.py")).expect("a link");
    for (arguments, status) in [(&[][..], 404), (&["--follow-links-out"], 426)] {
        let mut command = wireserve();
        command
            .arg(&ws)
            .args(["--port=0", "--ws-port=0"])
            .args(arguments);
        let server = Server::of(Process::start_with_listeners(command, 2));
        assert_eq!(get(server.ws, "/in").status, 426);
        assert_eq!(get(server.ws, "/out").status, status);
        assert_eq!(get(server.ws, "/beside").status, status);
    }
}

#[test]
fn wrong_options_are_refused() {
    let folder = folder(&[("a_wsh.py", URI)]);
    for (arguments, named) in [
        (
            &["--ws-doc-root", "."][..],
            &["--ws-doc-root", "--ws-port"][..],
        ),
        (&["--ws-extra", "."], &["--ws-extra", "--ws-port"]),
        (
            &["--ws-port=0", "--ws-doc-root", "none"],
            &["folder of WebSocket handlers", "none"],
        ),
        (
            &["--ws-port=0", "--ws-extra", "gone"],
            &["folder of WebSocket handlers", "gone"],
        ),
        (
            &["--route", "GET", "/a", "websockets:none"],
            &["\"/a\"", "folder of WebSocket handlers"],
        ),
        (
            &["--connections", "0", "websockets:."],
            &["found WebSocket handlers"],
        ),
    ] {
        let mut command = wireserve();
        command
            .current_dir(folder.path())
            .arg("--port=0")
            .args(arguments);
        Process::spawn(&mut command).end().is_refusal(named);
    }
}

#[test]
fn transcripts_show_frames() {
    let folder = folder(&[]);
    let seen = folder.path().to_str().expect("UTF-8");
    let server = Server::start(&["--transcript", seen]);
    let mut client = server.client(&handshake("/echo", &[]));
    client.read_until(b"\r\n\r\n");
    client.send(&text("hi"));
    client.read_exact(4);
    client.send(&close(1000, ""));
    client.read_until_close();
    server.process.signal("TERM");
    server.process.end();
    let shown = transcript::whole(folder.path());
    for part in [
        r#"< 129 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: "#,
        r#"> 8 "\x81\x827\xfa!=_\x93""#,
        r#"< 4 "\x81\x02hi""#,
        r#"> 8 "\x88\x827\xfa!=4\x12""#,
        r#"< 4 "\x88\x02\x03\xe8""#,
    ] {
        assert!(shown.contains(part), "{part} in\n{shown}");
    }
}

/// A handler in Rust gets every request of the port; here, a wire script.
#[test]
fn a_wire_script_answers_on_a_port() {
    let begun = Frame {
        fin: false,
        ..Frame::new(Opcode::BINARY, "a")
    };
    let script = WireScript::new()
        .ws_accept_with("A: b\r\n")
        .ws_frame("hello")
        .ws_frame(begun)
        .ws_close_with((1000, "done"));
    let server = wireserve::Server::builder()
        .scheme("ws", [Port::Free])
        .websockets(Arc::new(script))
        .start()
        .expect("a server");
    let &[http, ws] = server.addresses() else {
        panic!("expected two listeners");
    };
    assert_eq!(get(http, "/any").status, 404);
    let mut client = client(ws, &handshake("/any", &[]));
    let head = opened().replace("\r\n\r\n", "\r\nA: b\r\n\r\n");
    let frames = b"\x81\x05hello\x02\x01a\x88\x06\x03\xe8done";
    let expected = [head.as_bytes(), frames].concat();
    assert_eq!(client.read_until_close(), expected);
}

/// What follows is no request, also where the script waits for one.
#[test]
fn a_wire_script_reads_no_request_after_the_handshake() {
    for step in ["next", "next site"] {
        let script = format!("ws_accept\n{step}\nsend \"HTTP/1.1 204 \\r\\n\\r\\n\"\n");
        let folder = folder(&[("a.wire", &script), ("b.txt", "b")]);
        let mut command = crate::support::command::wireserve();
        command.arg(folder.path()).arg("--port=0");
        let process = Process::start(command);
        let mut client = client(process.addr(), &handshake("/a.wire", &[]));
        client.send(b"GET /b.txt HTTP/1.1\r\n\r\n");
        assert_eq!(client.read_until_close(), opened().as_bytes(), "{step}");
    }
}

/// A port of `wss` brings none of `https`.
#[cfg(feature = "tls")]
#[test]
fn only_the_ports_that_were_asked_for_are_opened() {
    let folder = folder(&[("a_wsh.py", URI)]);
    let mut command = wireserve();
    command.arg(folder.path());
    command.args(["--port=0", "--wss-port=0", "--ready-file=ready.json"]);
    command.current_dir(folder.path());
    let process = Process::start_with_listeners(command, 2);
    let ready = folder.path().join("ready.json");
    eventually("the file is there", || ready.exists());
    let ready = std::fs::read_to_string(ready).expect("a file");
    assert!(
        ready.contains("wss://") && !ready.contains("https://"),
        "{ready}"
    );
    drop(process);
}

/// The doc root may bring the library.
#[test]
fn handlers_run_in_a_rust_test() {
    let checkout = checkout("tools/third_party/pywebsocket3", "pywebsocket3");
    let folder = checkout.path().join("websockets/handlers");
    let handler = WebSocketHandler::new(folder, checkout.path()).expect("handlers");
    let server = wireserve::Server::builder()
        .websockets(Arc::new(handler))
        .start()
        .expect("a server");
    let asked = [handshake("/echo", &[]), text("a"), close(1000, "")].concat();
    let mut client = client(server.addresses()[1], &asked);
    let expected = [opened().as_bytes(), b"\x81\x01a", &BYE].concat();
    assert_eq!(client.read_until_close(), expected);
}
