//! Whatever a script does, its client gets an answer or a close, the log says why, and the server goes on
//! for everybody else: exceptions of every kind, wrong types, forks, threads that outlive their exchange,
//! greed, and hands laid on what all scripts share. What no server can outlive is a script that ends the
//! process on purpose.
//!
//! Scripts that sleep, compute forever or keep what they were given are in `load/waiting_handlers.rs`.

use std::fs;
use std::time::Duration;

use crate::support::client::{Arrival, Client, request};
use crate::support::command::get;
use crate::support::escape;
use crate::support::folder::folder;
use crate::support::process::{Process, send_signal};
use crate::support::wait::eventually;
use tempfile::TempDir;

#[test]
fn an_exception_is_an_answer_or_a_close_and_in_the_log() {
    use Seen::{Broken, Closed, Fault};
    let failures: &[(&str, Seen, &str)] = &[
        ("raise ValueError('ham')", Fault, "ValueError: ham"),
        ("raise MemoryError", Fault, "MemoryError"),
        ("raise Odd", Fault, "Odd"),
        ("return main(request, response)", Fault, "RecursionError"),
        ("return bytearray(1 << 47)", Fault, "MemoryError"),
        ("return [('A', Odd())], ''", Fault, "within __str__"),
        ("return [('A', None)], ''", Fault, "TypeError"),
        ("return 1, 2, 3, 4", Fault, "ValueError"),
        ("return 'ham', [], ''", Fault, "ValueError"),
        ("response.headers = 7; return ''", Fault, "TypeError"),
        ("sys.exit(3)", Closed, "SystemExit: 3"),
        ("raise KeyboardInterrupt", Closed, "KeyboardInterrupt"),
        ("raise Base('ham')", Closed, "Base: ham"),
        ("raise GeneratorExit", Closed, "GeneratorExit"),
        ("return object()", Fault, "TypeError"),
        (
            "return half(ValueError('ham'))",
            Broken("half"),
            "ValueError: ham",
        ),
        ("return half(Base('ham'))", Broken("half"), "Base: ham"),
        (
            "return half(SystemExit(3))",
            Broken("half"),
            "SystemExit: 3",
        ),
        (
            "return half(StopIteration())",
            Broken("half"),
            "RuntimeError",
        ),
        ("return half(Odd())", Broken("half"), "Odd"),
        ("return ['half', 7]", Fault, "TypeError"),
        ("return ['half', Odd]", Broken("half"), "of type Odd"),
        ("return Unreadable()", Broken(""), "OSError: ham"),
    ];
    const BEFORE: &str = "\
import sys

class Base(BaseException): pass

class Odd(Exception):
    def __str__(self): raise ValueError('within __str__')
    __repr__ = __str__

class Unreadable:
    def read(self, count): raise OSError('ham')
    def close(self): pass

def half(error):
    yield 'half'
    raise error

def main(request, response):
    ";
    let scripts = failures
        .iter()
        .map(|(body, ..)| format!("{BEFORE}{body}\n"));
    let stage = Stage::of(scripts);
    for (index, (body, seen, logged)) in failures.iter().enumerate() {
        let log_before = stage.server.stderr().len();
        let mut client = Client::connect(stage.server.addr());
        client.send(&request("GET", &format!("/{index}.py")));
        match seen {
            Fault => {
                let answer = client.read_response("GET");
                assert_eq!(answer.status, 500, "{body}");
                assert!(answer.text().starts_with("{\"error\": {\"code\": 500, "));
                assert!(client.is_kept_open(), "{body}");
            }
            Closed => assert_eq!(client.read_until_close(), b"", "{body}"),
            Broken(content) => {
                let bytes = client.read_until_close();
                let shown = escape::lines(&bytes, "  ");
                assert!(
                    bytes.starts_with(b"HTTP/1.1 200 OK\r\n"),
                    "{body}:\n{shown}"
                );
                let end = format!("\r\n\r\n{content}");
                assert!(bytes.ends_with(end.as_bytes()), "{body}:\n{shown}");
                assert!(client.was_reset(), "{body}: it must not look complete");
            }
        }
        eventually(&format!("in the log: {logged}, of {body}"), || {
            let log = stage.server.stderr();
            let new = &log[log_before..];
            new.contains("ERROR") && new.contains(logged)
        });
        stage.assert_serves();
    }
}

