//! The stash. Each case has keys of its own: both servers keep theirs for as long as they
//! run.

use super::case::{Case, carrying, get, raw, run};

/// The cases.
pub fn cases() -> Vec<Case> {
    [values(), keys(), others()].into_iter().flatten().collect()
}

/// A value that is put and taken, twice.
fn values() -> Vec<Case> {
    let of = |name, key: u8, value: &str| {
        run(
            name,
            &format!(
                "
import uuid
key = str(uuid.UUID(int={key}))
stash = request.server.stash
put = stash.put(key, {value})
return repr([put, stash.take(key), stash.take(key)])"
            ),
        )
    };
    vec![
        of("stash bytes", 1, "b'ham'"),
        of("stash text", 2, r"'h\xe4m'"),
        of("stash a number", 3, "5"),
        of(
            "stash a list",
            4,
            "[1, [b'a', 'b'], (None, True), {'k': 1.5, b'b': {2}}]",
        ),
        of("stash false", 5, "False"),
        of("stash nothing", 6, "''"),
        of("stash none", 7, "None"),
        of("stash what cannot be kept", 8, "lambda: 5"),
        of(
            "stash a date",
            9,
            "__import__('datetime').datetime(2030, 2, 3)",
        ),
        run(
            "the stash keeps a copy",
            "
key = '00000000-0000-0000-0000-00000000000a'
value = [1]
request.server.stash.put(key, value)
value.append(2)
taken = request.server.stash.take(key)
return repr([taken, taken is value])",
        ),
        run(
            "stash twice",
            "
key = '00000000-0000-0000-0000-00000000000b'
request.server.stash.put(key, 1)
request.server.stash.put(key, 2)",
        ),
    ]
}

/// How keys are written, and paths.
fn keys() -> Vec<Case> {
    let same = |name, put: &str, take: &str| {
        run(
            name,
            &format!(
                "request.server.stash.put({put}, 'ham')\nreturn repr(request.server.stash.take({take}))"
            ),
        )
    };
    vec![
        same(
            "key in bytes",
            "b'00000000-0000-0000-0000-000000000010'",
            "'00000000-0000-0000-0000-000000000010'",
        ),
        same(
            "key without hyphens",
            "'00000000000000000000000000000011'",
            "'00000000-0000-0000-0000-000000000011'",
        ),
        same(
            "key in braces",
            "'{00000000-0000-0000-0000-000000000012}'",
            "'urn:uuid:00000000-0000-0000-0000-000000000012'",
        ),
        same(
            "key in capitals",
            "'0000000A-0000-0000-0000-00000000001B'",
            "'0000000a-0000-0000-0000-00000000001b'",
        ),
        same(
            "key by its name",
            "key='00000000-0000-0000-0000-000000000013', value=1, path='/x') or dict(a=1) and (lambda *_: 0)(1",
            "path=b'/x', key='00000000-0000-0000-0000-000000000013'",
        ),
        same(
            "another path",
            "'00000000-0000-0000-0000-000000000014', 1, '/other') or (lambda *_: 0)(1",
            "'00000000-0000-0000-0000-000000000014'",
        ),
        run("key that is no key", "request.server.stash.take('ham')"),
        run("key none", "request.server.stash.take(None)"),
        run("key that is a number", "request.server.stash.put(5, 'ham')"),
        run("key beyond ASCII", r"request.server.stash.take(b'\xff')"),
        run(
            "key that is not there",
            "return repr(request.server.stash.take('00000000-0000-0000-0000-000000000015'))",
        ),
    ]
}

/// From one request to the next, and what else there is.
fn others() -> Vec<Case> {
    let put = |key: &str, path: &str| {
        carrying(
            "POST",
            "",
            &format!("request.server.stash.put('{key}', [b'ham'], path='{path}')\nreturn 'put'"),
        )
    };
    let take = |key: &str, path: &str| {
        carrying(
            "POST",
            "",
            &format!("return repr(request.server.stash.take('{key}', path='{path}'))"),
        )
    };
    let key = "00000000-0000-0000-0000-000000000020";
    vec![
        raw("stash from request to request", put(key, "/a"))
            .then(take(key, "/a"))
            .then(take(key, "/a")),
        raw("stash from path to path", put(key, "/b"))
            .then(take(key, "/c"))
            .then(take(key, "/b")),
        get(
            "stash by its own path",
            "/stash/own.py?put=00000000-0000-0000-0000-000000000021",
        )
        .then(super::case::request(
            "GET",
            "/stash/own.py?take=00000000-0000-0000-0000-000000000021",
            "",
            b"",
        ))
        .then(super::case::request(
            "GET",
            "/stash/own.py?take=00000000-0000-0000-0000-000000000021",
            "",
            b"",
        )),
        run(
            "stash lock",
            "
lock = request.server.stash.lock
with lock:
    pass
seen = [lock.acquire(), lock.release()]
return repr(seen)",
        ),
        run(
            "stash lock, held by another thread",
            "
import threading
lock = request.server.stash.lock
order, held, go = [], threading.Event(), threading.Event()
def other():
    with lock:
        held.set()
        go.wait(10)
        order.append('other')
thread = threading.Thread(target=other)
thread.start()
held.wait(10)
threading.Timer(0.05, go.set).start()
with lock:
    order.append('main')
thread.join()
return repr(order)",
        ),
        run(
            "stash queue",
            "
queue = request.server.stash.get_queue()
queue.put(b'ham')
queue.put('eggs')
return repr([queue.qsize(), queue.get(), queue.get(), queue.empty()])",
        ),
        run(
            "stash has no remove",
            "request.server.stash.remove('00000000-0000-0000-0000-000000000022')",
        ),
        run(
            "stash in a stash",
            "return repr([request.server.stash is request.server.stash, request.server.stash.default_path])",
        ),
    ]
}
