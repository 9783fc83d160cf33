//! Transcripts in a folder: a file for each connection, readable as it grows, text or JSON lines;
//! bounded, and none of the server's business when they cannot be written.

use crate::support::process::Process;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::support::client::{Client, request};
use crate::support::command::{get, run_in, site, wireserve};
use crate::support::embedded::fixed;
use crate::support::transcript::{files, lines, whole};
use crate::support::wait::eventually;
use serde_json::Value;
use tempfile::TempDir;
use wireserve::Server;
use wireserve::transcript::{Format, TranscriptLimits};

fn server(folder: &Path, format: Format, limits: TranscriptLimits) -> Server {
    fixed("hello")
        .transcript_folder(folder, format)
        .transcript_limits(limits)
        .start()
        .expect("a free port")
}

/// One exchange on a connection of its own, which is closed on both sides when this returns.
fn exchange(address: SocketAddr) {
    let mut client = Client::connect(address);
    client.send(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    client.read_until_close();
}

#[test]
fn a_transcript_file_grows_as_things_happen() {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().join("new/one");
    let server = server(&place, Format::Text, TranscriptLimits::default());
    let mut client = Client::connect(server.address());
    eventually(
        "the first line",
        || matches!(&files(&place)[..], [file] if fs::read_to_string(file).is_ok_and(|t| t.lines().count() == 1)),
    );
    for count in 1..=3 {
        client.send(&request("GET", "/"));
        client.read_response("GET");
        let mut text = String::new();
        eventually("both lines", || {
            text = fs::read_to_string(&files(&place)[0]).expect("a file");
            text.lines().count() == 1 + 2 * count
        });
        let asked = format!("{count}  > 35 \"GET / HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n\"");
        let seen = lines(&text);
        assert_eq!(seen[seen.len() - 2], asked);
    }
    // Another run in the same place leaves all of it alone.
    let other = fixed("hello").transcript_folder(&place, Format::Text);
    let other = other.start().expect("a free port");
    let before = fs::read(&files(&place)[0]).expect("a file");
    exchange(other.address());
    eventually("two files", || files(&place).len() == 2);
    let found = files(&place);
    assert_eq!(fs::read(&found[0]).expect("a file"), before);
    for file in found {
        assert!(file.to_str().expect("ASCII").ends_with("Z-000001.txt"));
    }
}

#[test]
fn json_lines_give_back_the_bytes() {
    let folder = TempDir::new().expect("a folder");
    let server = server(folder.path(), Format::Json, TranscriptLimits::default());
    let mut sent = b"GET / HTTP/1.1\r\nConnection: close\r\nA: ".to_vec();
    sent.extend((0x80..=0xff).chain(b"\"\\\t\x7f".iter().copied()));
    sent.extend(b"\r\n\r\n");
    let mut client = Client::connect(server.address());
    client.send(&sent);
    let received = client.read_until_close();
    drop(client);
    let text = whole(folder.path());
    let values: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let bytes = |from: &str| -> Vec<u8> {
        let of_side = values.iter().filter(|value| value["from"] == from);
        let texts = of_side.filter_map(|value| value["bytes"].as_str());
        let characters = texts.flat_map(str::chars);
        characters
            .map(|character| u8::try_from(character).expect("a byte"))
            .collect()
    };
    assert_eq!(bytes("client"), sent);
    assert_eq!(bytes("server"), received);
    let events: Vec<_> = values.iter().filter_map(|v| v["event"].as_str()).collect();
    assert_eq!(events, ["opened", "fin", "fin", "closed"]);
    assert_eq!(values[0]["server"], server.address().to_string());
    for value in &values[1..] {
        assert_eq!(value["connection"], 1);
        assert_eq!(value["exchange"], 1);
        assert!(value["time"].as_f64().expect("a number") > 0.0);
    }
    let lengths = values.iter().filter_map(|value| value["length"].as_u64());
    assert_eq!(lengths.sum::<u64>(), (sent.len() + received.len()) as u64);
    assert!(
        files(folder.path())[0]
            .extension()
            .is_some_and(|e| e == "jsonl")
    );
}

#[test]
fn the_folder_is_bounded() {
    let folder = TempDir::new().expect("a folder");
    let limits = TranscriptLimits {
        folder: 3 * 4096,
        ..TranscriptLimits::default()
    };
    let server = server(folder.path(), Format::Text, limits);
    let name = |file: &PathBuf| {
        file.to_str()
            .expect("ASCII")
            .rsplit('-')
            .next()
            .map(str::to_owned)
    };
    for last in 1..=6 {
        exchange(server.address());
        eventually("it is closed", || {
            files(folder.path()).last().is_some_and(|file| {
                name(file) == Some(format!("{last:06}.txt"))
                    && fs::read_to_string(file).is_ok_and(|text| text.ends_with("-- closed\n"))
            })
        });
        let count = files(folder.path()).len();
        assert_eq!(count, last.min(3));
    }
    let left: Vec<_> = files(folder.path()).iter().filter_map(name).collect();
    assert_eq!(left, ["000004.txt", "000005.txt", "000006.txt"]);
}

/// Beyond its limit, the transcript of a connection still has the heads of later requests, and the lengths of
/// everything; what it cuts it says.
#[test]
fn a_connection_is_bounded() {
    let folder = TempDir::new().expect("a folder");
    let limits = TranscriptLimits {
        connection: 100_000,
        ..TranscriptLimits::default()
    };
    let server = server(folder.path(), Format::Text, limits);
    let mut client = Client::connect(server.address());
    const UPLOAD: usize = 300_000;
    client.send(format!("GET /1 HTTP/1.1\r\nContent-Length: {UPLOAD}\r\n\r\n").as_bytes());
    client.send(&[b'x'; UPLOAD]);
    assert_eq!(client.read_response("GET").text(), "hello");
    for number in 2..=20 {
        client.send(&request("GET", &format!("/{number}")));
        assert_eq!(client.read_response("GET").text(), "hello");
    }
    let text = || fs::read_to_string(&files(folder.path())[0]).expect("a file");
    eventually("all responses", || text().matches("< ").count() == 20);
    let text = text();
    assert!(text.len() < 115_000, "{}", text.len());
    let reached = "-- the connection's limit of 100000 bytes is reached: from here on, at most 8192 bytes \
                   of each request and of each response are shown\n";
    assert_eq!(text.matches(reached).count(), 1, "{text}");
    for number in 1..=20 {
        assert!(
            text.contains(&format!("\"GET /{number} HTTP/1.1\\r\\n")),
            "{number}"
        );
    }
    let uploaded = text.lines().filter(|line| line.contains("  1  > "));
    let length = |line: &str| {
        line[18..]
            .split_once(' ')
            .and_then(|(count, _)| count.parse::<usize>().ok())
    };
    let lengths: usize = uploaded.map(|line| length(line).expect("a length")).sum();
    assert!(lengths > UPLOAD && lengths < UPLOAD + 100, "{lengths}");
}

#[test]
fn serving_continues_without_the_folder() {
    let folder = site(&[]);
    let place = folder.path().join("transcripts");
    let mut command = wireserve();
    command
        .arg(folder.path())
        .args(["--port", "0", "--transcript"])
        .arg(&place);
    let mut running = Process::spawn(&mut command);
    let address = running.ready("");
    let mut early = Client::connect(address);
    eventually("its file", || files(&place).len() == 1);
    fs::remove_dir_all(&place).expect("it is ours");
    for _ in 0..2 {
        assert_eq!(get(address, "/hello.txt").text(), "hello");
        early.send(&request("GET", "/hello.txt"));
        assert_eq!(early.read_response("GET").text(), "hello");
    }
    running.signal("TERM");
    let stderr = running.end().stderr;
    let errors: Vec<_> = stderr
        .lines()
        .filter(|line| line.contains("recording into"))
        .collect();
    assert_eq!(errors.len(), 2, "{stderr}");
    assert!(
        errors[0].contains("-000002.txt stopped: No such file"),
        "{stderr}"
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_refused() {
    let folder = site(&[
        ("nowhere.json", r#"{"transcript": {"json": true}}"#),
        ("file.json", r#"{"transcript": {"folder": "hello.txt"}}"#),
        ("key.json", r#"{"transcript": {"dir": "x"}}"#),
    ]);
    for (arguments, named) in [
        (
            &["--transcript", "hello.txt"][..],
            &["transcript folder", "hello.txt"][..],
        ),
        (
            &["--transcript", "/proc/none"],
            &["transcript folder", "/proc/none"],
        ),
        (&["--transcript-json"], &["--transcript DIR"]),
        (&["--config", "nowhere.json"], &["--transcript DIR"]),
        (
            &["--config", "file.json"],
            &["transcript folder", "hello.txt"],
        ),
        (
            &["--config", "key.json"],
            &["key.json", "transcript", "dir"],
        ),
    ] {
        run_in(folder.path(), arguments).is_refusal(named);
    }
}

/// Paths of flags are relative to where the command starts, those of a file to the file.
#[test]
fn flags_and_the_configuration_file() {
    let config =
        r#"{"doc_root": "..", "transcript": {"folder": "filed", "json": true, "limit": 9000}}"#;
    for (arguments, place, ending) in [
        (&["--config", "conf/server.json"][..], "conf/filed", "jsonl"),
        (
            &["--config", "conf/server.json", "--transcript", "flag"],
            "flag",
            "jsonl",
        ),
        (&["conf", "--transcript", "flag"], "flag", "txt"),
        (
            &["conf", "--transcript", "flag", "--transcript-json"],
            "flag",
            "jsonl",
        ),
    ] {
        let folder = site(&[("conf/server.json", config)]);
        let mut command = wireserve();
        command
            .current_dir(folder.path())
            .args(["--port", "0"])
            .args(arguments);
        let mut running = Process::spawn(&mut command);
        exchange(running.ready(""));
        let found = files(&folder.path().join(place));
        let [file] = &found[..] else {
            panic!("{arguments:?}: {found:?}");
        };
        assert!(
            file.extension().is_some_and(|e| e == ending),
            "{arguments:?}"
        );
    }
}
