//! A script sees each request of `catalogue/requests.json` as it came, byte for byte and line by line, with
//! what is wrong with it, whether it has read the body before or not, and however the bytes arrive;
//! and each policy lets through what it says, and refuses the rest with a reason.
//!
//! What is expected is in `data/sight.json`, one object a request, and in `data/problems.json` for its
//! lines and problems. `target`, `form`, `version`, `framing`, `chunks`, `raw_trailers`, `trailers`,
//! `raw_body` and `following` are what the script sees; what is not named is that of
//! `GET /x HTTP/1.1` without a body. `breaks` is the problem of a broken body and its offset there;
//! `kinds` are those of the lines. `lenient`, `strict` and `raw` are the refusals by that policy, each a
//! status and what its message says; without one the script runs. Of pipelined requests the first is
//! meant.

use crate::support::command::wireserve;
use std::collections::BTreeMap;

use crate::support;
use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use wireserve::internals::conform::case::bytes::Bytes;
use wireserve::internals::text::latin1;

#[test]
fn under_each_policy() {
    for policy in Policy::ALL {
        let server = serve(policy, "sight_first.py");
        for case in cases() {
            play(&server, policy, &case, Sending::Whole);
        }
    }
}

#[test]
fn byte_by_byte() {
    for policy in Policy::ALL {
        let server = serve(policy, "sight_first.py");
        for case in cases() {
            play(&server, policy, &case, Sending::ByteByByte);
        }
    }
}

#[test]
fn after_the_body() {
    let server = serve(Policy::Raw, "body_first.py");
    for case in cases() {
        play(&server, Policy::Raw, &case, Sending::Whole);
        play(&server, Policy::Raw, &case, Sending::ByteByByte);
    }
}

#[test]
fn pipelined_requests_share_a_segment() {
    let server = serve(Policy::Lenient, "head_only.py");
    let requests = ["/1", "/22", "/333"].map(get);
    let all = requests.concat();
    let mut client = Client::connect(server.addr());
    client.send(&all);
    let mut start = 0;
    let mut before: Option<Response> = None;
    let mut seen_first = None;
    for (index, request) in requests.iter().enumerate() {
        let answer = client.read_response("GET");
        let seen = shown(&answer);
        let after = &all[start + request.len()..];
        assert_eq!(seen["following"], *latin1::decode(after));
        assert_eq!(seen["connection"]["ordinal"], json!(index + 1));
        assert_eq!(seen["connection"]["id"], json!(1));
        assert_eq!(
            seen["connection"]["previous"],
            json!(before.map(|before| (200, length(&before), 0)))
        );
        let [(at, offset, length)] = segments(&seen)[..] else {
            panic!("more than one segment: {seen}");
        };
        let expected = (-i64::try_from(start).unwrap(), all.len());
        assert_eq!((offset, length), expected);
        assert_eq!(*seen_first.get_or_insert(at), at, "the same segment");
        start += request.len();
        before = Some(answer);
    }
    // A connection of its own, later, is another one.
    let mut another = Client::connect(server.addr());
    another.send(&get("/"));
    let seen = shown(&another.read_response("GET"));
    let first = json!({"id": 2, "ordinal": 1, "previous": null});
    assert_eq!(seen["connection"], first);
}

#[test]
fn the_connection_records_unread_requests() {
    let server = serve(Policy::Lenient, "head_only.py");
    for (fields, body, drained) in [
        ("Content-Length: 5", "abcde", 5),
        (
            "Transfer-Encoding: chunked",
            "2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            3,
        ),
        ("Content-Length: 0", "", 0),
    ] {
        let mut client = Client::connect(server.addr());
        client.send(format!("POST / HTTP/1.1\r\n{fields}\r\n\r\n{body}GET /").as_bytes());
        let answer = client.read_response("POST");
        assert_eq!(shown(&answer)["following"], "GET /", "{fields}");
        client.send(b" HTTP/1.1\r\n\r\n");
        let seen = shown(&client.read_response("GET"));
        let previous = json!([200, length(&answer), drained]);
        assert_eq!(seen["connection"]["previous"], previous, "{fields}");
        // The first segment has the end of the request before, and this one's beginning.
        let segments = segments(&seen);
        assert!(segments[0].1 < 0, "{segments:?}");
        let (_, last, length) = segments[segments.len() - 1];
        let end = usize::try_from(last).map(|last| last + length);
        assert_eq!(end, Ok("GET / HTTP/1.1\r\n\r\n".len()), "{segments:?}");
    }
}

