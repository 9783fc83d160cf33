//! Options that `wpt serve` has as well: `--inject-script`, `--alias-file` and `--latency`. They work
//! with and without `--wpt`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::support::client::Client;
use crate::support::command::{FREE_TLS_PORT, ask, get, run_in, site, wireserve};
use crate::support::process::Process;

const PAGE: &str = "<!doctype html>\n<html>\n<head>\n<title>A page</title>\n<p>text\n";
const INJECTED: &str = "<!doctype html>\n<html>\n<head>\n<script>\nself.early = 1; // no line end\n\
                        document.currentScript.remove();\n</script>\n<title>A page</title>\n<p>text\n";
const SCRIPT: &str = "self.early = 1; // no line end";

/// A server of a folder, run in it.
fn serve(folder: &tempfile::TempDir, arguments: &[&str]) -> (Process, SocketAddr) {
    let mut command = wireserve();
    command.current_dir(folder.path()).args(arguments);
    let mut running = Process::spawn(&mut command);
    let address = running.ready("127.0.0.1");
    (running, address)
}

#[test]
fn a_script_is_inserted_into_pages() {
    let folder = site(&[
        ("early.js", SCRIPT),
        ("page.html", PAGE),
        ("pages/page.html", PAGE),
        ("typed.html", PAGE),
        (
            "typed.html.headers",
            "Content-Type: text/html; charset=utf-8\n",
        ),
        ("broken.html", "<!doctype html>\n<!--<!-- --><p>"),
        ("text.txt", PAGE),
        (
            "raw.asis",
            "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>",
        ),
        ("test.any.js", "test();\n"),
        ("tools/runner/index.html", PAGE),
        (
            "config.json",
            r#"{"check_subdomains": false,
                "routes": [{"method": "GET", "pattern": "/routed", "target": "page.html"}],
                "aliases": [{"url-path": "/alias/", "local-dir": "pages"}]}"#,
        ),
        #[cfg(feature = "python")]
        (
            "script.py",
            "def main(request, response):\n    return [('Content-Type', 'text/html')], '<p>text'\n",
        ),
        #[cfg(feature = "python")]
        (
            "writer.py",
            "def main(request, response):\n    response.writer.write_status(200)\n    \
             response.writer.write_header('Content-Type', 'text/html')\n    \
             response.writer.end_headers()\n    response.writer.write('<p>text')\n    \
             response.close_connection = True\n",
        ),
    ]);
    let arguments = ["--wpt", ".", "--port", "0", "--inject-script", "early.js"];
    let arguments = [&arguments[..], FREE_TLS_PORT].concat();
    let (_server, address) = serve(&folder, &arguments);
    for path in ["/page.html", "/typed.html", "/routed", "/alias/page.html"] {
        let response = get(address, path);
        assert_eq!(response.text(), INJECTED, "{path}");
        let length = INJECTED.len().to_string();
        let found = response.header("content-length");
        assert_eq!(found, Some(length.as_bytes()), "{path}");
        assert_eq!(response.header("etag"), None, "{path}");
    }
    let head = ask(address, "HEAD", "/page.html");
    let length = INJECTED.len().to_string();
    assert_eq!(head.header("content-length"), Some(length.as_bytes()));
    let beginning = "<!doctype html>\n<script>\nself.early";
    let wrapper = get(address, "/test.any.html").text();
    assert!(wrapper.starts_with(beginning), "{wrapper}");
    assert!(wrapper.contains("</script>\n<meta charset"), "{wrapper}");
    let listing = get(address, "/pages/").text();
    assert!(listing.starts_with(beginning), "{listing}");
    for (path, text) in [
        ("/text.txt", PAGE),
        ("/broken.html", "<!doctype html>\n<!--<!-- --><p>"),
        ("/raw.asis", "<p>"),
        ("/tools/runner/index.html", PAGE),
        #[cfg(feature = "python")]
        ("/writer.py", "<p>text"),
    ] {
        assert_eq!(get(address, path).text(), text, "{path}");
    }
    #[cfg(feature = "python")]
    {
        let expected = INJECTED.strip_prefix("<!doctype html>\n<html>\n<head>\n");
        let expected =
            expected.and_then(|rest| rest.strip_suffix("<title>A page</title>\n<p>text\n"));
        let script = get(address, "/script.py").text();
        assert_eq!(
            script,
            expected.expect("the element").to_owned() + "<p>text"
        );
    }
    let mut client = Client::connect(address);
    client.send(b"GET /page.html HTTP/1.1\r\nHost: a\r\nRange: bytes=0-3\r\n\r\n");
    assert_eq!(client.read_response("GET").text(), "<!do");
}

/// Without `--wpt`, pages have validators, which a page with a script must not have.
#[test]
fn a_page_with_a_script_has_no_validators() {
    let folder = site(&[("early.js", SCRIPT), ("page.html", PAGE)]);
    let (_server, address) = serve(&folder, &["--port", "0", "--inject-script", "early.js"]);
    let page = get(address, "/page.html");
    assert_eq!(page.text(), INJECTED);
    assert_eq!(page.header("etag"), None);
    assert_eq!(page.header("last-modified"), None);
    assert!(get(address, "/early.js").header("etag").is_some());
}

#[test]
fn aliases_come_from_a_file() {
    let folder = site(&[
        ("www/page.html", "in the doc root"),
        ("one/page.html", "one"),
        ("two/single.html", "two"),
        ("aliases", "/one/, one\n\n  /single.html ,\ttwo\r\n"),
    ]);
    for option in ["--alias-file", "--alias_file"] {
        let (_server, address) = serve(&folder, &["www", "--port", "0", option, "aliases"]);
        assert_eq!(get(address, "/page.html").text(), "in the doc root");
        assert_eq!(get(address, "/one/page.html").text(), "one");
        assert_eq!(get(address, "/single.html").text(), "two");
    }
}

#[test]
fn every_request_waits_for_the_latency() {
    let folder = site(&[("page.html", PAGE)]);
    let (_server, address) = serve(&folder, &["--port", "0", "--latency", "150"]);
    let mut client = Client::connect(address);
    for target in ["/page.html", "/none.html"] {
        let started = Instant::now();
        client.ask("GET", target);
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(150), "{target}: {took:?}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    let folder = site(&[
        ("ending.js", "const end = '</SCRIPT>';"),
        ("aliases", "/one/, one\n/two/ two\n"),
    ]);
    for (arguments, named) in [
        (
            &["--inject-script", "none.js"][..],
            &["none.js", "No such file"][..],
        ),
        (
            &["--inject-script", "ending.js"],
            &["ending.js", "found `</script`"],
        ),
        (&["--alias-file", "none"], &["alias file", "none"]),
        (
            &["--alias-file", "aliases"],
            &["aliases", "\"/two/ two\"", "line 2"],
        ),
    ] {
        run_in(folder.path(), arguments).is_refusal(named);
    }
}
