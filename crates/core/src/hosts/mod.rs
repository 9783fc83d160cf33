//! The host names of a server with their subdomains, and its ports by scheme, as templates and
//! `request.server.config` show them (reference §7.7). Nothing is resolved or listened on here, and a
//! port may belong to a scheme that this server does not support. [`Hosts`] computes keys and values
//! once, for templates and scripts alike.

pub mod hosts_file;
pub mod port;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

pub use port::Port;

/// The configured names of a server, before it listens.
///
/// The default is a server without names: its host is the address of its first listener.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Names, Server};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("host.sub.txt"), "{{host}}")?;
/// let names = Names { browser_host: Some("site.test".to_owned()), ..Names::default() };
/// let server = Server::builder().doc_root(folder.path()).names(names).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /host.sub.txt HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /host.sub.txt gets:
/// assert!(answer.ends_with("\r\n\r\nsite.test"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The host on which pages are opened. Default: the address of the first listener.
    pub browser_host: Option<String>,
    /// Pairs of a name and another host. Templates refer to the host by the name: `hosts[alt][www]`.
    pub alternate_hosts: Vec<(String, String)>,
    /// Subdomains of every host that resolve, in Unicode; without the feature `wpt`, in ASCII.
    pub subdomains: Vec<String>,
    /// Subdomains of every host that must not resolve, in Unicode.
    pub not_subdomains: Vec<String>,
    /// Ports by scheme, as shown to templates and scripts. The ports of `http` are replaced with those of
    /// the listeners.
    pub ports: Vec<(String, Vec<u16>)>,
    /// The value of `server_host`, on which the server claims to listen. Default: `browser_host`.
    pub server_host: Option<String>,
    /// The folder of WebSocket handlers. It is shown in the configuration, but not served.
    pub ws_doc_root: Option<PathBuf>,
    /// Keys that are shown as configured: `ssl`, `logging`, `aliases`, `ws_extra` and others. They replace default
    /// values, but not the keys that are computed from the fields above.
    pub settings: Map<String, Value>,
}

/// The names and ports of a running server.
///
/// ```
/// use std::path::Path;
///
/// use wireserve::{Hosts, Names};
///
/// let names = Names {
///     browser_host: Some("web.test".to_owned()),
///     subdomains: vec!["www".to_owned()],
///     ..Names::default()
/// };
/// let listeners = ["127.0.0.1:8000".parse()?];
/// let hosts = Hosts::new(names, &listeners, Path::new("/srv"));
/// assert_eq!(hosts.configuration()["domains"][""]["www"], "www.web.test");
/// assert_eq!(hosts.config("doc_root").and_then(|root| root.as_str()), hosts.doc_root().to_str());
/// assert_eq!(hosts.names().ports, [("http".to_owned(), vec![8000])]);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hosts {
    names: Names,
    doc_root: PathBuf,
    config: Map<String, Value>,
}

impl Hosts {
    /// The hosts of a server that listens on `listeners` and serves `doc_root`.
    ///
    /// See the example of [`Hosts`].
    pub fn new(mut names: Names, listeners: &[SocketAddr], doc_root: &Path) -> Self {
        let http: Vec<_> = listeners.iter().map(SocketAddr::port).collect();
        names.ports.retain(|(scheme, _)| scheme != "http");
        names.ports.insert(0, ("http".to_owned(), http));
        let address = listeners.first().map(|address| address.ip().to_string());
        let browser_host = names
            .browser_host
            .get_or_insert_with(|| address.unwrap_or_default())
            .clone();
        let server_host = names
            .server_host
            .get_or_insert_with(|| browser_host.clone());
        let mut config = default_settings();
        let mut add = |key: &str, value: Value| config.insert(key.to_owned(), value);
        add("server_host", server_host.clone().into());
        for (key, value) in &names.settings {
            add(key, value.clone());
        }
        add("browser_host", browser_host.into());
        add("alternate_hosts", object(&names.alternate_hosts));
        add("ports", object(&names.ports));
        add("subdomains", names.subdomains.clone().into());
        add("not_subdomains", names.not_subdomains.clone().into());
        for (key, which) in [
            ("domains", Subdomains::Resolving),
            ("not_domains", Subdomains::NotResolving),
            ("all_domains", Subdomains::All),
        ] {
            add(key, names.domains(which));
            let set: Vec<_> = hosts_file::sorted(&names, which).collect();
            add(&format!("{key}_set"), set.into());
        }
        let doc_root_shown = doc_root.to_string_lossy();
        let mut paths = json!({"doc_root": doc_root_shown});
        add("doc_root", doc_root_shown.into());
        if let Some(folder) = &names.ws_doc_root {
            let folder = folder.to_string_lossy();
            paths["ws_doc_root"] = (*folder).into();
            add("ws_doc_root", folder.into());
        }
        if let Some(folders) = names.settings.get("ws_extra") {
            paths["ws_extra"] = folders.clone();
        }
        add("paths", paths);
        if !config.contains_key("ssl_config") {
            let ssl_config = ssl_config(&config["ssl"]);
            config.insert("ssl_config".to_owned(), ssl_config);
        }
        Self {
            doc_root: doc_root.to_owned(),
            names,
            config,
        }
    }