#[test]
fn a_connection_of_which_nothing_is_read() {
    let site = support::repository().join("tests/sight_site");
    let arguments = ["--log", "off", "--connections", "0", "unread.py"];
    let mut command = wireserve();
    command.arg(&site).args(["--port", "0"]).args(arguments);
    let server = Process::start_with_listeners(command, 2);
    let mut client = Client::connect(server.addresses()[1]);
    let seen: Value = serde_json::from_slice(&client.read_until(b"\n")).expect("JSON");
    let expected = json!({
        "head": "", "lines": [], "target": "", "form": "other", "version": "",
        "framing": ["none", 0], "chunks": [], "raw_trailers": "", "trailers": [], "raw_body": "",
        "problems": [], "connection": {"id": 1, "ordinal": 0, "previous": null},
        "following": "", "segments": [],
    });
    assert_eq!(seen, expected);
    // The first request follows it, and has no predecessor.
    client.send(&get("/head_only.py"));
    let seen = shown(&client.read_response("GET"));
    let first = json!({"id": 1, "ordinal": 1, "previous": null});
    assert_eq!(seen["connection"], first);
}

/// Looking at the request while another thread waits for its body does not stop the interpreter.
#[test]
fn looking_while_another_thread_reads() {
    let doc_root = folder(&[
        (
            "look.py",
            "import threading\n\
             def main(request, response):\n\
             \x20   reader = threading.Thread(target=lambda: request.raw_input.read())\n\
             \x20   reader.start()\n\
             \x20   response.writer.wait_for('reading')\n\
             \x20   response.writer.set('looking')\n\
             \x20   seen = [request.raw_input.tell(), request.problems, request.chunks]\n\
             \x20   reader.join()\n\
             \x20   return repr(len(seen[2]))\n",
        ),
        (
            "set.py",
            "def main(request, response):\n\
             \x20   response.writer.set('reading')\n\
             \x20   return str(response.writer.wait_for('looking', 10))\n",
        ),
        ("plain.py", "main = lambda request, response: 'plain'\n"),
    ]);
    let server = Process::wireserve(doc_root.path(), ["--log", "error"]);
    let mut looking = Client::connect(server.addr());
    looking.send(b"POST /look.py HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab");
    let mut other = Client::connect(server.addr());
    other.send(&get("/set.py"));
    assert_eq!(other.read_response("GET").text(), "True");
    other.send(&get("/plain.py"));
    assert_eq!(other.read_response("GET").text(), "plain");
    looking.send(b"\r\n0\r\n\r\n");
    assert_eq!(looking.read_response("POST").text(), "2");
}

#[test]
fn each_piece_is_a_segment_with_its_time() {
    let doc_root = folder(&[(
        "pieces.py",
        "import json\n\
         def main(request, response):\n\
         \x20   for count in range(1, 6):\n\
         \x20       response.writer.write(b'.')\n\
         \x20       response.writer.wait_for_body(count)\n\
         \x20   response.writer.write(json.dumps(request.segments))\n\
         \x20   response.close_connection = True\n",
    )]);
    let server = Process::wireserve(doc_root.path(), ["--log", "error"]);
    let mut client = Client::connect(server.addr());
    let head = b"POST /pieces.py HTTP/1.1\r\nContent-Length: 5\r\n\r\n";
    client.send(head);
    for byte in b"abcde" {
        assert_eq!(client.read_exact(1), b".");
        client.send(&[*byte]);
    }
    let seen = client.read_until_close();
    let seen = json!({"segments": serde_json::from_slice::<Value>(&seen).expect("JSON")});
    assert_segments(&seen, head.len() + 5);
    let lengths: Vec<_> = segments(&seen).iter().map(|segment| segment.2).collect();
    assert_eq!(lengths, [head.len(), 1, 1, 1, 1, 1]);
}

