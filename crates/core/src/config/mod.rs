//! The configuration: a JSON file in our format, which includes that of WPT's `config.json`
//! (reference §7.7). A [`Config`] is one layer: a file, the command's options, or a preset; every
//! key may be missing. [`Config::over`] merges layers, and [`Config::resolve`] fills in the
//! defaults. Apart from reading the file, nothing here touches the system.

mod alias_file;
mod control;
mod error;
mod limits;
mod listener;
mod listener_tls;
mod method;
mod place;
mod ports;
mod routing;
mod settings;
mod ssl;
mod subdomains;
mod transcripts;
mod wpt_keys;

use std::collections::BTreeMap;
use std::fs;
use std::path::{self, Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::de::StrRead;
use serde_json::{Map, Value, json};

use crate::hosts::Names;
use crate::text::json_error::without_type_names;

pub use control::{Control, ControlSettings};
pub use error::ConfigError;
pub use limits::Limits;
pub use listener::{Listener, Purpose};
pub use listener_tls::{ClientCertificateFiles, ListenerCertificate, ListenerTls};
pub use place::Place;
pub use ports::Ports;
pub use routing::{Alias, Auth, ContentFields, Rewrite, Route, RouteTarget};
pub use settings::{DEFAULT_HOST, DEFAULT_PORT, Settings, TranscriptFolder};
pub use ssl::{CertificateSource, Openssl, Pregenerated, Ssl, SslKind, Unusable};
pub use transcripts::Transcripts;
pub use wpt_keys::{Level, Logging, Paths};

/// One layer of the configuration: the keys of a file. An unknown key is an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The folder to serve, relative to the file's folder.
    pub doc_root: Option<PathBuf>,
    /// The host names or addresses to listen on; they take precedence over `server_host` and
    /// `bind_address`.
    #[serde(deserialize_with = "wpt_keys::one_or_more")]
    pub host: Option<Vec<String>>,
    /// Paths of Unix sockets to listen on, relative to the file's folder.
    #[serde(deserialize_with = "wpt_keys::one_or_more")]
    pub unix: Option<Vec<PathBuf>>,
    /// The ports to listen on, and those of schemes that are not served, which are only shown.
    pub ports: Ports,
    /// Additional ports, with another policy or a handler for connections.
    pub listeners: Vec<Listener>,
    /// Routes; a later one wins over those before it.
    pub routes: Vec<Route>,
    /// The limits beyond which requests and connections are refused.
    pub limits: Option<Limits>,
    /// The recording of connections.
    pub transcript: Option<Transcripts>,
    /// The control interface.
    pub control: Option<Control>,
    /// Where the stash is, if several servers share it: the URL of a Redis server.
    pub stash: Option<String>,
    /// How many processes accept connections.
    pub workers: Option<usize>,
    /// The number of the processor that scripts run on.
    pub python_cpu: Option<usize>,
    /// Whether to serve fuzzed responses below `/.wireserve/fuzz/`.
    pub fuzz: Option<bool>,
    /// The host name that browsers open pages on.
    pub browser_host: Option<String>,
    /// Other host names, by their keys in templates.
    #[serde(deserialize_with = "named_hosts")]
    pub alternate_hosts: Option<BTreeMap<String, String>>,
    /// Subdomains of every host, in Unicode.
    #[serde(deserialize_with = "subdomains::checked")]
    pub subdomains: Option<Vec<String>>,
    /// Subdomains that must not resolve.
    #[serde(deserialize_with = "subdomains::checked")]
    pub not_subdomains: Option<Vec<String>>,
    /// Folders that are served at other paths; a later one wins over those before it.
    pub aliases: Vec<Alias>,
    /// Paths that are served as others; a later one wins over those before it.
    pub rewrites: Vec<Rewrite>,
    /// Patterns of paths that are answered with 404 for every method; routes win over them.
    pub forbidden: Vec<String>,
    /// Whether links below the doc root may lead out of it.
    pub follow_links_out: Option<bool>,
    /// Whether plain files have validators, and answer conditional and range requests as RFC 9110
    /// asks.
    pub validators: Option<bool>,
    /// The host to listen on, as shown to scripts.
    #[serde(alias = "external_host", alias = "host_ip")]
    pub server_host: Option<String>,
    /// The folder of WebSocket handlers, relative to the file's folder.
    pub ws_doc_root: Option<PathBuf>,
    /// More folders of WebSocket handlers, relative to the file's folder; a later one wins over those
    /// before it.
    #[serde(deserialize_with = "wpt_keys::one_or_more")]
    pub ws_extra: Option<Vec<PathBuf>>,
    /// Whether to report host names that do not resolve at start.
    pub check_subdomains: Option<bool>,
    /// Whether to listen on `server_host` only, not on all addresses.
    #[serde(alias = "bind_hostname")]
    pub bind_address: Option<bool>,
    /// The name of a fault that the certificate of HTTPS has, instead of none.
    pub certificate: Option<String>,
    /// Whether clients are asked for certificates on the ports of HTTPS, and whose are accepted.
    pub client_certificates: Option<ClientCertificateFiles>,
    /// Where the certificate of HTTPS comes from.
    pub ssl: Option<Ssl>,
    /// The least severe level to log; takes precedence over that in `logging`.
    pub log_level: Option<Level>,
    /// The log.
    pub logging: Option<Logging>,
    /// Another place for `doc_root`, `ws_doc_root` and `ws_extra`.
    pub paths: Option<Paths>,
    /// A script to insert into every HTML page, relative to the file's folder.
    pub inject_script: Option<PathBuf>,
    /// How long every request waits before it is answered, in milliseconds.
    pub latency: Option<u64>,
    /// A virtual environment with packages that scripts can import.
    #[serde(skip)]
    pub environment: Option<PathBuf>,
    /// The routes that need no configuration.
    #[serde(skip)]
    pub built_in: BuiltInRoutes,
}

