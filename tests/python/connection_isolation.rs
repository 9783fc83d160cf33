//! What a script leaves with its thread is there for the next request of its connection, and for no other
//! connection, though threads serve one after another.

use crate::support;
use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::watch::open_sockets;

/// How many one after another; enough for a thread to come twice, though one that has just become
/// free may be overlooked.
const CONNECTIONS: usize = 8;

const SCRIPT: &str = r#"
import sys
import threading

import kept

def watch(*event):
    return None

def main(request, response):
    watchers = (sys.gettrace(), sys.getprofile(), sys.get_asyncgen_hooks().firstiter)
    seen = repr((getattr(kept.local, "value", None), kept.variable.get(),
                 getattr(threading.current_thread(), "value", None),
                 sys.get_coroutine_origin_tracking_depth(),
                 [watcher and watcher.__name__ for watcher in watchers]))
    threading.current_thread().value = "thread"
    sys.settrace(watch)
    sys.setprofile(watch)
    sys.set_asyncgen_hooks(firstiter=watch)
    sys.set_coroutine_origin_tracking_depth(1)
    kept.local.value = "local"
    kept.variable.set("variable")
    kept.local.ends = kept.Ends()
    return seen + " " + str(threading.get_ident()) + " " + str(kept.ended)
"#;

const KEPT: &str = r#"
import contextvars
import threading

local = threading.local()
variable = contextvars.ContextVar("variable", default=None)
ended = 0

class Ends:
    def __del__(self):
        global ended
        ended += 1
"#;

#[test]
fn values_of_a_thread_stay_with_their_connection() {
    let folder = folder(&[("leave.py", SCRIPT), ("kept.py", KEPT)]);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    let without_connections = open_sockets(server.id());
    let mut threads = Vec::new();
    for connection in 0..CONNECTIONS {
        let mut client = Client::connect(server.addr());
        for request in 0..3 {
            client.send(b"GET /leave.py HTTP/1.1\r\nHost: a\r\n\r\n");
            let body = client.read_response("GET").body;
            let body = String::from_utf8(body).expect("text");
            let values = match request {
                0 => "(None, None, None, 0, [None, None, None])",
                _ => "('local', 'variable', 'thread', 1, ['watch', 'watch', 'watch'])",
            };
            assert!(body.starts_with(values), "connection {connection}: {body}");
            let words: Vec<_> = body.split(' ').collect();
            let [.., thread, ended] = words.as_slice() else {
                panic!("{body}");
            };
            threads.push((*thread).to_owned());
            if threads.iter().all(|other| other == thread) {
                // One of each request is replaced by the next one's, and those of the connections
                // before are gone with them.
                let expected = connection * 3 + request;
                assert_eq!(
                    ended.parse::<usize>(),
                    Ok(expected),
                    "connection {connection}"
                );
            }
        }
        // The thread is free for the next connection once the server's end has come.
        client.half_close();
        client.read_until_close();
        support::wait::eventually("the end of the connection", || {
            open_sockets(server.id()) == without_connections
        });
    }
    threads.sort_unstable();
    threads.dedup();
    assert!(threads.len() < CONNECTIONS, "some thread has served again");
}
