//! The command: it parses its options, lays them over the configuration files, starts the server
//! and serves until a signal arrives; or it prints the lines for the hosts file, how to
//! trust its certificate, or a fuzzed response; or it runs the conformance suite, or measures handlers. It exits
//! with 0 after SIGINT or SIGTERM, with 2 if the operator made a mistake, and with 1 if its output cannot be
//! written, a client deviates, or a path that is measured is not answered as it should.
//!
//! See the example of [`run`].

pub(crate) mod again;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod allocator;
mod assembly;
mod bench;
mod bench_options;
#[cfg(feature = "tls")]
mod cert_options;
#[cfg(feature = "tls")]
mod certificate_warnings;
#[cfg(feature = "tls")]
mod certificates;
mod channel;
#[cfg(feature = "tls")]
mod client_certificates;
mod conform;
mod conform_cases;
mod conform_client;
mod conform_limits;
mod conform_proxy;
mod conform_reports;
mod conform_suite;
mod control_options;
mod error;
mod lifetime;
mod measured;
#[cfg(feature = "tls")]
mod obtained_certificate;
mod options;
mod python;
mod ready;
mod ready_file;
mod serving;
mod shell_words;
mod sources;
mod starting;
mod subcommands;
mod target;
#[cfg(feature = "tls")]
mod tls_options;
#[cfg(feature = "tls")]
mod trust;
mod unresolved;
mod workers;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

use crate::config::{Config, Settings};
use crate::control::Control;
use crate::hosts::hosts_file::{self, System};
use crate::log_output;
use crate::response_fuzz::FuzzedResponse;
use crate::server::Server;

#[cfg(feature = "tls")]
use cert_options::CertOptions;
use error::{CommandError, with_causes};
use lifetime::Lifetime;
#[cfg(feature = "tls")]
use obtained_certificate::Unkept;
use options::Options;
use ready::ReadyListener;
use ready_file::ReadyFile;
use serving::Announcement;
use sources::Sources;
use subcommands::Command;
use workers::{Supervisor, Workers};

/// Runs the command until a signal ends it.
///
/// ```
/// use std::process::ExitCode;
///
/// let arguments = ["wireserve", "--version"].map(Into::into);
/// assert_eq!(wireserve::cli::run(arguments), ExitCode::SUCCESS);
/// ```
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(run_to_code(arguments))
}

/// The same, with the exit code as a number.
pub(crate) fn run_to_code(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    allocator::keep_little();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let options = match Options::parse_from(arguments.clone()) {
        Ok(options) => options,
        Err(error) => {
            // This includes --help and --version, which are printed to stdout.
            let printed = error.print().and_then(|()| io::stdout().flush());
            return match printed {
                Err(source) if !error.use_stderr() => report(&CommandError::Output(source)),
                _ => u8::try_from(error.exit_code()).unwrap_or(2),
            };
        }
    };
    let done = match &options.command {
        Some(Command::Hosts { sources, windows }) => print_hosts(sources, *windows),
        #[cfg(feature = "tls")]
        Some(Command::Cert(options)) => print_certificate(options),
        Some(Command::Fuzz { seed }) => print(&FuzzedResponse::from_seed(*seed).to_string()),
        Some(Command::Conform(options)) => conform::conform(options),
        Some(Command::Bench(options)) => bench::bench(options),
        Some(Command::Measured { options }) => measured::serve(options),
        Some(Command::Worker { options }) => workers::serve(options),
        None => serve(options, arguments),
    };
    done.unwrap_or_else(|error| report(&error))
}

/// Reports an error, and returns the exit code.
fn report(error: &CommandError) -> u8 {
    let (code, is_silent) = match error {
        // Its reader has seen enough: `wireserve hosts | head -1`.
        CommandError::Output(source) => (1, source.kind() == io::ErrorKind::BrokenPipe),
        _ => (2, false),
    };
    if !is_silent {
        // Without stderr, the exit code remains.
        let _ = writeln!(io::stderr(), "wireserve: {}", with_causes(error));
    }
    code
}

