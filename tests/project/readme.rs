//! The README is accurate: its Rust test is compiled and passes, and its commands print what it shows when they run
//! on the real binary, with the files that it shows.

use std::process::Command;

use tempfile::TempDir;

use crate::support;
use crate::support::client::Client;
use crate::support::command::{FREE_TLS_PORT, program};
use crate::support::folder::folder;
use crate::support::process::Process;

/// Exactly the README's test, as cargo runs it.
mod rust_example;

const README: &str = include_str!("../../README.md");

/// The address that the README uses for a server on the default port.
const SHOWN_ADDRESS: &str = "127.0.0.1:8000";

#[test]
fn the_rust_example_is_the_one_that_is_compiled() {
    let examples: Vec<_> = blocks("rust").collect();
    assert_eq!(examples, [include_str!("readme/rust_example.rs")]);
}

#[test]
fn the_dependency_names_this_crate() {
    let examples: Vec<_> = blocks("toml").collect();
    let name = env!("CARGO_PKG_NAME");
    assert_eq!(
        examples,
        [format!(
            "[dev-dependencies]\n{name} = {{ path = \"../{name}\", default-features = false }}\n"
        )]
    );
    let version = env!("CARGO_PKG_RUST_VERSION");
    assert!(README.contains(&format!("Rust {version} or later")));
}

#[test]
fn the_commands_of_dev_exist() {
    let script = support::repository().join("dev");
    let help = printed(Command::new(script).arg("help"));
    let used: Vec<_> = README
        .split("./dev ")
        .skip(1)
        .filter_map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next())
        .collect();
    for command in ["serve", "test", "bench", "help"] {
        assert!(used.contains(&command), "the README does not use {command}");
    }
    for command in used {
        assert!(help.contains(&format!("\n  {command} ")), "./dev {command}");
    }
}

#[test]
fn the_commands_print_what_is_shown() {
    let shell = Shell::new();
    let sessions: Vec<_> = blocks("console").collect();
    assert_eq!(sessions.len(), 2);
    for session in sessions {
        let mut server = None;
        for step in session.split("$ ").skip(1) {
            let (command, shown) = step.split_once('\n').expect("a command is a line");
            println!("$ {command}");
            if let Some(command) = command.strip_suffix(" &") {
                // A process that starts has printed its ready line, which is shown.
                server = Some(shell.start(command));
                let ready = format!("wireserve listening on http://{SHOWN_ADDRESS}/ (port)\n");
                assert!(shown.starts_with(&ready), "{shown}");
            } else {
                shell.run(command, shown, server.as_ref());
            }
        }
    }
}

/// A shell in which the README's commands run. One folder is the current one and the home.
struct Shell {
    folder: TempDir,
}

impl Shell {
    /// The README's files, and a checkout of WPT with the page that it opens.
    fn new() -> Self {
        let shown: Vec<_> = blocks("python")
            .chain(blocks(""))
            .map(|text| (file_name(text), text))
            .collect();
        assert_eq!(shown.len(), 2);
        let page = ("wpt/dom/nodes/Node-parentNode.html", "<!doctype html>\n");
        let files: Vec<_> = shown.into_iter().chain([page]).collect();
        Self {
            folder: folder(&files),
        }
    }

    /// Starts wireserve on free ports instead of the default ones.
    fn start(&self, command: &str) -> Process {
        let mut server = Command::new(program());
        let arguments = self.arguments(command);
        if arguments.iter().any(|argument| argument == "--wpt") {
            server.args(FREE_TLS_PORT);
        }
        server
            .args(arguments)
            .args(["--port", "0", "--log", "error"])
            .current_dir(self.folder.path());
        Process::start(server)
    }

    fn run(&self, command: &str, shown: &str, server: Option<&Process>) {
        let address = || server.expect("a server was started").addr();
        if command.starts_with("curl ") {
            let mut shell = Command::new("sh");
            shell.args([
                "-c",
                &command.replace(SHOWN_ADDRESS, &address().to_string()),
            ]);
            let printed = printed(shell.current_dir(self.folder.path()));
            assert_eq!(without_date(&printed), without_date(shown), "{command}");
        } else if let Some(url) = command.strip_prefix("chromium http://") {
            let (host, path) = url.split_once('/').expect("a path");
            let mut client = Client::connect(address());
            client.send(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
            assert_eq!(client.read_response("GET").status, 200, "{command}");
        } else if let Some(printing) = command.strip_suffix(" | sudo tee -a /etc/hosts") {
            let mut hosts = Command::new(program());
            let lines = printed(hosts.args(self.arguments(printing)));
            assert!(lines.contains("127.0.0.1\tweb-platform.test\n"), "{lines}");
        } else {
            panic!("this test cannot run {command:?}");
        }
    }

    /// The arguments of wireserve, which `./dev serve` passes on, with `~` expanded.
    fn arguments(&self, command: &str) -> Vec<String> {
        let arguments = command
            .strip_prefix("./dev serve ")
            .or_else(|| command.strip_prefix("wireserve "))
            .unwrap_or_else(|| panic!("{command:?} does not run wireserve"));
        let home = self.folder.path().to_str().expect("a name in UTF-8");
        arguments
            .split(' ')
            .map(|argument| argument.replacen('~', home, 1))
            .collect()
    }
}

/// The standard output of a command that runs to its end.
fn printed(command: &mut Command) -> String {
    Process::spawn(command).end().stdout.concat()
}

/// The contents of the README's fenced blocks with this info string.
fn blocks(info: &str) -> impl Iterator<Item = &'static str> {
    README
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .filter(move |(its_info, _)| *its_info == info)
        .map(|(_, text)| text)
}

/// The name in a block's first line, a comment.
fn file_name(block: &str) -> &str {
    let (first, _) = block.split_once('\n').expect("a line");
    first.strip_prefix("# ").expect("a comment with the name")
}

fn without_date(printed: &str) -> Vec<&str> {
    printed
        .lines()
        .filter(|line| !line.starts_with("Date: "))
        .collect()
}
