//! The handlers in the documentation do what their pages show.
//!
//! A Python block that begins with `# site/NAME` is a file. Each page is served with its own files,
//! its console commands are run in a shell, and their output must be what the page shows. Handlers
//! that no command of the page requests must answer all the same.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use regex::Regex;
use wireserve::internals::config::Config;

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::repository;

/// The address in the pages.
const SHOWN_ADDRESS: &str = "127.0.0.1:8000";

/// The folder in the pages.
const SHOWN_SITE: &str = "/home/you/site";

/// What is defined before each command. Not every machine has `nc`, and not every `nc` ends when the
/// server closes.
const PRELUDE: &str = r#"
nc() {
    exec 3<>"/dev/tcp/$1/$2"
    cat >&3
    cat <&3
}
"#;

#[test]
fn the_tutorial() {
    check("handlers.md");
}

#[test]
fn the_reference_pages() {
    let folder = repository().join("docs/handlers");
    for entry in fs::read_dir(folder).expect("the pages") {
        let name = entry.expect("a page").file_name();
        check(&format!("handlers/{}", name.display()));
    }
}

#[test]
fn routes() {
    check("configuration.md");
}

#[test]
fn configuration_files() {
    let page = read("configuration.md");
    let files: Vec<_> = blocks(&page).filter(|block| block.info == "json").collect();
    assert_eq!(files.len(), 2);
    for file in files {
        let folder = folder(&[("config.json", file.text)]);
        Config::read(&folder.path().join("config.json")).expect("a valid configuration");
    }
}

/// Serves the files of a page and runs its commands.
fn check(name: &str) {
    println!("{name}");
    let page = read(name);
    let mut files = Vec::new();
    let mut commands = Vec::new();
    let mut arguments = Vec::new();
    for block in blocks(&page) {
        match block.info {
            "python" => match block.text.strip_prefix("# site/") {
                Some(named) => files.push((named.lines().next().expect("a name"), block.text)),
                None => assert!(
                    !block.text.contains("def main"),
                    "a handler without a file name:\n{}",
                    block.text
                ),
            },
            "console" => commands.extend(commands_of(block.text)),
            "sh" => arguments = words(block.text).split_off(2),
            "json" => {}
            info => panic!("a block of {info:?}"),
        }
    }

    assert!(!commands.is_empty(), "{name} has no commands");

    let site = folder(&files);
    let server = Process::wireserve(site.path(), arguments);
    for command in &commands {
        let output = command.run(server.addr());
        let output = output.replace(&site.path().display().to_string(), SHOWN_SITE);
        assert_eq!(
            undated(&output),
            undated(&command.output),
            "{}",
            command.line
        );
    }

    for (file, text) in files {
        let is_requested = commands.iter().any(|command| command.line.contains(file));
        if text.contains("def main") && !is_requested {
            let mut client = Client::connect(server.addr());
            client.send(format!("GET /{file} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
            let line = client.read_until(b"\r\n");
            let line = String::from_utf8(line).expect("a status line");
            assert!(line.starts_with("HTTP/1.1 "), "{file}: {line}");
            assert!(
                !line.contains(" 404 ") && !line.contains(" 500 "),
                "{file}: {line}"
            );
        }
    }
}

/// A fenced block of a page.
struct Block<'p> {
    info: &'p str,
    text: &'p str,
}

fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    page.split("\n```").skip(1).step_by(2).map(|fenced| {
        let (info, text) = fenced.split_once('\n').expect("a line after a fence");
        Block { info, text }
    })
}

/// A command in a console block, and its output.
struct Shown<'p> {
    line: &'p str,
    output: String,
}

fn commands_of(console: &str) -> Vec<Shown<'_>> {
    let mut commands: Vec<Shown<'_>> = Vec::new();
    for line in console.lines() {
        match line.strip_prefix("$ ") {
            Some(line) => commands.push(Shown {
                line,
                output: String::new(),
            }),
            None => {
                let command = commands.last_mut().expect("a command before its output");
                command.output += line;
                command.output += "\n";
            }
        }
    }
    commands
}

impl Shown<'_> {
    fn run(&self, address: SocketAddr) -> String {
        println!("  {}", self.line);
        let line = self
            .line
            .replace(SHOWN_ADDRESS, &address.to_string())
            .replace("127.0.0.1 8000", &format!("127.0.0.1 {}", address.port()));
        let output = Command::new("timeout")
            .args(["20", "bash", "-c", &format!("{PRELUDE}{line}")])
            .env("no_proxy", "*")
            .output()
            .expect("a shell");
        let status = output.status;
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(status.success(), "{}: {status}\n{errors}", self.line);
        String::from_utf8(output.stdout)
            .expect("text")
            .replace("\r\n", "\n")
            .replace(&address.to_string(), SHOWN_ADDRESS)
    }
}

/// The output without the value of `Date`.
fn undated(output: &str) -> String {
    let date = Regex::new("(?m)^Date: .*$").expect("a pattern");
    date.replace_all(output.trim_end(), "Date:").into_owned()
}

/// The words of a command line, where single quotes protect spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (number, part) in line.trim().split('\'').enumerate() {
        if number % 2 == 1 {
            *words.last_mut().expect("a word") += part;
            continue;
        }
        let mut pieces = part.split(' ');
        *words.last_mut().expect("a word") += pieces.next().unwrap_or_default();
        words.extend(pieces.map(str::to_owned));
    }
    words
}

fn read(name: &str) -> String {
    let path: PathBuf = repository().join("docs").join(name);
    fs::read_to_string(path).expect("the page")
}
