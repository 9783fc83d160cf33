//! A stash in one process for servers in others: the workers of `--workers`. The host keeps values and queues in
//! memory and listens on a Unix socket; a client has a connection for each call that it makes at a time. A
//! client that ends while it holds the lock releases it.

mod client;
mod frame;
mod host;

pub use client::HostedStash;
pub use host::Host;

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::stash::{Pushed, Stash, UnlockError, contract};

    /// The limit of values, and of items.
    const LIMIT: usize = 1 << 20;

    /// A host, and a client in the folder's lifetime.
    fn hosted(folder: &tempfile::TempDir) -> Arc<dyn Stash> {
        let path = folder.path().join("stash");
        let listener = UnixListener::bind(&path).unwrap();
        thread::spawn(move || Host::new(LIMIT).serve(&listener));
        Arc::new(HostedStash::new(&path))
    }

    #[test]
    fn it_keeps_the_contract() {
        let folders: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
        let unused = std::cell::RefCell::new(folders.iter());
        contract::check(|| hosted(unused.borrow_mut().next().unwrap()));
    }

    #[test]
    fn queues_and_limits() {
        let folder = tempfile::tempdir().unwrap();
        let stash = hosted(&folder);
        let queues = stash.queues().unwrap();
        let id = [3; 16];
        assert_eq!(queues.push(&id, b"a", 1), Ok(Pushed::Done));
        assert_eq!(queues.push(&id, b"a", 1), Ok(Pushed::QueueIsFull));
        let large = vec![0; LIMIT];
        let full = Pushed::StoreIsFull { limit: LIMIT };
        assert_eq!(queues.push(&id, &large, 9), Ok(full));
        assert_eq!(queues.len(&id), Ok(1));
        assert_eq!(queues.pop(&id, Duration::ZERO), Ok(Some(b"a".to_vec())));
        assert_eq!(queues.pop(&id, Duration::ZERO), Ok(None));
        assert_eq!(queues.wait_until_done(&id, Duration::ZERO), Ok(false));
        assert_eq!(queues.task_done(&id), Ok(true));
        assert_eq!(queues.task_done(&id), Ok(false));
        assert_eq!(queues.wait_until_done(&id, Duration::ZERO), Ok(true));
    }

    #[test]
    fn a_client_that_ends_releases_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let ends = hosted(&folder);
        let other = HostedStash::new(&folder.path().join("stash"));
        assert_eq!(ends.lock(), Ok(()));
        assert_eq!(other.try_lock(), Ok(false));
        assert_eq!(
            other.unlock(),
            Err(UnlockError::NotHeld),
            "it is not theirs"
        );
        assert_eq!(other.try_lock(), Ok(false));
        drop(ends);
        assert_eq!(other.lock(), Ok(()));
        assert_eq!(other.unlock(), Ok(()));
    }

    #[test]
    fn what_a_client_does_not_get_is_not_lost() {
        let folder = tempfile::tempdir().unwrap();
        let stash = hosted(&folder);
        let queues = stash.queues().unwrap();
        let id = [3; 16];
        let waiting = Duration::from_secs(30).as_millis() as usize;
        let ended: Vec<_> = (0..8)
            .map(|_| {
                let client = UnixStream::connect(folder.path().join("stash")).unwrap();
                let parts: [&[u8]; 2] = [&id, &waiting.to_le_bytes()];
                frame::write(&client, frame::Operation::Pop as u8, &parts).unwrap();
                client
            })
            .collect();
        drop(ended);
        for item in 0..8 {
            assert_eq!(queues.push(&id, &[item], 8), Ok(Pushed::Done));
        }
        let popped = (0..8).map(|_| queues.pop(&id, Duration::from_secs(30)).unwrap());
        let mut popped: Vec<_> = popped.map(|item| item.unwrap()[0]).collect();
        popped.sort_unstable();
        assert_eq!(popped, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(queues.len(&id), Ok(0));
    }

    #[test]
    fn without_a_host() {
        let folder = tempfile::tempdir().unwrap();
        let stash = HostedStash::new(&folder.path().join("none"));
        let missing = stash.try_lock().unwrap_err().to_string();
        assert!(
            missing.contains("the stash at the supervisor of the workers is unavailable"),
            "{missing}"
        );
    }
}
