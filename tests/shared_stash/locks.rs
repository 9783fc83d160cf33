//! The lock: across processes, in the order of asking, and free again when its holder dies.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wireserve::stash::{RedisStash, Stash, UnlockError};

use super::redis::{Redis, act};

#[test]
fn it_excludes_the_handlers_of_all_servers() {
    const EACH: usize = 20;
    let redis = Redis::start();
    let servers = [redis.wireserve(), redis.wireserve()];
    let mut counts: Vec<usize> = thread::scope(|scope| {
        let clients = (0..4).map(|client| {
            let server = &servers[client % 2];
            scope.spawn(|| {
                let counts = (0..EACH).map(|_| act(server, "count").parse().expect("a number"));
                counts.collect::<Vec<_>>()
            })
        });
        let clients: Vec<_> = clients.collect();
        let counts = clients.into_iter().map(|one| one.join().expect("no panic"));
        counts.flatten().collect()
    });
    counts.sort_unstable();
    assert_eq!(counts, (0..4 * EACH).collect::<Vec<_>>());
}

#[test]
fn a_lock_that_is_not_held_is_not_released() {
    let redis = Redis::start();
    let [one, other] = [0, 1].map(|_| RedisStash::new(&redis.url("")).expect("a URL"));
    assert_eq!(one.unlock(), Err(UnlockError::NotHeld));
    assert_eq!(one.try_lock(), Ok(true));
    assert_eq!(one.try_lock(), Ok(false));
    assert_eq!(other.try_lock(), Ok(false));
    assert_eq!(other.unlock(), Err(UnlockError::NotHeld));
    assert_eq!(one.unlock(), Ok(()));
    assert_eq!(other.try_lock(), Ok(true));
    assert_eq!(other.unlock(), Ok(()));
}

/// 64 contenders, through two processes' stores: whoever asks gets the lock after those who asked before.
#[test]
fn nobody_starves() {
    const CONTENDERS: usize = 64;
    const TURNS: usize = 5;
    let redis = Redis::start();
    let stores = [0, 1].map(|_| RedisStash::new(&redis.url("")).expect("a URL"));
    let granted = AtomicUsize::new(0);
    let longest = AtomicUsize::new(0);
    thread::scope(|scope| {
        for contender in 0..CONTENDERS {
            let (store, granted, longest) = (&stores[contender % 2], &granted, &longest);
            scope.spawn(move || {
                for _ in 0..TURNS {
                    let before = granted.load(Ordering::SeqCst);
                    store.lock().expect("Redis");
                    let waited = granted.fetch_add(1, Ordering::SeqCst) - before;
                    longest.fetch_max(waited, Ordering::SeqCst);
                    store.unlock().expect("held");
                }
            });
        }
    });
    assert_eq!(granted.into_inner(), CONTENDERS * TURNS);
    // Some may get it between the look at the counter and the request.
    let longest = longest.into_inner();
    assert!(longest <= 2 * CONTENDERS, "{longest}");
}

#[test]
fn it_is_free_when_its_holder_has_died() {
    let redis = Redis::start();
    let dies = redis.wireserve();
    let server = redis.wireserve();
    assert_eq!(act(&dies, "hold"), "held");
    // Longer than the lease, which is renewed meanwhile.
    let begun = Instant::now();
    let stash = RedisStash::new(&redis.url("")).expect("a URL");
    while begun.elapsed() < Duration::from_secs(7) {
        assert_eq!(stash.try_lock(), Ok(false));
        thread::sleep(Duration::from_millis(100));
    }
    thread::scope(|scope| {
        let waits = scope.spawn(|| act(&server, "count"));
        drop(dies);
        assert_eq!(waits.join().expect("no panic"), "0");
    });
}
