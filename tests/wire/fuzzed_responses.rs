//! A seed makes the same response over a socket, as a printed script, and as that script in a file, in every
//! edition. What a client must do follows from the bytes. Nothing is served without `--fuzz`.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::support;
use crate::support::client::{Client, request};
use crate::support::command::{get, site, wireserve};
use crate::support::embedded;
use crate::support::folder::folder;
use crate::support::process::{Ended, Process};
use crate::support::response::{Extent, Response, extent};
use wireserve::Server;
use wireserve::response_fuzz::{Edition, FuzzedResponse, Reaction, Reuse, Seed};
use wireserve::wire_script::Step;

/// Seeds of each edition that are played.
const PLAYED: u64 = 120;

/// Seeds of each edition that are judged.
const JUDGED: u64 = 20_000;

#[test]
fn a_seed_and_its_printed_script_are_the_same_on_the_wire() {
    let folder = folder(&[]);
    let seeds: Vec<_> = seeds(PLAYED).collect();
    for &seed in &seeds {
        let text = FuzzedResponse::from_seed(seed).to_string();
        let file = folder.path().join(file_name(seed));
        std::fs::write(file, text).expect("a file");
    }
    let server = Server::builder().doc_root(folder.path()).fuzz();
    let server = server.start().expect("a free port");
    // Most of the time they wait.
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for path in [path(seed), format!("/{}", file_name(seed))] {
                        assert_played(server.address(), &path, seed);
                    }
                }
            });
        }
    });
}

/// The first so many seeds of each edition.
fn seeds(count: u64) -> impl Iterator<Item = Seed> {
    let of = move |edition| (0..count).map(move |number| Seed { edition, number });
    Edition::ALL.into_iter().flat_map(of)
}

/// Where the server has a seed: without its edition for the first one.
fn path(seed: Seed) -> String {
    format!("/.wireserve/fuzz/{}", seed.to_string().replace(':', "/"))
}

fn file_name(seed: Seed) -> String {
    format!("{}-{}.wire", seed.edition.name(), seed.number)
}

/// Checks the bytes of a seed, and how the connection ends.
fn assert_played(addr: SocketAddr, path: &str, seed: impl Into<Seed>) {
    let seed = seed.into();
    let script = FuzzedResponse::from_seed(seed).script;
    let bytes = sent(seed);
    let mut client = Client::connect(addr);
    client.send(&request("GET", path));
    let steps = script.steps();
    match steps.last() {
        // RST overtakes what has not been read.
        Some(Step::Reset) if !matches!(steps, [.., Step::Pause(_), _]) => {
            let read = client.read_until_close();
            assert!(bytes.starts_with(&read), "{path}");
        }
        Some(Step::Reset) => {
            assert_eq!(client.read_until_close(), bytes, "{path}");
            assert!(client.was_reset(), "{path}");
        }
        Some(Step::Close) => {
            assert_eq!(client.read_until_close(), bytes, "{path}");
            assert!(!client.was_reset(), "{path}");
        }
        _ => {
            assert_eq!(client.read_exact(bytes.len()), bytes, "{path}");
            assert!(client.is_kept_open(), "{path}");
        }
    }
}

