//! What the server is told before it starts: the immutable [`Config`], from JSON files, from flags, or
//! from a preset, each laid over what is below it. One format serves this server's own files and those
//! of WPT's front end (reference §7.7). Nothing here touches the system but reading a file.

mod front_end;
mod limits;
mod listener;
mod ports;
mod routing;
mod transcripts;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{self, Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::hosts::{Names, Port};

pub use front_end::{Level, Logging, Paths, Ssl, SslKind};
pub use limits::Limits;
pub use listener::{Listener, Purpose};
pub use ports::Ports;
pub use routing::{Alias, Auth, Metadata, Rewrite, Route, Target};
pub use transcripts::Transcripts;

/// The port of the first listener when none is named; the reference's.
pub const DEFAULT_PORT: u16 = 8000;

/// The host that is listened on when none is named.
pub const DEFAULT_HOST: &str = "127.0.0.1";

/// The address that stands for all of the machine's.
const EVERY_ADDRESS: &str = "0.0.0.0";

/// Everything that can be said in a configuration file. An unknown key is an error that names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The folder to serve; relative paths are to the file's folder.
    pub doc_root: Option<PathBuf>,
    /// The host name or address to listen on; wins over `server_host` and `bind_address`.
    pub host: Option<String>,
    /// The ports to listen on, and those that are only shown.
    pub ports: Ports,
    /// Ports where other things are done with those who connect.
    pub listeners: Vec<Listener>,
    /// Routes, each winning over those before.
    pub routes: Vec<Route>,
    /// What is refused, and from where on.
    pub limits: Option<Limits>,
    /// What is recorded of connections.
    pub transcript: Option<Transcripts>,
    /// The processor that scripts run on, by its number; any if none is named.
    pub python_cpu: Option<usize>,
    /// Whether fuzzed responses are served, below `/.wireserve/fuzz/`.
    pub fuzz: Option<bool>,
    /// The host that pages are opened on.
    pub browser_host: Option<String>,
    /// Other hosts, by their names in templates.
    #[serde(deserialize_with = "named_hosts")]
    pub alternate_hosts: Option<BTreeMap<String, String>>,
    /// Subdomains of every host, in Unicode.
    pub subdomains: Option<Vec<String>>,
    /// Subdomains that must not resolve.
    pub not_subdomains: Option<Vec<String>>,
    /// Folders and files at places of their own, each winning over those before.
    pub aliases: Vec<Alias>,
    /// Paths that stand for others, each winning over those before.
    pub rewrites: Vec<Rewrite>,
    /// Patterns of paths that are answered with 404, whatever the method; routes win over them.
    pub forbidden: Vec<String>,
    /// Whether links below the doc root may lead out of it.
    pub follow_links_out: Option<bool>,
    /// The host that the server says it listens on, and listens on.
    #[serde(alias = "external_host", alias = "host_ip")]
    pub server_host: Option<String>,
    /// The folder of WebSocket handlers, which are not served; relative paths are to the file's folder.
    pub ws_doc_root: Option<PathBuf>,
    /// Whether to look at start which host names do not resolve.
    pub check_subdomains: Option<bool>,
    /// Whether to listen on the server's host alone.
    #[serde(alias = "bind_hostname")]
    pub bind_address: Option<bool>,
    /// Certificates, shown only.
    pub ssl: Option<Ssl>,
    /// What is logged, in the front end's older words.
    pub log_level: Option<Level>,
    /// What is logged.
    pub logging: Option<Logging>,
    /// Another place for `doc_root` and `ws_doc_root`.
    pub paths: Option<Paths>,
    /// A script for every page; shown, and put into none.
    pub inject_script: Option<PathBuf>,
    /// The routes that are there without having been configured.
    #[serde(skip)]
    pub built_in: Routes,
}

/// The routes of a doc root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Routes {
    /// Those of the reference's library.
    #[default]
    Library,
    /// Those of WPT's front end, for a checkout.
    Wpt,
}

