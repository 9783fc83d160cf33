//! How real clients handle broken responses: curl, Python's http.client, urllib3, Node's http, hyper
//! and Chromium each request the same cases of the catalogue from the real binary.
//! `tests/data/clients.json` states what each did in the version that it names, and
//! `docs/clients.md` shows it.
//!
//! Some cases are counted and not shown: which input makes a client hang, or mix up responses, is not published, so
//! for these only the number of each kind of end is stated.
//!
//! Another version of a client may behave differently without being wrong, so a difference is
//! reported on standard error, with both versions, and fails nothing. A missing client, one that
//! does not run, a server that does not send a case's bytes, and a shown case without a stated
//! outcome fail.
//!
//! With `-- --nocapture` the tests print what the installed clients do.

// A test exports nothing: `pub` means "for the other files" here.
#![allow(unreachable_pub)]

use crate::support::process::Process;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use crate::clients::drivers::{CLIENTS, Case, Client, Trust};
use crate::support::client::{self, Arrival, request};
use crate::support::command::wireserve;
use crate::support::{escape, repository};
use serde::Deserialize;
use serde_json::Value;
use wireserve::WireScript;
use wireserve::wire_script::{By, Step};

/// The contents of `tests/data/clients.json`.
#[derive(Deserialize)]
struct Stated {
    /// The versions of the clients, by their names.
    versions: BTreeMap<String, String>,
    /// The cases that the page shows.
    cases: Vec<StatedCase>,
    counted: Counted,
}

#[derive(Deserialize)]
struct StatedCase {
    id: String,
    /// Whether a client requests `/after` after it.
    then_after: bool,
    /// By the clients' names.
    outcomes: BTreeMap<String, String>,
}

/// Cases of which only the sums are stated.
#[derive(Deserialize)]
struct Counted {
    cases: Vec<String>,
    /// By the clients' names.
    ends: BTreeMap<String, Ends>,
}

/// How many outcomes are of each kind.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
struct Ends {
    responses: usize,
    errors: usize,
    unfinished: usize,
}

impl Ends {
    fn of(outcomes: &[String]) -> Self {
        let mut ends = Self::default();
        for outcome in outcomes {
            if outcome.contains("hang") {
                ends.unfinished += 1;
            } else if outcome.contains("error") {
                ends.errors += 1;
            } else {
                ends.responses += 1;
            }
        }
        ends
    }
}

/// One case as the clients meet it.
struct Requested<'s> {
    id: &'s str,
    then_after: bool,
}

impl Stated {
    /// The shown cases, then the counted ones.
    fn requested(&self) -> Vec<Requested<'_>> {
        let shown = self.cases.iter().map(|case| Requested {
            id: &case.id,
            then_after: case.then_after,
        });
        let counted = self.counted.cases.iter().map(|id| Requested {
            id,
            then_after: false,
        });
        shown.chain(counted).collect()
    }
}

/// What one client does.
struct Seen {
    client: &'static str,
    version: String,
    /// Of the shown cases, in their order.
    outcomes: Vec<String>,
    /// Of the counted cases.
    ends: Ends,
}

/// How long to wait for bytes that the server should not send.
const SILENT_FOR: Duration = Duration::from_millis(50);

