//! The settings in force: what a layered [`Config`] means once every key has its value or its
//! default. The defaults are here and nowhere else.

use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;

use crate::exchange::Links;
use crate::hosts::Names;
use crate::transcript::{Format, TranscriptLimits};

use super::error::MAX_WORKERS;
use super::{
    Alias, BuiltInRoutes, CertificateSource, ClientCertificateFiles, Config, ConfigError,
    ControlSettings, Level, Limits, Listener, Ports, Rewrite, Route, Transcripts,
};

/// The port to listen on; the reference's.
pub const DEFAULT_PORT: u16 = 8000;

/// The host to listen on.
pub const DEFAULT_HOST: &str = "127.0.0.1";

/// The host when `bind_address` is false: all addresses of the machine.
const EVERY_ADDRESS: &str = "0.0.0.0";

/// A configuration with every default filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The folder to serve; default: the current folder.
    pub doc_root: PathBuf,
    /// The host names or addresses to listen on, at least one; default: [`DEFAULT_HOST`].
    pub hosts: Vec<String>,
    /// Paths of Unix sockets to listen on.
    pub unix: Vec<PathBuf>,
    /// Ports by scheme. `http` has at least one, unless there are Unix sockets; default: [`DEFAULT_PORT`].
    pub ports: Ports,
    /// The folder of WebSocket handlers. Without it, ports for WebSockets are only shown.
    pub ws_doc_root: Option<PathBuf>,
    /// More folders of WebSocket handlers, which win over those before them.
    pub ws_extra: Vec<PathBuf>,
    /// Listeners besides those of the schemes.
    pub listeners: Vec<Listener>,
    /// Routes; a later one wins over those before it.
    pub routes: Vec<Route>,
    /// The routes that need no configuration.
    pub built_in: BuiltInRoutes,
    /// Folders and files outside the doc root; a later one wins over those before it.
    pub aliases: Vec<Alias>,
    /// Paths that are served as others; a later one wins over those before it.
    pub rewrites: Vec<Rewrite>,
    /// Patterns of paths that are answered with 404.
    pub forbidden: Vec<String>,
    /// Where links in the doc root may lead; default: not out of it.
    pub links: Links,
    /// Whether plain files have validators, and answer conditional and range requests as RFC 9110
    /// asks; default: yes.
    pub validators: bool,
    /// Whether fuzzed responses are served; default: no.
    pub fuzz: bool,
    /// What requests and connections may use.
    pub limits: Limits,
    /// The recording of connections; default: none.
    pub transcripts: Option<TranscriptFolder>,
    /// The control interface; default: off.
    pub control: Option<ControlSettings>,
    /// The URL of a Redis server with the stash; default: in memory, for this server alone.
    pub stash: Option<String>,
    /// Where the certificate of HTTPS comes from; default: it is made at start.
    pub certificates: CertificateSource,
    /// The name of a fault that it has; default: none.
    pub certificate_fault: Option<String>,
    /// What its ports ask of clients; default: nothing.
    pub client_certificates: Option<ClientCertificateFiles>,
    /// How many processes accept connections, if not this one alone.
    pub workers: Option<usize>,
    /// The processor that scripts run on; default: any.
    pub python_cpu: Option<usize>,
    /// What to log; default: `info`.
    pub log_level: LevelFilter,
    /// Whether to report host names that do not resolve; default: yes.
    pub check_subdomains: bool,
    /// The script to insert into every HTML page; default: none.
    pub inject_script: Option<PathBuf>,
    /// How long every request waits before it is answered; default: not at all.
    pub latency: Duration,
    /// A virtual environment with packages that scripts can import; default: the active one alone.
    pub environment: Option<PathBuf>,
    /// What templates and `request.server.config` show.
    pub names: Names,
}

/// Where the transcript of every connection is written, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptFolder {
    /// The folder.
    pub path: PathBuf,
    /// The format of the files.
    pub format: Format,
    /// The limits of the files.
    pub limits: TranscriptLimits,
}

impl Config {
    /// Fills in the defaults.
    ///
    /// # Errors
    /// When a key requires another one, which is missing.
    pub fn resolve(mut self) -> Result<Settings, ConfigError> {
        let names = self.names();
        let workers = self.workers()?;
        let unix = self.unix.take().unwrap_or_default();
        if self.ports.of("http").is_empty() && unix.is_empty() {
            self.ports = Ports::http([DEFAULT_PORT]).over(self.ports);
        }
        Ok(Settings {
            names,
            hosts: self.listening_hosts(),
            unix,
            log_level: self.level().map_or(LevelFilter::Info, Level::filter),
            doc_root: self.doc_root.unwrap_or_else(|| PathBuf::from(".")),
            ws_doc_root: self.ws_doc_root,
            ws_extra: self.ws_extra.unwrap_or_default(),
            ports: self.ports,
            listeners: self.listeners,
            routes: self.routes,
            built_in: self.built_in,
            aliases: self.aliases,
            rewrites: self.rewrites,
            forbidden: self.forbidden,
            links: match self.follow_links_out {
                Some(true) => Links::Anywhere,
                Some(false) | None => Links::Within,
            },
            validators: self.validators.unwrap_or(true),
            fuzz: self.fuzz.unwrap_or(false),
            limits: self.limits.unwrap_or_default(),
            transcripts: self.transcript.unwrap_or_default().resolve()?,
            control: self
                .control
                .unwrap_or_default()
                .resolve()
                .map_err(ConfigError::Control)?,
            stash: self.stash,
            certificate_fault: self.certificate,
            client_certificates: self.client_certificates,
            certificates: self.ssl.unwrap_or_default().source()?,
            workers,
            python_cpu: self.python_cpu,
            check_subdomains: self.check_subdomains.unwrap_or(true),
            inject_script: self.inject_script,
            latency: Duration::from_millis(self.latency.unwrap_or(0)),
            environment: self.environment,
        })
    }

