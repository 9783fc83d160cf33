//! The command line: options, laid over configuration files, made into a running server, which is
//! then served until a signal comes; or the lines for the hosts file, printed. Exit codes: 0 after
//! SIGINT or SIGTERM, 2 for what the operator got wrong.

mod assembly;
mod serving;
mod unresolved;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{self, Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use log::LevelFilter;

use crate::config::{Config, Level, Listener, Ports, Purpose, Route, Target, Transcripts};
use crate::hosts::hosts_file::{self, System};
use crate::log_output;
use crate::response_fuzz::{FuzzedResponse, Seed, SeedError};
use crate::server::Server;
use crate::wpt::preset;

/// An HTTP/1.1 server for tests: files, Python handlers, any bytes at any time.
#[derive(Debug, Parser)]
#[command(name = "wireserve", version)]
#[command(args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,

    /// The folder to serve [default: the current one]
    doc_root: Option<PathBuf>,

    /// The host name or address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// A port to listen on, 0 for a free one; may be repeated [default: 8000]
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,

    /// Listens on PORT as well, and gives every connection to TARGET before anything is read of it: a
    /// .wire file below the doc root, say; may be repeated
    #[arg(long = "connections", num_args = 2, value_names = ["PORT", "TARGET"])]
    connections: Vec<String>,

    #[command(flatten)]
    sources: Sources,

    /// Adds a route: TARGET is STATUS[:TEXT], a file below the doc root, or a folder with a
    /// default*.py; may be repeated
    #[arg(long = "route", num_args = 3, value_names = ["METHOD", "PATTERN", "TARGET"])]
    routes: Vec<String>,

    /// Writes what goes over each connection, both ways, to a file of its own in this folder
    #[arg(long, value_name = "DIR")]
    transcript: Option<PathBuf>,

    /// Transcripts are JSON lines, not text
    #[arg(long)]
    transcript_json: bool,

    /// Runs all scripts on one processor, by its number; see docs/performance.md [default: on any]
    #[arg(long, value_name = "N")]
    python_cpu: Option<usize>,

    /// Serves fuzzed responses, one for each seed, at /.wireserve/fuzz/SEED
    #[arg(long)]
    fuzz: bool,

    /// What to log to stderr: error, warn, info, debug or off [default: info, or RUST_LOG]
    #[arg(long, value_name = "LEVEL")]
    log: Option<LevelFilter>,
}

/// Where the configuration comes from.
#[derive(Debug, Args)]
struct Sources {
    /// A JSON file with doc_root, ports, names, routes and more; options win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Serves a checkout of web-platform-tests, with its names, ports and routes, and what its
    /// config.json says [default: the doc root]
    #[arg(long, value_name = "CHECKOUT", num_args = 0..=1)]
    wpt: Option<Option<PathBuf>>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the lines for the hosts file, and ends; a folder of this name is served as ./hosts
    Hosts {
        #[command(flatten)]
        sources: Sources,

        /// Adds the names that must not resolve, which the hosts file of Windows can say
        #[arg(long)]
        windows: bool,
    },
    /// Prints a fuzzed response as a .wire file. To serve a folder of this name, write ./fuzz
    Fuzz {
        /// A number from 0 to 18446744073709551615, or EDITION:NUMBER with an edition: v1, v2
        #[arg(value_parser = seed)]
        seed: Seed,
    },
}

/// What the operator got wrong, in one line.
type Complaint = String;

/// Runs the command until a signal ends it.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(error) => {
            // Help and version are no errors and go to stdout; clap knows.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let done = match &options.command {
        Some(Command::Hosts { sources, windows }) => print_hosts(sources, *windows),
        Some(Command::Fuzz { seed }) => Ok(print_fuzzed(*seed)),
        None => serve(options),
    };
    done.unwrap_or_else(|complaint| {
        eprintln!("wireserve: {complaint}");
        ExitCode::from(2)
    })
}

