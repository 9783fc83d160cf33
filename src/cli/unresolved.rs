//! Which of a server's names this machine does not find, and what to do about it. A name server that
//! does not answer holds up nobody: looking up happens beside the serving, and is bounded.

use std::net::ToSocketAddrs;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::hosts::{Names, Subdomains, hosts_file};

/// How long all names together may take. One that is in the hosts file is found at once.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(2);

/// Names that are looked up at the same time.
const AT_ONCE: usize = 16;

/// Looks up all names that are to resolve, and logs one line if some do not. `command` prints the lines
/// for the hosts file. Returns at once.
pub(super) fn tell(names: &Names, command: String) {
    let names: Vec<_> = hosts_file::sorted(names, Subdomains::Resolving).collect();
    if names.is_empty() {
        return;
    }
    let telling = move || {
        let unresolved = unresolved(names, LOOK_UP_LIMIT, |name| {
            (name, 0).to_socket_addrs().is_ok()
        });
        if !unresolved.is_empty() {
            log::warn!("{}", advice(&unresolved, &command));
        }
    };
    // Without a thread there is no advice, and the server serves all the same.
    let _ = thread::Builder::new().spawn(telling);
}

/// The line that says what to do.
fn advice(unresolved: &[String], command: &str) -> String {
    format!(
        "host names that do not resolve: {}; /etc/hosts needs what `{command}` prints, or this line: {} {}",
        unresolved.len(),
        hosts_file::LOOPBACK,
        unresolved.join(" ")
    )
}

/// The names that are not found within the limit, in the same order.
fn unresolved(
    names: Vec<String>,
    limit: Duration,
    resolves: impl Fn(&str) -> bool + Copy + Send + 'static,
) -> Vec<String> {
    let deadline = Instant::now() + limit;
    let (found, finding) = mpsc::channel();
    for names in names.chunks(names.len().div_ceil(AT_ONCE).max(1)) {
        let (names, found) = (names.to_vec(), found.clone());
        let looking = move || {
            for name in names {
                if resolves(&name) && found.send(name).is_err() {
                    return;
                }
            }
        };
        let _ = thread::Builder::new().spawn(looking);
    }
    drop(found);
    let mut unresolved = names;
    while let Ok(name) = finding.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        unresolved.retain(|known| *known != name);
    }
    unresolved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_not_found_in_time() {
        let names: Vec<_> = (0..50).map(|number| format!("{number}.test")).collect();
        let resolves = |name: &str| {
            if name.starts_with('7') {
                // As long as a name server that does not answer may be asked.
                thread::sleep(Duration::from_secs(60));
            }
            !name.starts_with('3')
        };
        let started = Instant::now();
        let found = unresolved(names, Duration::from_secs(1), resolves);
        assert!(started.elapsed() < Duration::from_secs(30));
        // Behind 7, in the same part, nothing was looked up.
        let expected = [
            "3", "30", "31", "32", "33", "34", "35", "36", "37", "38", "39",
        ];
        for name in expected.map(|name| format!("{name}.test")) {
            assert!(found.contains(&name), "{name}: {found:?}");
        }
        assert!(found.contains(&"7.test".to_owned()), "{found:?}");
        assert!(!found.contains(&"0.test".to_owned()), "{found:?}");
        let line = advice(
            &["a.test".to_owned(), "b.test".to_owned()],
            "wireserve hosts",
        );
        assert!(line.ends_with("`wireserve hosts` prints, or this line: 127.0.0.1 a.test b.test"));
    }
}