/// The routes that a doc root has without configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BuiltInRoutes {
    /// The routes of wptserve as a library.
    #[default]
    Library,
    /// The routes of `wpt serve`, for a checkout.
    Wpt,
}

impl Config {
    /// Reads a JSON file.
    ///
    /// # Errors
    /// When the file cannot be read or is malformed; the error has the key, the line and the
    /// column.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable {
            path: file.to_owned(),
            source,
        };
        let text = fs::read_to_string(file).map_err(unreadable)?;
        let mut config = Self::parse(&text).map_err(|reason| ConfigError::Malformed {
            path: file.to_owned(),
            reason,
        })?;
        config.note_places(file, &text);
        let paths = config.paths.take().unwrap_or_default();
        config.doc_root = config.doc_root.or(paths.doc_root);
        config.ws_doc_root = config.ws_doc_root.or(paths.ws_doc_root);
        config.ws_extra = config.ws_extra.or(paths.ws_extra);
        if let Some(folder) = file.parent() {
            let transcript = config.transcript.as_mut();
            let transcript = transcript.and_then(|transcript| transcript.folder.as_mut());
            let paths = [
                &mut config.doc_root,
                &mut config.ws_doc_root,
                &mut config.inject_script,
            ];
            let extra = config.ws_extra.iter_mut().flatten();
            let sockets = config.unix.iter_mut().flatten();
            let certificates = config.ssl.iter_mut().flat_map(Ssl::paths);
            let of_clients = config.client_certificates.as_mut();
            let of_clients = of_clients.map(ClientCertificateFiles::path);
            let of_listeners = config.listeners.iter_mut();
            let of_listeners = of_listeners.filter_map(|listener| listener.tls.as_mut()?.path());
            for path in paths
                .into_iter()
                .flatten()
                .chain(transcript)
                .chain(extra)
                .chain(sockets)
                .chain(certificates)
                .chain(of_clients)
                .chain(of_listeners)
            {
                *path = path::absolute(folder.join(&path)).map_err(unreadable)?;
            }
        }
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // Serde would accept a list of the values in order.
        if !text.trim_start().starts_with('{') {
            return Err("expected a JSON object".to_owned());
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let config = deserialize(&mut deserializer)?;
        deserializer.end().map_err(|error| error.to_string())?;
        Ok(config)
    }

    /// This layer on top of `base`. Its keys win; objects are merged key by key. Its lists of rules
    /// (listeners, routes, aliases, rewrites, forbidden paths) follow those of `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        fn append<T>(mut list: Vec<T>, rules: Vec<T>) -> Vec<T> {
            list.extend(rules);
            list
        }
        fn merge<T>(over: Option<T>, base: Option<T>, both: fn(T, T) -> T) -> Option<T> {
            match (over, base) {
                (Some(over), Some(base)) => Some(both(over, base)),
                (over, base) => over.or(base),
            }
        }
        Self {
            doc_root: self.doc_root.or(base.doc_root),
            host: self.host.or(base.host),
            unix: self.unix.or(base.unix),
            ports: self.ports.over(base.ports),
            listeners: append(base.listeners, self.listeners),
            routes: append(base.routes, self.routes),
            limits: self.limits.or(base.limits),
            transcript: merge(self.transcript, base.transcript, Transcripts::over),
            control: merge(self.control, base.control, Control::over),
            stash: self.stash.or(base.stash),
            fuzz: self.fuzz.or(base.fuzz),
            browser_host: self.browser_host.or(base.browser_host),
            alternate_hosts: merge(self.alternate_hosts, base.alternate_hosts, |over, base| {
                base.into_iter().chain(over).collect()
            }),
            subdomains: self.subdomains.or(base.subdomains),
            not_subdomains: self.not_subdomains.or(base.not_subdomains),
            aliases: append(base.aliases, self.aliases),
            rewrites: append(base.rewrites, self.rewrites),
            forbidden: append(base.forbidden, self.forbidden),
            follow_links_out: self.follow_links_out.or(base.follow_links_out),
            validators: self.validators.or(base.validators),
            server_host: self.server_host.or(base.server_host),
            ws_doc_root: self.ws_doc_root.or(base.ws_doc_root),
            ws_extra: self.ws_extra.or(base.ws_extra),
            check_subdomains: self.check_subdomains.or(base.check_subdomains),
            bind_address: self.bind_address.or(base.bind_address),
            certificate: self.certificate.or(base.certificate),
            client_certificates: self.client_certificates.or(base.client_certificates),
            ssl: merge(self.ssl, base.ssl, Ssl::over),
            log_level: self.log_level.or(base.log_level),
            logging: merge(self.logging, base.logging, Logging::over),
            paths: self.paths.or(base.paths),
            inject_script: self.inject_script.or(base.inject_script),
            latency: self.latency.or(base.latency),
            environment: self.environment.or(base.environment),
            workers: self.workers.or(base.workers),
            python_cpu: self.python_cpu.or(base.python_cpu),
            built_in: match self.built_in {
                BuiltInRoutes::Library => base.built_in,
                BuiltInRoutes::Wpt => BuiltInRoutes::Wpt,
            },
        }
    }

    /// What templates and `request.server.config` show.
    pub fn names(&self) -> Names {
        let alternate_hosts = self.alternate_hosts.clone().unwrap_or_default();
        Names {
            browser_host: self.browser_host.clone(),
            alternate_hosts: alternate_hosts.into_iter().collect(),
            subdomains: self.subdomains.clone().unwrap_or_default(),
            not_subdomains: self.not_subdomains.clone().unwrap_or_default(),
            ports: Vec::new(),
            server_host: self.server_host.clone(),
            ws_doc_root: self.ws_doc_root.clone(),
            settings: self.shown_keys(),
        }
    }

    /// The keys that are shown as they were configured.
    fn shown_keys(&self) -> Map<String, Value> {
        let mut settings = Map::new();
        let mut add = |key: &str, value: Option<Value>| {
            settings.extend(value.map(|value| (key.to_owned(), value)));
        };
        add("check_subdomains", self.check_subdomains.map(Value::from));
        add("bind_address", self.bind_address.map(Value::from));
        add("ssl", self.ssl.as_ref().map(shown));
        add(
            "aliases",
            (!self.aliases.is_empty()).then(|| shown(&self.aliases)),
        );
        let level = self.log_level.as_ref();
        add("log_level", level.map(|level| level.name().into()));
        add(
            "logging",
            self.logging.as_ref().map(|logging| {
                let level = logging.level.as_ref().map_or("DEBUG", Level::name);
                let suppress = logging.suppress_handler_traceback.unwrap_or_default();
                json!({"level": level, "suppress_handler_traceback": suppress})
            }),
        );
        // A checkout's configuration has these keys even if they are not set.
        let is_wpt = self.built_in == BuiltInRoutes::Wpt;
        for (key, value) in [
            ("inject_script", shown(&self.inject_script)),
            ("ws_extra", shown(&self.ws_extra)),
        ] {
            add(key, (is_wpt || !value.is_null()).then_some(value));
        }
        settings
    }
}

