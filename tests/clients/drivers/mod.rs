//! How each client is run over TLS: curl from here, the others by the drivers beside this file,
//! which take cases as arguments and print a line for each.
//!
//! An outcome is `STATUS "body"`, with the field X-T where there is one; `error KIND`, or `STATUS error
//! KIND` when the client had told the status before it failed; `hang`, or `STATUS hang`. Kinds are the
//! client's own words. After a second request, `, then` and the same follow.

pub mod curl;

use crate::support::process::Process;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::browser::{Browser, listen_for_reports};
use crate::support::{repository, virtual_environment};

/// How long a client may take for one answer before it counts as hanging; the drivers say it too.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// What a client must request, one URL after the other.
pub struct Case {
    pub urls: Vec<String>,
}

/// A client.
pub struct Client {
    /// What it is called in `tests/data/clients.json`.
    pub name: &'static str,
    /// The one that is here, or what to install.
    pub version: fn() -> Result<String, String>,
    /// What it does with each of the cases, if it trusts this root besides those of the system; panics if it cannot be
    /// run.
    pub meet: fn(&[Case], &Path) -> Vec<String>,
}

/// All of them.
pub static CLIENTS: [Client; 5] = [
    Client {
        name: "curl",
        version: || installed("curl", "curl"),
        meet: curl::meet,
    },
    Client {
        name: "http.client",
        version: || python("import platform; print('Python', platform.python_version())"),
        meet: |cases, root| python_driver("http_client.py", cases, root),
    },
    Client {
        name: "urllib3",
        version: || python("import urllib3; print('urllib3', urllib3.__version__)"),
        meet: |cases, root| python_driver("urllib3_client.py", cases, root),
    },
    Client {
        name: "Node",
        version: || Ok(format!("Node {}", installed("node", "nodejs")?)),
        meet: |cases, root| {
            let mut command = Command::new("node");
            trusting(command.arg(folder("node.js")), root);
            lines(with_cases(&mut command, cases))
        },
    },
    Client {
        name: "Chromium",
        version: || installed("chromium", "chromium"),
        meet: meet_in_a_browser,
    },
];

/// The lines of a command that has ended well.
fn lines(command: &mut Command) -> Vec<String> {
    let ended = Process::spawn(command).end();
    assert_eq!(ended.code, Some(0), "{command:?}:\n{}", ended.stderr);
    without_ends(&ended.stdout)
}

fn without_ends(lines: &[String]) -> Vec<String> {
    let lines = lines.iter().map(|line| line.trim_end_matches('\n'));
    lines.map(str::to_owned).collect()
}

/// How a body, and the field X-T if there is one, are shown.
pub fn answer(body: &[u8], field: Option<&str>) -> String {
    let body: String = body.iter().map(|&byte| byte as char).collect();
    let quoted = |text: &str| serde_json::to_string(text).expect("text");
    match field {
        Some(field) => format!("{} x-t={}", quoted(&body), quoted(field)),
        None => quoted(&body),
    }
}

fn python_driver(file: &str, cases: &[Case], root: &Path) -> Vec<String> {
    let mut command = Command::new(venv());
    trusting(command.arg(folder(file)), root);
    lines(with_cases(&mut command, cases))
}

/// Sets the variables by which curl, Python and Node.js are given a root.
pub fn trusting(command: &mut Command, root: &Path) {
    for name in ["CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
        command.env(name, root);
    }
}

fn with_cases<'a>(command: &'a mut Command, cases: &[Case]) -> &'a mut Command {
    command.args(cases.iter().map(|case| case.urls.join(",")))
}

fn meet_in_a_browser(cases: &[Case], _root: &Path) -> Vec<String> {
    let (listener, reports) = listen_for_reports();
    let first = &cases[0].urls[0];
    let (origin, _) = first
        .split_once("/catalogue/responses/")
        .expect("a case's URL");
    let mut url = format!("{origin}/tests/clients/drivers/browser.html?report=http://{listener}/");
    for case in cases {
        url.push_str("&case=");
        let urls = case.urls.join(",");
        url.extend(percent_encoding::utf8_percent_encode(
            &urls,
            percent_encoding::NON_ALPHANUMERIC,
        ));
    }
    // Its own store of roots is not that of a file.
    let mut browser = Browser::open_trusting(&url);
    let report = browser.wait_for(&reports);
    serde_json::from_str(&report).expect("the page reports a list")
}

/// The first two words that `program` has for its version; the rest says how it was built.
fn installed(program: &str, package: &str) -> Result<String, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|folder| folder.join(program).is_file()) {
        return Err(format!(
            "no `{program}` on PATH: install the package {package}, or run `./dev setup`"
        ));
    }
    let printed = lines(Command::new(program).arg("--version"));
    let words = printed.iter().flat_map(|line| line.split_whitespace());
    Ok(words.take(2).collect::<Vec<_>>().join(" "))
}

/// What the virtual environment's Python prints.
fn python(code: &str) -> Result<String, String> {
    let lack = "is not in target/venv: run `./dev setup`";
    if !venv().is_file() {
        return Err(format!("Python {lack}"));
    }
    let ended = Process::spawn(Command::new(venv()).args(["-c", code])).end();
    let version = without_ends(&ended.stdout).into_iter().next();
    version.ok_or_else(|| format!("what `{code}` needs {lack}"))
}

fn venv() -> PathBuf {
    virtual_environment().join("bin/python")
}

fn folder(file: &str) -> PathBuf {
    repository().join("tests/clients/drivers").join(file)
}