#[test]
fn each_client_does_what_is_stated_or_a_difference_is_reported() {
    let stated = stated();
    // All at once: but for the browser, they wait most of the time.
    let all: Vec<_> = thread::scope(|scope| {
        let start = |client: &'static Client| (client, scope.spawn(|| meet(client, &stated)));
        let meetings: Vec<_> = CLIENTS.iter().map(start).collect();
        let outcome = |(client, meeting): (&Client, ScopedJoinHandle<'_, _>)| {
            let panicked = |_| Err("cannot be run; the panic above says why".to_owned());
            let met: Result<Seen, String> = meeting.join().unwrap_or_else(panicked);
            met.map_err(|reason| format!("{}: {reason}", client.name))
        };
        meetings.into_iter().map(outcome).collect()
    });
    let (seen, failures): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    println!("{}\n{}", table(&stated, &seen), sums(&seen));
    report_differences(&stated, &seen);
    let failures: Vec<_> = failures.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_server_sends_the_bytes_of_each_case() {
    let stated = stated();
    let cases = stated.requested();
    let server = Serving::start(cases.len());
    for (case, address) in cases.iter().zip(&server.addresses) {
        let id = case.id;
        let mut client = client::Client::connect(*address);
        client.send(&request("GET", &format!("/catalogue/responses/{id}.wire")));
        for step in script(id).steps() {
            match step {
                Step::Send(bytes) => {
                    let sent = client.read_exact(bytes.len());
                    let (sent, wanted) = (escape::lines(&sent, "  "), escape::lines(bytes, "  "));
                    assert_eq!(sent, wanted, "{id}");
                }
                Step::Next(By::Script) => client.send(&request("GET", "/after")),
                Step::Close | Step::Reset => {
                    assert_eq!(client.read_until_close(), b"", "{id}");
                    assert_eq!(client.was_reset(), *step == Step::Reset, "{id}");
                }
                Step::Pause(_) => {}
                other => panic!("{id}: this test does not handle the step {other:?}"),
            }
        }
        if !client.ended() {
            assert_eq!(client.arrival(SILENT_FOR), Arrival::Nothing, "{id}");
            client.send(&request("GET", "/after"));
            assert_eq!(client.read_response("GET").text(), "after", "{id}");
        }
    }
}

#[test]
fn every_outcome_is_stated() {
    let stated = stated();
    assert!(stated.cases.len() >= 9);
    assert!(stated.counted.cases.len() >= 5);
    let names: Vec<_> = CLIENTS.iter().map(|client| client.name).collect();
    for name in &names {
        assert!(stated.versions.contains_key(*name), "{name} has no version");
    }
    for case in &stated.cases {
        for name in &names {
            let outcome = case.outcomes.get(*name).map(String::as_str);
            let outcome = outcome.unwrap_or_else(|| panic!("{}: no outcome for {name}", case.id));
            assert!(is_outcome(outcome), "{}, {name}: {outcome}", case.id);
            // Nor is it shown with which input a client takes one response for another.
            assert!(
                !outcome.contains("hang") && !outcome.contains("EVIL"),
                "{}, {name}: do not show this case",
                case.id
            );
        }
        assert_eq!(case.outcomes.len(), names.len(), "{}", case.id);
    }
    for name in &names {
        let ends = stated.counted.ends.get(*name);
        let ends = ends.unwrap_or_else(|| panic!("the counted cases have no sums for {name}"));
        let sum = ends.responses + ends.errors + ends.unfinished;
        assert_eq!(sum, stated.counted.cases.len(), "{name}");
    }
}

#[test]
fn the_page_shows_what_is_stated() {
    let stated = stated();
    let seen: Vec<_> = CLIENTS
        .iter()
        .map(|client| Seen {
            client: client.name,
            version: stated.versions[client.name].clone(),
            outcomes: stated
                .cases
                .iter()
                .map(|case| case.outcomes[client.name].clone())
                .collect(),
            ends: stated.counted.ends[client.name],
        })
        .collect();
    let page = fs::read_to_string(repository().join("docs/clients.md")).expect("the page");
    for table in [table(&stated, &seen), sums(&seen)] {
        assert!(page.contains(&table), "docs/clients.md lacks\n\n{table}");
    }
}

/// What one client does with all cases.
fn meet(client: &Client, stated: &Stated) -> Result<Seen, String> {
    let version = (client.version)()?;
    let requested = stated.requested();
    let server = Serving::start(requested.len());
    let cases: Vec<_> = requested
        .iter()
        .zip(&server.addresses)
        .map(|(case, address)| Case {
            urls: targets(case)
                .into_iter()
                .map(|target| format!("http://{address}{target}"))
                .collect(),
        })
        .collect();
    let outcomes = (client.meet)(&cases, Trust::Nothing);
    if outcomes.len() != cases.len() {
        return Err(format!(
            "{} outcomes for {} cases: {outcomes:?}",
            outcomes.len(),
            cases.len()
        ));
    }
    let log = server.end();
    if let Some(case) = requested.iter().find(|case| !log.has(case)) {
        return Err(format!("did not request {}: {outcomes:?}", case.id));
    }
    let mut outcomes: Vec<_> = outcomes
        .into_iter()
        .zip(&requested)
        .map(|(outcome, case)| outcome + &log.seen_by_the_server(case))
        .collect();
    let counted = outcomes.split_off(stated.cases.len());
    Ok(Seen {
        client: client.name,
        version,
        outcomes,
        ends: Ends::of(&counted),
    })
}

/// The targets that a client requests, in order.
fn targets(case: &Requested<'_>) -> Vec<String> {
    let mut targets = vec![format!("/catalogue/responses/{}.wire", case.id)];
    if case.then_after {
        targets.push(format!("/after?{}", case.id));
    }
    targets
}

/// The real binary, with a port for each case, so that no two cases share pooled connections.
struct Serving {
    running: Process,
    addresses: Vec<SocketAddr>,
}

impl Serving {
    fn start(ports: usize) -> Self {
        let mut command = wireserve();
        command.arg(repository());
        command.args(["--log", "info", "--route", "GET", "/after", "200:after"]);
        command.args((0..ports).map(|_| "--port=0"));
        let mut running = Process::spawn(&mut command);
        let addresses = (0..ports).map(|_| running.ready("127.0.0.1")).collect();
        Self { running, addresses }
    }

    fn end(self) -> Log {
        self.running.signal("TERM");
        let text = self.running.end().stderr;
        Log(text
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let peer = words.find(|word| word.starts_with("127.0.0.1:"))?;
                let target = words.find(|word| word.starts_with('/'))?;
                Some((peer.to_owned(), target.to_owned()))
            })
            .collect())
    }
}

/// The clients' addresses and the targets that they requested, in order.
struct Log(Vec<(String, String)>);

impl Log {
    /// Whether a case was requested.
    fn has(&self, case: &Requested<'_>) -> bool {
        let target = &targets(case)[0];
        self.0.iter().any(|(_, asked)| asked == target)
    }

