//! A page in headless Chromium that a test looks at and uses, through the DevTools protocol over a pipe.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::browser::OPTIONS;

/// How long an answer may take: the browser starts within it, too.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A page. Dropping it ends its browser.
pub struct Page {
    child: Child,
    commands: ChildStdin,
    messages: Receiver<Value>,
    session: Value,
    count: u64,
    /// Exceptions of scripts, and what the browser logs as errors.
    errors: Vec<String>,
    _profile: TempDir,
}

impl Page {
    /// Opens a page, with a window of this size.
    pub fn open(url: &str, (width, height): (u32, u32)) -> Self {
        let profile = TempDir::with_prefix("wireserve-devtools-").expect("a temporary folder");
        // The browser takes commands from descriptor 3, and answers on descriptor 4.
        let mut child = Command::new("sh")
            .args([
                "-c",
                r#"exec chromium "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#,
                "sh",
            ])
            .args(OPTIONS)
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let commands = child.stdin.take().expect("a pipe");
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sends, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut text = Vec::new();
            while answers
                .read_until(0, &mut text)
                .is_ok_and(|length| length > 0)
            {
                let message = serde_json::from_slice(text.strip_suffix(b"\0").unwrap_or(&text));
                if sends.send(message.expect("JSON")).is_err() {
                    return;
                }
                text.clear();
            }
        });
        let (session, count, errors) = (Value::Null, 0, Vec::new());
        let mut page = Self {
            child,
            commands,
            messages,
            session,
            count,
            errors,
            _profile: profile,
        };
        let target = page.command("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        page.session = page.command("Target.attachToTarget", target)["sessionId"].take();
        for domain in ["Runtime.enable", "Log.enable", "Page.enable"] {
            page.command(domain, json!({}));
        }
        page.resize(width, height);
        page.command("Page.navigate", json!({"url": url}));
        page.wait_for_load();
        page
    }

    /// Waits until another page has been loaded in its place.
    pub fn wait_for_load(&mut self) {
        while self.message("load")["method"] != "Page.loadEventFired" {}
    }

    /// Gives the window another size.
    pub fn resize(&mut self, width: u32, height: u32) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Prefers a dark or a light colour scheme.
    pub fn prefer(&mut self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.command("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// Presses and releases a key.
    pub fn press(&mut self, key: &str) {
        let text = if key.len() == 1 { key } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            self.command(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "text": text}),
            );
        }
    }

    /// The value of an expression; of a promise, once it is settled.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let evaluate =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.command("Runtime.evaluate", evaluate);
        assert!(
            answer["exceptionDetails"].is_null(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].take()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait_until(&mut self, expression: &str) {
        let wait = format!(
            "new Promise((settle) => {{
                const end = Date.now() + {};
                const look = () => {{
                    if ({expression}) settle(true);
                    else if (Date.now() > end) settle(document.body.innerText);
                    else setTimeout(look, 20);
                }};
                look();
            }})",
            ANSWER_WITHIN.as_millis() / 2
        );
        assert_eq!(self.value(&wait), true, "{expression}");
    }

    /// What went wrong in the page's scripts so far.
    pub fn errors(&mut self) -> &[String] {
        // Earlier events come before this answer.
        self.value("0");
        &self.errors
    }

    #[track_caller]
    fn command(&mut self, method: &str, params: Value) -> Value {
        self.count += 1;
        let mut command = json!({"id": self.count, "method": method, "params": params});
        if !self.session.is_null() {
            command["sessionId"] = self.session.clone();
        }
        let text = format!("{command}\0");
        self.commands
            .write_all(text.as_bytes())
            .expect("a browser that reads commands");
        loop {
            let mut message = self.message(method);
            if message["id"] == self.count {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }

    /// The next message of the browser, an answer or an event, while waiting for something.
    #[track_caller]
    fn message(&mut self, waits_for: &str) -> Value {
        let message = self.messages.recv_timeout(ANSWER_WITHIN);
        let message = message.unwrap_or_else(|error| panic!("{waits_for}: {error}"));
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.errors.push(message["params"].to_string()),
            Some("Log.entryAdded") if message["params"]["entry"]["level"] == "error" => {
                self.errors.push(message["params"]["entry"].to_string());
            }
            _ => {}
        }
        message
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // As for other browsers: the whole group, by a shell.
        let group = format!("kill -s KILL -- -{}", self.child.id());
        let _ = Command::new("sh")
            .args(["-c", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.child.wait();
    }
}