    /// What belongs to one process cannot be had from several.
    fn workers(&self) -> Result<Option<usize>, ConfigError> {
        let Some(workers) = self.workers else {
            return Ok(None);
        };
        if !(1..=MAX_WORKERS).contains(&workers) {
            return Err(ConfigError::Workers(workers));
        }
        let has_control = self
            .control
            .as_ref()
            .is_some_and(|control| control.port.is_some());
        let has_transcripts = self
            .transcript
            .as_ref()
            .is_some_and(|one| one.folder.is_some());
        match (workers, has_control, has_transcripts) {
            (1, ..) => Ok(None),
            (_, true, _) => Err(ConfigError::NotWithWorkers("the control interface")),
            (_, _, true) => Err(ConfigError::NotWithWorkers("transcripts")),
            _ => Ok(Some(workers)),
        }
    }

    fn listening_hosts(&self) -> Vec<String> {
        let one = match (&self.host, self.bind_address, &self.server_host) {
            (Some(hosts), _, _) if !hosts.is_empty() => return hosts.clone(),
            (_, Some(false), _) => EVERY_ADDRESS,
            (_, _, Some(host)) => host,
            (_, _, None) => DEFAULT_HOST,
        };
        vec![one.to_owned()]
    }

    fn level(&self) -> Option<&Level> {
        let logging = self.logging.as_ref();
        let level = logging.and_then(|logging| logging.level.as_ref());
        self.log_level.as_ref().or(level)
    }
}

impl Transcripts {
    fn resolve(self) -> Result<Option<TranscriptFolder>, ConfigError> {
        let mut limits = TranscriptLimits::default();
        limits.folder = self.limit.unwrap_or(limits.folder);
        limits.connection = self.connection_limit.unwrap_or(limits.connection);
        match self.folder {
            Some(path) => Ok(Some(TranscriptFolder {
                path,
                format: match self.json {
                    Some(true) => Format::Json,
                    Some(false) | None => Format::Text,
                },
                limits,
            })),
            None if self == Self::default() => Ok(None),
            None => Err(ConfigError::NoTranscriptFolder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::Port;

    #[test]
    fn an_empty_configuration_has_every_default() {
        let settings = Config::default().resolve().unwrap();
        assert_eq!(settings.doc_root, PathBuf::from("."));
        assert_eq!(settings.hosts, ["127.0.0.1"]);
        assert_eq!(settings.ports.of("http"), [Port::Number(8000)]);
        assert_eq!(settings.links, Links::Within);
        assert_eq!(settings.limits, Limits::default());
        assert_eq!(settings.transcripts, None);
        assert_eq!(settings.certificates, CertificateSource::default());
        assert_eq!(settings.log_level, LevelFilter::Info);
        assert!(settings.check_subdomains && !settings.fuzz);
        assert_eq!(settings.inject_script, None);
        assert_eq!(settings.latency, Duration::ZERO);
    }

    #[test]
    fn hosts_in_order_of_precedence() {
        let config = |host: Option<&str>, bind_address, server_host: Option<&str>| Config {
            host: host.map(|host| vec![host.to_owned()]),
            bind_address,
            server_host: server_host.map(str::to_owned),
            ..Config::default()
        };
        for (config, host) in [
            (config(None, None, Some("a")), "a"),
            (config(None, Some(true), Some("a")), "a"),
            (config(None, Some(false), Some("a")), "0.0.0.0"),
            (config(Some("b"), Some(false), Some("a")), "b"),
        ] {
            assert_eq!(config.resolve().unwrap().hosts, [host]);
        }
        let several = Config {
            host: Some(vec!["127.0.0.1".to_owned(), "::1".to_owned()]),
            unix: Some(vec!["a.sock".into()]),
            ..Config::default()
        };
        let settings = several.resolve().unwrap();
        assert_eq!(settings.hosts, ["127.0.0.1", "::1"]);
        assert!(settings.ports.of("http").is_empty(), "the socket is enough");
    }

    #[test]
    fn transcripts_need_a_folder() {
        let transcripts = |folder: Option<&str>, json, limit| Transcripts {
            folder: folder.map(PathBuf::from),
            json,
            limit,
            connection_limit: limit,
        };
        let resolved = transcripts(Some("t"), None, Some(9))
            .resolve()
            .unwrap()
            .unwrap();
        assert_eq!((resolved.format, resolved.limits.folder), (Format::Text, 9));
        assert_eq!(resolved.limits.connection, 9);
        let resolved = transcripts(Some("t"), Some(true), None).resolve().unwrap();
        assert_eq!(resolved.unwrap().format, Format::Json);
        assert!(transcripts(None, Some(true), None).resolve().is_err());
        assert!(transcripts(None, None, Some(9)).resolve().is_err());
    }
}