fn serve(options: Options) -> Result<ExitCode, Complaint> {
    let transcript = Transcripts {
        // Relative to where the command was started, not to the doc root.
        folder: options
            .transcript
            .map(path::absolute)
            .transpose()
            .map_err(|error| format!("--transcript: {error}"))?,
        json: options.transcript_json.then_some(true),
        limit: None,
    };
    let flags = Config {
        doc_root: options.doc_root,
        transcript: Some(transcript),
        fuzz: options.fuzz.then_some(true),
        host: options.host,
        ports: Ports::http(options.ports),
        listeners: flag_listeners(&options.connections)?,
        routes: flag_routes(&options.routes).collect(),
        python_cpu: options.python_cpu,
        ..Config::default()
    };
    let hosts_command = options.sources.hosts_command(flags.doc_root.as_deref());
    let config = options.sources.read(flags)?;
    let level = config.level().map_or(LevelFilter::Info, Level::filter);
    log_output::start(options.log, level);
    let server = start(&config)?;
    let reachable = reachable(server.addresses());
    Ok(serving::serve(server, || {
        if !reachable.is_empty() {
            log::warn!(
                "listening on {}: other machines may run what the doc root holds",
                reachable.join(", ")
            );
        }
        if config.inject_script.is_some() {
            log::warn!("inject_script is shown to scripts, and put into no page");
        }
        if config.check_subdomains != Some(false) {
            unresolved::tell(&config.names(), hosts_command);
        }
    }))
}

fn start(config: &Config) -> Result<Server, Complaint> {
    let doc_root = config.doc_root.as_deref();
    let doc_root = absolute_folder(doc_root.unwrap_or_else(|| Path::new(".")))?;
    let site = assembly::assemble(config, &doc_root)?;
    if let Some(processor) = config.python_cpu {
        assembly::run_scripts_on(processor).map_err(|complaint| {
            format!("--python-cpu, or python_cpu of the configuration: {complaint}")
        })?;
    }
    let limits = config.limits.unwrap_or_default();
    raise_descriptor_limit(limits.connections);
    outlive_file_size_limit();
    let mut server = Server::builder()
        .site(site)
        .host(config.listening_host())
        .names(config.names())
        .limits(limits);
    for listener in &config.listeners {
        let listening = assembly::listening(config, &doc_root, &listener.purpose)?;
        server = server.listener(listener.port, listening);
    }
    if let Some(transcript) = &config.transcript {
        server = match &transcript.folder {
            Some(folder) => server
                .transcript_folder(folder, transcript.format())
                .transcript_limits(transcript.limits()),
            None if *transcript == Transcripts::default() => server,
            None => return Err("transcripts need a folder: --transcript DIR".to_owned()),
        };
    }
    for (scheme, ports) in config.ports.iter() {
        server = server.scheme(scheme, ports);
    }
    server
        .scheme("http", config.http_ports())
        .start()
        .map_err(|error| error.to_string())
}

/// The addresses that not only this machine may connect to.
fn reachable(addresses: &[SocketAddr]) -> Vec<String> {
    addresses
        .iter()
        .filter(|address| !address.ip().is_loopback())
        .map(ToString::to_string)
        .collect()
}

