//! The options of the command, and the configuration that results from them and from the files that
//! they name.

use std::ffi::OsString;
use std::path::{self, PathBuf};

use clap::Parser;
use log::LevelFilter;

use crate::config::{Alias, Config, Listener, Ports, Purpose, Route, RouteTarget, Transcripts};
use crate::site::routing::method_name;

use super::control_options::ControlOptions;
use super::error::CommandError;
use super::shell_words::quoted;
use super::sources::{Sources, given};
use super::subcommands::Command;
#[cfg(feature = "tls")]
use super::tls_options::TlsOptions;

/// An HTTP/1.1 server for tests: files, Python handlers, any bytes at any time.
#[derive(Debug, Parser)]
#[command(name = "wireserve", version)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The folder to serve [default: the current folder]
    doc_root: Option<PathBuf>,

    /// A host name or address to listen on, with the same ports as on the others; may be repeated
    /// [default: 127.0.0.1]
    #[arg(long = "host", value_name = "HOST")]
    hosts: Vec<String>,

    /// A port to listen on, or 0 for a free one; may be repeated [default: 8000, unless --unix is
    /// given]
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,

    /// A Unix socket to listen on, which is removed at the end; may be repeated
    #[arg(long, value_name = "PATH")]
    unix: Vec<PathBuf>,

    #[cfg(feature = "tls")]
    #[command(flatten)]
    tls: TlsOptions,

    /// Listens on PORT, too, and gives its connections to TARGET before any request is read; TARGET
    /// is a file below the doc root, for example a .wire file; may be repeated
    #[arg(long = "connections", num_args = 2, value_names = ["PORT", "TARGET"])]
    connections: Vec<String>,

    /// Listens on PORT for WebSockets, too, or on a free port for 0: the path /NAME leads to the
    /// pywebsocket3 handler NAME_wsh.py; may be repeated
    #[arg(long = "ws-port", value_name = "PORT")]
    ws_ports: Vec<u16>,

    /// The folder of WebSocket handlers [default: the doc root]
    #[arg(long, value_name = "DIR", alias = "ws_doc_root")]
    ws_doc_root: Option<PathBuf>,

    /// Another folder of WebSocket handlers, which win over those with the same path; may be repeated
    #[arg(long, value_name = "DIR", alias = "ws_extra")]
    ws_extra: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) sources: Sources,

    /// Adds a route. TARGET is STATUS[:TEXT], a file below the doc root, a folder with a
    /// default*.py, or websockets:FOLDER; may be repeated
    #[arg(long = "route", num_args = 3, value_names = ["METHOD", "PATTERN", "TARGET"])]
    routes: Vec<String>,

    /// Adds the aliases in FILE; each line has a URL path and a folder, separated by a comma
    #[arg(long, value_name = "FILE", alias = "alias_file")]
    alias_file: Option<PathBuf>,

    /// Inserts the script in FILE into every HTML page, before the page's own content
    #[arg(long, value_name = "FILE")]
    inject_script: Option<PathBuf>,

    /// Waits so many milliseconds before each request is answered
    #[arg(long, value_name = "MS")]
    latency: Option<u64>,

    /// Follows symbolic links that lead out of the doc root
    #[arg(long)]
    follow_links_out: bool,

    /// Writes a transcript of each connection, in both directions, to a file in this folder
    #[arg(long, value_name = "DIR")]
    transcript: Option<PathBuf>,

    /// Writes transcripts as JSON Lines instead of text
    #[arg(long)]
    transcript_json: bool,

    /// Cuts the bytes of a connection's transcript beyond so many, except those of heads
    /// [default: 16777216]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    transcript_connection_limit: Option<u64>,

    #[command(flatten)]
    control: ControlOptions,

    /// Keeps the stash on a Redis server, for all servers with the same URL: redis://HOST:PORT/DB,
    /// rediss://… or unix:///PATH; with ?prefix=TEXT&ttl=SECONDS [default: in memory]
    #[arg(long, value_name = "URL")]
    stash: Option<String>,

    /// Accepts connections in N processes, each with its own interpreter, so that scripts run on N processors; see
    /// docs/scale.md [default: one process]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,

    /// A virtual environment whose packages scripts can import [default: the active one]
    #[arg(long, value_name = "DIR")]
    venv: Option<PathBuf>,

    /// Runs all scripts on processor number N; see docs/performance.md [default: any processor]
    #[arg(long, value_name = "N")]
    python_cpu: Option<usize>,

    /// Serves fuzzed responses, one for each seed, at /.wireserve/fuzz/SEED
    #[arg(long)]
    fuzz: bool,

    /// Writes where the server listens to FILE as JSON, once it listens; FILE is removed at the end
    #[arg(long, value_name = "FILE")]
    pub(super) ready_file: Option<PathBuf>,

    /// Stops when the process that has started the server ends. With its PID, also if it has ended
    /// before the server began
    #[arg(long, value_name = "PID", num_args = 0..=1, require_equals = true)]
    pub(super) exit_with_parent: Option<Option<u32>>,

    /// Stops at the end of standard input
    #[arg(long)]
    pub(super) exit_with_stdin: bool,

    /// What to log to stderr: error, warn, info, debug or off [default: info, or RUST_LOG]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(super) log: Option<LevelFilter>,
}

