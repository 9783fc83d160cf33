//! Lines for the hosts file (`/etc/hosts`), by which a machine finds the names of a server (reference
//! §7.7). Nothing is read or written here.

use std::collections::BTreeSet;

use super::{Names, Resolving};

/// Where the names of a server lead: to this machine.
pub const HERE: &str = "127.0.0.1";

/// What Windows takes for nowhere. Elsewhere it is this machine.
const NOWHERE: &str = "0.0.0.0";

/// Whose hosts file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Names that must not resolve are left out: no address stands for "nowhere".
    Unix,
    /// Names that must not resolve have lines, too.
    Windows,
}

/// One line for each name, without line ends, in the order of the domains: a domain, then what is
/// below it.
pub fn lines(names: &Names, system: System) -> Vec<String> {
    let found = sorted(names, Resolving::Yes);
    let mut lines: Vec<_> = found.map(|name| format!("{HERE}\t{name}")).collect();
    if system == System::Windows {
        lines.extend(sorted(names, Resolving::No).map(|name| format!("{NOWHERE}\t{name}")));
    }
    lines
}

/// The full names of all hosts, sorted by their labels from the last to the first.
pub fn sorted(names: &Names, which: Resolving) -> impl Iterator<Item = String> {
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

#[cfg(test)]
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
