//! The examples in `docs/wire.md` work: each recipe runs as printed there, on the real binary, and a client
//! sees what the page shows. The page's other scripts and settings can be parsed.

use crate::support::command::wireserve;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use crate::support;
use crate::support::client::{Arrival, Client};
use crate::support::folder::folder;
use crate::support::process::Process;
use wireserve::WireScript;
use wireserve::internals::config::Config;
use wireserve::internals::text::quoted;

#[test]
fn every_recipe() {
    let page = page();
    let recipes: Vec<_> = page.split("\n### ").skip(1).collect();
    assert_eq!(recipes.len(), 12, "the page has twelve recipes");
    for recipe in recipes {
        let (title, _) = recipe.split_once('\n').expect("a title");
        println!("{title}");
        Recipe::read(recipe).run();
    }
}

#[test]
fn every_other_script() {
    let page = page();
    let scripts =
        blocks(&page).filter(|block| block.info.is_empty() && block.text.contains("send "));
    let mut count = 0;
    for script in scripts {
        WireScript::parse(script.text.as_bytes())
            .unwrap_or_else(|error| panic!("{error} of:\n{}", script.text));
        count += 1;
    }
    assert_eq!(count, 2);
}

#[test]
fn every_setting() {
    let page = page();
    let settings: Vec<_> = blocks(&page).filter(|block| block.info == "json").collect();
    assert_eq!(settings.len(), 2);
    for setting in settings {
        let folder = folder(&[("config.json", setting.text)]);
        let config = Config::read(&folder.path().join("config.json")).expect("good settings");
        assert_eq!(config.listeners.len(), 1);
    }
}

/// A fenced block of the page.
struct Block<'p> {
    /// The text after the opening fence.
    info: &'p str,
    text: &'p str,
}

fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    page.split("\n```").skip(1).step_by(2).map(|fenced| {
        let (info, text) = fenced.split_once('\n').expect("a line after a fence");
        Block { info, text }
    })
}

fn page() -> String {
    fs::read_to_string(support::repository().join("docs/wire.md")).expect("the page")
}

/// One recipe of the page.
struct Recipe<'p> {
    files: Vec<(&'p str, &'p str)>,
    /// The command line.
    arguments: Vec<&'p str>,
    transcript: &'p str,
}

impl<'p> Recipe<'p> {
    fn read(text: &'p str) -> Self {
        let mut recipe = Self {
            files: Vec::new(),
            arguments: Vec::new(),
            transcript: "",
        };
        for block in blocks(text) {
            match block.info.split_once(' ') {
                Some(("wire" | "python", name)) => recipe.files.push((name, block.text)),
                None if block.info == "transcript" => recipe.transcript = block.text,
                None if block.info == "sh" => {
                    let words = block.text.split_whitespace().skip(1);
                    recipe.arguments = words.map(|word| word.trim_matches('\'')).collect();
                }
                _ => panic!("a recipe has no {:?}", block.info),
            }
        }
        recipe
    }

    fn run(&self) {
        let site = folder(&self.files);
        let listens_twice = self.arguments.contains(&"--connections");
        let mut command = wireserve();
        command
            .arg(site.path())
            .args(["--port", "0", "--log", "error"])
            .args(&self.arguments);
        let listeners = if listens_twice { 2 } else { 1 };
        let server = Process::start_with_listeners(command, listeners);
        let address = *server.addresses().last().expect("an address");
        assert!(!self.transcript.is_empty(), "no transcript");
        let mut clients = BTreeMap::new();
        for line in self.transcript.lines() {
            println!("  {line}");
            play(line, address, &mut clients);
        }
        for (number, client) in clients {
            assert!(
                client.pending().is_empty(),
                "more for connection {number}: {:?}",
                client.pending()
            );
        }
    }
}

/// Plays a line of a transcript: `> "sent"`, `< "received"` or `-- what happened`, with the number of
/// the connection before it where it is not the first.
fn play(line: &str, address: SocketAddr, clients: &mut BTreeMap<u32, Client>) {
    let (number, line) = match line.split_once(' ') {
        Some((number, rest)) if number.parse::<u32>().is_ok() => {
            (number.parse().expect("one"), rest)
        }
        _ => (1, line),
    };
    let client = clients
        .entry(number)
        .or_insert_with(|| Client::connect(address));
    let bytes = |text: &str| quoted::read(text.as_bytes()).expect("bytes in quotes").0;
    if let Some(sent) = line.strip_prefix("> ") {
        client.send(&bytes(sent));
    } else if let Some(received) = line.strip_prefix("< ") {
        let expected = bytes(received);
        let received = client.read_exact(expected.len());
        assert_eq!(
            received.escape_ascii().to_string(),
            expected.escape_ascii().to_string()
        );
    } else {
        match line {
            "-- fin" => {
                assert_eq!(client.read_until_close(), b"");
                assert!(!client.was_reset());
            }
            "-- reset" => {
                assert_eq!(client.read_until_close(), b"");
                assert!(client.was_reset());
            }
            "-- open" => assert!(client.is_kept_open()),
            "-- silence 50ms" => {
                assert_eq!(client.pending(), b"");
                assert_eq!(client.arrival(Duration::from_millis(50)), Arrival::Nothing);
            }
            other => panic!("{other:?} cannot be played"),
        }
    }
}