/// The value as JSON; `null` for a path that is not UTF-8.
fn shown(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The empty name is reserved for the host of `browser_host`.
fn named_hosts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let hosts = Option::<BTreeMap<String, String>>::deserialize(deserializer)?;
    if hosts.as_ref().is_some_and(|hosts| hosts.contains_key("")) {
        return Err(serde::de::Error::custom(
            "expected a name for each host, found an empty one",
        ));
    }
    Ok(hosts)
}

/// The value, or what is wrong with it and at which key.
#[cfg(feature = "cli")]
fn deserialize(json: &mut serde_json::Deserializer<StrRead<'_>>) -> Result<Config, String> {
    serde_path_to_error::deserialize(json).map_err(|error| {
        let key = error.path().to_string();
        let reason = without_type_names(&error.into_inner().to_string());
        match key.as_str() {
            "." => reason,
            key => format!("{key}: {reason}"),
        }
    })
}

/// Without the command, no file is read, and the key is not shown.
#[cfg(not(feature = "cli"))]
fn deserialize(json: &mut serde_json::Deserializer<StrRead<'_>>) -> Result<Config, String> {
    Config::deserialize(json).map_err(|error| without_type_names(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Policy;
    use crate::hosts::Port;

    #[test]
    fn all_keys() {
        let config = Config::parse(
            r#"{"doc_root": "www", "host": "::1", "ports": [0, 8001],
                "listeners": [{"port": 9, "requests": "strict"}],
                "routes": [{"method": "*", "pattern": "/x/{a}", "target": "x.py",
                            "requests": "raw"},
                           {"method": "GET", "pattern": "/gone", "target": "410",
                            "auth": {"user": "u", "password": "p"}}],
                "limits": {"request_line": 100, "connections": 5},
                "browser_host": "a.test", "alternate_hosts": {"alt": "b.test"},
                "subdomains": ["www"], "not_subdomains": ["no"],
                "aliases": [{"url-path": "/x/", "local-dir": "y"}],
                "rewrites": [{"method": "GET", "from": "/a", "to": "/b"}],
                "forbidden": ["/tools/*"], "follow_links_out": true, "validators": false,
                "unix": ["a.sock", "b.sock"],
                "transcript": {"folder": "t", "limit": 9}, "fuzz": true}"#,
        )
        .unwrap();
        assert_eq!(config.ports.of("http"), [Port::Free, Port::Number(8001)]);
        let limits = config.limits.unwrap();
        assert_eq!(limits.request_line, 100);
        assert_eq!(limits.field_lines, 512);
        assert_eq!(limits.connections, 5);
        let auth = Auth {
            user: "u".to_owned(),
            password: "p".to_owned(),
        };
        assert_eq!(config.routes[1].auth, Some(auth));
        assert_eq!(config.routes[0].requests, Some(Policy::Raw));
        assert_eq!(config.listeners[0].port, Port::Number(9));
        let alias = Alias {
            url_path: "/x/".to_owned(),
            local_dir: "y".into(),
        };
        assert_eq!(config.aliases, [alias]);
        assert_eq!(config.rewrites[0].to, "/b");
        assert_eq!(config.follow_links_out, Some(true));
        assert_eq!(config.validators, Some(false));
        assert_eq!(config.fuzz, Some(true));
        assert_eq!(config.host, Some(vec!["::1".to_owned()]));
        let sockets = ["a.sock", "b.sock"].map(PathBuf::from);
        assert_eq!(config.unix, Some(sockets.to_vec()));
        let transcript = config.transcript.unwrap();
        assert_eq!(transcript.folder, Some("t".into()));
        assert_eq!((transcript.limit, transcript.json), (Some(9), None));
        assert_eq!(Config::parse("{}"), Ok(Config::default()));
    }

    #[test]
    fn a_file_of_wpt() {
        let config = Config::parse(
            r#"{"browser_host": "a.test", "alternate_hosts": {"alt": "b.test"},
                "doc_root": "/wpt", "ws_doc_root": null, "server_host": null,
                "ports": {"http": [8000, "auto"], "https": [8443], "h2": [9000], "ws": ["auto"],
                          "wss": [null], "http-local": ["auto"], "webtransport-h3": [11000],
                          "dns": [], "h3": [9001]},
                "ws_extra": null,
                "check_subdomains": false, "bind_address": false,
                "ssl": {"type": "openssl", "encrypt_after_connect": false,
                        "openssl": {"openssl_binary": "openssl", "base_path": "_certs", "duration": 30},
                        "pregenerated": {"host_key_path": null}, "none": {}},
                "aliases": [], "log_level": "debug", "inject_script": null,
                "logging": {"level": "warning", "suppress_handler_traceback": true},
                "paths": {"doc_root": "/other", "ws_doc_root": "/ws", "ws_extra": "/more"}}"#,
        )
        .unwrap();
        let extra = config.paths.as_ref().unwrap().ws_extra.clone();
        assert_eq!(extra, Some(vec!["/more".into()]));
        assert_eq!(config.ports.of("https"), [Port::Number(8443)]);
        let shown = config.names().settings;
        let settings = config.resolve().unwrap();
        assert_eq!(settings.log_level, log::LevelFilter::Debug);
        assert_eq!(settings.hosts, ["0.0.0.0"]);
        assert_eq!(shown["logging"]["level"], "WARNING");
        assert_eq!(shown["ssl"]["type"], "openssl");
        assert_eq!(shown.get("aliases"), None);
    }

    #[test]
    #[cfg(feature = "cli")]
    fn errors_have_the_key_and_its_place() {
        for (text, named) in [
            (r#"{"doc_rot": "x"}"#, &["doc_rot", "line 1"][..]),
            (
                r#"{"limits": {"conections": 1}}"#,
                &["limits", "conections"],
            ),
            (r#"{"routes": [{"methd": "GET"}]}"#, &["routes[0]", "methd"]),
            (r#"{"transcript": {"dir": "t"}}"#, &["transcript", "dir"]),
            (
                r#"{"transcript": {"limit": -1}}"#,
                &["transcript.limit", "-1"],
            ),
            (
                r#"{"python_cpu": -1}"#,
                &["python_cpu", "a whole number, 0 or more"],
            ),
            (r#"{"ports": {"ftp": [1]}}"#, &["ports", "ftp"]),
            (
                r#"{"ws_extra": [1]}"#,
                &["ws_extra", "a string or a list of strings"],
            ),
            (r#"{"ports": {"ws": [1, []]}}"#, &["ports.ws[1]", "auto"]),
            (
                "{\"logging\":\n {\"level\": \"loud\"}}",
                &["logging.level", "loud", "line 2"],
            ),
            (r#"{"ssl": {"type": "gold"}}"#, &["ssl.type", "gold"]),
            (r#"{"ssl": {"kind": "none"}}"#, &["ssl", "kind"]),
            (
                r#"{"ssl": {"pregenerated": {"host_key": "k"}}}"#,
                &["ssl.pregenerated", "host_key", "host_key_path"],
            ),
            (
                r#"{"aliases": [{"url-path": "/"}]}"#,
                &["aliases[0]", "local-dir"],
            ),
            (
                r#"{"alternate_hosts": {"": "x"}}"#,
                &["alternate_hosts", "an empty one"],
            ),
            (
                r#"{"subdomains": ["www", "a b"]}"#,
                &["subdomains", "letters, digits and hyphens", "a b"],
            ),
            (
                r#"{"subdomains": "www"}"#,
                &["subdomains", "www", "expected a list"],
            ),
            (r#"{"built_in": "Wpt"}"#, &["built_in"]),
            ("{} {}", &["line 1"]),
            ("[]", &["object"]),
        ] {
            let error = Config::parse(text).unwrap_err();
            for name in named {
                assert!(error.contains(name), "{text}: {name} in {error}");
            }
            assert!(!error.contains('\n'), "{text}: {error}");
        }
    }

    #[test]
    fn each_layer_wins_over_those_below() {
        let parse = |text| Config::parse(text).unwrap();
        let base = parse(
            r#"{"browser_host": "a", "subdomains": ["x"], "forbidden": ["/a"],
                "ports": {"http": [1], "ws": [2]}, "alternate_hosts": {"alt": "b", "c": "d"},
                "logging": {"level": "info"}, "transcript": {"folder": "a", "limit": 1}}"#,
        );
        let over = parse(
            r#"{"browser_host": "e", "subdomains": [], "forbidden": ["/b"],
                "ports": [3], "alternate_hosts": {"alt": "f"},
                "logging": {"suppress_handler_traceback": true},
                "transcript": {"folder": "b", "json": true}}"#,
        );
        let both = parse(
            r#"{"browser_host": "e", "subdomains": [], "forbidden": ["/a", "/b"],
                "ports": {"http": [3], "ws": [2]}, "alternate_hosts": {"alt": "f", "c": "d"},
                "logging": {"level": "info", "suppress_handler_traceback": true},
                "transcript": {"folder": "b", "json": true, "limit": 1}}"#,
        );
        assert_eq!(over.over(base), both);
    }
}
