//! Two servers in one process, both with Python handlers: each has its own stash, stash lock, queues and
//! configuration, whether a handler reaches them by its request or by the `wptserve` package. Starting
//! a server does not change the working directory.

use std::env;
use std::sync::Arc;

use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use tempfile::TempDir;
use wireserve::stash::{Key, MemoryStash, Stash};
use wireserve::{Exchange, Names, Server, python};

/// Does what the query names, and returns what it saw.
const ACT: &str = "
import os
import threading
from wptserve.stash import Stash

KEY = '00000000-0000-0000-0000-000000000001'

def main(request, response):
    stash = request.server.stash
    act = request.url_parts.query
    if act == 'put':
        return repr(stash.put(KEY, 'value', path='/p'))
    if act == 'take':
        return repr(stash.take(KEY, path='/p'))
    if act == 'take-by-class':
        return repr(Stash('/p').take(KEY))
    if act == 'lock':
        return repr(stash.lock.acquire())
    if act == 'unlock-by-class':
        return repr(Stash.lock.release())
    if act == 'same-lock':
        return repr([Stash.lock is stash.lock, stash.lock is request.server.stash.lock])
    if act == 'queue':
        queue = stash.get_queue()
        queue.put('item')
        stash.put(KEY, queue, path='/q')
        return repr(queue)
    if act == 'item':
        queue = stash.take(KEY, path='/q')
        return repr((queue.get(timeout=5), queue.empty()))
    if act == 'with':
        with stash.lock:
            return repr('inside')
    if act == 'cwd':
        return repr(os.getcwd())
    if act == 'config':
        config = request.server.config
        return repr([config.browser_host, config.ports['http'], config is request.server.config])
    if act == 'thread':
        seen = []
        def other():
            try:
                seen.append(Stash('/p').take(KEY))
            except RuntimeError as error:
                seen.append(str(error))
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return repr(seen)
";

/// Two servers with one doc root.
struct Two {
    servers: [Server; 2],
    _folder: TempDir,
}

impl Two {
    fn start() -> Self {
        let folder = folder(&[("act.py", ACT)]);
        let servers = ["one.test", "other.test"].map(|host| {
            let names = Names {
                browser_host: Some(host.to_owned()),
                ..Names::default()
            };
            let site = python::site(folder.path()).expect("Python starts");
            let builder = Server::builder().site(site).names(names);
            builder.start().expect("a free port")
        });
        Self {
            servers,
            _folder: folder,
        }
    }

    fn one(&self, action: &str) -> String {
        act(&self.servers[0], action)
    }

    fn other(&self, action: &str) -> String {
        act(&self.servers[1], action)
    }
}

fn act(server: &Server, action: &str) -> String {
    let response = get(server, &format!("/act.py?{action}"));
    assert_eq!(response.status, 200, "{}", response.text());
    response.text().to_owned()
}

#[test]
fn a_value_is_found_on_its_server_alone() {
    let two = Two::start();
    assert_eq!(two.one("put"), "None");
    assert_eq!(two.other("take"), "None");
    assert_eq!(two.other("take-by-class"), "None");
    assert_eq!(two.other("put"), "None", "the key is free here");
    assert_eq!(two.one("take-by-class"), "'value'");
    assert_eq!(two.other("take"), "'value'");
}

#[test]
fn locks_are_apart() {
    let two = Two::start();
    assert_eq!(two.one("lock"), "None");
    assert_eq!(two.other("lock"), "None", "the other server's lock is free");
    for server in &two.servers {
        assert_eq!(act(server, "same-lock"), "[True, True]");
        assert_eq!(act(server, "unlock-by-class"), "None");
        assert_eq!(act(server, "with"), "'inside'");
    }
}

#[test]
fn queues_are_apart() {
    let two = Two::start();
    for server in &two.servers {
        assert_eq!(act(server, "queue"), "<Queue 1>");
    }
    assert_eq!(two.one("item"), "('item', True)");
    assert_eq!(two.other("item"), "('item', True)");
}

#[test]
fn each_has_its_configuration() {
    let two = Two::start();
    for (server, host) in two.servers.iter().zip(["one.test", "other.test"]) {
        let port = server.address().port();
        for _ in 0..2 {
            assert_eq!(act(server, "config"), format!("['{host}', [{port}], True]"));
        }
    }
}

/// A thread that a script starts answers no request, so it belongs to no server.
#[test]
fn with_two_servers_a_scripts_thread_must_name_its_own() {
    let two = Two::start();
    assert_eq!(two.other("take"), "None", "both have run a script");
    let seen = two.one("thread");
    assert!(seen.contains("use request.server.stash"), "{seen}");
    assert_eq!(two.one("put"), "None");
    assert_eq!(two.one("take"), "'value'");
}

#[test]
fn with_one_server_a_scripts_thread_means_that_one() {
    let folder = folder(&[("act.py", ACT)]);
    let server = Process::wireserve(folder.path(), [""; 0]);
    let act = |action: &str| {
        let mut client = Client::connect(server.addr());
        client
            .ask("GET", &format!("/act.py?{action}"))
            .text()
            .to_owned()
    };
    assert_eq!(act("put"), "None");
    assert_eq!(act("thread"), "['value']");
    assert_eq!(act("thread"), "[None]");
}

/// Rust handlers and scripts see one store, which a program may bring along.
#[test]
fn the_store_can_be_replaced() {
    let folder = folder(&[("act.py", ACT)]);
    let store: Arc<dyn Stash> = Arc::new(MemoryStash::default());
    let start = || {
        Server::builder()
            .site(python::site(folder.path()).expect("Python starts"))
            .stash(Arc::clone(&store))
            .route("GET", "/taken", |exchange: &mut Exchange<'_>| {
                let taken = exchange.stash().take(&key()).expect("a store in memory");
                let found = if taken.is_some() { "found" } else { "nothing" };
                exchange.response.content = found.into();
                Ok(())
            })
            .expect("a good pattern")
            .start()
            .expect("a free port")
    };
    let [one, other] = [start(), start()];
    assert_eq!(act(&one, "put"), "None");
    assert_eq!(act(&other, "take"), "'value'", "one store for both");
    assert_eq!(get(&one, "/taken").text(), "nothing");
    assert_eq!(act(&one, "put"), "None");
    assert_eq!(get(&other, "/taken").text(), "found");
    assert_eq!(store.take(&key()), Ok(None));
    assert_eq!(store.try_lock(), Ok(true));
    assert_eq!(act(&one, "unlock-by-class"), "None");
    assert_eq!(store.try_lock(), Ok(true), "a script has released it");
}

fn key() -> Key {
    let mut uuid = [0; 16];
    uuid[15] = 1;
    Key {
        path: b"/p".to_vec(),
        uuid,
    }
}

#[test]
fn the_working_directory_stays() {
    let before = env::current_dir().expect("a working directory");
    let two = Two::start();
    two.one("config");
    let seen = env::current_dir().expect("a working directory");
    assert_eq!(seen, before);
    assert_eq!(two.one("cwd"), format!("{:?}", before).replace('"', "'"));
}