/// What the client sees of a failure.
enum Seen {
    /// 500, and the connection is kept.
    Fault,
    /// The end of the connection, without a byte.
    Closed,
    /// The head of an answer with so much content, then a reset.
    Broken(&'static str),
}

#[test]
fn an_exception_in_a_destructor_is_harmless() {
    let script = "\
class Ends:
    def __del__(self): raise ValueError('within __del__')

def main(request, response):
    Ends()
    response.ends = request.ends = Ends()
    def pieces():
        ends = Ends()
        yield 'whole'
    return pieces()
";
    let stage = Stage::of([script.to_owned()]);
    for _ in 0..10 {
        assert_eq!(get(stage.server.addr(), "/0.py").text(), "whole");
    }
    let reports = || {
        stage
            .server
            .stderr()
            .matches("ValueError: within __del__")
            .count()
    };
    eventually("the log reports each", || reports() == 30);
    stage.assert_serves();
}

#[test]
fn a_forked_child_is_no_server() {
    // What the child does; the code that it ends with; its standard error.
    let children = [
        ("os._exit(7)", 7, ""),
        ("return 'child'", 0, ""),
        ("return ['child']", 0, ""),
        (
            "raise ValueError('of a child')",
            1,
            "ValueError: of a child",
        ),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('last words')", 1, "last words"),
        ("time.sleep(0.01); return 'child'", 0, ""),
        ("request.body, request.GET; return 'child'", 0, ""),
        (
            "threading.Thread(target=str).start(); return 'child'",
            0,
            "",
        ),
    ];
    let scripts = children.map(|(child, ..)| {
        format!(
            "\
import os, sys, threading, time

def main(request, response):
    child = os.fork()
    if child == 0:
        {child}
    return str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"
        )
    });
    let stage = Stage::of(scripts);
    for (index, (child, code, printed)) in children.into_iter().enumerate() {
        let mut client = Client::connect(stage.server.addr());
        for _ in 0..3 {
            client.send(&request("GET", &format!("/{index}.py")));
            assert_eq!(
                client.read_response("GET").text(),
                code.to_string(),
                "{child}"
            );
            // Nothing that the child writes follows it.
            assert_eq!(client.pending(), b"", "{child}");
        }
        assert!(client.is_kept_open(), "{child}");
        eventually("its standard error arrives", || {
            stage.server.stderr().contains(printed)
        });
        stage.assert_serves();
    }
    assert_eq!(stage.children(), 0);
}

#[test]
fn a_forked_child_ends_when_its_script_returns() {
    const WAIT: &str = "os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])";
    let scripts = [
        // In the module's body.
        format!(
            "import os\nchild = os.fork()\nif child: code = {WAIT}\n\
            def main(request, response): return 'parent %d' % code\n"
        ),
        // In content, both before and after the fork.
        format!(
            "import os\ndef main(request, response):\n    def pieces():\n        \
            yield 'parent '\n        child = os.fork()\n        if child: yield str({WAIT})\n        \
            else: yield 'child'\n    return pieces()\n"
        ),
        // In a child process of the standard library's, which it ends itself.
        "import multiprocessing\ndef main(request, response):\n    \
            context = multiprocessing.get_context('fork')\n    \
            ours, theirs = context.Pipe()\n    \
            child = context.Process(target=theirs.send, args=(0,))\n    child.start()\n    \
            code = ours.recv()\n    child.join()\n    return 'parent %d' % code\n"
            .to_owned(),
    ];
    let stage = Stage::of(scripts);
    for index in 0..3 {
        let answer = get(stage.server.addr(), &format!("/{index}.py"));
        assert_eq!(
            (answer.status, answer.text()),
            (200, "parent 0".to_owned()),
            "{index}"
        );
        stage.assert_serves();
    }
    assert_eq!(stage.children(), 0);
}

#[test]
fn a_child_ends_though_others_were_printing() {
    let script = "\
import os, sys, threading

def main(request, response):
    printing = True
    def print_on():
        while printing: print('x' * 3000)
    threads = [threading.Thread(target=print_on) for _ in range(3)]
    for thread in threads: thread.start()
    for _ in range(20):
        child = os.fork()
        if child == 0:
            print('of the child')
            return
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code: break
    printing = False
    for thread in threads: thread.join()
    return str(code)
";
    let stage = Stage::of([script.to_owned()]);
    assert_eq!(get(stage.server.addr(), "/0.py").text(), "0");
    stage.assert_serves();
    assert_eq!(stage.children(), 0);
}

#[test]
fn threads_write_whole_pieces_while_the_exchange_lasts() {
    const THREADS: usize = 4;
    const PIECES: usize = 300;
    let script = "\
import threading

def main(request, response):
    response.close_connection = True
    response.writer.write('HTTP/1.1 200 OK\\r\\n\\r\\n')
    def write(name):
        for piece in range(300):
            response.writer.write('%d %d %s\\n' % (name, piece, 'x' * 500))
    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
";
    let stage = Stage::of([script.to_owned()]);
    let text = get_to_end(&stage, "/0.py");
    let mut next = [0; THREADS];
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [name, piece, filling] = words[..] else {
            panic!("{line}")
        };
        let name: usize = name.parse().expect("a thread");
        assert_eq!(piece.parse(), Ok(next[name]), "thread {name}");
        assert_eq!(filling, "x".repeat(500));
        next[name] += 1;
    }
    assert_eq!(next, [PIECES; THREADS]);
    stage.assert_serves();
}