/// What is printed to look at tells what it is.
#[test]
fn lines_problems_and_chunks_can_be_printed() {
    let doc_root = folder(&[(
        "printed.py",
        "def main(request, response):\n\
         \x20   request.body\n\
         \x20   return '\\n'.join(map(repr, [request.raw_lines[1], request.problems[0], request.chunks[0]]))\n",
    )]);
    let server = Process::wireserve(doc_root.path(), ["--log", "error"]);
    let mut client = Client::connect(server.addr());
    client.send(
        b"POST /printed.py HTTP/1.1\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nab\r\n0\r\n\r\n",
    );
    let printed = "<RawLine field b'Host: a\\r\\n' ()>\n\
                   <Problem at 25: a line that ends with a bare LF (RFC 9112 §2.2)>\n\
                   <Chunk b'2;x' at 0>";
    assert_eq!(client.read_response("POST").text(), printed);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Lenient,
    Strict,
    Raw,
}

impl Policy {
    const ALL: [Self; 3] = [Self::Lenient, Self::Strict, Self::Raw];

    fn name(self) -> &'static str {
        match self {
            Self::Lenient => "lenient",
            Self::Strict => "strict",
            Self::Raw => "raw",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sending {
    Whole,
    ByteByByte,
}

/// A server whose every request, CONNECT included, is this script's under this policy.
fn serve(policy: Policy, script: &str) -> Process {
    let route = |method| json!({"method": method, "pattern": "*", "target": script, "requests": policy.name()});
    let config = json!({"routes": [route("*"), route("CONNECT")]}).to_string();
    let folder = folder(&[("config.json", &config)]);
    let path = folder.path().join("config.json");
    let path = path.to_str().expect("UTF-8");
    let site = support::repository().join("tests/sight_site");
    Process::wireserve(&site, ["--log", "off", "--config", path])
}

/// Plays a case on a connection of its own, and asserts everything that the data says.
fn play(server: &Process, policy: Policy, case: &Case, sending: Sending) {
    let _scene = Scene {
        case,
        policy,
        sending,
    };
    let sends = case.sends();
    let mut client = Client::connect(server.addr());
    let send = |client: &mut Client, bytes: &[u8]| match sending {
        Sending::Whole => client.send(bytes),
        Sending::ByteByByte => bytes.chunks(1).for_each(|byte| client.send(byte)),
    };
    send(&mut client, &sends);
    if let Some(rest) = &case.request.after_100 {
        let interim = client.read_until(b"\r\n\r\n");
        assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        send(&mut client, &rest.0);
    }
    let answer = client.read_response("GET");
    if let Some((status, message)) = case.sight.refusal(policy) {
        assert_eq!(answer.status, *status);
        let fault: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let said = fault["error"]["message"].as_str().expect("a message");
        assert!(said.contains(&**message), "{said}");
        return;
    }
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut seen = shown(&answer);
    case.assert_lines(&seen["lines"].take());
    let found = seen["following"].take();
    let (found, following) = (found.as_str().unwrap(), case.sight.text("following"));
    match sending {
        Sending::Whole => assert_eq!(found, following),
        Sending::ByteByByte => assert!(following.starts_with(found), "{found}"),
    }
    let connection = seen["connection"].take();
    assert_eq!(connection["ordinal"], 1);
    assert_eq!(connection["previous"], Value::Null);
    assert_segments(&seen, case.length());
    let segments = seen["segments"].take();
    let count = segments.as_array().expect("a list").len();
    if sending == Sending::Whole {
        let sent = 1 + usize::from(case.request.after_100.is_some());
        assert_eq!(count, sent, "{segments}");
    }
    assert_eq!(seen, case.shown());
}

/// Each begins where the one before ends, and came later. They may extend past the request.
fn assert_segments(seen: &Value, length: usize) {
    /// Of this many the times are kept.
    const MOST: usize = 4096;

    let segments = segments(seen);
    let (mut time, mut end) = (0.0, 0);
    for (at, offset, length) in &segments {
        assert_eq!(*offset, end, "{segments:?}");
        assert!(*at >= time, "{segments:?}");
        (time, end) = (*at, end + i64::try_from(*length).unwrap());
    }
    let length = i64::try_from(length).unwrap();
    assert!(end >= length || segments.len() == MOST, "{segments:?}");
}

fn segments(seen: &Value) -> Vec<(f64, i64, usize)> {
    serde_json::from_value(seen["segments"].clone()).expect("segments")
}

fn shown(answer: &Response) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut seen: Value = serde_json::from_slice(&answer.body).expect("JSON");
    if seen.get("ordinal").is_some() {
        let connection = json!({
            "id": seen["id"].take(), "ordinal": seen["ordinal"].take(),
            "previous": seen["previous"].take(),
        });
        seen["connection"] = connection;
    }
    seen
}

fn length(answer: &Response) -> usize {
    answer.head.len() + answer.body.len()
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes()
}

/// One request and all that is known of it.
struct Case {
    request: Request,
    sight: Sight,
    lines: Lines,
}

fn cases() -> Vec<Case> {
    let requests: Vec<Request> =
        serde_json::from_str(include_str!("../../catalogue/requests.json")).expect("requests");
    let sight: Vec<Sight> =
        serde_json::from_str(include_str!("../data/sight.json")).expect("sight");
    let lines: Vec<Lines> =
        serde_json::from_str(include_str!("../data/problems.json")).expect("problems");
    assert_eq!((sight.len(), lines.len()), (requests.len(), requests.len()));
    let rest = sight.into_iter().zip(lines);
    let cases = requests.into_iter().zip(rest);
    cases
        .map(|(request, (sight, lines))| {
            assert_eq!((&sight.id, &lines.id), (&request.id, &request.id));
            Case {
                request,
                sight,
                lines,
            }
        })
        .collect()
}

impl Case {
    fn sends(&self) -> Vec<u8> {
        let pieces = self.request.sends.iter().map(|piece| &piece.0[..]);
        pieces.collect::<Vec<_>>().concat()
    }

