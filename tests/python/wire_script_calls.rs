//! A Python handler does the steps of a wire script by calls on `response.writer`, one by one or as a
//! list, between its other writes; each call returns whether the client is still there. Wrong arguments
//! raise exceptions before anything is done. A handler that waits lets others run.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::folder::folder;
use crate::support::process::Process;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Long enough to be distinguished from no wait, even on a busy machine.
const SOON: Duration = Duration::from_millis(50);

/// A server with handlers given by their names and the statements of `main`, in which `w` is the writer
/// and `say` writes a value as JSON.
struct Stage {
    server: Process,
    _doc_root: TempDir,
}

impl Stage {
    fn new(handlers: &[(&str, &str)]) -> Self {
        let beginning = "import json, time\n\
                         def main(request, response):\n\
                         \x20   w = response.writer\n\
                         \x20   say = lambda what: w.write(json.dumps(what) + '\\n')\n";
        let files: Vec<_> = handlers
            .iter()
            .map(|(name, steps)| {
                let main = indented(steps);
                (format!("{name}.py"), format!("{beginning}{main}"))
            })
            .collect();
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (&**name, &**text))
            .collect();
        let doc_root = folder(&files);
        Self {
            server: Process::wireserve(doc_root.path(), ["--log", "error"]),
            _doc_root: doc_root,
        }
    }

    /// A connection with a request for this handler, which `rest` completes.
    fn ask(&self, name: &str, rest: &str) -> Client {
        let mut client = Client::connect(self.server.addr());
        client.send(format!("POST /{name}.py HTTP/1.1\r\n{rest}").as_bytes());
        client
    }

    /// The response of a handler.
    fn answer(&self, name: &str) -> String {
        self.ask(name, "\r\n").read_response("POST").text()
    }
}

/// Lines of a function, indented alike. All but the first may have a larger common indentation.
fn indented(steps: &str) -> String {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let common = steps.lines().skip(1).map(margin).min().unwrap_or(0);
    let lines = steps.lines().enumerate();
    lines
        .map(|(number, line)| match number {
            0 => format!("    {line}\n"),
            _ => format!("    {}\n", &line[common..]),
        })
        .collect()
}

/// The next value that `say` wrote.
fn said(client: &mut Client) -> Value {
    serde_json::from_slice(&client.read_until(b"\n")).expect("JSON")
}

#[test]
fn a_pause_lasts_as_long_as_asked() {
    let stage = Stage::new(&[(
        "pause",
        "say(w.pause(0.05))
        say(w.pause(0))
        response.close_connection = True",
    )]);
    let began = Instant::now();
    let seen = stage.ask("pause", "\r\n").read_until_close();
    assert!(began.elapsed() >= SOON);
    assert_eq!(seen, b"true\ntrue\n");
}

/// After waits alone, `main` still returns the response.
#[test]
fn waiting_does_not_answer() {
    let stage = Stage::new(&[(
        "wait",
        "seen = [w.pause(0), w.wait_for_body(2), w.wait_for('no', within=0), w.set('yes'),
                w.wait_for('yes'), w.clear('yes'), w.wait_for('yes', 0),
                w.wait_for_connection(0), w.read(1).decode(), w.content_written]
        return json.dumps(seen)",
    )]);
    let mut client = stage.ask("wait", "Content-Length: 2\r\n\r\nabc");
    let seen: Value = serde_json::from_slice(&client.read_response("POST").body).expect("JSON");
    let expected = json!([
        true, true, false, null, true, null, false, false, "a", false
    ]);
    assert_eq!(seen, expected);
}

#[test]
fn reading() {
    let stage = Stage::new(&[(
        "read",
        "say(w.read(3).decode())
        say(w.read(until=b'\\r\\n').decode())
        say(w.read(until='!', within=60).decode())
        try:
            w.read(5, within=0.05)
        except TimeoutError as error:
            say([str(error), error.partial.decode()])
        try:
            w.read(until=b'\\n', within=0)
        except TimeoutError as error:
            say([str(error), error.partial.decode()])
        say(w.read(0).decode())
        say(w.read(9).decode())
        say(w.read(1).decode())",
    )]);
    let mut client = stage.ask("read", "\r\nab");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.send(b"cd\r");
    assert_eq!(said(&mut client), "abc");
    client.send(b"\n!?");
    assert_eq!(said(&mut client), "d\r\n");
    assert_eq!(said(&mut client), "!");
    let late = "timed out before all bytes arrived";
    assert_eq!(said(&mut client), json!([late, "?"]));
    assert_eq!(said(&mut client), json!([late, ""]));
    assert_eq!(said(&mut client), "");
    client.send(b"rest");
    client.half_close();
    assert_eq!(said(&mut client), "rest");
    assert_eq!(said(&mut client), "");
}

