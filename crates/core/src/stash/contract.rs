//! What every [`Stash`] must do, as tests of the trait. A store's own tests call [`check`].

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{Key, PutError, Stash, UnlockError};

/// How long a thread that waits for the lock is watched before it counts as waiting.
const WAITS: Duration = Duration::from_millis(20);

/// Checks stores made by `make`: every call makes a new, empty one.
pub(super) fn check(make: impl Fn() -> Arc<dyn Stash>) {
    a_value_is_put_once_and_taken_once(&*make());
    stores_share_nothing(&*make(), &*make());
    the_lock_excludes(make());
}

fn key(path: &str, uuid: u8) -> Key {
    Key {
        path: path.into(),
        uuid: [uuid; 16],
    }
}

fn a_value_is_put_once_and_taken_once(stash: &dyn Stash) {
    assert_eq!(stash.put(key("/a", 7), vec![1]), Ok(()));
    assert_eq!(stash.put(key("/a", 7), vec![2]), Err(PutError::Occupied));
    assert_eq!(stash.put(key("/b", 7), vec![3]), Ok(()));
    assert_eq!(stash.put(key("/a", 8), Vec::new()), Ok(()));
    assert_eq!(stash.take(&key("/a", 7)), Ok(Some(vec![1])));
    assert_eq!(stash.take(&key("/a", 7)), Ok(None));
    assert_eq!(stash.put(key("/a", 7), vec![4]), Ok(()));
    assert_eq!(stash.take(&key("/a", 7)), Ok(Some(vec![4])));
    assert_eq!(stash.take(&key("/b", 7)), Ok(Some(vec![3])));
    assert_eq!(stash.take(&key("/a", 8)), Ok(Some(Vec::new())));
}

fn stores_share_nothing(one: &dyn Stash, other: &dyn Stash) {
    assert_eq!(one.put(key("/a", 7), vec![1]), Ok(()));
    assert_eq!(other.take(&key("/a", 7)), Ok(None));
    assert_eq!(other.put(key("/a", 7), vec![2]), Ok(()));
    assert_eq!(one.take(&key("/a", 7)), Ok(Some(vec![1])));
    assert_eq!(one.try_lock(), Ok(true));
    assert_eq!(other.try_lock(), Ok(true), "two stores, two locks");
    assert_eq!(one.unlock(), Ok(()));
    assert_eq!(other.unlock(), Ok(()));
}

fn the_lock_excludes(stash: Arc<dyn Stash>) {
    assert_eq!(stash.unlock(), Err(UnlockError::NotHeld));
    assert_eq!(stash.try_lock(), Ok(true));
    assert_eq!(stash.try_lock(), Ok(false), "not reentrant");
    // `put` and `take` do not ask for the lock.
    assert_eq!(stash.put(key("/a", 7), vec![1]), Ok(()));
    assert_eq!(stash.take(&key("/a", 7)), Ok(Some(vec![1])));

    let (locked, is_locked) = mpsc::channel();
    let waiting = thread::spawn({
        let stash = Arc::clone(&stash);
        move || {
            assert_eq!(stash.lock(), Ok(()));
            locked.send(()).expect("the test waits");
        }
    });
    assert_eq!(
        is_locked.recv_timeout(WAITS),
        Err(RecvTimeoutError::Timeout)
    );
    assert_eq!(stash.unlock(), Ok(()));
    waiting.join().expect("no panic");
    assert_eq!(is_locked.recv(), Ok(()));
    assert_eq!(stash.try_lock(), Ok(false));
    assert_eq!(stash.unlock(), Ok(()), "by another thread than the holder");
    assert_eq!(stash.lock(), Ok(()));
    assert_eq!(stash.unlock(), Ok(()));
}
