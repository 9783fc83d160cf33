//! Redis that is not there: at start, and while serving.

use std::thread;

use wireserve::stash::{RedisStash, Stash};

use super::redis::{Redis, act};
use crate::support::command::run;
use crate::support::process::{send_signal, state};
use crate::support::unused::unused_address;
use crate::support::wait::eventually;

#[test]
fn redis_must_answer_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().to_str().expect("UTF-8");
    let port = unused_address().port();
    let start = |url: &str| run([site, "--port", "0", "--stash", url]);
    let url = format!("redis://user:secret@127.0.0.1:{port}/1");
    let ended = start(&url);
    ended.is_refusal(&[
        &format!("the stash at redis://127.0.0.1:{port}/1 is unavailable"),
        "Connection refused",
    ]);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
    for (url, message) in [
        ("http://h", "found \"http\""),
        ("redis://h?ttl=x", "ttl: expected a whole number of seconds"),
        ("redis://h?pool=1", "found \"pool\""),
    ] {
        start(url).is_refusal(&["stash: ", message]);
    }
}

#[test]
fn a_password_stands_in_no_log() {
    let redis = Redis::start_with(Some("very-secret"));
    let server = redis.wireserve();
    assert_eq!(act(&server, "put&value=1"), "put");
    assert_eq!(act(&server, "take"), "1");
    let (stdout, stderr) = (server.stdout(), server.stderr());
    assert!(
        !stdout.contains("secret") && !stderr.contains("secret"),
        "{stdout}{stderr}"
    );
}

/// Handlers get an exception that names Redis, other requests go on, and connections come back by themselves.
#[test]
fn an_outage_ends_by_itself() {
    let mut redis = Redis::start();
    let server = redis.wireserve();
    assert_eq!(act(&server, "put&value=1"), "put");
    redis.kill();
    for _ in 0..5 {
        let failed = act(&server, "take");
        assert!(
            failed.contains("ConnectionError: the stash at unix://"),
            "{failed}"
        );
    }
    assert!(
        act(&server, "").contains("Traceback"),
        "other errors are as always"
    );
    redis.restart();
    // What was acknowledged had been written to Redis's log.
    assert_eq!(act(&server, "take"), "1");
    let lines = |text: &str| server.stderr().matches(text).count();
    eventually("the log says so", || lines("is available again") == 1);
    // The handlers' own errors are logged as always.
    let outages = server
        .stderr()
        .lines()
        .filter(|line| line.contains(" ERROR] the stash at "))
        .count();
    assert_eq!(outages, 1, "{}", server.stderr());
}

#[test]
fn a_lease_that_ended_in_an_outage_is_said() {
    let mut redis = Redis::start();
    let stash = RedisStash::new(&redis.url("")).expect("a URL");
    assert_eq!(stash.lock(), Ok(()));
    redis.kill();
    let refused = stash.unlock().expect_err("no Redis").to_string();
    assert!(refused.contains("is unavailable"), "{refused}");
    redis.restart();
    // The lease is in Redis's log, and ends.
    let other = RedisStash::new(&redis.url("")).expect("a URL");
    assert_eq!(other.lock(), Ok(()));
    assert_eq!(other.unlock(), Ok(()));
}

/// A process that is stopped and continued finds its reads interrupted; that is no outage.
#[test]
fn a_stopped_and_continued_server_waits_on() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve()];
    assert_eq!(act(&one, "hold"), "held");
    thread::scope(|scope| {
        let count = scope.spawn(|| act(&other, "count"));
        eventually("it waits for the lock", || redis.waiting() == 1);
        for _ in 0..3 {
            for (signal, is_stopped) in [("STOP", true), ("CONT", false)] {
                send_signal(other.id(), signal);
                let obeys = || (state(other.id()) == Some('T')) == is_stopped;
                eventually("it obeys", obeys);
            }
        }
        assert_eq!(act(&one, "release"), "released");
        assert_eq!(count.join().expect("no panic"), "0");
    });
    assert!(
        !other.stderr().contains("unavailable"),
        "{}",
        other.stderr()
    );
}