/// A wait leaves the bytes to every reader.
#[test]
fn waiting_takes_nothing_away() {
    let stage = Stage::new(&[(
        "wait",
        "seen = eval(request.headers['Do'].decode(), {'w': w, 'request': request, 'raw': request.raw_input,
            'socket': w.socket, 'peek': __import__('socket').MSG_PEEK})
        return json.dumps([each.decode() if isinstance(each, bytes) else each for each in seen])",
    )]);
    let counted = ("Content-Length: 6", "abcdef");
    let chunked = ("Transfer-Encoding: chunked", "6\r\nabcdef\r\n0\r\n\r\n");
    for ((framing, body), steps, seen) in [
        (
            counted,
            "w.wait_for_body(2, 1), w.read(2, 1), w.read(4, 1)",
            json!([true, "ab", "cdef"]),
        ),
        (
            counted,
            "w.wait_for_body(), w.read(2, 1), w.wait_for_body(6, 1), w.read(4, 1)",
            json!([true, "ab", true, "cdef"]),
        ),
        (
            counted,
            "w.wait_for_body(6), w.read(2), request.body",
            json!([true, "ab", "cdef"]),
        ),
        (
            counted,
            "raw.read(2), w.wait_for_body(), w.read(2), request.body",
            json!(["ab", true, "cd", "abef"]),
        ),
        (
            counted,
            "w.wait_for_body(), raw.read(3), raw.read(), request.raw_body",
            json!([true, "abc", "def", "abcdef"]),
        ),
        (
            counted,
            "w.wait_for_body(), w.read(until=b'd'), w.read(2)",
            json!([true, "abcd", "ef"]),
        ),
        (
            counted,
            "w.wait_for_body(), socket.recv(4), w.read(2)",
            json!([true, "abcd", "ef"]),
        ),
        (
            counted,
            "w.wait_for_body(), socket.recv(4, peek), request.body",
            json!([true, "abcd", "abcdef"]),
        ),
        (
            counted,
            "w.wait_for_body(), request.connection.following, w.buffered",
            json!([true, "", 6]),
        ),
        (
            chunked,
            "w.wait_for_body(2), w.read(5), w.read(3)",
            json!([true, "6\r\nab", "cde"]),
        ),
        (
            chunked,
            "w.wait_for_body(), request.body, request.raw_body",
            json!([true, "abcdef", body_of(chunked)]),
        ),
        (
            chunked,
            "w.wait_for_body(), w.read(until=b'0\\r\\n\\r\\n')",
            json!([true, body_of(chunked)]),
        ),
        (
            chunked,
            "w.wait_for_body(3), [c.size for c in request.chunks]",
            json!([true, [6, 0]]),
        ),
        (
            chunked,
            "w.wait_for_body(), raw.read(2), w.wait_for_body(), raw.read()",
            json!([true, "ab", true, "cdef"]),
        ),
    ] {
        let mut client = stage.ask("wait", &format!("{framing}\r\nDo: {steps}\r\n\r\n"));
        for piece in body.as_bytes().chunks(4) {
            client.send(piece);
        }
        let response = client.read_response("POST");
        let shown: Value = serde_json::from_slice(&response.body)
            .unwrap_or_else(|error| panic!("{steps}: {error}: {}", response.text()));
        assert_eq!(shown, seen, "{framing}: {steps}");
        // What the wait took off the wire is not the next request.
        assert!(client.is_kept_open(), "{framing}: {steps}");
    }
}

