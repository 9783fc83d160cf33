//! Many handlers run at once, on one interpreter with or without a GIL, and use the same objects: no value that
//! one of them adds is lost, each sees its own request, and no printed line runs into another.

use std::collections::BTreeMap;
use std::thread;

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;

const CLIENTS: usize = 16;

/// Requests of each client.
const ROUNDS: usize = 40;

/// What handlers share, since a module is imported once.
const SHARED: &str = "
from wptserve.request import MultiDict

numbers = MultiDict()
";

const MANY: &str = r#"
import uuid

import shared


def main(request, response):
    number = request.headers.get(b"X-Number")
    round = request.GET.first(b"round")
    # A key that all clients add at about the same time, and one that there always is.
    shared.numbers.add(b"round " + round, number)
    shared.numbers.add(b"all", number)
    for _ in range(20):
        request.headers.get_list(b"X-Number")
    assert request.server.config["browser_host"], request.server.config
    assert request.server.config.ports is not None
    key = str(uuid.uuid4())
    stash = request.server.stash
    stash.put(key, number)
    print("number", number.decode(), "of", "round", round.decode(), sep=" | ")
    assert stash.take(key) == number
    assert stash.take(key) is None
    return [(b"X-Number", number)], b"number " + number
"#;

const COUNTED: &str = r#"
import json

import shared


def main(request, response):
    lists = {key.decode(): [value.decode() for value in values] for key, values in shared.numbers.items()}
    return json.dumps(lists)
"#;

#[test]
fn no_value_is_lost_and_no_line_runs_into_another() {
    let folder = folder(&[
        ("shared.py", SHARED),
        ("many.py", MANY),
        ("counted.py", COUNTED),
    ]);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let address = server.addr();
            scope.spawn(move || {
                let mut connection = Client::connect(address);
                for round in 0..ROUNDS {
                    let number = round * CLIENTS + client;
                    let request = format!(
                        "GET /many.py?round={round} HTTP/1.1\r\nHost: a\r\nX-Number: {number}\r\n\r\n"
                    );
                    connection.send(request.as_bytes());
                    let answer = connection.read_response("GET");
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    assert_eq!(answer.text(), format!("number {number}"));
                    let number = number.to_string();
                    assert_eq!(answer.header("X-Number"), Some(number.as_bytes()));
                }
            });
        }
    });

    let counted = Client::connect(server.addr()).ask("GET", "/counted.py");
    let counted: BTreeMap<String, Vec<String>> =
        serde_json::from_str(&counted.text()).expect("JSON");
    assert_eq!(counted.len(), ROUNDS + 1);
    for (key, mut values) in counted {
        values.sort_by_key(|value| value.parse::<usize>().expect("a number"));
        let expected: Vec<_> = match key.strip_prefix("round ") {
            Some(round) => {
                let first = CLIENTS * round.parse::<usize>().expect("a number");
                (first..first + CLIENTS).collect()
            }
            None => (0..CLIENTS * ROUNDS).collect(),
        };
        let expected: Vec<_> = expected.iter().map(usize::to_string).collect();
        assert_eq!(values, expected, "{key}");
    }

    let expected = (0..CLIENTS * ROUNDS)
        .map(|number| format!("number | {number} | of | round | {}", number / CLIENTS));
    let mut expected: Vec<_> = expected.collect();
    expected.sort();
    eventually("all lines are printed", || {
        server.stdout().lines().count() >= expected.len()
    });
    let printed = server.stdout();
    let mut printed: Vec<_> = printed.lines().collect();
    printed.sort_unstable();
    assert_eq!(printed, expected);
}
