//! The calls in the tables of docs/handlers can be made as they are written there: each argument by
//! position and by its name, and those with a default not at all.

use std::fs;
use std::time::Duration;

use regex::Regex;

use crate::support::client::{Arrival, Client, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::repository;

/// A call of a page, and the object that it is a method of.
#[derive(Debug)]
struct Call {
    object: &'static str,
    name: String,
    arguments: Vec<Argument>,
}

#[derive(Debug)]
struct Argument {
    name: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Required,
    /// After `*`, or `name=pattern`, whose value is a word for what belongs there.
    ByName,
    /// `name=None`, whose value is the default.
    Optional,
}

/// The pages, the heading of the section, and what has the methods of its tables.
const TABLES: &[(&str, &str, &str)] = &[
    ("writer.md", "## Methods", "response.writer"),
    ("writer.md", "## Steps as calls", "response.writer"),
    ("request.md", "## The body", "request.raw_input"),
    ("response.md", "## Headers", "response.headers"),
    ("response.md", "## Methods", "response"),
    ("stash.md", "# The stash", "request.server.stash"),
];

/// A value for each name of an argument.
const VALUES: &[(&str, &str)] = &[
    ("bytes", "1"),
    ("code", "200"),
    ("comment", "None"),
    ("count", "1"),
    ("data", "b'x'"),
    ("default", "None"),
    ("domain", "None"),
    ("event", "'event'"),
    ("expires", "None"),
    ("httponly", "True"),
    ("err", "'x'"),
    ("fields", "b'A: b\\r\\n'"),
    ("fin", "False"),
    ("items_iter", "[('X-A', 'b')]"),
    ("key", "str(uuid.uuid4())"),
    ("length", "9"),
    ("mask", "b'abcd'"),
    ("max_age", "1"),
    ("max_bytes", "1"),
    ("message", "'x'"),
    ("name", "'X-A'"),
    ("offset", "0"),
    ("opcode", "'ping'"),
    ("path", "'/'"),
    ("reason", "b'x'"),
    ("rsv", "4"),
    ("samesite", "None"),
    ("notify", "False"),
    ("seconds", "0"),
    ("secure", "True"),
    ("steps", "[('pause', 0)]"),
    ("until", "b'x'"),
    ("value", "'x'"),
    ("width", "16"),
    ("within", "0.01"),
];

#[test]
fn documented_calls_can_be_made() {
    let calls = documented_calls();
    for expected in [
        "read",
        "wait_for_body",
        "write_status",
        "seek",
        "set_cookie",
        "put",
    ] {
        assert!(
            calls.iter().any(|call| call.name == expected),
            "{expected} was not found"
        );
    }
    assert!(calls.len() > 40, "{} calls were found", calls.len());
    let mut tried = Vec::new();
    for call in &calls {
        let named = |argument: &Argument| format!("{}={}", argument.name, value(&argument.name));
        let mut is_named = false;
        let positional = call.arguments.iter().map(|argument| {
            is_named |= argument.kind == Kind::ByName;
            match is_named {
                true => named(argument),
                false => value(&argument.name),
            }
        });
        let required = call
            .arguments
            .iter()
            .filter(|argument| argument.kind != Kind::Optional);
        for arguments in [
            positional.collect::<Vec<_>>(),
            call.arguments.iter().map(named).collect(),
            required.map(named).collect(),
        ] {
            let expression = format!("{}.{}({})", call.object, call.name, arguments.join(", "));
            if !tried.contains(&expression) {
                tried.push(expression);
            }
        }
    }
    let site = folder(&[
        (
            "f.py",
            "import io, uuid\n\
        def main(request, response):\n    \
        expression = request.headers['Do'].decode()\n    \
        response.writer.socket, response.writer.set('event')\n    \
        try: eval(expression)\n    \
        except TypeError as error: request.server.stash.put(KEY, repr(error), '/')\n    \
        except Exception: pass\n    \
        response.close_connection = True\n\
        KEY = '00000000-0000-0000-0000-0000000000ef'\n",
        ),
        (
            "taken.py",
            "def main(request, response):\n    \
        return request.server.stash.take('00000000-0000-0000-0000-0000000000ef', '/') or 'fine'\n",
        ),
    ]);
    let server = Process::wireserve(site.path(), ["--log", "off"]);
    let mut other = Client::connect(server.addr());
    let mut wrong = Vec::new();
    for expression in &tried {
        let mut client = Client::connect(server.addr());
        let head = format!("POST /f.py HTTP/1.1\r\nHost: a\r\nDo: {expression}\r\n");
        client.send(format!("{head}Content-Length: 1\r\n\r\nx").as_bytes());
        client.half_close();
        // One call waits for another connection.
        while client.arrival(Duration::from_millis(20)) != Arrival::End {
            Client::connect(server.addr());
        }
        other.send(&request("GET", "/taken.py"));
        let seen = other.read_response("GET").text();
        if seen != "fine" {
            wrong.push(format!("{expression}: {seen}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn value(name: &str) -> String {
    let found = VALUES.iter().find(|(known, _)| *known == name);
    found
        .unwrap_or_else(|| panic!("a value for {name}"))
        .1
        .to_owned()
}

fn documented_calls() -> Vec<Call> {
    let code =
        Regex::new(r"`(?:headers\.|lock\.|stash\.)?([a-z_]+)\(([^`]*)\)`").expect("a good pattern");
    let mut calls = Vec::new();
    for (page, heading, object) in TABLES {
        let text =
            fs::read_to_string(repository().join("docs/handlers").join(page)).expect("a page");
        let section = text
            .lines()
            .skip_while(|line| line != heading)
            .skip(1)
            .take_while(|line| !line.starts_with("## "));
        for line in section.filter(|line| line.starts_with("| `")) {
            let cell = line.split(" | ").next().expect("a cell");
            for found in code.captures_iter(cell) {
                // A lock is tried by what it does: `release` of one that is not held fails.
                if cell.contains("lock") {
                    continue;
                }
                calls.push(Call {
                    object,
                    name: found[1].to_owned(),
                    arguments: arguments(&found[2]),
                });
            }
        }
    }
    calls
}

/// The arguments of a signature. Those after `*` have names.
fn arguments(text: &str) -> Vec<Argument> {
    let (before, after) = text.split_once("*, ").unwrap_or((text, ""));
    let listed = |text: &str| {
        let texts = text.split(", ").filter(|text| !text.is_empty());
        texts.map(argument).collect::<Vec<_>>()
    };
    let named = listed(after).into_iter().map(|argument| Argument {
        kind: Kind::ByName,
        ..argument
    });
    listed(before).into_iter().chain(named).collect()
}

fn argument(text: &str) -> Argument {
    let (name, kind) = match text.split_once('=') {
        None => (text, Kind::Required),
        Some((name, "pattern")) => (name, Kind::ByName),
        Some((name, _)) => (name, Kind::Optional),
    };
    Argument {
        name: name.to_owned(),
        kind,
    }
}