fn body_of((_, body): (&str, &'static str)) -> &'static str {
    body
}

#[test]
fn a_wait_for_a_large_body_takes_nothing_away() {
    const LENGTH: usize = 3_000_000;
    let stage = Stage::new(&[(
        "large",
        "w.wait_for_body(2_500_000)
        first = w.read(1_000_000)
        return json.dumps([len(first), len(request.body), (first + request.body).count(b'x')])",
    )]);
    let mut client = stage.ask("large", &format!("Content-Length: {LENGTH}\r\n\r\n"));
    client.send(&vec![b'x'; LENGTH]);
    let shown: Value = serde_json::from_slice(&client.read_response("POST").body).expect("JSON");
    assert_eq!(shown, json!([1_000_000, 2_000_000, LENGTH]));
    assert!(client.is_kept_open());
}

#[test]
fn waiting_for_a_body() {
    let stage = Stage::new(&[(
        "body",
        "say(w.wait_for_body(2))
        say(w.wait_for_body(3, within=0.02))
        say(w.wait_for_body(within=0.02))
        say(w.wait_for_body())
        say(w.wait_for_body(99))
        say(request.body.decode())",
    )]);
    for (fields, pieces) in [
        ("Content-Length: 4", ["ab", "cd"]),
        (
            "Transfer-Encoding: chunked",
            ["2\r\nab\r\n", "2\r\ncd\r\n0\r\n\r\n"],
        ),
    ] {
        let mut client = stage.ask("body", &format!("{fields}\r\n\r\n"));
        assert_eq!(client.arrival(SOON), Arrival::Nothing);
        client.send(pieces[0].as_bytes());
        assert_eq!(
            [0; 3].map(|_| said(&mut client)),
            [true, false, false].map(Value::from)
        );
        client.send(pieces[1].as_bytes());
        assert_eq!(
            [0; 2].map(|_| said(&mut client)),
            [true, true].map(Value::from)
        );
        assert_eq!(said(&mut client), "abcd");
    }
    // A client that leaves does not send the rest.
    let mut client = stage.ask("body", "Content-Length: 4\r\n\r\nabc");
    client.half_close();
    let seen = [0; 4].map(|_| said(&mut client));
    assert_eq!(seen, [true, true, false, false].map(Value::from));
}

#[test]
fn one_request_waits_for_another() {
    let stage = Stage::new(&[
        (
            "first",
            "say(w.wait_for('go'))
            w.set('gone')
            say(w.wait_for_connection())
            w.close()",
        ),
        ("second", "w.set('go'); return str(w.wait_for('gone', 10))"),
    ]);
    let mut first = stage.ask("first", "\r\n");
    assert_eq!(first.arrival(SOON), Arrival::Nothing);
    assert_eq!(stage.answer("second"), "True");
    assert_eq!(said(&mut first), true);
    // The connection of `second` was opened while `first` was being answered.
    assert_eq!(said(&mut first), true);
    assert_eq!(first.read_until_close(), b"");
}

#[test]
fn half_closing_and_closing() {
    let stage = Stage::new(&[
        (
            "half",
            "w.write('x')
            w.half_close()
            kept = w.read(3)
            w.set('heard ' + kept.decode())
            w.set('is gone' if not w.write('y') else 'is there')",
        ),
        (
            "heard",
            "return str([w.wait_for('heard abc', 10), w.wait_for('is gone', 10)])",
        ),
        (
            "close",
            "w.write('x')
            w.close()
            return w.wait_for('closed')",
        ),
        ("closed", "w.set('closed')"),
        ("nothing", "w.close()"),
    ]);
    let mut client = stage.ask("half", "\r\n");
    assert_eq!(client.read_until_close(), b"x");
    assert!(!client.was_reset());
    client.send(b"abc");
    assert_eq!(stage.answer("heard"), "[True, True]");

    // The connection ends before the handler does.
    let mut client = stage.ask("close", "\r\n");
    assert_eq!(client.read_until_close(), b"x");
    stage.answer("closed");
    assert_eq!(stage.ask("nothing", "\r\n").read_until_close(), b"");
}

#[test]
fn a_reset_is_immediate_even_with_a_duplicate_of_the_socket() {
    let stage = Stage::new(&[
        (
            "reset",
            "w.write('x')
            held = w.socket.dup()
            w.reset()
            w.wait_for('seen')
            say('too late')",
        ),
        ("seen", "w.set('seen')"),
        (
            "script",
            "held = w.socket; w.script([('send', 'x'), 'reset']); w.wait_for('seen')",
        ),
    ]);
    for name in ["reset", "script"] {
        let mut client = stage.ask(name, "\r\n");
        assert_eq!(client.read_until_close(), b"x", "{name}");
        assert!(client.was_reset(), "{name}");
        stage.answer("seen");
    }
}

#[test]
fn a_reset_does_not_wait_for_a_client_that_does_not_read() {
    const WRITES: &str = "\
import threading, time
        written = []
        def write():
            while w.write('x' * 1000000): written.append(1)
        threading.Thread(target=write).start()
        before = -1
        while before != len(written):
            before = len(written)
            time.sleep(0.1)
        ";
    let stage = Stage::new(&[
        ("reset", &format!("{WRITES}w.reset()")),
        ("script", &format!("{WRITES}w.script(['reset'])")),
    ]);
    for name in ["reset", "script"] {
        let client = stage.ask(name, "\r\n");
        assert!(client.is_reset_within(DEADLINE), "{name}");
    }
}

#[test]
fn holding() {
    let stage = Stage::new(&[
        (
            "hold",
            "say(w.hold(0.05))
            w.set('left' if not w.hold() else 'not left')",
        ),
        (
            "hold_long",
            "w.write('x')
            w.set('left' if not w.hold(600) else 'not left')",
        ),
        (
            "left",
            "left = w.wait_for('left', 10); w.clear('left'); return str(left)",
        ),
    ]);
    let mut client = stage.ask("hold", "\r\n");
    assert_eq!(said(&mut client), true);
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.half_close();
    assert_eq!(client.read_until_close(), b"");
    assert_eq!(stage.answer("left"), "True");
    let mut client = stage.ask("hold_long", "\r\n");
    client.read_exact(1);
    drop(client);
    assert_eq!(stage.answer("left"), "True");
}

#[test]
fn a_disconnected_client_ends_a_wait() {
    let stage = Stage::new(&[
        ("pause", "w.write('x'); w.set(f'gone {w.pause(600)}')"),
        (
            "wait_for",
            "w.write('x'); w.set(f'gone {w.wait_for(\"never\")}')",
        ),
        (
            "gone",
            "gone = w.wait_for('gone False', 10); w.clear('gone False'); return str(gone)",
        ),
        ("read", "w.write('x'); w.set(f'gone {bool(w.read(1))}')"),
    ]);
    for name in ["pause", "wait_for", "read"] {
        let mut client = stage.ask(name, "\r\n");
        client.read_exact(1);
        client.reset();
        assert_eq!(stage.answer("gone"), "True", "{name}");
    }
}

#[test]
fn every_step_of_a_list() {
    let stage = Stage::new(&[
        (
            "list",
            "played = w.script([
                ('send', b'1'), ('send', 'é'), ('pause', 0.05), ('set', 'a'), ('wait_for', 'a'),
                ('wait_for', 'a', 1), ('clear', 'a'), ('wait_for_body',), 'wait_for_body',
                ('wait_for_body', 2), ('wait_for_body', 2, 0.5), ('wait_for_body', None, 0.5),
                ('read', 2), ('read', 1, 5), ('read_until', b'\\n'), ('read_until', '\\n', 5.0),
                ('wait_for_head',), ('wait_for_head', 5), ('send', '2'), ('wait_for_connection', 5),
                ('hold', 0.01), 'half_close',
            ])
            assert [round(asked, 3) for asked, _ in played.timings][:4] == [0, 0, 0.05, 0.05]
            assert all(asked <= achieved for asked, achieved in played.timings)
            w.set(f'{played.end} {len(played.timings)}')",
        ),
        (
            "ended",
            "return str([w.wait_for('done 22', 10), w.wait_for('a', 0)])",
        ),
        (
            "next",
            "w.script((('send', 'first'), 'next', ('send', 'second'), ('next_site',), ('close',)))",
        ),
        ("plain", "return 'plain'"),
        (
            "generator",
            "w.script(('send', str(number)) for number in range(3))
            response.close_connection = True",
        ),
        ("hold", "w.script(['hold'])"),
        ("empty", "w.script([]); return 'not this'"),
    ]);
    let mut client = stage.ask("list", "Content-Length: 2\r\n\r\nab");
    assert_eq!(client.read_exact(3), "1é".as_bytes());
    client.send(b"cde\n\nGET / HTTP/1.1\r\n");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.send(b"\r\n");
    assert_eq!(client.read_exact(1), b"2");
    let _another = Client::connect(stage.server.addr());
    assert_eq!(client.read_until_close(), b"");
    assert_eq!(stage.answer("ended"), "[True, False]");

    let mut client = stage.ask("next", "\r\n");
    assert_eq!(client.read_exact(5), b"first");
    client.send(b"GET /plain.py HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_exact(6), b"second");
    client.send(b"GET /plain.py HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_response("GET").text(), "plain");
    assert_eq!(client.read_until_close(), b"");

    assert_eq!(stage.ask("generator", "\r\n").read_until_close(), b"012");
    let mut client = stage.ask("hold", "\r\n");
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.half_close();
    assert_eq!(client.read_until_close(), b"");
    assert_eq!(stage.ask("empty", "\r\n").read_until_close(), b"");
}

#[test]
fn a_script_reports_how_it_ended() {
    let stage = Stage::new(&[
        (
            "late",
            "played = w.script([('send', 'x'), ('wait_for', 'never', 0.01), ('send', 'y')])
            w.set(f'{played.end} {len(played.timings)}')",
        ),
        (
            "gone",
            "played = w.script([('send', 'x'), ('wait_for', 'never'), ('send', 'y')])
            w.set(f'{played.end} {len(played.timings)}')",
        ),
        (
            "told",
            "return str([w.wait_for('too late 2', 10), w.wait_for('gone 2', 10)])",
        ),
    ]);
    assert_eq!(stage.ask("late", "\r\n").read_until_close(), b"x");
    let mut client = stage.ask("gone", "\r\n");
    client.read_exact(1);
    client.reset();
    assert_eq!(stage.answer("told"), "[True, True]");
}

#[test]
fn a_text_is_a_script() {
    let text = r#"'send "HTTP/1.1 200 OK\\r\\nContent-Length: " length("text") "\\r\\n\\r\\n"\nsend by 1 every 1ms "text"\n'"#;
    let stage = Stage::new(&[
        ("str", &format!("assert w.script({text}).end == 'done'")),
        ("bytes", &format!("assert w.script(b{text}).end == 'done'")),
    ]);
    for name in ["str", "bytes"] {
        let mut client = stage.ask(name, "\r\n");
        assert_eq!(client.read_response("POST").text(), "text");
        assert!(client.is_kept_open(), "{name}");
    }
}

/// Each call is refused before anything is done: the response is as if it had not been called.
#[test]
fn wrong_arguments() {
    let stage = Stage::new(&[(
        "evaluate",
        "seen = []
        for expression in json.loads(request.body):
            try:
                seen.append(['no exception', repr(eval(expression))])
            except (ValueError, TypeError, TimeoutError) as error:
                seen.append([type(error).__name__, str(error)])
        return json.dumps([*seen, w.content_written])",
    )]);
    let in_script = |steps: &str| format!("w.script([('send', 'never'), {steps}])");
    let calls = [
        (
            "w.pause(-1)",
            "ValueError",
            "expected a number of seconds, found -1",
        ),
        (
            "w.pause(float('nan'))",
            "ValueError",
            "expected a number of seconds",
        ),
        (
            "w.pause(float('inf'))",
            "ValueError",
            "expected a number of seconds, found inf",
        ),
        ("w.pause('1')", "TypeError", "real number"),
        ("w.pause()", "TypeError", "seconds"),
        (
            "w.hold(-1)",
            "ValueError",
            "expected a number of seconds, found -1",
        ),
        ("w.hold('x')", "TypeError", "real number"),
        ("w.read()", "TypeError", "expected either count or until"),
        (
            "w.read(1, until=b'x')",
            "TypeError",
            "expected either count or until",
        ),
        (
            "w.read(-1)",
            "ValueError",
            "expected a number of bytes below 2^64, found -1",
        ),
        (
            "w.read(2 ** 64)",
            "ValueError",
            "expected a number of bytes below 2^64, found 18446744073709551616",
        ),
        ("w.read(1.5)", "TypeError", "float"),
        ("w.read('1')", "TypeError", "str"),
        (
            "w.read(until=b'')",
            "ValueError",
            "expected bytes to search for, found an empty string",
        ),
        (
            "w.read(until='')",
            "ValueError",
            "expected bytes to search for, found an empty string",
        ),
        ("w.read(until=7)", "ValueError", "should be bytes or str"),
        (
            "w.read(1, within=-1)",
            "ValueError",
            "expected a number of seconds",
        ),
        ("w.wait_for(b'x')", "TypeError", "str"),
        (
            "w.wait_for('')",
            "ValueError",
            "expected the name of an event, found an empty string",
        ),
        (
            "w.wait_for('x', -1)",
            "ValueError",
            "expected a number of seconds",
        ),
        ("w.wait_for()", "TypeError", "event"),
        (
            "w.wait_for_body(-1)",
            "ValueError",
            "expected a number of bytes",
        ),
        ("w.wait_for_body(1, '2')", "TypeError", "real number"),
        (
            "w.wait_for_connection(-1)",
            "ValueError",
            "expected a number of seconds",
        ),
        (
            "w.set('')",
            "ValueError",
            "expected the name of an event, found an empty string",
        ),
        ("w.set(1)", "TypeError", "str"),
        (
            "w.clear('')",
            "ValueError",
            "expected the name of an event, found an empty string",
        ),
        ("w.clear()", "TypeError", "event"),
        ("w.script(1)", "TypeError", "not iterable"),
        ("w.script()", "TypeError", "steps"),
        (
            "w.script('sned \"\"')",
            "ValueError",
            "line 1: expected a step such as `send`, found `sned`",
        ),
        ("w.script('send \"x\"\\nsend')", "ValueError", "line 2: "),
        (
            "w.script(b'close\\nclose')",
            "ValueError",
            "line 2: unreachable: `close` ends the script (line 1)",
        ),
        ("w.script('\\udc80')", "UnicodeEncodeError", "surrogates"),
    ];
    let steps = [
        (
            "()",
            "ValueError",
            "expected the name of a step, found an empty tuple",
        ),
        (
            "1",
            "TypeError",
            "expected a tuple or the name of a step, found int",
        ),
        (
            "['send', 'x']",
            "TypeError",
            "expected a tuple or the name of a step, found list",
        ),
        ("(1,)", "TypeError", "int"),
        (
            "'sned'",
            "ValueError",
            "step 2: expected a step such as `send`, found `sned`",
        ),
        (
            "('whirl', 1)",
            "ValueError",
            "`first_connections`, `else` or `on_timeout`, found `whirl`",
        ),
        (
            "('sleep', 1)",
            "ValueError",
            "expected a step such as `pause`, found `sleep`",
        ),
        (
            "'send'",
            "ValueError",
            "expected an argument after `send`, found none",
        ),
        (
            "('send',)",
            "ValueError",
            "expected an argument after `send`, found none",
        ),
        ("('send', 1)", "ValueError", "should be bytes or str"),
        ("('send', '\\udc80')", "ValueError", "surrogates"),
        (
            "('send', 'a', 'b')",
            "ValueError",
            "expected at most 1 argument after `send`, found 2",
        ),
        (
            "'pause'",
            "ValueError",
            "expected an argument after `pause`, found none",
        ),
        (
            "('pause', -1)",
            "ValueError",
            "expected a number of seconds",
        ),
        ("('pause', 'x')", "TypeError", "real number"),
        (
            "('pause', 1, 2)",
            "ValueError",
            "expected at most 1 argument after `pause`, found 2",
        ),
        (
            "'wait_for'",
            "ValueError",
            "expected an argument after `wait_for`, found none",
        ),
        (
            "('wait_for', '')",
            "ValueError",
            "expected the name of an event, found an empty string",
        ),
        ("('wait_for', 1)", "TypeError", "int"),
        (
            "('wait_for', 'x', -1)",
            "ValueError",
            "expected a number of seconds",
        ),
        (
            "('wait_for', 'x', 1, 2)",
            "ValueError",
            "expected at most 2 arguments after `",
        ),
        ("('wait_for_head', 'x')", "TypeError", "real number"),
        (
            "('wait_for_head', 1, 2)",
            "ValueError",
            "expected at most 1 argument after `",
        ),
        (
            "('wait_for_connection', -1)",
            "ValueError",
            "expected a number of seconds",
        ),
        (
            "('wait_for_body', -1)",
            "ValueError",
            "expected a number of bytes below 2^64, found -1",
        ),
        ("('wait_for_body', 'x')", "TypeError", "str"),
        (
            "('wait_for_body', 1, 2, 3)",
            "ValueError",
            "expected at most 2 arguments after `",
        ),
        (
            "'set'",
            "ValueError",
            "expected an argument after `set`, found none",
        ),
        (
            "('set', '')",
            "ValueError",
            "expected the name of an event, found an empty string",
        ),
        ("('clear', 1)", "TypeError", "int"),
        (
            "('read',)",
            "ValueError",
            "expected an argument after `read`, found none",
        ),
        (
            "('read', -1)",
            "ValueError",
            "expected a number of bytes below 2^64, found -1",
        ),
        (
            "('read', 1, -1)",
            "ValueError",
            "expected a number of seconds",
        ),
        (
            "('read_until', b'')",
            "ValueError",
            "expected bytes to search for, found an empty string",
        ),
        ("('read_until', 1)", "ValueError", "should be bytes or str"),
        (
            "('read_until', 'x', 1, 2)",
            "ValueError",
            "expected at most 2 arguments after `",
        ),
        (
            "('half_close', 1)",
            "ValueError",
            "expected no argument after `half_close`, found 1",
        ),
        (
            "('close', 1)",
            "ValueError",
            "expected no argument after `close`, found 1",
        ),
        (
            "('reset', 1)",
            "ValueError",
            "expected no argument after `reset`, found 1",
        ),
        ("('hold', -1)", "ValueError", "expected a number of seconds"),
        (
            "('hold', 1, 2)",
            "ValueError",
            "expected at most 1 argument after `",
        ),
        (
            "('next', 1)",
            "ValueError",
            "expected no argument after `next`, found 1",
        ),
        (
            "('next_site', 1)",
            "ValueError",
            "expected no argument after `next_site`, found 1",
        ),
        (
            "('repeat', 2)",
            "ValueError",
            "expected 2 arguments after `repeat`, found 1",
        ),
        (
            "('repeat', 2, [], 1)",
            "ValueError",
            "expected at most 2 arguments after `repeat`, found 3",
        ),
        (
            "('repeat', 400, [('repeat', 400, ['half_close'])])",
            "ValueError",
            "expected at most 100000 steps with all repetitions, found more",
        ),
        (
            "(lambda steps: steps.append(('repeat', 1, steps)) or steps[0])([])",
            "ValueError",
            "expected at most 32 nested blocks, found more",
        ),
        (
            "('if_method', '', [])",
            "ValueError",
            "expected a name, found an empty string",
        ),
        (
            "('if_field', 'A', ['sned'])",
            "ValueError",
            "step 2: step 1: expected a step such as `send`, found `sned`",
        ),
        (
            "('send', [('sum', 1)])",
            "ValueError",
            "expected an item, `number`, `times`, `file`, `chunk`, `length`, `hex` or `gzip`, found `sum`",
        ),
        (
            "('send', [('number', 0)])",
            "ValueError",
            "expected a number from 1 after `number`, found 0",
        ),
        (
            "('send', [('chunk', 'a', 'b')])",
            "ValueError",
            "expected at most 1 argument after `chunk`, found 2",
        ),
        (
            "('send', [('times', 2 ** 26, 'ab')])",
            "ValueError",
            "expected at most 67108864 bytes in items, found more",
        ),
        (
            "(lambda part: part[0].append(('chunk', part[0])) or ('send', part[0]))([[]])",
            "ValueError",
            "expected at most 32 nested items, found more",
        ),
    ];
    let outside = (
        "w.script([('send', [('number',)])])".to_owned(),
        "ValueError",
        "expected `number` in `repeat` or in repeated items, found it outside of them".to_owned(),
    );
    let third = [
        (
            "'close', 'next'",
            "ValueError",
            "step 3: unreachable: `close` ends the script (step 2)",
        ),
        (
            "'close', ('pause', 'ten')",
            "ValueError",
            "step 3: unreachable: `close` ends the script (step 2)",
        ),
        (
            "'reset', ('pause', 1)",
            "ValueError",
            "step 3: unreachable: `reset` ends the script (step 2)",
        ),
        (
            "('hold',), 'close'",
            "ValueError",
            "step 3: unreachable: `hold` ends the script (step 2)",
        ),
        (
            "'close', 'sned'",
            "ValueError",
            "step 3: expected a step such as `send`, found `sned`",
        ),
        (
            "'half_close', ('send', '')",
            "ValueError",
            "step 3: cannot send: `half_close` closes the sending side (step 2)",
        ),
        (
            "'half_close', 'next_site'",
            "ValueError",
            "step 3: cannot send: `half_close` closes the sending side (step 2)",
        ),
        (
            "'half_close', ('repeat', 1, [('send', 'a')])",
            "ValueError",
            "step 3: cannot send: `half_close` closes the sending side (step 2)",
        ),
        (
            "('read', 1), ('on_timeout', [])",
            "ValueError",
            "step 3: expected `on timeout` after a step with `within`, found it after `read`",
        ),
    ];
    let calls = calls.map(|(call, kind, text)| (call.to_owned(), kind, text.to_owned()));
    let steps = steps.map(|(step, kind, text)| (in_script(step), kind, text.to_owned()));
    let third = third.map(|(step, kind, text)| (in_script(step), kind, text.to_owned()));
    let expected: Vec<_> = calls
        .into_iter()
        .chain(steps.clone())
        .chain(third)
        .chain([outside])
        .collect();

    let expressions: Vec<_> = expected.iter().map(|(expression, ..)| expression).collect();
    let body = json!(expressions).to_string();
    let head = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let mut client = stage.ask("evaluate", &head);
    let answer = client.read_response("POST");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut seen: Vec<Value> = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(
        seen.pop(),
        Some(Value::Bool(false)),
        "something was written"
    );
    assert_eq!(seen.len(), expected.len());
    for (seen, (expression, kind, text)) in seen.iter().zip(&expected) {
        let (found, message) = (seen[0].as_str().unwrap(), seen[1].as_str().unwrap());
        assert!(
            found == *kind && message.contains(text),
            "{expression}: {seen}"
        );
    }
    for (expression, ..) in &steps {
        let at = expected.iter().position(|(other, ..)| other == expression);
        let message = seen[at.expect("one of them")][1].as_str().unwrap();
        assert!(message.starts_with("step 2: "), "{expression}: {message}");
    }
}

/// The rows of the table in `docs/wire.md`, which a unit test holds equal to the table in the code.
fn documented_steps() -> Vec<[String; 5]> {
    let page = crate::support::repository().join("docs/wire.md");
    let page = fs::read_to_string(page).expect("the page");
    let (_, table) = page.split_once("\n| step | ").expect("a table of steps");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        let cells: Vec<_> = cells
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect();
        cells.try_into().expect("five cells")
    };
    rows.map(cells).collect()
}

#[test]
fn the_documented_calls_and_steps_exist() {
    let stage = Stage::new(&[(
        "evaluate",
        "import inspect
        data, event, count, seconds, within = b'x', 'e', 1, 0, 0
        fields, options, code, reason = b'A: b', {'fin': 0}, 1000, b'x'
        name, steps, parts = 'A', [('set', 'e')], [b'x', ('times', 2, [('number',)])]
        followed = {'else': [('if_method', name, steps)], 'on_timeout': [('read', 1, 0)]}
        seen = []
        for step, call in json.loads(request.body):
            before = followed.get(step.split('\"')[1], [])
            method = call.partition('(')[0]
            signature = method + str(inspect.signature(getattr(w, method))) if call else ''
            try:
                w.script([*before, eval(step), 'sned'])
            except ValueError as error:
                seen.append([signature, str(error)])
        return json.dumps([*seen, w.content_written])",
    )]);
    let rows = documented_steps();
    assert!(rows.len() > 10);
    let asked: Vec<_> = rows
        .iter()
        .map(|[_, step, call, ..]| [step.clone(), call.clone()])
        .collect();
    let body = json!(asked).to_string();
    let head = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let answer = stage.ask("evaluate", &head).read_response("POST");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut seen: Vec<Value> = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(seen.pop(), Some(Value::Bool(false)), "a step was played");
    assert_eq!(seen.len(), asked.len());
    for (seen, [step, call]) in seen.iter().zip(&asked) {
        assert_eq!(seen[0], **call, "{step}");
        // The step itself is accepted; only one after it is refused.
        let message = seen[1].as_str().expect("a message");
        assert!(message.ends_with("found `sned`"), "{step}: {message}");
    }
}

/// Blocks are lists in lists, or texts; data is a list of parts. Both play as the `.wire` format does.
#[test]
fn blocks_and_data_in_lists() {
    let text = r#"
send "A" (number ":" ("b" number(2)) * 2 chunk(number)) * 10 length((number) * 12) hex((number) * 12)
repeat 2 {
  if method "POST" {
    send number
  } else {
    send "no"
  }
  unless field "DO" contains "X" { send "no" }
  else repeat 2 send number(2) number
}
read 1 within 1ms
on timeout { send "late" }
close
"#;
    let list = "[
        ('send', ['A', ('times', 10, [('number',), b':', ('times', 2, ['b', ('number', 2)]), ('chunk', [('number',)])]),
                  ('length', [('times', 12, [('number',)])]), ('hex', [('times', 12, [('number', 1)])])]),
        ('repeat', 2, [
            ('if_method', 'POST', [('send', [('number',)])]),
            ('else', 'send \"no\"'),
            ('unless_field_contains', 'DO', b'X', [('send', 'no')]),
            ('else', [('repeat', 2, [('send', [('number', 2), ('number',)])])]),
        ]),
        ('read', 1, 0.001),
        ('on_timeout', [('send', 'late')]),
        'close',
    ]";
    let text = format!("w.script({text:?})");
    let stage = Stage::new(&[("text", &text), ("list", &format!("w.script({list})"))]);
    let passes: String = (1..=10)
        .map(|pass| {
            let digits = pass.to_string().len();
            format!("{pass}:b{pass}b{pass}{digits}\r\n{pass}\r\n")
        })
        .collect();
    let expected = format!("A{passes}15f1111222122late");
    for name in ["text", "list"] {
        let received = stage.ask(name, "Do: x\r\n\r\n").read_until_close();
        let received = String::from_utf8(received).expect("text");
        assert_eq!(received, expected, "{name}");
    }
}