/// All bytes that the script of a seed sends.
fn sent(seed: impl Into<Seed>) -> Vec<u8> {
    let script = FuzzedResponse::from_seed(seed).script;
    let bytes = script.steps().iter().filter_map(|step| match step {
        Step::Send(bytes) => Some(&bytes[..]),
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

/// The script that is played has the pauses of the one that is printed.
#[test]
fn pauses_are_kept() {
    let pauses = |seed: &u64| {
        let script = FuzzedResponse::from_seed(*seed).script;
        let pause = script.steps().iter().find_map(|step| match step {
            Step::Pause(pause) => Some(*pause),
            _ => None,
        });
        pause.is_some_and(|pause| pause >= Duration::from_millis(200))
    };
    let seed = (0..1000).find(pauses).expect("a seed with a long pause");
    let server = Server::builder().fuzz().transcripts();
    let server = server.start().expect("a free port");
    assert_played(server.address(), &format!("/.wireserve/fuzz/{seed}"), seed);
    let notes = server.transcripts()[0].to_string();
    assert!(notes.contains(" pause: asked at 0."), "{notes}");
}

/// As read by the tests' own parser, which knows nothing of the generator.
#[test]
fn what_must_be_accepted_has_its_content() {
    let mut count = 0;
    for seed in seeds(JUDGED) {
        let response = FuzzedResponse::from_seed(seed);
        let Some(content) = &response.content else {
            continue;
        };
        let done: Vec<_> = response.mutations.iter().map(|done| done.name).collect();
        // The parser reads only the last member of a list.
        if done.contains(&"empty-members-beside-coding") {
            continue;
        }
        let mut bytes = sent(seed);
        if done.contains(&"folded-length") || done.contains(&"folded-coding") {
            bytes = unfolded(&bytes);
        }
        let (end, is_at_end) = match extent(&bytes, "GET") {
            Extent::Whole(end) => (end, end == bytes.len()),
            Extent::UntilClose => (bytes.len(), true),
            Extent::Unfinished => panic!("{response}"),
        };
        let read = Response::parse(&bytes[..end], "GET");
        assert_eq!(&read.body, content, "{response}");
        let is_extra = response.expectation.reuse == Reuse::Never;
        assert!(is_at_end || is_extra, "{response}");
        count += 1;
    }
    assert!(count > 2 * JUDGED / 4, "{count}");
}

/// Without the fold of a field that delimits the content.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let folds = [&b"Content-Length: \r\n"[..], b"Transfer-Encoding: \r\n"];
    let end = folds.iter().find_map(|fold| {
        let start = memchr::memmem::find(bytes, fold)?;
        Some(start + fold.len())
    });
    let end = end.expect("a fold");
    [&bytes[..end - "\r\n".len()], &bytes[end..]].concat()
}

#[test]
fn what_is_incomplete_has_no_end() {
    let incomplete = [
        "cut-in-content",
        "silence-in-content",
        "reset-in-content",
        "half-close-in-content",
        "length-too-large",
        "length-beyond-32-bits",
        "no-last-chunk",
        "cut-last-chunk",
        "nothing",
        "only-interim",
        "cut-in-status-line",
        "cut-in-fields",
    ];
    let mut count = 0;
    for seed in seeds(JUDGED) {
        let response = FuzzedResponse::from_seed(seed);
        if let [done] = response.mutations[..]
            && incomplete.contains(&done.name)
        {
            assert_eq!(response.expectation.reaction, Reaction::Reject);
            assert_eq!(extent(&sent(seed), "GET"), Extent::Unfinished, "{response}");
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn the_first_edition_has_two_names_and_the_second_is_another() {
    let server = Server::builder().fuzz().start().expect("a free port");
    let v2 = Edition::V2;
    let differs = |&number: &u64| {
        sent(number)
            != sent(Seed {
                edition: v2,
                number,
            })
    };
    let number = (0..100).find(differs).expect("a seed that differs");
    for (path, seed) in [
        (format!("{number}"), Seed::from(number)),
        (format!("v1/{number}"), Seed::from(number)),
        (
            format!("v2/{number}"),
            Seed {
                edition: v2,
                number,
            },
        ),
        (
            "v2/318".to_owned(),
            Seed {
                edition: v2,
                number: 318,
            },
        ),
    ] {
        assert_played(server.address(), &format!("/.wireserve/fuzz/{path}"), seed);
    }
}

#[test]
fn off_unless_it_is_asked_for() {
    let root = site(&[
        ("on.json", r#"{"fuzz": true}"#),
        ("off.json", r#"{"fuzz": false}"#),
    ]);
    let on = root.path().join("on.json");
    let off = root.path().join("off.json");
    let (on, off) = (on.to_str().expect("UTF-8"), off.to_str().expect("UTF-8"));
    for (arguments, is_there) in [
        (&[][..], false),
        (&["--config", off], false),
        (&["--config", on], true),
        (&["--fuzz"], true),
        (&["--fuzz", "--config", off], true),
        (&["--fuzz", "--route", "*", "*", "418:mine"], true),
    ] {
        let server = Process::wireserve(root.path(), arguments);
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", "/.wireserve/fuzz/11"));
        let expected = sent(11);
        let got = client.read_exact(expected.len().min(24));
        assert_eq!(expected.starts_with(&got), is_there, "{arguments:?}");
        let page = get(server.addr(), "/.wireserve/fuzz/");
        assert_eq!(
            page.status,
            if is_there { 200 } else { 404 },
            "{arguments:?}"
        );
    }
    let bare = Server::builder().start().expect("a free port");
    assert_eq!(embedded::get(&bare, "/.wireserve/fuzz/11").status, 404);
}

#[test]
fn a_page_says_how_to_use_it_and_lists_seeds() {
    let server = Server::builder().fuzz().start().expect("a free port");
    let page = embedded::get(&server, "/.wireserve/fuzz/");
    assert_eq!(page.header("content-type"), Some(&b"text/plain"[..]));
    for text in [
        "GET /.wireserve/fuzz/SEED",
        "v1 ",
        "GET /.wireserve/fuzz/v2/SEED",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    for edition in Edition::ALL {
        let path = format!("/.wireserve/fuzz/{}/", edition.name());
        assert_eq!(embedded::get(&server, &path).text(), page.text());
    }
    for (path, edition) in [
        ("", Edition::V1),
        ("v1/", Edition::V1),
        ("v2/", Edition::V2),
    ] {
        let path = format!("/.wireserve/fuzz/{path}?from=40&count=3");
        let list = embedded::get(&server, &path).text();
        assert_eq!(list, listed(edition, 40..43), "{path}");
    }
    for (query, lines) in [
        ("from=7", 100),
        ("count=0", 0),
        ("count=1000", 1000),
        ("from=18446744073709551614&count=5", 2),
    ] {
        let list = embedded::get(&server, &format!("/.wireserve/fuzz/?{query}"));
        assert_eq!(list.text().lines().count(), lines, "{query}");
    }
}

/// The lines of a list.
fn listed(edition: Edition, numbers: Range<u64>) -> String {
    let line = |number| {
        let seed = Seed { edition, number };
        let response = FuzzedResponse::from_seed(seed);
        let names = response.mutations.iter();
        let names: String = names.map(|done| format!(" {}", done.name)).collect();
        format!("{seed} {}{names}\n", response.expectation)
    };
    numbers.map(line).collect()
}

#[test]
fn the_documentation_shows_what_there_is() {
    let page = support::repository().join("docs/clients.md");
    let page = std::fs::read_to_string(page).expect("docs/clients.md");
    let script = FuzzedResponse::from_seed(318).to_string();
    assert!(page.contains(&format!("\n```\n{script}```\n")), "{script}");
    let server = Server::builder().fuzz().start().expect("a free port");
    let list = embedded::get(&server, "/.wireserve/fuzz/?from=315&count=5").text();
    assert!(
        page.contains(&format!("?from=315&count=5'\n{list}$ ")),
        "{list}"
    );
}

#[test]
fn an_invalid_seed_is_rejected() {
    let server = Server::builder().fuzz().start().expect("a free port");
    for (path, status, said) in [
        ("x", 404, "expected a seed from 0 to 18446744073709551615"),
        (
            "18446744073709551616",
            404,
            "expected a seed from 0 to 18446744073709551615",
        ),
        ("-1", 404, "expected a seed from 0 to 18446744073709551615"),
        ("1/2", 404, "expected a seed from 0 to 18446744073709551615"),
        (
            "1.wire",
            404,
            "expected a seed from 0 to 18446744073709551615",
        ),
        ("v2", 404, "expected a seed from 0 to 18446744073709551615"),
        (
            "v2/x",
            404,
            "expected a seed from 0 to 18446744073709551615",
        ),
        (
            "v2/1/2",
            404,
            "expected a seed from 0 to 18446744073709551615",
        ),
        (
            "v2:318",
            404,
            "expected a seed from 0 to 18446744073709551615",
        ),
        ("v3/318", 404, "unknown edition"),
        ("v3/318", 404, "expected v1 or v2"),
        ("v3/", 404, "unknown edition"),
        ("v3/?from=1", 404, "unknown edition"),
        ("v2/?from=x", 400, "in decimal digits"),
        ("?from=x", 400, "in decimal digits"),
        ("?from=1&count=1001", 400, "at most 1000 seeds"),
        ("?seed=1", 400, "`from` and `count`"),
    ] {
        let response = embedded::get(&server, &format!("/.wireserve/fuzz/{path}"));
        assert_eq!(response.status, status, "{path}");
        assert!(
            response.text().contains(said),
            "{path}: {}",
            response.text()
        );
    }
}

#[test]
fn the_command_prints_a_seed() {
    for (name, seed) in [
        ("0", Seed::from(0)),
        ("7", Seed::from(7)),
        ("18446744073709551615", Seed::from(u64::MAX)),
        ("v1:318", Seed::from(318)),
        (
            "v2:318",
            Seed {
                edition: Edition::V2,
                number: 318,
            },
        ),
    ] {
        let ended = fuzz(&[name]);
        let expected = FuzzedResponse::from_seed(seed);
        assert_eq!(
            (ended.code, ended.stdout.concat()),
            (Some(0), expected.to_string())
        );
    }
    for arguments in [
        &[][..],
        &["x"],
        &["+1"],
        &["1", "2"],
        &["v3:318"],
        &["v2/318"],
    ] {
        let ended = fuzz(arguments);
        assert_eq!(
            (ended.code, ended.stdout.len()),
            (Some(2), 0),
            "{arguments:?}"
        );
    }
    let ended = fuzz(&["v3:318"]);
    let reason = "unknown edition \"v3\", expected v1 or v2";
    assert!(ended.stderr.contains(reason), "{:?}", ended.stderr);
}

fn fuzz(arguments: &[&str]) -> Ended {
    Process::spawn(wireserve().arg("fuzz").args(arguments)).end()
}

#[test]
fn a_folder_called_fuzz_can_be_served() {
    let folder = site(&[("fuzz/a.txt", "in fuzz")]);
    let mut command = wireserve();
    command
        .current_dir(folder.path())
        .args(["./fuzz", "--port", "0"]);
    let mut running = Process::spawn(&mut command);
    let address = running.ready("127.0.0.1");
    assert_eq!(get(address, "/a.txt").text(), "in fuzz");
    running.signal("TERM");
    assert_eq!(running.end().code, Some(0));
}
