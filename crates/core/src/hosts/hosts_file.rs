//! Lines for the hosts file (`/etc/hosts`), with which a machine resolves the names of a server (reference
//! §7.7). Reads and writes no file.

use std::collections::BTreeSet;

use super::{Names, Subdomains};

/// The address of every name of a server: this machine.
pub const LOOPBACK: &str = "127.0.0.1";

/// An address that is unreachable on Windows. Elsewhere it means this machine.
const UNREACHABLE: &str = "0.0.0.0";

/// The operating system of the hosts file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Names that must not resolve are omitted, since this format can only map a name to an
    /// address.
    Unix,
    /// Names that must not resolve are listed with an unreachable address.
    Windows,
}

/// One line for each name, without line terminators. Subdomains follow their domain.
///
/// ```
/// use wireserve::Names;
/// use wireserve::internals::hosts::hosts_file::{self, System};
///
/// let names = Names {
///     browser_host: Some("web.test".to_owned()),
///     subdomains: vec!["www".to_owned()],
///     ..Names::default()
/// };
/// let lines = hosts_file::lines(&names, System::Unix);
/// assert_eq!(lines, ["127.0.0.1\tweb.test", "127.0.0.1\twww.web.test"]);
/// ```
pub fn lines(names: &Names, system: System) -> Vec<String> {
    let found = sorted(names, Subdomains::Resolving);
    let mut lines: Vec<_> = found.map(|name| format!("{LOOPBACK}\t{name}")).collect();
    if system == System::Windows {
        lines.extend(
            sorted(names, Subdomains::NotResolving).map(|name| format!("{UNREACHABLE}\t{name}")),
        );
    }
    lines
}

/// The full names of all hosts and their subdomains, sorted by label from the last to the first.
pub fn sorted(names: &Names, which: Subdomains) -> impl Iterator<Item = String> {
    let by_labels: BTreeSet<Vec<String>> = names
        .hosts()
        .flat_map(|(_, host)| names.full_names(host, which))
        .map(|(_, full)| full.rsplit('.').map(str::to_owned).collect())
        .collect();
    by_labels.into_iter().map(|mut labels| {
        labels.reverse();
        labels.join(".")
    })
}

#[cfg(all(test, feature = "wpt"))]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_name() {
        let names = Names {
            browser_host: Some("b.test".to_owned()),
            alternate_hosts: vec![("alt".to_owned(), "a.test".to_owned())],
            subdomains: ["www", "é", "é.www"].map(str::to_owned).to_vec(),
            not_subdomains: vec!["no".to_owned()],
            ..Names::default()
        };
        let here = [
            "a.test",
            "www.a.test",
            "xn--9ca.www.a.test",
            "xn--9ca.a.test",
            "b.test",
            "www.b.test",
            "xn--9ca.www.b.test",
            "xn--9ca.b.test",
        ]
        .map(|name| format!("127.0.0.1\t{name}"));
        let nowhere = ["no.a.test", "no.b.test"].map(|name| format!("0.0.0.0\t{name}"));
        assert_eq!(lines(&names, System::Unix), here);
        let both = [&here[..], &nowhere].concat();
        assert_eq!(lines(&names, System::Windows), both);
        assert!(lines(&Names::default(), System::Windows).is_empty());
    }
}
