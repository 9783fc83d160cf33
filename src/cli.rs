//! The command line: options, merged over a configuration file, made into a running server, which is
//! then served until a signal comes. Exit codes: 0 after SIGINT or SIGTERM, 2 for what the operator
//! got wrong.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Parser;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::config::{Config, DEFAULT_PORT, Route, Target};
use crate::exchange::Handler;
use crate::log_output;
use crate::server::Server;
use crate::site::Site;
use crate::site::as_is::AsIsHandler;
use crate::site::file::FileHandler;
use crate::site::files::Files;
use crate::site::fixed::FixedHandler;
use crate::site::router::Method;

/// An HTTP/1.1 server for tests: files, Python handlers, any bytes at any time.
#[derive(Debug, Parser)]
#[command(name = "wireserve", version)]
struct Options {
    /// The folder to serve [default: the current one]
    doc_root: Option<PathBuf>,

    /// The host name or address to listen on [default: 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// A port to listen on, 0 for a free one; may be repeated [default: 8000]
    #[arg(long = "port", value_name = "PORT")]
    ports: Vec<u16>,

    /// A JSON file with doc_root, host, ports, routes and limits; options win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Adds a route: TARGET is STATUS[:TEXT], a file below the doc root, or a folder with a
    /// default*.py; may be repeated
    #[arg(long = "route", num_args = 3, value_names = ["METHOD", "PATTERN", "TARGET"])]
    routes: Vec<String>,

    /// What to log to stderr: error, warn, info, debug or off [default: info, or RUST_LOG]
    #[arg(long, value_name = "LEVEL")]
    log: Option<log::LevelFilter>,
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
    log_output::start(options.log);
    match start(&options) {
        Ok(server) => serve(server),
        Err(complaint) => {
            eprintln!("wireserve: {complaint}");
            ExitCode::from(2)
        }
    }
}

fn start(options: &Options) -> Result<Server, Complaint> {
    let config = match &options.config {
        Some(path) => Config::read(path).map_err(|error| error.to_string())?,
        None => Config::default(),
    };
    let doc_root = options.doc_root.clone().or(config.doc_root);
    let doc_root = absolute_folder(&doc_root.unwrap_or_else(|| ".".into()))?;
    let mut site = default_site(&doc_root)?;
    for route in config
        .routes
        .into_iter()
        .chain(flag_routes(&options.routes))
    {
        let handler = handler(&doc_root, &route.target)?;
        site.register(Method::from(route.method.as_str()), &route.pattern, handler)
            .map_err(|error| format!("route {:?}: {error}", route.pattern))?;
    }
    let host = options.host.clone().or(config.host);
    let ports = [options.ports.as_slice(), &config.ports, &[DEFAULT_PORT]]
        .into_iter()
        .find(|ports| !ports.is_empty())
        .unwrap_or_default()
        .to_vec();
    raise_descriptor_limit(config.limits.connections);
    Server::builder()
        .site(site)
        .host(host.unwrap_or_else(|| "127.0.0.1".to_owned()))
        .ports(ports)
        .limits(config.limits)
        .start()
        .map_err(|error| error.to_string())
}

/// Descriptors beside those of connections: listeners, files being sent, what handlers open.
const OTHER_DESCRIPTORS: u64 = 512;

/// Shells start programs with fewer descriptors than they may have, often 1,024.
fn raise_descriptor_limit(connections: usize) {
    let wanted = connections as u64 + OTHER_DESCRIPTORS;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit >= wanted => {}
        Ok(limit) => {
            log::debug!("at most {limit} descriptors: fewer than {connections} connections");
        }
        Err(error) => log::debug!("cannot raise the limit of descriptors: {error}"),
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

#[cfg(feature = "python")]
fn default_site(doc_root: &Path) -> Result<Site, Complaint> {
    crate::python::site(doc_root).map_err(|error| error.to_string())
}

#[cfg(not(feature = "python"))]
fn default_site(doc_root: &Path) -> Result<Site, Complaint> {
    Ok(Site::new(doc_root))
}

fn flag_routes(flags: &[String]) -> impl Iterator<Item = Route> {
    flags.chunks_exact(3).map(|route| Route {
        method: route[0].clone(),
        pattern: route[1].clone(),
        target: Target::from(route[2].clone()),
    })
}

fn handler(doc_root: &Path, target: &Target) -> Result<Arc<dyn Handler>, Complaint> {
    match target {
        Target::Fixed(status, text) => Ok(Arc::new(FixedHandler::text(*status, text))),
        Target::File(path) => {
            let path = doc_root.join(path);
            match path.extension().and_then(|extension| extension.to_str()) {
                // A folder runs its default script.
                _ if path.is_dir() => script_handler(doc_root, path),
                Some("py") => script_handler(doc_root, path),
                Some("asis") => Ok(Arc::new(AsIsHandler::new(Files::single(path, doc_root)))),
                _ => Ok(Arc::new(FileHandler::new(Files::single(path, doc_root)))),
            }
        }
    }
}

#[cfg(feature = "python")]
fn script_handler(doc_root: &Path, path: PathBuf) -> Result<Arc<dyn Handler>, Complaint> {
    Ok(Arc::new(crate::python::ScriptHandler::new(Files::single(
        path, doc_root,
    ))))
}

#[cfg(not(feature = "python"))]
fn script_handler(_: &Path, path: PathBuf) -> Result<Arc<dyn Handler>, Complaint> {
    Err(format!(
        "{}: this wireserve was built without Python",
        path.display()
    ))
}

/// How long stopping may take altogether. Beyond it the process ends without the threads that hang.
const STOP_LIMIT: Duration = Duration::from_secs(4);

fn serve(server: Server) -> ExitCode {
    let mut signals = match Signals::new([SIGINT, SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => {
            eprintln!("wireserve: cannot wait for signals: {error}");
            return ExitCode::from(2);
        }
    };
    announce(&server);
    let mut signals = signals.forever();
    signals.next();
    // The process exits rather than returns: a handler that loops for ever keeps its thread. Without a
    // thread to stop gently on, it exits at once.
    let stopping = in_background(move || {
        server.stop();
        flush_output();
        process::exit(0);
    });
    let limiting = in_background(|| {
        thread::sleep(STOP_LIMIT);
        process::exit(0);
    });
    if stopping.and(limiting).is_err() {
        process::exit(0);
    }
    signals.next();
    process::exit(0)
}

fn in_background(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(job).map(drop)
}

fn announce(server: &Server) {
    let mut out = io::stdout().lock();
    for address in server.addresses() {
        // Nobody may be listening to us; the server works all the same.
        let _ = writeln!(out, "wireserve listening on http://{address}/");
    }
    let _ = out.flush();
}

fn flush_output() {
    #[cfg(feature = "python")]
    crate::python::flush_output();
    let _ = io::stdout().flush();
    log_output::flush();
}
