//! A checkout opens over HTTPS in a fresh Chromium as docs/wpt.md describes: with the hash of the server's key that
//! `wireserve cert` prints, and without a line in the hosts file.

use serde_json::{Value, json};

use crate::support::browser::{Browser, listen_for_reports};
use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::Process;

const PAGE: &str = r#"<!doctype html><script>
(async () => {
  const text = async (url) => {
    try { return await (await fetch(url)).text(); } catch (error) { return error.name; }
  };
  const registration = await navigator.serviceWorker.register("/worker.js");
  const seen = {
    secure: isSecureContext,
    worker: registration.scope,
    alternate: await text("https://{{hosts[alt][www1]}}:{{ports[https][1]}}/text.txt"),
    other: await text("https://{{domains[élève]}}:{{ports[https-private][0]}}/text.txt"),
    nowhere: await text("https://{{domains[nonexistent]}}:{{ports[https][0]}}/text.txt"),
  };
  await fetch(REPORT, {method: "POST", mode: "no-cors", body: JSON.stringify(seen)});
})();
</script>"#;

#[test]
fn a_fresh_profile_needs_only_options() {
    let (reports, received) = listen_for_reports();
    let page = PAGE.replace("REPORT", &format!("\"http://{reports}/\""));
    let checkout = folder(&[
        ("config.json", r#"{"check_subdomains": false}"#),
        ("page.sub.html", &page),
        ("worker.js", ""),
        ("text.txt", "text"),
        ("text.txt.headers", "Access-Control-Allow-Origin: *\n"),
    ]);
    let command = |arguments: &[&str]| {
        let mut command = wireserve();
        command.current_dir(checkout.path()).args(arguments);
        command
    };
    let arguments = ["--wpt", "--port=0", "--tls-port=0", "--tls-port=0"];
    let server = Process::start_with_listeners(command(&arguments), 9);
    let port = server.addresses()[4].port();
    let printed = Process::spawn(&mut command(&["cert", "--wpt", "--spki"])).end();
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let hash = printed.stdout.concat();
    let mut browser = Browser::open_with(
        &format!("https://web-platform.test:{port}/page.sub.html"),
        &[
            &format!("--ignore-certificate-errors-spki-list={}", hash.trim_end()),
            "--host-resolver-rules=MAP nonexistent.*.test ~NOTFOUND, MAP *.test 127.0.0.1",
        ],
    );
    let seen: Value = serde_json::from_str(&browser.wait_for(&received)).expect("JSON");
    assert_eq!(
        seen,
        json!({
            "secure": true,
            "worker": format!("https://web-platform.test:{port}/"),
            "alternate": "text",
            "other": "text",
            "nowhere": "TypeError",
        })
    );
}