#[test]
fn the_handler_answers_the_expectation() {
    const EXPECT: &str = "Expect: 100-continue\r\n";
    let expecting = |then: &str| {
        format!(
            "handles_expect = True\n\
             def main(request, response):\n\
             \x20   w = response.writer\n\
             \x20   {then}\n\
             \x20   return request.body\n"
        )
    };
    let files = [
        ("now.py", expecting("assert w.send_continue()")),
        (
            "twice.py",
            expecting("w.send_continue(); w.send_continue()"),
        ),
        (
            "later.py",
            expecting("w.wait_for('now'); w.send_continue()"),
        ),
        ("final.py", expecting("return 417, [], 'no'")),
        ("never.py", expecting("pass")),
        ("false.py", expecting("pass").replace("True", "False")),
        (
            "server.py",
            expecting("w.send_continue()").replace("handles_expect = True", ""),
        ),
        (
            "now_set.py",
            "def main(_, response): response.writer.set('now')".to_owned(),
        ),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, &**text));
    let doc_root = folder(&files);
    let server = Process::wireserve(doc_root.path(), ["--log", "error"]);
    let ask = |name: &str, fields: &str| {
        let mut client = Client::connect(server.addr());
        let head = format!("POST /{name}.py HTTP/1.1\r\n{fields}Content-Length: 2\r\n\r\n");
        client.send(head.as_bytes());
        client
    };
    for name in ["now", "twice", "false", "server"] {
        let mut client = ask(name, EXPECT);
        assert_eq!(
            client.read_until(b"\r\n\r\n"),
            b"HTTP/1.1 100 Continue\r\n\r\n"
        );
        client.send(b"ab");
        let answer = client.read_response("POST");
        assert_eq!(
            (answer.text().as_str(), answer.interim.len()),
            ("ab", 0),
            "{name}"
        );
        // No interim response without the expectation.
        let mut client = ask(name, "");
        client.send(b"ab");
        assert_eq!(client.read_response("POST").interim.len(), 0, "{name}");
    }
    let mut client = ask("later", EXPECT);
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    let mut other = Client::connect(server.addr());
    other.send(b"GET /now_set.py HTTP/1.1\r\n\r\n");
    assert_eq!(
        client.read_until(b"\r\n\r\n"),
        b"HTTP/1.1 100 Continue\r\n\r\n"
    );
    client.send(b"ab");
    assert_eq!(client.read_response("POST").text(), "ab");

    let answer = ask("final", EXPECT).read_response("POST");
    assert_eq!((answer.status, answer.interim.len()), (417, 0));

    let mut client = ask("never", EXPECT);
    assert_eq!(client.arrival(SOON), Arrival::Nothing);
    client.send(b"ab");
    let answer = client.read_response("POST");
    assert_eq!((answer.text().as_str(), answer.interim.len()), ("ab", 0));
}

