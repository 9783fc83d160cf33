//! Without pywebsocket3, a server with ports for WebSockets does not start; with a checkout that has the
//! library, under its present name or its former one, it does.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::support::command::{FREE_TLS_PORT, wireserve};
use crate::support::folder::folder;
use crate::support::process::{Process, ready_address};
use crate::support::virtual_environment;
use crate::websockets::frames::{close, handshake, opened};
use crate::websockets::servers::{ECHO, Server, checkout};

/// The command without any installed packages.
fn bare(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = wireserve();
    command.env_remove("VIRTUAL_ENV");
    command.current_dir(folder).args(arguments);
    command
}

#[test]
fn the_missing_package_is_named() {
    let folder = folder(&[("echo_wsh.py", ECHO)]);
    for arguments in [
        &["--port=0", "--ws-port=0"][..],
        &["--port=0", "--route", "GET", "/ws/*", "websockets:."],
    ] {
        let ended = Process::spawn(&mut bare(folder.path(), arguments)).end();
        ended.is_refusal(&[
            "pywebsocket3 is missing",
            "pip install pywebsocket3",
            "tools/third_party",
        ]);
    }
}

/// For a port and for a route.
#[test]
fn an_environment_that_is_named_brings_the_library() {
    let folder = folder(&[("echo_wsh.py", ECHO)]);
    let environment = virtual_environment();
    let environment = environment.to_str().expect("UTF-8");
    for (arguments, listeners, target) in [
        (&["--ws-port=0"][..], 2, "/echo"),
        (&["--route", "GET", "/ws/*", "websockets:."], 1, "/ws/echo"),
    ] {
        let options = ["--port=0", "--venv", environment];
        let command = bare(folder.path(), &[&options[..], arguments].concat());
        let process = Process::start_with_listeners(command, listeners);
        let address = process.addresses()[listeners - 1];
        let asked = [handshake(target, &[]), close(1000, "")].concat();
        let received = crate::websockets::servers::client(address, &asked).read_until_close();
        let expected = [opened().as_bytes(), b"\x88\x02\x03\xe8"].concat();
        assert_eq!(received, expected, "{target}: {}", process.stderr());
    }
}

/// The address of the next listener of a scheme.
fn address_of(scheme: &str, process: &mut Process) -> SocketAddr {
    loop {
        let line = process.line().expect("a ready line");
        if line.contains(&format!(" {scheme}://")) {
            return ready_address(&line).expect("an address");
        }
    }
}

#[test]
fn a_checkout_may_bring_the_library() {
    for (place, name) in [
        ("tools/third_party/pywebsocket3", "pywebsocket3"),
        ("tools/third_party/pywebsocket3", "mod_pywebsocket"),
        ("tools/pywebsocket", "mod_pywebsocket"),
    ] {
        let checkout = checkout(place, name);
        let arguments = [&["--wpt", "--port=0", "--log=debug"], FREE_TLS_PORT].concat();
        let mut command = bare(checkout.path(), &arguments);
        let mut process = Process::spawn(&mut command);
        let ws = address_of("ws", &mut process);
        address_of("wss", &mut process);
        let asked = [handshake("/echo", &[]), close(1000, "")].concat();
        let received = crate::websockets::servers::client(ws, &asked).read_until_close();
        let expected = [opened().as_bytes(), b"\x88\x02\x03\xe8"].concat();
        assert_eq!(received, expected, "{place} {name}: {}", process.stderr());
    }
}

/// Handlers may import the library under either name.
#[test]
fn both_names_are_the_same_modules() {
    let server = Server::start(&["--log=off"]);
    let mut client = server.client(&[handshake("/old-name", &[]), close(1000, "")].concat());
    let received = client.read_until_close();
    let expected = [
        opened().as_bytes(),
        b"\x81\x10the same modules\x88\x02\x03\xe8",
    ]
    .concat();
    assert_eq!(received, expected);
}