    /// Of head and body.
    fn length(&self) -> usize {
        self.head().chars().count() + self.sight.text("raw_body").chars().count()
    }

    /// What was sent but for the body and what follows it.
    fn head(&self) -> String {
        let sends = latin1::decode(&self.sends()).into_owned();
        let sight = &self.sight;
        let mut behind = sight.text("raw_body") + &sight.text("following");
        if self.request.after_100.is_some() {
            behind = String::new();
        }
        let head = sends.strip_suffix(&behind);
        head.expect("the data is consistent").to_owned()
    }

    /// All that the script shows but for the lines, the connection and what depends on time.
    fn shown(&self) -> Value {
        let sight = &self.sight;
        let head = self.head();
        let bytes = head.chars().count();
        let violation = |severity: &String| severity == "violation";
        let mut problems: Vec<_> = self
            .lines
            .problems
            .iter()
            .map(|(offset, what, clause, severity)| {
                json!((offset, what, clause, violation(severity)))
            })
            .collect();
        let breaks = sight.breaks.as_ref();
        problems.extend(breaks.map(|(at, what)| json!((bytes + at, what, "RFC 9112 §7.1", true))));
        let target = sight.target.as_ref();
        let body = match (breaks, sight.framing.0.as_str()) {
            (Some(_), _) => None,
            (None, "unreadable") => Some(String::new()),
            (None, "chunked") => Some(sight.decoded()),
            (None, _) => Some(sight.text("raw_body")),
        };
        json!({
            "head": head,
            "lines": null,
            "target": target.map_or_else(|| "/x".into(), |target| latin1::decode(&target.0)),
            "form": sight.form.as_deref().unwrap_or("origin"),
            "version": sight.version.as_deref().unwrap_or("HTTP/1.1"),
            "framing": sight.framing,
            "chunks": sight.chunks,
            "raw_trailers": sight.text("raw_trailers"),
            "trailers": sight.trailers,
            "raw_body": sight.text("raw_body"),
            "problems": problems,
            "body": body,
            "following": null,
            "connection": null,
            "segments": null,
        })
    }

