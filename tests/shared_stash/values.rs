//! Values: one server puts, another takes, and each value is taken once.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use wireserve::stash::{Key, PutError, RedisStash, Stash};

use super::redis::{Redis, act};
use crate::support::client::Client;
use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::unused::unused_address;
use crate::support::wait::eventually;

fn key(number: u8) -> Key {
    Key {
        path: b"/\xe9".to_vec(),
        uuid: [number; 16],
    }
}

#[test]
fn servers_share_values_of_every_kind() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve()];
    for value in [
        "1",
        "\"text\"",
        "[1,%20{\"a\":%20[null,%20true]}]",
        "false",
        "\"\"",
    ] {
        assert_eq!(act(&one, &format!("put&value={value}")), "put");
        assert_eq!(act(&other, "take"), value.replace("%20", " "));
        assert_eq!(act(&one, "take"), "null");
    }
    assert_eq!(act(&one, "put&value=1"), "put");
    let refused = act(&other, "put&value=2");
    assert!(
        refused.contains("StashError") && refused.contains("already has a value"),
        "{refused}"
    );
    assert_eq!(act(&other, "take"), "1");
}

#[test]
fn prefixes_keep_stashes_apart() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve_with("prefix=other:")];
    assert_eq!(act(&one, "put&value=1"), "put");
    assert_eq!(act(&other, "take"), "null");
    assert_eq!(act(&one, "take"), "1");
}

/// A connection that both used would give the replies to one of them to the other.
#[test]
fn a_forked_child_has_connections_of_its_own() {
    let site = folder(&[(
        "fork.py",
        "import os, uuid

def use(stash, value):
    for _ in range(20):
        with stash.lock:
            key = str(uuid.uuid4())
            stash.put(key, value)
            assert stash.take(key) == value

def main(request, response):
    stash = request.server.stash
    use(stash, 'before')
    child = os.fork()
    use(stash, child)
    return 'exit code %d' % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) if child else 'a second response'
",
    )]);
    let redis = Redis::start();
    let url = redis.url("");
    for options in [["--stash", &url], ["--workers", "2"]] {
        let server = Process::wireserve(site.path(), options);
        let mut client = Client::connect(server.addr());
        let answer = client.ask("GET", "/fork.py");
        assert_eq!(answer.text(), "exit code 0", "{options:?}");
    }
}

#[test]
fn values_expire() {
    let redis = Redis::start();
    let stash = RedisStash::new(&redis.url("ttl=1")).expect("a URL");
    assert_eq!(stash.put(key(1), vec![1]), Ok(()));
    assert_eq!(stash.put(key(1), vec![2]), Err(PutError::Occupied));
    eventually("the value expires", || stash.put(key(1), vec![3]).is_ok());
    assert_eq!(stash.take(&key(1)), Ok(Some(vec![3])));
}

/// Many takers in two processes' stores: no value comes twice, and none is missing.
#[test]
fn every_value_is_taken_once() {
    const VALUES: u8 = 200;
    let redis = Redis::start();
    let stores: Vec<_> = (0..2)
        .map(|_| Arc::new(RedisStash::new(&redis.url("")).expect("a URL")))
        .collect();
    for number in 0..VALUES {
        assert_eq!(stores[0].put(key(number), vec![number]), Ok(()));
    }
    let takers: Vec<_> = (0..8)
        .map(|taker| {
            let store = Arc::clone(&stores[taker % 2]);
            thread::spawn(move || {
                let all = (0..VALUES).map(|number| store.take(&key(number)).expect("Redis"));
                all.flatten().collect::<Vec<_>>()
            })
        })
        .collect();
    let mut taken: Vec<_> = takers
        .into_iter()
        .flat_map(|taker| taker.join().expect("no panic"))
        .collect();
    taken.sort();
    let expected: Vec<_> = (0..VALUES).map(|number| vec![number]).collect();
    assert_eq!(taken, expected);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len());
}

