//! Queues: items go from one server to another, and waiting for them ends with the item.

use std::thread;

use super::redis::{Redis, act};
use crate::support::client::Client;
use crate::support::wait::eventually;

#[test]
fn items_go_from_one_server_to_another() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve()];
    assert_eq!(act(&one, "new queue"), "new");
    assert_eq!(act(&one, "enqueue&value=1"), "1");
    assert_eq!(act(&other, "enqueue&value=[2]"), "2");
    assert_eq!(act(&other, "dequeue"), "1");
    assert_eq!(act(&one, "dequeue"), "[2]");
    let empty = act(&one, "dequeue&value=0.05");
    assert!(empty.contains("queue.Empty"), "{empty}");
}

#[test]
fn who_waits_gets_the_item() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve()];
    assert_eq!(act(&one, "new queue"), "new");
    thread::scope(|scope| {
        let waits: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| act(&other, "dequeue")))
            .collect();
        for item in 0..4 {
            act(&one, &format!("enqueue&value={item}"));
        }
        let mut items: Vec<_> = waits
            .into_iter()
            .map(|wait| wait.join().expect("no panic"))
            .collect();
        items.sort();
        assert_eq!(items, ["0", "1", "2", "3"]);
    });
}

#[test]
fn join_waits_for_the_work_of_all_servers() {
    let redis = Redis::start();
    let [one, other] = [redis.wireserve(), redis.wireserve()];
    assert_eq!(act(&one, "new queue"), "new");
    assert_eq!(act(&one, "join"), "joined", "nothing to do");
    for item in 0..2 {
        act(&one, &format!("enqueue&value={item}"));
    }
    thread::scope(|scope| {
        let joins: Vec<_> = (0..2).map(|_| scope.spawn(|| act(&one, "join"))).collect();
        for _ in 0..2 {
            assert!(joins.iter().all(|join| !join.is_finished()));
            act(&other, "dequeue");
            assert_eq!(act(&other, "done"), "done");
        }
        for join in joins {
            assert_eq!(join.join().expect("no panic"), "joined");
        }
    });
    let too_many = act(&other, "done");
    assert!(too_many.contains("called too many times"), "{too_many}");
}

#[test]
fn a_wait_ends_when_its_client_leaves() {
    let redis = Redis::start();
    let server = redis.wireserve();
    assert_eq!(act(&server, "new queue"), "new");
    let mut client = Client::connect(server.addr());
    client.send(b"GET /act.py?do=dequeue HTTP/1.1\r\nHost: a\r\n\r\n");
    drop(client);
    eventually("the handler ends", || {
        server.stderr().contains("ClientGone")
    });
    // The item is for the next one that asks.
    assert_eq!(act(&server, "enqueue&value=7"), "1");
    assert_eq!(act(&server, "dequeue"), "7");
}