#[test]
fn a_waiting_handler_lets_others_run() {
    /// How many handlers wait at the same time.
    const WAITING: usize = 50;

    /// How long all the others together may take.
    const BOUND: Duration = Duration::from_secs(5);

    let waits = [
        ("pause", "w.write('.'); w.pause(600)"),
        ("hold", "w.write('.'); w.hold()"),
        ("wait_for", "w.write('.'); w.wait_for('never')"),
        ("read", "w.write('.'); w.read(1)"),
        ("wait_for_body", "w.write('.'); w.wait_for_body()"),
        ("chunks", "w.write('.'); request.chunks"),
        ("script", "w.script([('send', '.'), ('wait_for', 'never')])"),
        (
            "continued",
            "w.write('.'); w.send_continue(); request.raw_body",
        ),
    ];
    let mut handlers = waits.to_vec();
    handlers.push(("plain", "return 'plain'"));
    let stage = Stage::new(&handlers);
    for (name, _) in waits {
        let mut waiting: Vec<_> = (0..WAITING)
            .map(|_| stage.ask(name, "Transfer-Encoding: chunked\r\n\r\n"))
            .collect();
        for client in &mut waiting {
            client.read_exact(1);
        }
        let began = Instant::now();
        for _ in 0..WAITING {
            assert_eq!(stage.answer("plain"), "plain");
        }
        let took = began.elapsed();
        assert!(took < BOUND, "{name}: {took:?}");
        for client in waiting {
            client.reset();
        }
    }
    assert!(BOUND < DEADLINE);
}