    fn assert_lines(&self, seen: &Value) {
        type Line = (String, usize, String, [String; 4], Vec<String>);
        let seen: Vec<Line> = serde_json::from_value(seen.clone()).expect("lines");
        assert_eq!(seen.len(), self.lines.lines);
        let mut joined = String::new();
        for (number, (kind, offset, raw, parts, flags)) in seen.iter().enumerate() {
            assert_eq!(*offset, joined.chars().count());
            joined += raw;
            assert_eq!(parts.concat(), *raw, "{kind}");
            let expected = self.lines.flags.get(&number);
            assert_eq!(flags, expected.unwrap_or(&Vec::new()));
            if let Some(expected) = self.lines.parts.get(&number) {
                let expected = expected.each_ref().map(|part| latin1::decode(&part.0));
                assert_eq!(
                    parts.each_ref().map(|part| &**part),
                    expected.each_ref().map(|part| &**part)
                );
            }
        }
        assert_eq!(joined, self.head());
        if let Some(kinds) = &self.sight.kinds {
            let seen: Vec<_> = seen.iter().map(|line| &line.0).collect();
            assert_eq!(seen, kinds.iter().collect::<Vec<_>>());
        }
    }
}

#[derive(Deserialize)]
struct Request {
    id: String,
    title: String,
    sends: Vec<Bytes>,
    after_100: Option<Bytes>,
}

#[derive(Deserialize)]
struct Lines {
    id: String,
    lines: usize,
    #[serde(default)]
    flags: BTreeMap<usize, Vec<String>>,
    #[serde(default)]
    parts: BTreeMap<usize, [Bytes; 4]>,
    #[serde(default)]
    problems: Vec<(usize, String, String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sight {
    id: String,
    kinds: Option<Vec<String>>,
    target: Option<Bytes>,
    form: Option<String>,
    version: Option<String>,
    #[serde(default = "no_body")]
    framing: (String, Value),
    #[serde(default)]
    chunks: Vec<(String, u64, u64, Vec<Extension>)>,
    raw_trailers: Option<String>,
    #[serde(default)]
    trailers: Vec<(String, String)>,
    raw_body: Option<String>,
    following: Option<String>,
    breaks: Option<(usize, String)>,
    lenient: Option<(u16, String)>,
    strict: Option<(u16, String)>,
    raw: Option<(u16, String)>,
}

/// Name and value.
type Extension = (String, Option<String>);

fn no_body() -> (String, Value) {
    ("none".to_owned(), json!(0))
}

impl Sight {
    fn refusal(&self, policy: Policy) -> Option<&(u16, String)> {
        match policy {
            Policy::Lenient => self.lenient.as_ref(),
            Policy::Strict => self.strict.as_ref(),
            Policy::Raw => self.raw.as_ref(),
        }
    }

    fn text(&self, name: &str) -> String {
        let text = match name {
            "raw_body" => &self.raw_body,
            "raw_trailers" => &self.raw_trailers,
            _ => &self.following,
        };
        text.clone().unwrap_or_default()
    }

    /// The data in the chunks.
    fn decoded(&self) -> String {
        let raw = self.text("raw_body");
        let data = self.chunks.iter().map(|(line, size, offset, _)| {
            let start = usize::try_from(*offset).unwrap() + line.len() + "\r\n".len();
            &raw[start..start + usize::try_from(*size).unwrap()]
        });
        data.collect()
    }
}

/// Names the case in which an assertion failed.
struct Scene<'a> {
    case: &'a Case,
    policy: Policy,
    sending: Sending,
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Request { id, title, .. } = &self.case.request;
            eprintln!("in {id}, {title}, {:?}, {:?}", self.policy, self.sending);
        }
    }
}
