//! The command does what its help says: it listens where the options say, prints one line for
//! each listener, and serves the folder it is given, the current one by default. Its listeners
//! share what there is to share.

#[cfg(feature = "python")]
use crate::support::client::Client;
use crate::support::command::{get, run, site, wireserve};
use crate::support::process::Process;

#[test]
fn one_ready_line_for_each_listener_and_nothing_else() {
    let root = site(&[]);
    for (arguments, host, count) in [
        (&["--port", "0"][..], "127.0.0.1", 1),
        (
            &["--port", "0", "--port", "0", "--port", "0"],
            "127.0.0.1",
            3,
        ),
        (&["--host", "127.0.0.2", "--port", "0"], "127.0.0.2", 1),
        (&["--host", "localhost", "--port", "0"], "", 1),
        (&["--host", "::1", "--port", "0", "--port=0"], "[::1]", 2),
        (
            &["--host", "127.0.0.1", "--host=127.0.0.2", "--port", "0"],
            "127.0.0.",
            2,
        ),
    ] {
        let mut running = Process::spawn(wireserve().arg(root.path()).args(arguments));
        let addresses: Vec<_> = (0..count).map(|_| running.ready(host)).collect();
        for &address in &addresses {
            assert_eq!(get(address, "/hello.txt").text(), "hello", "{arguments:?}");
        }
        running.signal("TERM");
        let ended = running.end();
        assert_eq!(ended.code, Some(0), "{arguments:?}");
        assert_eq!(
            ended.stdout.len(),
            count,
            "{arguments:?}: {:?}",
            ended.stdout
        );
    }
}

/// Clients that resolve `localhost` find the server whichever of its addresses they try.
#[test]
fn several_hosts_have_the_same_ports() {
    let root = site(&[]);
    let mut command = wireserve();
    command.arg(root.path());
    for option in ["--host=127.0.0.1", "--host=::1", "--port=0", "--port=0"] {
        command.arg(option);
    }
    let server = Process::start_with_listeners(command, 4);
    let &[first4, first6, second4, second6] = server.addresses() else {
        panic!("four listeners")
    };
    assert!(first4.is_ipv4() && first6.is_ipv6());
    assert_eq!(
        (first4.port(), second4.port()),
        (first6.port(), second6.port())
    );
    assert_ne!(first4.port(), second4.port());
    for &address in server.addresses() {
        assert_eq!(get(address, "/hello.txt").text(), "hello", "{address}");
    }
}

#[test]
fn ready_means_ready() {
    let root = site(&[]);
    // The line is there, so the very first connection is accepted, and answered.
    let server = Process::wireserve(root.path(), ["--port", "0"]);
    assert_eq!(get(server.addr(), "/hello.txt").status, 200);
}

#[test]
fn the_default_doc_root_is_the_current_folder() {
    let root = site(&[("index.html", "<title>here</title>")]);
    let mut command = wireserve();
    command.current_dir(root.path()).args(["--port", "0"]);
    let server = Process::start(command);
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
    assert_eq!(get(server.addr(), "/").text(), "<title>here</title>");
}

#[test]
fn a_relative_doc_root_is_below_the_current_folder() {
    let root = site(&[("below/deep.txt", "deep")]);
    let mut command = wireserve();
    command
        .current_dir(root.path())
        .args(["below", "--port", "0"]);
    let server = Process::start(command);
    assert_eq!(get(server.addr(), "/deep.txt").text(), "deep");
    assert_eq!(get(server.addr(), "/hello.txt").status, 404);
}

#[test]
fn help_and_version_go_to_standard_output() {
    let version = concat!("wireserve ", env!("CARGO_PKG_VERSION"), "\n");
    for option in ["--version", "-V"] {
        let ended = run([option]);
        assert_eq!(
            (ended.code, ended.stdout.concat()),
            (Some(0), version.into())
        );
        assert_eq!(ended.stderr, "", "{option}");
    }
    let help = run(["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    let text = help.stdout.concat();
    for word in [
        "[DOC_ROOT]",
        "--host",
        "--port",
        "--config",
        "--route",
        "--log",
        "--version",
        "127.0.0.1",
        "8000",
        "RUST_LOG",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[cfg(feature = "python")]
#[test]
fn the_listeners_share_one_stash() {
    const KEY: &str = "00000000-0000-0000-0000-00000000c0de";
    let put = format!(
        "def main(request, response):\n    request.server.stash.put('{KEY}', request.body, '/')\n"
    );
    let take = format!(
        "def main(request, response):\n    return request.server.stash.take('{KEY}', '/') or 'none'\n"
    );
    let root = site(&[("put.py", &put), ("take.py", &take)]);
    let mut command = wireserve();
    command
        .arg(root.path())
        .args(["--port", "0", "--port", "0", "--port", "0"]);
    let server = Process::start_with_listeners(command, 3);
    let [first, second, third] = *server.addresses() else {
        panic!("three listeners")
    };
    let mut client = Client::connect(first);
    client.send(b"POST /put.py HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nkept");
    assert_eq!(client.read_response("POST").status, 200);
    for (address, text) in [(second, "kept"), (third, "none"), (first, "none")] {
        assert_eq!(get(address, "/take.py").text(), text);
    }
}