const WEBSOCKET: &str = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// The bytes of every WebSocket step, by calls and in a list.
#[test]
fn websocket_steps_by_calls_and_in_lists() {
    let calls = "w.ws_accept()
        w.ws_frame('h\u{e9}')
        w.ws_frame(b'\\x00', opcode='binary', fin=False, rsv=4)
        w.ws_frame('ab', opcode=3, mask=b'\\x01\\x02\\x03\\x04', length=300, width=64)
        w.ws_close()
        w.ws_close(1000)
        assert w.ws_close(4999, 'by\u{e9}')
        w.close()";
    let list = "w.script(['ws_accept',
            ('ws_frame', 'h\u{e9}'),
            ('ws_frame', b'\\x00', {'opcode': 'binary', 'fin': 0, 'rsv': 4}),
            ('ws_frame', 'ab', {'opcode': 3, 'mask': b'\\x01\\x02\\x03\\x04', 'length': 300, 'width': 64}),
            'ws_close', ('ws_close', 1000), ('ws_close', 4999, 'by\u{e9}'), 'close'])";
    let text = r#"w.script(b'\n'.join([b'ws_accept',
            rb'ws_frame "h\xc3\xa9"',
            rb'ws_frame opcode=binary fin=0 rsv=4 "\0"',
            rb'ws_frame opcode=3 mask="\x01\x02\x03\x04" length=300 width=64 "ab"',
            b'ws_close', b'ws_close 1000', rb'ws_close 4999 "by\xc3\xa9"', b'close']))"#;
    let stage = Stage::new(&[("calls", calls), ("list", list), ("text", text)]);
    let expected = [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            .as_slice(),
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
        b"\x81\x03h\xc3\xa9",
        b"\x42\x01\0",
        b"\x83\xff\0\0\0\0\0\0\x01\x2c\x01\x02\x03\x04\x60\x60",
        b"\x88\0",
        b"\x88\x02\x03\xe8",
        b"\x88\x06\x13\x87by\xc3\xa9",
    ];
    for handler in ["calls", "list", "text"] {
        let received = stage.ask(handler, WEBSOCKET).read_until_close();
        let shown = received.escape_ascii().to_string();
        assert_eq!(
            shown,
            expected.concat().escape_ascii().to_string(),
            "{handler}"
        );
    }
}