    /// What only the server can tell: whether the second request came on the connection of the
    /// first, and how many requests were repeated.
    fn seen_by_the_server(&self, case: &Requested<'_>) -> String {
        let requests = targets(case).into_iter().map(|target| {
            let peers = self.0.iter().filter(move |(_, asked)| *asked == target);
            peers.map(|(peer, _)| peer).collect::<Vec<_>>()
        });
        let requests: Vec<_> = requests.collect();
        let mut said = String::new();
        if let [first, second] = &requests[..]
            && second.iter().all(|peer| !first.contains(peer))
            && !second.is_empty()
        {
            said.push_str(" on a new connection");
        }
        match requests
            .iter()
            .map(|peers| peers.len().saturating_sub(1))
            .sum()
        {
            0 => {}
            1 => said.push_str(", retried"),
            times => write!(said, ", retried {times} times").expect("a string takes all"),
        }
        said
    }
}

/// A table in Markdown: a line for each case, a column for each client.
fn table(stated: &Stated, seen: &[Seen]) -> String {
    let cell = |outcome: &str| outcome.replace('|', "\\|");
    let mut table = String::new();
    let mut line = |cells: Vec<String>| {
        writeln!(table, "| {} |", cells.join(" | ")).expect("a string takes all");
    };
    line(
        ["case".to_owned(), "allowed".to_owned()]
            .into_iter()
            .chain(seen.iter().map(Seen::title))
            .collect(),
    );
    line(vec!["---".to_owned(); seen.len() + 2]);
    let catalogue = catalogue();
    for (number, case) in stated.cases.iter().enumerate() {
        let known = catalogue
            .iter()
            .find(|known| known["id"] == case.id.as_str());
        let known = known.unwrap_or_else(|| panic!("{} is not in the catalogue", case.id));
        let text = |field: &str| cell(known[field].as_str().expect("text"));
        let first = [format!("{}: {}", case.id, text("title")), text("expect")];
        let outcomes = seen
            .iter()
            .map(|seen| format!("`{}`", cell(&seen.outcomes[number])));
        line(first.into_iter().chain(outcomes).collect());
    }
    table
}

impl Seen {
    /// The client's name and version.
    fn title(&self) -> String {
        match self.version.split_once(' ') {
            Some((name, _)) if name.eq_ignore_ascii_case(self.client) => self.version.clone(),
            _ => format!("{} ({})", self.client, self.version),
        }
    }
}

/// A table in Markdown of the counted cases: a line for each client.
fn sums(seen: &[Seen]) -> String {
    let mut table = "| client | responses | errors | unfinished |\n\
                     | --- | --: | --: | --: |\n"
        .to_owned();
    for seen in seen {
        let Ends {
            responses,
            errors,
            unfinished,
        } = seen.ends;
        let title = seen.title();
        writeln!(table, "| {title} | {responses} | {errors} | {unfinished} |")
            .expect("a string takes all");
    }
    table
}

/// Reports what is not as stated. It bypasses the capture of tests' output, so that it is seen.
fn report_differences(stated: &Stated, seen: &[Seen]) {
    let mut report = String::new();
    for seen in seen {
        let written_for = &stated.versions[seen.client];
        for (case, now) in stated.cases.iter().zip(&seen.outcomes) {
            let before = &case.outcomes[seen.client];
            if now != before {
                let (id, version) = (&case.id, &seen.version);
                writeln!(
                    report,
                    "DIFFERENCE {id}:\n  {version} does {now}\n  {written_for} did {before}"
                )
                .expect("a string takes all");
            }
        }
        let before = stated.counted.ends[seen.client];
        if seen.ends != before {
            let (now, version) = (seen.ends, &seen.version);
            writeln!(
                report,
                "DIFFERENCE in the counted cases:\n  {version}: {now:?}\n  {written_for}: {before:?}"
            )
            .expect("a string takes all");
        }
    }
    if !report.is_empty() {
        let end = "Not a failure. If the difference stays, state it in tests/data/clients.json.";
        let _ = writeln!(io::stderr(), "\n{report}{end}");
    }
}

/// Whether an outcome has one of the forms that docs/clients.md explains.
fn is_outcome(outcome: &str) -> bool {
    let words = r#"(\d{3} )?(hang|error \S.*)|\d{3} "[^"]*"( x-t="[^"]*")?"#;
    let server = r"( on a new connection)?(, retried( \d+ times)?)?";
    let whole = format!("^({words})(, then ({words}))?{server}$");
    regex::Regex::new(&whole)
        .expect("a pattern")
        .is_match(outcome)
}

fn script(id: &str) -> WireScript {
    let file = repository().join(format!("catalogue/responses/{id}.wire"));
    let text = fs::read(file).unwrap_or_else(|error| panic!("{id}: {error}"));
    WireScript::parse(&text).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn stated() -> Stated {
    let data = fs::read(repository().join("tests/data/clients.json")).expect("the data");
    serde_json::from_slice(&data).expect("versions and cases")
}

fn catalogue() -> Vec<Value> {
    let data = fs::read(repository().join("catalogue/responses.json")).expect("the data");
    serde_json::from_slice(&data).expect("a list of cases")
}
