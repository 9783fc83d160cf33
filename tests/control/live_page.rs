//! The live page of the control interface, in Chromium.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use wireserve::script;

use crate::control::asking::{Asker, controlled};
use crate::support::client::Client;
use crate::support::devtools::Page;
use crate::support::response::Response;

const DESKTOP: (u32, u32) = (1280, 720);
const PHONE: (u32, u32) = (390, 800);

/// What "Copy" copies, without a clipboard.
const KEEP_COPIES: &str =
    "navigator.clipboard.writeText = async (text) => { window.copied = text; }; 0";

/// The text of a button's copy.
fn copied(page: &mut Page, button: &str) -> String {
    page.value(&format!(
        "window.copied = null; document.getElementById('{button}').click(); 0"
    ));
    page.wait_until("window.copied !== null");
    page.value("window.copied")
        .as_str()
        .expect("text")
        .to_owned()
}

#[test]
fn exchanges_as_they_happen_with_bytes_problems_and_copies() {
    let (server, control, asker) = controlled();
    server.any("/*", |_| "as usual");
    server.any("/torn", |_| {
        script("send \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nhalf\"\nreset")
    });
    let mut page = Page::open(&control.url(), DESKTOP);
    page.wait_until("document.getElementById('state').textContent === 'live'");
    page.value(KEEP_COPIES);

    // It comes without a reload. Markup in a target is shown as text.
    let request = "POST /torn?<b>x</b> HTTP/1.1\r\nHost: here\r\nX-Quoted: it's\r\nX-Empty:\r\nContent-Length: 3\r\n\r\na\0b";
    let mut client = Client::connect(server.address());
    client.send(request.as_bytes());
    client.read_until_close();
    page.wait_until("document.querySelectorAll('.row').length === 1");
    page.value("document.querySelector('.row').click(); 0");
    page.wait_until("document.querySelectorAll('#segments li.server').length > 1");
    let text = page.value("document.getElementById('detail').innerText");
    let text = text.as_str().expect("text");
    for part in [
        "POST /torn?<b>x</b>",
        "an invalid byte in the request target (RFC 9112 §3.2)",
        "X-Quoted: it's\\r\\n",
        "a\\x00b",
        "Content-Length: 10\\r\\n",
        "half",
        "RST",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let script = asker.ask("GET", "/v1/requests/1/script", None);
    assert_eq!(copied(&mut page, "copy-wire"), script.text());

    // The copied command sends the same again.
    client = Client::connect(server.address());
    client.send(
        request
            .replace("/torn?<b>x</b>", "/again?[x]='y'")
            .replace("here", "there")
            .as_bytes(),
    );
    client.read_response("POST");
    page.wait_until("document.querySelectorAll('.row').length === 2");
    page.press("j");
    page.wait_until("document.getElementById('title').textContent.includes('/again')");
    let command = copied(&mut page, "copy-curl");
    let status = Command::new("sh")
        .args(["-c", &command])
        .output()
        .expect("a shell")
        .status;
    assert!(status.success(), "{command}");
    let [sent, again] = [2, 3].map(|number| asker.get(&format!("/v1/requests/{number}")));
    for key in ["method", "target", "body"] {
        assert_eq!(sent[key], again[key], "{command}");
    }
    assert_eq!(sorted(&sent), sorted(&again), "{command}");
    assert_eq!(page.errors(), [] as [String; 0]);
}

/// The fields of a request, in an order of our own: curl chooses another one.
fn sorted(request: &Value) -> Vec<String> {
    let fields = request["fields"].as_array().expect("fields");
    let mut fields: Vec<_> = fields.iter().map(Value::to_string).collect();
    fields.sort_unstable();
    fields
}

#[test]
fn many_exchanges_a_filter_keys_and_small_windows() {
    const MANY: usize = 2_000;
    let (server, control, asker) = controlled();
    server.any("/*", |_| "x");
    let mut client = Client::connect(server.address());
    for number in 1..=MANY {
        client.send(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        client.read_response("GET");
    }
    let mut page = Page::open(&control.url(), DESKTOP);
    page.wait_until(&format!(
        "document.getElementById('kept').textContent === '{MANY} exchanges'"
    ));
    // The latest is in view, and only what is in view costs elements.
    page.wait_until(&format!(
        "document.getElementById('exchange-{MANY}') !== null"
    ));
    assert!(
        page.value("document.querySelectorAll('*').length")
            .as_u64()
            .unwrap()
            < 1_000
    );

    // Keys: the first, the next, open, close; then a filter.
    page.press("g");
    page.press("j");
    page.press("Enter");
    page.wait_until("document.getElementById('title').textContent === 'GET /2'");
    page.press("Escape");
    page.wait_until("document.getElementById('detail').hidden");
    page.press("/");
    for key in "1999".chars() {
        page.press(&key.to_string());
    }
    page.wait_until(&format!(
        "document.getElementById('kept').textContent === '1 of {MANY} exchanges'"
    ));
    assert_eq!(
        page.value("document.querySelector('.row .target').textContent"),
        "/1999"
    );

    // On a phone, nothing is wider than the window, and an open exchange has the window for itself.
    let light = page.value("getComputedStyle(document.body).backgroundColor");
    page.prefer("dark");
    assert_ne!(
        page.value("getComputedStyle(document.body).backgroundColor"),
        light
    );
    page.resize(PHONE.0, PHONE.1);
    page.value("document.querySelector('.row').click(); 0");
    page.wait_until("!document.getElementById('detail').hidden");
    let widest = "Math.max(...[...document.querySelectorAll('body *')].map((one) => one.getBoundingClientRect().right))";
    assert!(page.value(widest).as_f64().unwrap() <= f64::from(PHONE.0));
    assert_eq!(
        page.value("getComputedStyle(document.getElementById('list')).display"),
        "none"
    );

    // What is forgotten disappears.
    asker.tell("POST", "/v1/reset");
    page.wait_until("document.getElementById('kept').textContent === '0 exchanges'");
    assert_eq!(page.errors(), [] as [String; 0]);
}

/// With as many exchanges as are kept, the page takes 50 more a second and still draws. `--nocapture` prints how
/// long frames take.
#[test]
fn a_full_page_keeps_up_with_fifty_exchanges_a_second() {
    const KEPT: usize = 10_000;
    const MORE: usize = 200;
    const EACH: Duration = Duration::from_millis(20);
    let (server, control, _) = controlled();
    server.any("/*", |_| "x");
    let mut client = Client::connect(server.address());
    let mut ask = |number: usize| {
        client.send(format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        client.read_response("GET");
    };
    (1..=KEPT).for_each(&mut ask);
    let mut page = Page::open(&control.url(), DESKTOP);
    page.wait_until(&format!(
        "document.getElementById('exchange-{KEPT}') !== null"
    ));
    page.value(
        "window.frames_seen = []; (function frame(before) { requestAnimationFrame((now) => { \
         window.frames_seen.push(now - before); frame(now); }); })(performance.now()); 0",
    );
    let begun = Instant::now();
    for number in 1..=MORE {
        ask(KEPT + number);
        let next = EACH * u32::try_from(number).expect("few");
        thread::sleep(next.saturating_sub(begun.elapsed()));
    }
    page.wait_until(&format!(
        "document.getElementById('exchange-{}') !== null",
        KEPT + MORE
    ));
    let took = begun.elapsed();
    let frames = page.value("window.frames_seen.sort((a, b) => a - b)");
    let frames: Vec<f64> = frames
        .as_array()
        .expect("numbers")
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let at = |share: f64| frames[((frames.len() - 1) as f64 * share) as usize];
    println!(
        "{} frames in {took:?}: median {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
        frames.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    // A page that draws all rows for each exchange takes seconds for a frame, on any machine.
    assert!(at(0.95) < 1_000.0, "{frames:?}");
    assert_eq!(page.errors(), [] as [String; 0]);
}

#[test]
fn only_its_own_style_and_script_run() {
    let (_server, control, _asker) = controlled();
    let asker = Asker::of(&control);
    let response = asker.ask("GET", "/", None);
    assert_eq!(response.status, 200);
    let policy = policy_of(&response);
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let nonce = policy.split("script-src 'nonce-").nth(1);
    let nonce = nonce.and_then(|rest| rest.split('\'').next());
    let nonce = nonce.expect("a nonce");
    let script = format!("<script nonce=\"{nonce}\">");
    assert!(response.text().contains(&script));
    let other = policy_of(&asker.ask("GET", "/", None));
    assert!(!other.contains(nonce));
}

fn policy_of(response: &Response) -> String {
    let policy = response.header("Content-Security-Policy");
    String::from_utf8_lossy(policy.expect("a policy")).into_owned()
}
