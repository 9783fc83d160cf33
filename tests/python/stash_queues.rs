//! Handlers that wait in a queue of the stash end when their client leaves, and queues end with the last
//! handler or copy that refers to them.

use std::time::Duration;

use crate::support::client::{Arrival, Client, request};
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;

const SITE: &[(&str, &str)] = &[
    ("state.py", "waiting = 0\nended = []\n"),
    (
        "wait.py",
        "import state\n\
        def main(request, response):\n    queue = request.server.stash.get_queue()\n    \
        if b'task' in request.GET: queue.put(1)\n    \
        wait = queue.join if b'task' in request.GET else queue.get\n    \
        state.waiting += 1\n    \
        try: wait()\n    \
        except BaseException as error: state.ended.append(type(error).__name__); raise\n",
    ),
    (
        "ended.py",
        "import state\ndef main(request, response): return repr((state.waiting, state.ended))\n",
    ),
    (
        "pass.py",
        "KEY = '00000000-0000-0000-0000-0000000000cd'\n\
        def main(request, response):\n    stash = request.server.stash\n    \
        if request.method == 'GET':\n        queue = stash.get_queue()\n        \
        stash.put(KEY, queue, '/')\n        return queue.get(timeout=20)\n    \
        stash.take(KEY, '/').put(request.body)\n",
    ),
];

#[test]
fn a_wait_ends_when_its_client_leaves() {
    let folder = folder(SITE);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    let seen = || get(server.addr(), "/ended.py").text();
    for (target, after) in [
        ("/wait.py", "(1, ['ClientGone'])"),
        ("/wait.py?task", "(2, ['ClientGone', 'ClientGone'])"),
    ] {
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", target));
        assert_eq!(client.arrival(Duration::from_millis(600)), Arrival::Nothing);
        drop(client);
        eventually("the handler has ended", || seen() == after);
    }
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", "/wait.py"));
    eventually("it waits", || seen().starts_with("(3"));
    client.reset();
    eventually("the handler has ended", || {
        seen().matches("Gone").count() == 3
    });
    assert_eq!(server.stderr(), "", "a client that leaves is no error");
}

#[test]
fn a_wait_goes_on_while_its_client_waits() {
    let folder = folder(SITE);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", "/pass.py"));
    assert_eq!(client.arrival(Duration::from_millis(600)), Arrival::Nothing);
    let mut other = Client::connect(server.addr());
    other.send(b"POST /pass.py HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nham");
    assert_eq!(client.read_response("GET").text(), "ham");
}