#[test]
fn a_thread_that_keeps_writing_gets_an_error_after_its_exchange() {
    let script = "\
import threading, shared

def main(request, response):
    shared.over.clear()
    begun = threading.Event()
    def write():
        while response.writer.write('ham '):
            begun.set()
        shared.over.set()
    response.writer.write('HTTP/1.1 200 OK\\r\\n\\r\\n')
    response.close_connection = b'close' in request.GET
    threading.Thread(target=write).start()
    begun.wait()
";
    let ask = "import shared\ndef main(request, response): return str(shared.over.wait(10))\n";
    let stage = Stage::with(
        [script.to_owned(), ask.to_owned()],
        &[("shared.py", "import threading\nover = threading.Event()\n")],
    );
    let assert_got_false = || assert_eq!(get(stage.server.addr(), "/1.py").text(), "True");

    // With its connection.
    let mut client = Client::connect(stage.server.addr());
    client.send(&request("GET", "/0.py?close"));
    client.read_until(b"\r\n\r\n");
    let written = client.read_until_close();
    assert!(!written.is_empty() && written.chunks(4).all(|word| word == b"ham "));
    assert_got_false();

    // With the next exchange, whose answer is whole and has nothing of it.
    let mut client = Client::connect(stage.server.addr());
    client.send(&request("GET", "/0.py"));
    client.read_until(b"\r\n\r\nham ");
    client.send(&request("GET", "/fixed"));
    let written = client.read_until(b"HTTP/1.1 ");
    let written = &written[..written.len() - b"HTTP/1.1 ".len()];
    assert!(written.chunks(4).all(|word| word == b"ham "));
    client.read_until(b"\r\n\r\nplain");
    assert_eq!(client.pending(), b"");
    assert_got_false();
    assert!(client.is_kept_open());
    stage.assert_serves();
}

#[test]
fn a_thread_that_outlives_its_exchange_leaves_the_next_alone() {
    let calls = [
        "writer.read(3)",
        "writer.script([('read', 3)])",
        "writer.half_close()",
        "writer.close()",
        "writer.reset()",
        "writer.script(['reset'])",
        "writer.socket.recv(3)",
        "writer.socket.sendall(b'ham')",
    ];
    let scripts = calls.iter().map(|call| {
        format!(
            "import threading, shared\n\
            def main(request, response):\n    writer = response.writer\n    \
            shared.next.clear(); shared.done.clear()\n    \
            def act():\n        shared.next.wait(10)\n        \
            try: {call}\n        except OSError: pass\n        finally: shared.done.set()\n    \
            threading.Thread(target=act).start()\n    return 'first'\n"
        )
    });
    let more = [
        (
            "shared.py",
            "import threading\nnext = threading.Event()\ndone = threading.Event()\n",
        ),
        (
            "next.py",
            "import shared\ndef main(request, response):\n    shared.next.set()\n    \
            return b'%r ' % shared.done.wait(10) + request.body\n",
        ),
    ];
    let stage = Stage::with(scripts, &more);
    for (index, call) in calls.iter().enumerate() {
        let mut client = Client::connect(stage.server.addr());
        client.send(&request("GET", &format!("/{index}.py")));
        assert_eq!(client.read_response("GET").text(), "first", "{call}");
        client.send(b"POST /next.py HTTP/1.1\r\nContent-Length: 4\r\n\r\neggs");
        let next = client.read_response("POST");
        assert_eq!(
            (next.status, next.text()),
            (200, "True eggs".to_owned()),
            "{call}"
        );
        assert!(client.is_kept_open(), "{call}");
    }
    stage.assert_serves();
}

