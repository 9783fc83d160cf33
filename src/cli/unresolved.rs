//! The warning about host names that do not resolve on this machine, with the fix. Lookups run in
//! the background and for a limited time, so that a name server that does not answer delays
//! nothing.

use std::net::ToSocketAddrs;
use std::sync::mpsc;
use std::thread::Builder;
use std::time::{Duration, Instant};

use crate::forks;
use crate::hosts::{Names, Subdomains, hosts_file};

/// How long all lookups may take together. Names in the hosts file are found at once.
const LOOK_UP_LIMIT: Duration = Duration::from_secs(2);

/// Lookups at the same time.
const AT_ONCE: usize = 16;

/// Looks up all names that should resolve, and logs one line if some do not. `command` prints the
/// lines for the hosts file. Returns at once.
pub(super) fn report(names: &Names, command: String) {
    let names: Vec<_> = hosts_file::sorted(names, Subdomains::Resolving).collect();
    if names.is_empty() {
        return;
    }
    let look_up = move || {
        let unresolved = unresolved(names, LOOK_UP_LIMIT, |name| {
            (name, 0).to_socket_addrs().is_ok()
        });
        if !unresolved.is_empty() {
            log::warn!("{}", advice(&unresolved, &command));
        }
    };
    // Without a thread, the warning is missing; the server works all the same.
    let _ = forks::spawn(Builder::new(), look_up);
}

/// The warning.
fn advice(unresolved: &[String], command: &str) -> String {
    format!(
        "{} host names of this server do not resolve; run: {command} | sudo tee -a /etc/hosts",
        unresolved.len()
    )
}

/// The names that are not found within the limit, in their order.
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
        let _ = forks::spawn(Builder::new(), looking);
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
                // As long as a lookup may take when the name server does not answer.
                std::thread::sleep(Duration::from_secs(60));
            }
            !name.starts_with('3')
        };
        let started = Instant::now();
        let found = unresolved(names, Duration::from_secs(1), resolves);
        assert!(started.elapsed() < Duration::from_secs(30));
        // The names after 7, in the same part, are not looked up.
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
        assert_eq!(
            line,
            "2 host names of this server do not resolve; run: wireserve hosts | sudo tee -a /etc/hosts"
        );
    }
}