impl Options {
    /// Parses the arguments of the process.
    pub(super) fn parse_from(
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }

    /// The layers of the configuration, merged: the options on top of the sources.
    pub(super) fn config(self) -> Result<Config, CommandError> {
        // The path is relative to the current folder, not to the doc root.
        let absolute = |path: PathBuf| {
            path::absolute(&path).map_err(|source| CommandError::Transcript { path, source })
        };
        let transcript = Transcripts {
            folder: self.transcript.map(absolute).transpose()?,
            json: self.transcript_json.then_some(true),
            limit: None,
            connection_limit: self.transcript_connection_limit,
        };
        let of_websockets = |path: PathBuf| {
            path::absolute(&path).map_err(|source| CommandError::WebSocketFolder { path, source })
        };
        let ws_doc_root = self.ws_doc_root.map(of_websockets).transpose()?;
        let ws_extra = self.ws_extra.into_iter().map(of_websockets);
        let ws_extra = ws_extra.collect::<Result<Vec<_>, _>>()?;
        let of_script = |path: PathBuf| {
            path::absolute(&path).map_err(|source| CommandError::InjectedScript { path, source })
        };
        let of_socket = |path: PathBuf| {
            path::absolute(&path).map_err(|source| CommandError::UnixSocket { path, source })
        };
        let unix = self.unix.into_iter().map(of_socket);
        let unix = unix.collect::<Result<Vec<_>, _>>()?;
        // Which option needs a port.
        let needs_port = match ws_doc_root {
            Some(_) => Some("--ws-doc-root"),
            None => (!ws_extra.is_empty()).then_some("--ws-extra"),
        };
        let options = Config {
            doc_root: self.doc_root,
            ws_doc_root,
            ws_extra: given(ws_extra),
            transcript: Some(transcript),
            control: self.control.key(),
            stash: self.stash,
            fuzz: self.fuzz.then_some(true),
            follow_links_out: self.follow_links_out.then_some(true),
            host: given(self.hosts),
            unix: given(unix),
            ports: Ports::http(self.ports).with("ws", self.ws_ports),
            listeners: listeners(&self.connections)?,
            routes: routes(&self.routes)?,
            workers: self.workers,
            environment: self.venv.map(virtual_environment).transpose()?,
            python_cpu: self.python_cpu,
            aliases: match &self.alias_file {
                Some(file) => Alias::read_all(file)?,
                None => Vec::new(),
            },
            inject_script: self.inject_script.map(of_script).transpose()?,
            latency: self.latency,
            ..Config::default()
        };
        #[cfg(feature = "tls")]
        let options = self.tls.over(options)?;
        // A file may have ports that are only shown.
        let asks_for_handlers = options.ports.has_websockets();
        let mut config = self.sources.config(options)?;
        if let Some(option) = needs_port
            && !config.ports.has_websockets()
        {
            return Err(CommandError::NoWebSocketPort(option));
        }
        if asks_for_handlers && config.ws_doc_root.is_none() {
            let doc_root = config.doc_root.clone();
            let doc_root = doc_root.unwrap_or_else(|| PathBuf::from("."));
            config.ws_doc_root = Some(of_websockets(doc_root)?);
        }
        Ok(config)
    }

    /// The command that prints the lines for the hosts file of this server.
    pub(super) fn hosts_command(&self) -> String {
        let mut command = "wireserve hosts".to_owned();
        let options = [
            (" --config ", self.sources.config.as_deref()),
            (" --wpt ", self.sources.checkout(self.doc_root.as_deref())),
        ];
        for (option, path) in options {
            if let Some(path) = path {
                command.push_str(option);
                command.push_str(&quoted(&path.to_string_lossy()));
            }
        }
        command
    }
}

/// The file that every virtual environment has.
const ENVIRONMENT_FILE: &str = "pyvenv.cfg";

/// The absolute path of a virtual environment.
fn virtual_environment(path: PathBuf) -> Result<PathBuf, CommandError> {
    let absolute = path::absolute(&path).ok();
    let environment = absolute.filter(|path| path.join(ENVIRONMENT_FILE).is_file());
    environment.ok_or(CommandError::VirtualEnvironment(path))
}

fn level(text: &str) -> Result<LevelFilter, &'static str> {
    text.parse()
        .map_err(|_| "expected error, warn, info, debug, trace or off")
}

fn listeners(options: &[String]) -> Result<Vec<Listener>, CommandError> {
    let listener = |option: &[String]| {
        let port = option[0].parse::<u16>();
        let port = port.map_err(|_| CommandError::Port(option[0].clone()))?;
        Ok(Listener {
            port: port.into(),
            purpose: Purpose::Connections(RouteTarget::from(option[1].clone())),
            place: None,
            tls: None,
        })
    };
    options.chunks_exact(2).map(listener).collect()
}

fn routes(options: &[String]) -> Result<Vec<Route>, CommandError> {
    let route = |option: &[String]| {
        method_name::check(&option[0])?;
        Ok(Route {
            method: option[0].clone(),
            pattern: option[1].clone(),
            target: RouteTarget::from(option[2].clone()),
            auth: None,
            requests: None,
            place: None,
        })
    };
    options.chunks_exact(3).map(route).collect()
}