/// Writes to stdout.
fn print(text: &str) -> Result<u8, CommandError> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(CommandError::Output)?;
    Ok(0)
}

/// What serves: this process, or workers.
enum Serving {
    Here(Server, Option<Control>),
    Workers(Workers),
}

impl Serving {
    fn start(settings: &Settings, arguments: Vec<OsString>) -> Result<Self, CommandError> {
        let Some(workers) = settings.workers else {
            let server = starting::start(settings)?;
            let control = starting::control(&server, settings)?;
            return Ok(Self::Here(server, control));
        };
        // Before the doc root becomes the current folder.
        let folder = env::current_dir().map_err(CommandError::WorkerChannel)?;
        let server = starting::builder(settings)?.listen();
        let supervisor = Supervisor {
            arguments: arguments.into_iter().skip(1).collect(),
            folder,
            workers,
            stash_limit: settings.limits.stash,
        };
        let workers = supervisor.start(server.map_err(CommandError::Start)?)?;
        Ok(Self::Workers(workers))
    }

    fn server(&self) -> &Server {
        match self {
            Self::Here(server, _) => server,
            Self::Workers(workers) => workers.server(),
        }
    }

    fn control(&self) -> Option<&Control> {
        match self {
            Self::Here(_, control) => control.as_ref(),
            Self::Workers(_) => None,
        }
    }

    fn stop(self) {
        match self {
            Self::Here(server, control) => {
                drop(control);
                server.stop();
            }
            Self::Workers(workers) => workers.stop(),
        }
    }
}

fn serve(options: Options, arguments: Vec<OsString>) -> Result<u8, CommandError> {
    let hosts_command = options.hosts_command();
    let log = options.log;
    let lifetime = Lifetime {
        parent: options.exit_with_parent,
        stdin: options.exit_with_stdin,
    };
    let ready_file = options.ready_file.clone().map(ReadyFile::new).transpose()?;
    let settings = options.config()?.resolve()?;
    log_output::start(log, settings.log_level);
    let serving = Serving::start(&settings, arguments)?;
    let (server, control) = (serving.server(), serving.control());
    let reachable = reachable(server.addresses());
    let mut listeners = ready::listeners(server, &settings);
    listeners.extend(control.map(ReadyListener::of_control));
    let announcement = Announcement {
        listeners,
        file: ready_file,
    };
    serving::serve(
        || serving.stop(),
        announcement,
        lifetime,
        || {
            if !reachable.is_empty() {
                log::warn!(
                    "listening on {}: other machines can run the scripts in the doc root",
                    reachable.join(", ")
                );
            }
            if !settings.latency.is_zero() {
                log::info!(
                    "every request waits {:?} before it is answered",
                    settings.latency
                );
            }
            if settings.check_subdomains {
                unresolved::report(&settings.names, hosts_command);
            }
        },
    )
}

/// The addresses that other machines can connect to.
fn reachable(addresses: &[SocketAddr]) -> Vec<String> {
    addresses
        .iter()
        .filter(|address| !address.ip().is_loopback())
        .map(ToString::to_string)
        .collect()
}

fn print_hosts(sources: &Sources, windows: bool) -> Result<u8, CommandError> {
    let names = sources.config(Config::default())?.names();
    let system = match windows {
        true => System::Windows,
        false => System::Unix,
    };
    let lines = hosts_file::lines(&names, system);
    if lines.is_empty() {
        return Err(CommandError::NoHostNames);
    }
    print(&(lines.join("\n") + "\n"))
}

#[cfg(feature = "tls")]
fn print_certificate(options: &CertOptions) -> Result<u8, CommandError> {
    let settings = options.config()?.resolve()?;
    log_output::start(None, settings.log_level);
    let obtained = obtained_certificate::obtain(&settings, Unkept::Fail);
    // Warnings are written by another thread, and the process may be about to end.
    log_output::flush();
    let obtained = obtained?.ok_or(CommandError::NoCertificates)?;
    print(&trust::text(&obtained, &settings, options.part())?)
}