/// A server that does not answer delays no other handler.
#[test]
fn python_runs_on_while_redis_is_slow() {
    let redis = Redis::start();
    let server = redis.wireserve();
    let other = redis.wireserve();
    assert_eq!(act(&other, "hold"), "held");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| act(&server, "count"));
        // The server's handlers go on while one of them waits for the lock.
        for _ in 0..10 {
            assert_eq!(act(&server, "take"), "null");
        }
        assert!(!waiting.is_finished());
        assert_eq!(act(&other, "release"), "released");
        assert_eq!(waiting.join().expect("no panic"), "0");
    });
}

/// Redis on a TCP port of `option`, which must answer with this URL.
fn on_port(option: &str, more: &[&str], stash: impl Fn(u16) -> RedisStash) -> (Process, u16) {
    // Redis cannot choose a free port itself.
    let port = unused_address().port();
    let mut command = Command::new("redis-server");
    command.args(["--port", "0", option, &port.to_string(), "--save", ""]);
    let redis = Process::spawn(command.args(more));
    eventually("Redis answers", || stash(port).check().is_ok());
    (redis, port)
}

#[test]
fn over_tcp_with_names_passwords_and_databases() {
    const USER: [&str; 7] = ["--user", "ann", "on", ">ann's", "~*", "&*", "+@all"];
    let stash = |from: &str| RedisStash::new(&format!("redis://{from}")).expect("a URL");
    let more = [&["--requirepass", "secret", "--databases", "4"], &USER[..]].concat();
    let (_redis, port) = on_port("--port", &more, |port| {
        stash(&format!(":secret@127.0.0.1:{port}/3"))
    });
    let at = |from: &str| stash(&from.replace("PORT", &port.to_string()));
    let value = Some(b"value".to_vec());
    let stored = at(":secret@127.0.0.1:PORT/3").put(key(1), b"value".to_vec());
    assert_eq!(stored, Ok(()));
    assert_eq!(at(":secret@127.0.0.1:PORT").take(&key(1)), Ok(None));
    assert_eq!(at("ann:ann's@[::1]:PORT/3").take(&key(1)), Ok(value));
    for (from, reason) in [
        (":wrong@127.0.0.1:PORT", "WRONGPASS"),
        ("bob:wrong@127.0.0.1:PORT", "WRONGPASS"),
        ("127.0.0.1:PORT", "NOAUTH"),
        (":secret@127.0.0.1:PORT/4", "DB index is out of range"),
    ] {
        let refused = at(from).check().expect_err(from).to_string();
        let refused = refused.to_uppercase();
        assert!(
            refused.contains(&reason.to_uppercase()) && !refused.contains(":WRONG"),
            "{from}: {refused}"
        );
    }
}

/// The certificate is checked against the roots of the system, or those that `SSL_CERT_FILE` names.
#[cfg(feature = "tls")]
#[test]
fn over_tls() {
    let certificate = crate::support::tls::Certificate::default();
    let folder = folder(&[
        ("site/act.py", super::redis::ACT),
        ("chain.pem", &certificate.chain),
        ("key.pem", &certificate.key),
    ]);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (chain, key) = (path("chain.pem"), path("key.pem"));
    let files = [
        "--tls-cert-file",
        &chain,
        "--tls-key-file",
        &key,
        "--tls-auth-clients",
        "no",
    ];
    let port = unused_address().port().to_string();
    let mut command = Command::new("redis-server");
    command.args(["--port", "0", "--tls-port", &port, "--save", ""]);
    let _redis = Process::spawn(command.args(files));
    eventually("Redis listens", || {
        TcpStream::connect(format!("127.0.0.1:{port}")).is_ok()
    });

    let url = format!("rediss://localhost:{port}");
    let start = |roots: Option<&str>| {
        let mut command = wireserve();
        command.arg(folder.path().join("site"));
        command.args(["--port", "0", "--stash", &url]);
        if let Some(roots) = roots {
            command.env("SSL_CERT_FILE", roots);
        }
        command
    };
    let server = Process::start(start(Some(&chain)));
    assert_eq!(act(&server, "put&value=1"), "put");
    assert_eq!(act(&server, "take"), "1");
    let refused = Process::spawn(&mut start(None)).end();
    refused.is_refusal(&[&format!("the stash at {url} is unavailable"), "certificate"]);
}
