//! The server of `wireserve bench`, in a process by itself: serves on a free port of 127.0.0.1, and answers questions
//! about what it has used, over the socket that is its standard input, until that ends.

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::process;
use std::sync::Arc;

use cpu_time::ProcessTime;
use log::LevelFilter;
use serde_json::Value;

use crate::bench::server::{Question, Ready, Usage};
use crate::config::Ports;
use crate::log_output;
use crate::phases::Phases;

use super::error::CommandError;
use super::options::Options;
use super::{channel, python, starting};

/// How many functions are reported.
const MOST_FUNCTIONS: usize = 12;

/// Serves with these options until the parent closes the channel.
pub(super) fn serve(arguments: &[OsString]) -> Result<u8, CommandError> {
    let arguments = [OsString::from("wireserve")]
        .into_iter()
        .chain(arguments.iter().cloned());
    let options = Options::parse_from(arguments);
    let options = options.map_err(|error| CommandError::Bench(error.to_string()))?;
    let channel = channel::to_parent().map_err(CommandError::BenchServer)?;
    let mut channel = BufReader::new(channel);
    let log = options.log;
    let mut config = options.config()?;
    config.host = Some(vec!["127.0.0.1".to_owned()]);
    config.ports = Ports::http([0]);
    config.unix = None;
    config.listeners.clear();
    config.control = None;
    let settings = config.resolve()?;
    if settings.workers.is_some_and(|workers| workers > 1) {
        return Err(CommandError::Bench(
            "start a server with --workers by itself, and measure its URL".to_owned(),
        ));
    }
    log_output::start(Some(log.unwrap_or(LevelFilter::Warn)), settings.log_level);
    let phases = Arc::<Phases>::default();
    let server = starting::builder(&settings)?.measure(&phases);
    let server = server.start().map_err(CommandError::Start)?;
    let Some(&address) = server.addresses().first() else {
        return Err(CommandError::Bench("the server has no address".to_owned()));
    };
    // The parent is gone if it does not read, or asks nothing anymore.
    let _ = converse(&mut channel, address, &phases, log.is_none());
    server.stop();
    log_output::flush();
    // A handler that never returns keeps its thread.
    process::exit(0);
}

fn converse(
    channel: &mut BufReader<UnixStream>,
    address: SocketAddr,
    phases: &Phases,
    can_be_quiet: bool,
) -> io::Result<()> {
    say(channel, &serde_json::to_value(Ready { address })?)?;
    let mut line = String::new();
    while channel.read_line(&mut line)? > 0 {
        let answer = match Question::of(line.trim_end()) {
            Some(Question::Usage) => serde_json::to_value(usage(phases))?,
            Some(Question::Quiet) => {
                if can_be_quiet {
                    log::set_max_level(LevelFilter::Off);
                }
                Value::Null
            }
            Some(Question::Profile) => {
                python::begin_profiling().map_err(io::Error::other)?;
                Value::Null
            }
            Some(Question::Functions) => {
                let functions = python::profiled_functions(MOST_FUNCTIONS);
                serde_json::to_value(functions.map_err(io::Error::other)?)?
            }
            None => return Err(io::ErrorKind::InvalidData.into()),
        };
        say(channel, &answer)?;
        line.clear();
    }
    Ok(())
}

fn say(channel: &mut BufReader<UnixStream>, answer: &Value) -> io::Result<()> {
    channel
        .get_mut()
        .write_all(format!("{answer}\n").as_bytes())
}

fn usage(phases: &Phases) -> Usage {
    let totals = phases.totals();
    let processor = ProcessTime::try_now().map_or(0, |time| time.as_duration().as_nanos());
    Usage {
        processor: u64::try_from(processor).unwrap_or(u64::MAX),
        requests: totals.requests,
        phases: totals.nanoseconds,
    }
}
