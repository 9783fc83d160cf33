//! A page of a checkout that has `.https.` in its name and is requested without HTTPS is a warning, with the URL
//! where it works.

use crate::support::client::Client;
use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::Process;

#[test]
fn a_page_that_needs_https_is_reported() {
    let checkout = folder(&[
        ("config.json", r#"{"check_subdomains": false}"#),
        ("a.https.html", "a page"),
        ("b.https.any.js", "// a test"),
        ("c.html", "another page"),
    ]);
    let mut command = wireserve();
    command.current_dir(checkout.path());
    command.args(["--wpt", "--port=0", "--tls-port=0", "--tls-port=0"]);
    let server = Process::start_with_listeners(command, 5);
    let [http, .., https] = server.addresses().to_vec()[..] else {
        panic!("listeners");
    };
    let mut client = Client::connect(http);
    for path in [
        "/a.https.html",
        "/b.https.any.html",
        "/b.https.any.js",
        "/c.html",
    ] {
        assert_eq!(client.ask("GET", path).status, 200, "{path}");
    }
    server.signal("TERM");
    let logged = server.end().stderr;
    for path in ["/a.https.html", "/b.https.any.html"] {
        let url = format!("https://web-platform.test:{}{path}", https.port());
        let line = format!("{path} needs HTTPS, according to its name: open {url}");
        assert!(logged.contains(&line), "{line} is not in\n{logged}");
    }
    assert_eq!(logged.matches("needs HTTPS").count(), 2, "{logged}");
}