/// Why there is no configuration.
#[derive(Debug)]
pub struct ConfigError {
    path: PathBuf,
    reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads a JSON file.
    ///
    /// # Errors
    /// A file that cannot be read, is no JSON, or has a key or value that is not known; the key and
    /// its line and column are named.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let fail = |reason: String| ConfigError {
            path: file.to_owned(),
            reason,
        };
        let text = fs::read_to_string(file).map_err(|error| fail(error.to_string()))?;
        let mut config = Self::parse(&text).map_err(fail)?;
        let paths = config.paths.take().unwrap_or_default();
        config.doc_root = config.doc_root.or(paths.doc_root);
        config.ws_doc_root = config.ws_doc_root.or(paths.ws_doc_root);
        if let Some(folder) = file.parent() {
            let transcript = config.transcript.as_mut();
            let transcript = transcript.and_then(|transcript| transcript.folder.as_mut());
            let paths = [&mut config.doc_root, &mut config.ws_doc_root];
            for path in paths.into_iter().flatten().chain(transcript) {
                *path =
                    path::absolute(folder.join(&path)).map_err(|error| fail(error.to_string()))?;
            }
        }
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        // Serde would read a list as the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err("not a JSON object".to_owned());
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let config = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let key = error.path().to_string();
            match key.as_str() {
                "." => error.into_inner().to_string(),
                key => format!("{key}: {}", error.into_inner()),
            }
        })?;
        deserializer.end().map_err(|error| error.to_string())?;
        Ok(config)
    }

    /// This configuration, and what only `base` says. What it says wins; of objects, key by key.
    /// Lists of rules (routes, aliases, rewrites, forbidden paths) come behind those of `base`.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        fn behind<T>(mut list: Vec<T>, rules: Vec<T>) -> Vec<T> {
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
            ports: self.ports.over(base.ports),
            listeners: behind(base.listeners, self.listeners),
            routes: behind(base.routes, self.routes),
            limits: self.limits.or(base.limits),
            transcript: merge(self.transcript, base.transcript, Transcripts::over),
            fuzz: self.fuzz.or(base.fuzz),
            browser_host: self.browser_host.or(base.browser_host),
            alternate_hosts: merge(self.alternate_hosts, base.alternate_hosts, |over, base| {
                base.into_iter().chain(over).collect()
            }),
            subdomains: self.subdomains.or(base.subdomains),
            not_subdomains: self.not_subdomains.or(base.not_subdomains),
            aliases: behind(base.aliases, self.aliases),
            rewrites: behind(base.rewrites, self.rewrites),
            forbidden: behind(base.forbidden, self.forbidden),
            follow_links_out: self.follow_links_out.or(base.follow_links_out),
            server_host: self.server_host.or(base.server_host),
            ws_doc_root: self.ws_doc_root.or(base.ws_doc_root),
            check_subdomains: self.check_subdomains.or(base.check_subdomains),
            bind_address: self.bind_address.or(base.bind_address),
            ssl: merge(self.ssl, base.ssl, Ssl::over),
            log_level: self.log_level.or(base.log_level),
            logging: merge(self.logging, base.logging, Logging::over),
            paths: self.paths.or(base.paths),
            inject_script: self.inject_script.or(base.inject_script),
            python_cpu: self.python_cpu.or(base.python_cpu),
            built_in: match self.built_in {
                Routes::Library => base.built_in,
                Routes::Wpt => Routes::Wpt,
            },
        }
    }

    /// The host name or address to listen on.
    pub fn listening_host(&self) -> &str {
        let named = self.server_host.as_deref();
        match (&self.host, self.bind_address) {
            (Some(host), _) => host,
            (None, Some(false)) => EVERY_ADDRESS,
            (None, _) => named.unwrap_or(DEFAULT_HOST),
        }
    }

    /// The ports of `http`, which are never none.
    pub fn http_ports(&self) -> Vec<Port> {
        match self.ports.of("http") {
            [] => vec![DEFAULT_PORT.into()],
            ports => ports.to_vec(),
        }
    }

    /// From which level on to log, when neither a flag nor the environment says it.
    pub fn level(&self) -> Option<&Level> {
        let logging = self.logging.as_ref();
        let level = logging.and_then(|logging| logging.level.as_ref());
        self.log_level.as_ref().or(level)
    }

    /// What templates and scripts see of it.
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
            settings: self.settings(),
        }
    }

    /// The keys that are shown as they were said.
    fn settings(&self) -> Map<String, Value> {
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
        let script = self.inject_script.as_ref();
        let is_shown = script.is_some() || self.built_in == Routes::Wpt;
        add("inject_script", is_shown.then(|| shown(&script)));
        settings
    }
}

