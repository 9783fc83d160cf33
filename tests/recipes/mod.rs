//! The recipes of a document: each is played as it is printed there, on the real binary, and a client sees what
//! the page shows.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use wireserve::internals::text::quoted;

use crate::support::client::{Arrival, Client};
use crate::support::folder::folder;
use crate::support::process::Process;

/// Runs the recipes of a page, with servers started by this command; returns their number.
pub fn run_all(page: &str, wireserve: impl Fn() -> Command) -> usize {
    let recipes: Vec<_> = page.split("\n### ").skip(1).collect();
    for recipe in &recipes {
        let (title, _) = recipe.split_once('\n').expect("a title");
        println!("{title}");
        Recipe::read(recipe).run(wireserve());
    }
    recipes.len()
}

/// A fenced block of a page.
pub struct Block<'p> {
    /// The text after the opening fence.
    pub info: &'p str,
    pub text: &'p str,
}

/// All of a page.
pub fn blocks(page: &str) -> impl Iterator<Item = Block<'_>> {
    page.split("\n```").skip(1).step_by(2).map(|fenced| {
        let (info, text) = fenced.split_once('\n').expect("a line after a fence");
        Block { info, text }
    })
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

    fn run(&self, mut command: Command) {
        let site = folder(&self.files);
        let second = ["--connections", "--ws-port"];
        let listens_twice = second.iter().any(|option| self.arguments.contains(option));
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