#[test]
fn wrong_websocket_steps_are_refused() {
    let tried =
        |call: &str| format!("try: {call}\nexcept (TypeError, ValueError) as e: say(str(e))");
    for (call, reason) in [
        ("w.ws_frame('a', opcode='texts')", "found `texts`"),
        (
            "w.ws_frame('a', mask=b'abc')",
            "expected 4 bytes after `mask`",
        ),
        (
            "w.ws_frame('a', fin=2)",
            "expected 0 or 1 after `fin`, found `2`",
        ),
        (
            "w.ws_frame('a', rsv=[])",
            "expected a number, text or bytes for the option rsv, found []",
        ),
        ("w.ws_frame('a', width=8)", "expected 7, 16 or 64"),
        (
            "w.script([('ws_frame', 'a', {'end': 1})])",
            "step 1: expected an option, `fin`, ",
        ),
        (
            "w.script([('ws_frame', 'a', {}, 1)])",
            "step 1: expected at most 2 arguments",
        ),
        (
            "w.script(['ws_frame'])",
            "step 1: expected an argument after `ws_frame`",
        ),
        ("w.script(['close', 'ws_accept'])", "step 2: unreachable"),
    ] {
        let stage = Stage::new(&[("f", &tried(call))]);
        let said = said(&mut stage.ask("f", "\r\n"));
        let said = said.as_str().expect("a message");
        assert!(said.contains(reason), "{call}: {said}");
    }
}