fn print_hosts(sources: &Sources, windows: bool) -> Result<ExitCode, Complaint> {
    let names = sources.read(Config::default())?.names();
    let system = match windows {
        true => System::Windows,
        false => System::Unix,
    };
    let lines = hosts_file::lines(&names, system);
    if lines.is_empty() {
        return Err(
            "there are no host names; --wpt or a --config with browser_host has some".into(),
        );
    }
    let mut out = io::stdout().lock();
    for line in lines {
        // Whoever reads may have seen enough.
        if writeln!(out, "{line}").is_err() {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn seed(text: &str) -> Result<Seed, SeedError> {
    Seed::parse(text.as_bytes())
}

fn print_fuzzed(seed: Seed) -> ExitCode {
    let text = FuzzedResponse::from_seed(seed).to_string();
    // Whoever reads may have seen enough.
    let _ = io::stdout().lock().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

impl Sources {
    /// The flags over the file of `--config`, over what a checkout says, over the preset for it.
    fn read(&self, flags: Config) -> Result<Config, Complaint> {
        let mut config = Config::default();
        if let Some(checkout) = self.checkout(flags.doc_root.as_deref()) {
            let checkout = checkout
                .canonicalize()
                .map_err(|error| format!("the checkout {}: {error}", checkout.display()))?;
            config = preset::config(&checkout);
            let file = checkout.join(preset::FILE);
            if file.exists() {
                config = read(&file)?.over(config);
            }
        }
        if let Some(file) = &self.config {
            config = read(file)?.over(config);
        }
        Ok(flags.over(config))
    }

    /// The checkout that is to be served, if one is.
    fn checkout<'a>(&'a self, doc_root: Option<&'a Path>) -> Option<&'a Path> {
        let here = || doc_root.unwrap_or_else(|| Path::new("."));
        let checkout = self.wpt.as_ref()?;
        Some(checkout.as_deref().unwrap_or_else(here))
    }

    /// The command that prints the lines for the hosts file.
    fn hosts_command(&self, doc_root: Option<&Path>) -> String {
        let mut command = "wireserve hosts".to_owned();
        let options = [
            (" --config ", self.config.as_deref()),
            (" --wpt ", self.checkout(doc_root)),
        ];
        for (option, path) in options {
            if let Some(path) = path {
                command.push_str(option);
                command.push_str(&path.to_string_lossy());
            }
        }
        command
    }
}

fn read(file: &Path) -> Result<Config, Complaint> {
    Config::read(file).map_err(|error| error.to_string())
}

/// Descriptors beside those of connections: listeners, files being sent, what handlers open.
const OTHER_DESCRIPTORS: u64 = 512;

/// Shells start programs with fewer descriptors than they may have, often 1,024.
fn raise_descriptor_limit(connections: usize) {
    let wanted = (connections as u64).saturating_add(OTHER_DESCRIPTORS);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit >= wanted => {}
        Ok(limit) => {
            log::debug!("at most {limit} descriptors: fewer than {connections} connections");
        }
        Err(error) => log::debug!("cannot raise the limit of descriptors: {error}"),
    }
}

/// Where no file may grow beyond a size (`ulimit -f`), a write that would is to fail as on a full disk. By
/// itself the signal that says so ends the process.
fn outlive_file_size_limit() {
    // Programs that scripts start get the signal's own meaning back.
    if let Err(error) = signal_hook::flag::register(libc::SIGXFSZ, Arc::default()) {
        log::debug!("cannot outlive a file's size limit: {error}");
    }
}

fn absolute_folder(path: &Path) -> Result<PathBuf, Complaint> {
    let folder = path
        .canonicalize()
        .map_err(|error| format!("the doc root {}: {error}", path.display()))?;
    if !folder.is_dir() {
        return Err(format!("the doc root {} is not a folder", path.display()));
    }
    // The reference's doc root is the working directory, and some handlers open files relative to it.
    std::env::set_current_dir(&folder)
        .map_err(|error| format!("the doc root {}: {error}", path.display()))?;
    Ok(folder)
}

fn flag_listeners(flags: &[String]) -> Result<Vec<Listener>, Complaint> {
    let listener = |flag: &[String]| {
        let number = flag[0].parse::<u16>();
        let number = number.map_err(|_| format!("--connections: {:?} is no port", flag[0]))?;
        Ok(Listener {
            port: number.into(),
            purpose: Purpose::Connections(Target::from(flag[1].clone())),
        })
    };
    flags.chunks_exact(2).map(listener).collect()
}

fn flag_routes(flags: &[String]) -> impl Iterator<Item = Route> {
    flags.chunks_exact(3).map(|route| Route {
        method: route[0].clone(),
        pattern: route[1].clone(),
        target: Target::from(route[2].clone()),
        auth: None,
        requests: None,
    })
}