// A free-threaded interpreter keeps freed blocks for the thread that allocated them, unless the environment says
// otherwise before the process starts (docs/scale.md).
#[cfg(not(Py_GIL_DISABLED))]
#[test]
fn memory_that_a_script_took_is_given_back() {
    const TAKEN_KIB: u64 = 200 * 1024;
    let script = "def main(request, response):\n    taken = bytearray(b'x') * (200 << 20)\n    \
        return str(len(taken))\n";
    let stage = Stage::of([script.to_owned()]);
    stage.assert_serves();
    let before = resident(stage.server.id());
    for _ in 0..3 {
        assert_eq!(
            get(stage.server.addr(), "/0.py").text(),
            (200 << 20).to_string()
        );
    }
    eventually("it is given back", || {
        resident(stage.server.id()) < before + TAKEN_KIB / 2
    });
}

// In free-threaded builds, a script cannot hold the interpreter.
#[cfg(not(Py_GIL_DISABLED))]
#[test]
fn a_script_that_holds_the_interpreter_stops_no_file_and_no_route() {
    // Without an instruction of Python's in which another thread could come in.
    let script =
        "def main(request, response):\n    response.writer.write('begun')\n    any(iter(int, 1))\n";
    let stage = Stage::of([script.to_owned()]);
    let mut known = Client::connect(stage.server.addr());
    known.send(&request("GET", "/plain.py"));
    assert_eq!(known.read_response("GET").text(), "plain");

    let mut holding = Client::connect(stage.server.addr());
    holding.send(&request("GET", "/0.py"));
    holding.read_exact(5);
    // It gives the interpreter back for its write, and then holds it: another script waits, as it must.
    let mut waiting = None;
    eventually("it holds the interpreter", || {
        let mut client = Client::connect(stage.server.addr());
        client.send(&request("GET", "/plain.py"));
        let arrival = client.arrival(Duration::from_millis(100));
        waiting = Some(client);
        arrival == Arrival::Nothing
    });
    for target in ["/plain.txt", "/fixed"] {
        for _ in 0..10 {
            assert_eq!(get(stage.server.addr(), target).text(), "plain");
            known.send(&request("GET", target));
            assert_eq!(known.read_response("GET").text(), "plain");
        }
    }
    let arrival = waiting.map(|mut client| client.arrival(Duration::from_millis(100)));
    assert_eq!(arrival, Some(Arrival::Nothing));
    stage.ends();
}

#[test]
fn what_a_script_does_to_the_interpreter_spares_the_server() {
    // One after another on one server.
    let hands = [
        "for name in list(sys.modules):\n        if 'wptserve' in name: del sys.modules[name]",
        "sys.path.clear(); sys.path_hooks.clear(); sys.meta_path.clear()",
        "os.chdir('/'); os.environ.clear(); os.umask(0o777)",
        "builtins.compile = builtins.print = builtins.sum = None",
        "time.sleep = os.waitpid = threading.Thread = None",
        "sys.setrecursionlimit(60)",
        "sys.settrace(lambda *_: 1 // 0); threading.settrace(lambda *_: 1 // 0)",
        "gc.disable(); gc.set_threshold(0); gc.freeze()",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "sys.stdout = sys.stderr = None",
        "sys.stdout = sys.stderr = Refuses()",
        "sys.__stdout__.close(); sys.__stderr__.close()",
        "sys.excepthook = threading.excepthook = sys.unraisablehook = None",
    ];
    let stage = interpreter_of(&hands);
    for (index, hand) in hands.iter().enumerate() {
        stage.lay(index);
        for _ in 0..3 {
            stage.assert_serves();
            assert_eq!(stage.use_all(), used(), "{hand}");
            assert_eq!(get(stage.server.addr(), "/fails.py").status, 500);
        }
    }
    stage.ends();
}