    /// The hosts of a server whose configuration has been computed elsewhere: these are all of its keys and
    /// values.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use wireserve::Hosts;
    ///
    /// let keys = [("browser_host".to_owned(), "web.test".into())];
    /// let hosts = Hosts::of_configuration(keys.into_iter().collect(), Path::new("/srv"));
    /// assert_eq!(hosts.configuration().len(), 1);
    /// ```
    pub fn of_configuration(config: Map<String, Value>, doc_root: &Path) -> Self {
        Self {
            names: Names::default(),
            doc_root: doc_root.to_owned(),
            config,
        }
    }

    /// The configured names, with defaults filled in and with the ports of the listeners.
    ///
    /// See the example of [`Hosts`].
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The folder that the server serves.
    ///
    /// See the example of [`Hosts`].
    pub fn doc_root(&self) -> &Path {
        &self.doc_root
    }

    /// The value of a configuration key, as templates see it.
    ///
    /// See the example of [`Hosts`].
    pub fn config(&self, key: &str) -> Option<&Value> {
        self.config.get(key)
    }

    /// All keys and values of the configuration.
    ///
    /// See the example of [`Hosts`].
    pub fn configuration(&self) -> &Map<String, Value> {
        &self.config
    }
}

/// A choice of subdomains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subdomains {
    /// Subdomains that resolve, and the host itself as `""`.
    Resolving,
    /// Subdomains that must not resolve.
    NotResolving,
    /// All subdomains, and the host itself as `""`.
    All,
}

impl Names {
    /// Pairs of a host's name in templates and the host. The browser host has the empty name.
    ///
    /// ```
    /// use wireserve::Names;
    ///
    /// let names = Names {
    ///     browser_host: Some("web.test".to_owned()),
    ///     alternate_hosts: vec![("alt".to_owned(), "other.test".to_owned())],
    ///     ..Names::default()
    /// };
    /// let hosts: Vec<_> = names.hosts().collect();
    /// assert_eq!(hosts, [("alt", "other.test"), ("", "web.test")]);
    /// ```
    pub fn hosts(&self) -> impl Iterator<Item = (&str, &str)> {
        let alternates = self.alternate_hosts.iter();
        let alternates = alternates.map(|(name, host)| (name.as_str(), host.as_str()));
        alternates.chain(self.browser_host.as_deref().map(|host| ("", host)))
    }