/// As JSON; what JSON has no form for, which is a path that is not UTF-8, is shown as nothing.
fn shown(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The empty name is the browser's own host.
fn named_hosts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    let hosts = Option::<BTreeMap<String, String>>::deserialize(deserializer)?;
    if hosts.as_ref().is_some_and(|hosts| hosts.contains_key("")) {
        return Err(serde::de::Error::custom("a host without a name"));
    }
    Ok(hosts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Policy;
    use crate::transcript::Format;

    #[test]
    fn everything_that_can_be_said() {
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
                "forbidden": ["/tools/*"], "follow_links_out": true,
                "transcript": {"folder": "t", "limit": 9}, "fuzz": true}"#,
        )
        .unwrap();
        assert_eq!(config.http_ports(), [Port::Free, Port::Number(8001)]);
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
        assert_eq!(config.fuzz, Some(true));
        let transcript = config.transcript.unwrap();
        assert_eq!(transcript.folder, Some("t".into()));
        assert_eq!(transcript.limits().folder, 9);
        assert_eq!(transcript.format(), Format::Text);
        assert_eq!(Config::parse("{}"), Ok(Config::default()));
        assert_eq!(Config::default().http_ports(), [Port::Number(8000)]);
    }

    #[test]
    fn a_file_of_the_front_end() {
        let config = Config::parse(
            r#"{"browser_host": "a.test", "alternate_hosts": {"alt": "b.test"},
                "doc_root": "/wpt", "ws_doc_root": null, "server_host": null,
                "ports": {"http": [8000, "auto"], "https": [8443], "h2": [9000], "ws": ["auto"],
                          "http-local": ["auto"], "webtransport-h3": [11000]},
                "check_subdomains": false, "bind_address": false,
                "ssl": {"type": "openssl", "encrypt_after_connect": false,
                        "openssl": {"openssl_binary": "openssl", "duration": 30},
                        "pregenerated": {"host_key_path": null}, "none": {}},
                "aliases": [], "log_level": "debug", "inject_script": null,
                "logging": {"level": "warning", "suppress_handler_traceback": true},
                "paths": {"doc_root": "/other", "ws_doc_root": "/ws"}}"#,
        )
        .unwrap();
        assert_eq!(config.ports.of("https"), [Port::Number(8443)]);
        assert_eq!(config.level().unwrap().name(), "DEBUG");
        assert_eq!(config.listening_host(), "0.0.0.0");
        let settings = config.names().settings;
        assert_eq!(settings["logging"]["level"], "WARNING");
        assert_eq!(settings["ssl"]["type"], "openssl");
        assert_eq!(settings.get("aliases"), None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
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
            (r#"{"ports": {"ftp": [1]}}"#, &["ports", "ftp"]),
            (r#"{"ports": {"ws": [1, []]}}"#, &["ports.ws[1]", "auto"]),
            (
                "{\"logging\":\n {\"level\": \"loud\"}}",
                &["logging.level", "loud", "line 2"],
            ),
            (r#"{"ssl": {"type": "gold"}}"#, &["ssl.type", "gold"]),
            (r#"{"ssl": {"kind": "none"}}"#, &["ssl", "kind"]),
            (
                r#"{"aliases": [{"url-path": "/"}]}"#,
                &["aliases[0]", "local-dir"],
            ),
            (
                r#"{"alternate_hosts": {"": "x"}}"#,
                &["alternate_hosts", "without a name"],
            ),
            (
                r#"{"subdomains": "www"}"#,
                &["subdomains", "www", "sequence"],
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