#[test]
fn what_a_script_destroys_affects_only_its_users() {
    for hand in [
        "sys.modules.clear()",
        "for name in list(sys.modules): sys.modules[name] = None",
        "builtins.str = builtins.len = builtins.isinstance = builtins.__import__ = None",
    ] {
        let stage = interpreter_of(&[hand]);
        stage.lay(0);
        for _ in 0..3 {
            stage.assert_serves();
            let seen = stage.use_all();
            assert!(seen.0 == 500 || seen == used(), "{hand}: {seen:?}");
            assert_eq!(get(stage.server.addr(), "/fails.py").status, 500);
        }
        stage.ends();
    }
}

/// A server of scripts that each lay hands on what all of them share, where everything has been used once.
fn interpreter_of(hands: &[&str]) -> Stage {
    let scripts = hands.iter().map(|hand| {
        format!(
            "import builtins, gc, os, signal, sys, threading, time\n\n\
            class Refuses:\n    def write(self, text): raise OSError('ham')\n\n\
            def main(request, response):\n    {hand}\n    return 'laid'\n"
        )
    });
    let more = [
        ("uses.py", USES),
        ("fails.py", "def main(request, response): return 1 // 0\n"),
    ];
    let stage = Stage::with(scripts, &more);
    assert_eq!(stage.use_all(), used());
    stage
}

const USES: &str = "\
def main(request, response):
    response.set_cookie('a', 'b')
    request.server.stash, request.auth, request.cookies, request.url_parts, request.raw_headers
    seen = request.POST[b'field'], request.server.config['doc_root']
    response.headers.set('X', 'y')
    return (201, 'Made'), [('Y', 'z')], [seen[0][:2], 'm']
";

/// What it answers.
fn used() -> (u16, String) {
    (201, "ham".to_owned())
}

/// A server of scripts, `0.py` and so on, and of what goes on beside them.
struct Stage {
    server: Process,
    _folder: TempDir,
}

impl Stage {
    fn of(scripts: impl IntoIterator<Item = String>) -> Self {
        Self::with(scripts, &[])
    }

    fn with(scripts: impl IntoIterator<Item = String>, more: &[(&str, &str)]) -> Self {
        let folder = folder(more);
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        for (index, script) in scripts.into_iter().enumerate() {
            write(&format!("{index}.py"), &script);
        }
        write("plain.txt", "plain");
        write("plain.py", "def main(request, response): return 'plain'\n");
        let options = ["--log", "error", "--route", "GET", "/fixed", "200:plain"];
        Self {
            server: Process::wireserve(folder.path(), options),
            _folder: folder,
        }
    }

    /// A file, a route and a script are answered, each on a connection of its own and all on one.
    fn assert_serves(&self) {
        let mut client = Client::connect(self.server.addr());
        for target in ["/plain.txt", "/fixed", "/plain.py"] {
            assert_eq!(get(self.server.addr(), target).text(), "plain");
            client.send(&request("GET", target));
            assert_eq!(client.read_response("GET").text(), "plain");
        }
    }

    /// Runs a script, whatever comes of it.
    fn lay(&self, index: usize) {
        let mut client = Client::connect(self.server.addr());
        let request = format!("GET /{index}.py HTTP/1.1\r\nConnection: close\r\n\r\n");
        client.send(request.as_bytes());
        client.read_until_close();
    }

    /// Runs the script that uses what there is.
    fn use_all(&self) -> (u16, String) {
        let mut client = Client::connect(self.server.addr());
        client.send(
            b"POST /uses.py HTTP/1.1\r\nContent-Length: 9\r\n\
            Content-Type: application/x-www-form-urlencoded\r\n\r\nfield=ham",
        );
        let answer = client.read_response("POST");
        (answer.status, answer.text())
    }

    /// It ends when it is asked to.
    fn ends(mut self) {
        send_signal(self.server.id(), "TERM");
        let status = self.server.wait(Duration::from_secs(20)).expect("it ends");
        assert_eq!(status.code(), Some(0), "{status}");
    }

    /// Processes that the server has started and that have not ended.
    fn children(&self) -> usize {
        let threads = fs::read_dir(format!("/proc/{}/task", self.server.id())).expect("it runs");
        let children = |thread: fs::DirEntry| {
            let text = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            text.split_whitespace().count()
        };
        threads.flatten().map(children).sum()
    }
}

/// The content of an answer that ends with its connection.
fn get_to_end(stage: &Stage, target: &str) -> String {
    let mut client = Client::connect(stage.server.addr());
    client.send(&request("GET", target));
    client.read_response("GET").text()
}

/// Memory that a process has now, in KiB.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).expect("VmRSS in kB")
}