    /// Pairs of a subdomain in Unicode and its full name below `host` in ASCII.
    #[doc(hidden)]
    pub fn full_names(&self, host: &str, which: Subdomains) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut add = |subdomains: &[String]| {
            for subdomain in subdomains {
                let ascii = to_ascii(subdomain);
                found.push((subdomain.clone(), format!("{ascii}.{host}")));
            }
        };
        if which != Subdomains::NotResolving {
            add(&self.subdomains);
        }
        if which != Subdomains::Resolving {
            add(&self.not_subdomains);
        }
        if which != Subdomains::NotResolving {
            found.push((String::new(), host.to_owned()));
        }
        found
    }

    fn domains(&self, which: Subdomains) -> Value {
        let hosts = self.hosts();
        hosts
            .map(|(name, host)| (name.to_owned(), object(&self.full_names(host, which))))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// The values of keys that are not configured; the reference's defaults.
fn default_settings() -> Map<String, Value> {
    let defaults = json!({
        "check_subdomains": true,
        "bind_address": true,
        "ssl": {"type": "none", "encrypt_after_connect": false, "none": {}},
        "aliases": [],
        "logging": {"level": "DEBUG", "suppress_handler_traceback": false},
    });
    match defaults {
        Value::Object(defaults) => defaults,
        _ => Map::new(),
    }
}

/// The paths of pregenerated certificates, as configured.
fn ssl_config(ssl: &Value) -> Value {
    if ssl["type"] != "pregenerated" {
        return Value::Null;
    }
    let files = &ssl["pregenerated"];
    json!({
        "key_path": files["host_key_path"],
        "cert_path": files["host_cert_path"],
        "ca_cert_path": files["ca_cert_path"],
        "encrypt_after_connect": ssl["encrypt_after_connect"] == true,
    })
}

fn object<V: Clone + Into<Value>>(pairs: &[(String, V)]) -> Value {
    let pairs = pairs.iter().cloned();
    pairs
        .map(|(name, value)| (name, value.into()))
        .collect::<Map<_, _>>()
        .into()
}

/// A subdomain as it is resolved. Names that IDNA refuses are kept: they do not resolve, and show why.
#[cfg(feature = "wpt")]
fn to_ascii(subdomain: &str) -> String {
    idna::domain_to_ascii(subdomain).unwrap_or_else(|_| subdomain.to_owned())
}

/// Without IDNA, only names in ASCII resolve.
#[cfg(not(feature = "wpt"))]
fn to_ascii(subdomain: &str) -> String {
    subdomain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "wpt")]
    fn names_of_all_hosts() {
        let names = Names {
            browser_host: Some("a.test".to_owned()),
            alternate_hosts: vec![("alt".to_owned(), "b.test".to_owned())],
            subdomains: vec!["www".to_owned(), "天気の良い日".to_owned()],
            not_subdomains: vec!["nonexistent".to_owned()],
            ports: vec![("https".to_owned(), vec![8443])],
            ws_doc_root: Some("/www/ws".into()),
            settings: Map::from_iter([
                (
                    "ssl".to_owned(),
                    json!({"type": "pregenerated", "pregenerated": {"host_key_path": "k"}}),
                ),
                ("ports".to_owned(), json!("is made, not set")),
            ]),
            ..Names::default()
        };
        let listeners = ["127.0.0.1:80".parse().unwrap()];
        let hosts = Hosts::new(names, &listeners, Path::new("/www"));
        for (key, path, value) in [
            ("browser_host", "", json!("a.test")),
            ("server_host", "", json!("a.test")),
            ("domains", "//www", json!("www.a.test")),
            ("domains", "//", json!("a.test")),
            (
                "domains",
                "/alt/天気の良い日",
                json!("xn--n8j6ds53lwwkrqhv28a.b.test"),
            ),
            ("domains", "//nonexistent", Value::Null),
            ("not_domains", "//", Value::Null),
            (
                "all_domains",
                "/alt/nonexistent",
                json!("nonexistent.b.test"),
            ),
            ("ports", "/http/0", json!(80)),
            ("ports", "/https", json!([8443])),
            (
                "domains_set",
                "",
                json!([
                    "a.test",
                    "www.a.test",
                    "xn--n8j6ds53lwwkrqhv28a.a.test",
                    "b.test",
                    "www.b.test",
                    "xn--n8j6ds53lwwkrqhv28a.b.test"
                ]),
            ),
            (
                "not_domains_set",
                "",
                json!(["nonexistent.a.test", "nonexistent.b.test"]),
            ),
            ("all_domains_set", "/1", json!("nonexistent.a.test")),
            ("ws_doc_root", "", json!("/www/ws")),
            (
                "paths",
                "",
                json!({"doc_root": "/www", "ws_doc_root": "/www/ws"}),
            ),
            ("ssl_config", "/key_path", json!("k")),
            ("ssl_config", "/encrypt_after_connect", json!(false)),
            ("logging", "/level", json!("DEBUG")),
            ("check_subdomains", "", json!(true)),
        ] {
            let found = hosts.config(key).unwrap().pointer(path);
            assert_eq!(found.cloned().unwrap_or_default(), value, "{key}{path}");
        }
        assert_eq!(hosts.config("nothing"), None);
    }

    #[test]
    fn the_address_is_the_default_host() {
        let listeners = ["[::1]:8000".parse().unwrap()];
        let hosts = Hosts::new(Names::default(), &listeners, Path::new("/"));
        for key in ["browser_host", "server_host"] {
            assert_eq!(hosts.config(key), Some(&json!("::1")), "{key}");
        }
        assert_eq!(hosts.config("ssl_config"), Some(&Value::Null));
        assert_eq!(hosts.config("ws_doc_root"), None);
        assert_eq!(hosts.config("all_domains"), Some(&json!({"": {"": "::1"}})));
    }
}
