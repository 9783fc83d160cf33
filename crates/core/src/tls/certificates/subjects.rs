//! What a certificate is for: DNS names and IP addresses, and the hosts that its root is confined
//! to.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::{DnsName, ServerName};
use sha2::{Digest as _, Sha256};

/// The name of this machine, which every certificate has.
const LOCALHOST: &str = "localhost";

/// The names and addresses of a certificate, and the hosts of its root.
///
/// Every name is a host or lies below one. Names are listed one by one, since some clients refuse
/// wildcards below a top-level domain such as `*.localhost`.
///
/// ```
/// use std::net::Ipv4Addr;
///
/// use wireserve::tls::certificates::Subjects;
///
/// let subjects = Subjects::new(["web.test", "www.web.test"]).and(["10.0.0.1"]);
/// assert!(subjects.names().eq(["localhost", "web.test", "www.web.test"]));
/// assert!(subjects.hosts().eq(["localhost", "web.test"]));
/// assert_eq!(subjects.main_host(), "web.test");
/// assert!(subjects.addresses().any(|address| address == Ipv4Addr::new(10, 0, 0, 1)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    /// DNS names in ASCII.
    names: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
    /// The names that are not below another one. The root may issue certificates for these and for
    /// names below them.
    hosts: BTreeSet<String>,
}

impl Subjects {
    /// `localhost`, 127.0.0.1 and ::1, and these names. A name may be an IP address; texts that are
    /// neither a DNS name in ASCII nor an address are ignored, since no client can connect to them.
    ///
    /// See the example of [`Subjects`].
    pub fn new<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Self {
        let mut subjects = Self {
            names: [LOCALHOST.to_owned()].into(),
            addresses: [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()].into(),
            hosts: BTreeSet::new(),
        };
        for name in names {
            subjects.add(name.as_ref());
        }
        let names = &subjects.names;
        let is_below = |name: &String| {
            let mut parents = name.match_indices('.');
            parents.any(|(dot, _)| names.contains(&name[dot + 1..]))
        };
        subjects.hosts = names
            .iter()
            .filter(|name| !is_below(name))
            .cloned()
            .collect();
        subjects
    }

    /// These subjects and more names.
    ///
    /// See the example of [`Subjects`].
    #[must_use]
    pub fn and<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Self {
        let own = self.names.iter().cloned();
        let addresses = self.addresses.iter().map(ToString::to_string);
        let more = names.into_iter().map(|name| name.as_ref().to_owned());
        Self::new(own.chain(addresses).chain(more))
    }

    fn add(&mut self, name: &str) {
        if let Ok(address) = name.parse::<IpAddr>() {
            if !address.is_unspecified() {
                self.addresses.insert(address);
            }
        } else if DnsName::try_from(name).is_ok() {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            self.names.insert(name);
        }
    }

    /// The DNS names, sorted.
    ///
    /// See the example of [`Subjects`].
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The IP addresses, sorted.
    ///
    /// See the example of [`Subjects`].
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().copied()
    }

    /// The names that are not below another one, sorted.
    ///
    /// See the example of [`Subjects`].
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(String::as_str)
    }

    /// Names and addresses as a client would verify them.
    pub(super) fn server_names(&self) -> impl Iterator<Item = ServerName<'_>> {
        let names = self
            .names()
            .filter_map(|name| ServerName::try_from(name).ok());
        names.chain(
            self.addresses()
                .map(|address| ServerName::IpAddress(address.into())),
        )
    }

    /// The shortest host besides `localhost`, or else `localhost`: the name that files have.
    ///
    /// See the example of [`Subjects`].
    pub fn main_host(&self) -> &str {
        let others = self.hosts().filter(|host| *host != LOCALHOST);
        others.min_by_key(|host| host.len()).unwrap_or(LOCALHOST)
    }

    /// A name for the folder of a root that is confined to these hosts and addresses. Other hosts
    /// have another folder; the names below them do not matter.
    pub(super) fn folder_name(&self) -> String {
        let main = self.main_host();
        let default = Self::new([""; 0]);
        if (&self.hosts, &self.addresses) == (&default.hosts, &default.addresses) {
            return main.to_owned();
        }
        let addresses = self.addresses.iter().map(ToString::to_string);
        let mut digest = Sha256::new();
        for text in self.hosts.iter().cloned().chain(addresses) {
            digest.update(text);
            digest.update("\n");
        }
        let digest = digest.finalize();
        let digest: String = digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{main}-{digest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_names_below_them() {
        let subjects = Subjects::new([
            "www.a.test",
            "a.test",
            "b-a.test",
            "élève.a.test",
            "",
            "*.a.test",
            "192.0.2.7",
            "0.0.0.0",
        ]);
        let names: Vec<_> = subjects.names().collect();
        assert_eq!(names, ["a.test", "b-a.test", "localhost", "www.a.test"]);
        let hosts: Vec<_> = subjects.hosts().collect();
        assert_eq!(hosts, ["a.test", "b-a.test", "localhost"]);
        let addresses: Vec<_> = subjects
            .addresses()
            .map(|address| address.to_string())
            .collect();
        assert_eq!(addresses, ["127.0.0.1", "192.0.2.7", "::1"]);
        assert_eq!(subjects.main_host(), "a.test");
    }

    #[test]
    fn a_folder_for_each_set_of_hosts() {
        let folder = |names: &[&str]| Subjects::new(names).folder_name();
        assert_eq!(folder(&[]), "localhost");
        assert_eq!(folder(&["tls.localhost"]), "localhost");
        let one = folder(&["a.test"]);
        assert!(one.starts_with("a.test-"), "{one}");
        assert_eq!(one, folder(&["www.a.test", "a.test"]));
        assert_ne!(one, folder(&["a.test", "b.test"]));
        assert_ne!(one, folder(&["a.test", "192.0.2.7"]));
    }
}
