//! The options of the command, and the configuration that results from them and from the files that
//! they name.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::{self, Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use log::LevelFilter;

use crate::config::{self, Config, Listener, Ports, Purpose, Route, RouteTarget, Transcripts};
use crate::response_fuzz::{Seed, SeedError};
use crate::wpt::preset;

use super::error::CommandError;

/// An HTTP/1.1 server for tests: files, Python handlers, any bytes at any time.
#[derive(Debug, Parser)]
#[command(name = "wireserve", version)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Option<Command>,

    /// The folder to serve [default: the current folder]
    doc_root: Option<PathBuf>,

    /// The host name or address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// A port to listen on, or 0 for a free one; may be repeated [default: 8000]
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,

    /// Listens on PORT, too, and gives its connections to TARGET before any request is read; TARGET
    /// is a file below the doc root, for example a .wire file; may be repeated
    #[arg(long = "connections", num_args = 2, value_names = ["PORT", "TARGET"])]
    connections: Vec<String>,

    /// Listens on PORT for WebSockets, too, or on a free port for 0: the path /NAME leads to the
    /// pywebsocket3 handler NAME_wsh.py; may be repeated
    #[arg(long = "ws-port", value_name = "PORT")]
    ws_ports: Vec<u16>,

    /// The folder of WebSocket handlers [default: the doc root]
    #[arg(long, value_name = "DIR")]
    ws_doc_root: Option<PathBuf>,

    #[command(flatten)]
    pub(super) sources: Sources,

    /// Adds a route. TARGET is STATUS[:TEXT], a file below the doc root, a folder with a
    /// default*.py, or websockets:FOLDER; may be repeated
    #[arg(long = "route", num_args = 3, value_names = ["METHOD", "PATTERN", "TARGET"])]
    routes: Vec<String>,

    /// Follows symbolic links that lead out of the doc root
    #[arg(long)]
    follow_links_out: bool,

    /// Writes a transcript of each connection, in both directions, to a file in this folder
    #[arg(long, value_name = "DIR")]
    transcript: Option<PathBuf>,

    /// Writes transcripts as JSON Lines instead of text
    #[arg(long)]
    transcript_json: bool,

    /// Runs all scripts on processor number N; see docs/performance.md [default: any processor]
    #[arg(long, value_name = "N")]
    python_cpu: Option<usize>,

    /// Serves fuzzed responses, one for each seed, at /.wireserve/fuzz/SEED
    #[arg(long)]
    fuzz: bool,

    /// What to log to stderr: error, warn, info, debug or off [default: info, or RUST_LOG]
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(super) log: Option<LevelFilter>,
}

/// The sources of the configuration besides the options.
#[derive(Debug, Args)]
pub(super) struct Sources {
    /// A JSON file with doc_root, ports, names, routes and more; options take precedence
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Uses a checkout of web-platform-tests: its files, host names, ports and routes, and the
    /// settings of its config.json [default: the doc root, or the current folder]
    #[arg(long, value_name = "CHECKOUT", num_args = 0..=1)]
    wpt: Option<Option<PathBuf>>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Prints the lines for the hosts file. To serve a folder named hosts, write ./hosts
    Hosts {
        #[command(flatten)]
        sources: Sources,

        /// Adds the names that must not resolve; only the hosts file of Windows can declare them
        #[arg(long)]
        windows: bool,
    },
    /// Prints a fuzzed response as a .wire file. To serve a folder named fuzz, write ./fuzz
    Fuzz {
        /// A number from 0 to 18446744073709551615, or EDITION:NUMBER with an edition: v1, v2
        #[arg(value_parser = seed)]
        seed: Seed,
    },
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
        };
        let of_websockets = |path: PathBuf| {
            path::absolute(&path).map_err(|source| CommandError::WebSocketFolder { path, source })
        };
        let ws_doc_root = self.ws_doc_root.map(of_websockets).transpose()?;
        let (has_handlers, has_port) = (ws_doc_root.is_some(), !self.ws_ports.is_empty());
        let mut config = self.sources.config(Config {
            doc_root: self.doc_root,
            ws_doc_root,
            transcript: Some(transcript),
            fuzz: self.fuzz.then_some(true),
            follow_links_out: self.follow_links_out.then_some(true),
            host: self.host,
            ports: Ports::http(self.ports).with("ws", self.ws_ports),
            listeners: listeners(&self.connections)?,
            routes: routes(&self.routes)?,
            python_cpu: self.python_cpu,
            ..Config::default()
        })?;
        if has_handlers && config.ports.of("ws").is_empty() {
            return Err(CommandError::NoWebSocketPort);
        }
        if has_port && config.ws_doc_root.is_none() {
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

impl Sources {
    /// The options on top of the `--config` file, on top of the checkout's file, on top of the
    /// preset for checkouts.
    pub(super) fn config(&self, options: Config) -> Result<Config, CommandError> {
        let mut config = Config::default();
        if let Some(checkout) = self.checkout(options.doc_root.as_deref()) {
            let checkout = checkout
                .canonicalize()
                .map_err(|source| CommandError::Checkout {
                    path: checkout.to_owned(),
                    source,
                })?;
            config = preset::config(&checkout);
            let file = checkout.join(preset::FILE);
            if file.exists() {
                config = Config::read(&file)?.over(config);
            }
        }
        if let Some(file) = &self.config {
            config = Config::read(file)?.over(config);
        }
        Ok(options.over(config))
    }

    /// The checkout to serve, if `--wpt` is given.
    fn checkout<'a>(&'a self, doc_root: Option<&'a Path>) -> Option<&'a Path> {
        let doc_root = || doc_root.unwrap_or_else(|| Path::new("."));
        let checkout = self.wpt.as_ref()?;
        Some(checkout.as_deref().unwrap_or_else(doc_root))
    }
}

/// A word as a shell reads it.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte);
    match !word.is_empty() && word.bytes().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

fn level(text: &str) -> Result<LevelFilter, &'static str> {
    text.parse()
        .map_err(|_| "expected error, warn, info, debug, trace or off")
}

fn seed(text: &str) -> Result<Seed, SeedError> {
    Seed::parse(text.as_bytes())
}

fn listeners(options: &[String]) -> Result<Vec<Listener>, CommandError> {
    let listener = |option: &[String]| {
        let port = option[0].parse::<u16>();
        let port = port.map_err(|_| CommandError::Port(option[0].clone()))?;
        Ok(Listener {
            port: port.into(),
            purpose: Purpose::Connections(RouteTarget::from(option[1].clone())),
        })
    };
    options.chunks_exact(2).map(listener).collect()
}

fn routes(options: &[String]) -> Result<Vec<Route>, CommandError> {
    let route = |option: &[String]| {
        config::check_method(&option[0])?;
        Ok(Route {
            method: option[0].clone(),
            pattern: option[1].clone(),
            target: RouteTarget::from(option[2].clone()),
            auth: None,
            requests: None,
        })
    };
    options.chunks_exact(3).map(route).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell() {
        for (word, expected) in [
            ("/home/me/wpt", "/home/me/wpt"),
            ("my wpt", "'my wpt'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
