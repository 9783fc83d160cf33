//! `wireserve conform limits`: measures the limits of a client or a proxy.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;

use crate::conform::limits::kinds::Kind;
use crate::conform::limits::{measure, proxied, report};
use crate::conform::report::terminal;
use crate::conform::stage::Patience;

use super::conform_client::{
    STARTUP, at_least_one, connect, end_clients_with_the_suite, progress, seconds,
};
use super::conform_proxy::ProxyOptions;
use super::error::CommandError;
use super::print;

/// The options of the command `conform limits`.
#[derive(Debug, Args)]
pub(super) struct LimitsOptions {
    /// How many limits to measure at a time
    #[arg(short, long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    jobs: usize,

    /// Ends a client that still waits so many seconds after the server has sent everything
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    timeout: Duration,

    /// Measures only these limits, with commas between: field-line, head, fields, status-line, chunk-extension,
    /// trailer-section, interim-responses, redirects; of a proxy also request-line, request-field-line, request-head,
    /// request-fields, request-chunk-extension, request-trailer-section, but not redirects
    #[arg(long, value_name = "LIMITS", value_delimiter = ',', value_parser = kind)]
    only: Vec<Kind>,

    /// Writes what was found to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    #[command(flatten)]
    proxy: ProxyOptions,

    /// The client: a command with {url}, or a driver; see docs/conform.md
    #[arg(last = true, value_name = "COMMAND")]
    client: Vec<String>,
}

/// Measures what the options ask for. Exits with 1 if the client hangs, crashes or returns a part of a response.
pub(super) fn limits(options: &LimitsOptions) -> Result<u8, CommandError> {
    options.proxy.check()?;
    let kinds = options.kinds()?;
    let through = options.proxy.open()?;
    let client = match through {
        Some(_) => None,
        None => Some(connect(&options.client)?),
    };
    // Before anything is measured, which takes a while.
    let mut file = match &options.json {
        Some(path) => {
            let file = File::create(path).map_err(|source| unwritable(path, source))?;
            Some((path, file))
        }
        None => None,
    };
    end_clients_with_the_suite()?;
    let patience = Patience {
        startup: STARTUP,
        timeout: options.timeout,
    };
    let began = Instant::now();
    let bar = progress(kinds.len());
    let (name, limits) = match (&client, &through) {
        (Some(client), _) => {
            let measured =
                measure::measure(kinds, &**client, options.jobs, patience, &|_| bar.inc(1));
            (client.name(), measured.map_err(CommandError::Client)?)
        }
        (None, Some((proxy, origin))) => {
            let done = |_: &measure::Limit| bar.inc(1);
            let measured = proxied::measure(kinds, *proxy, origin, options.timeout, &done);
            (options.proxy.name(), measured)
        }
        (None, None) => return Err(CommandError::NoClient),
    };
    bar.finish_and_clear();
    if let Some((path, file)) = &mut file {
        let written = file.write_all(report::json(&name, &limits).as_bytes());
        written.map_err(|source| unwritable(path, source))?;
    }
    print(&report::table(&name, &limits, began.elapsed()))?;
    let unknown: Vec<_> = limits.iter().filter_map(measure::Limit::unknown).collect();
    if let Some(why) = unknown.first().filter(|_| unknown.len() == limits.len()) {
        return Err(CommandError::NothingMeasured(terminal::printable(why)));
    }
    let refused = limits
        .iter()
        .filter_map(|limit| limit.found.refused.as_ref());
    let mut reactions = refused.map(|(_, how)| how.reaction);
    Ok(u8::from(reactions.any(measure::Reaction::is_wrong)))
}

impl LimitsOptions {
    /// What is measured.
    fn kinds(&self) -> Result<&[Kind], CommandError> {
        let (all, of) = match self.proxy.form() {
            None => (&Kind::ALL[..], "client"),
            Some(_) => (&Kind::THROUGH_PROXY[..], "proxy"),
        };
        match self.only.iter().find(|kind| !all.contains(kind)) {
            _ if self.only.is_empty() => Ok(all),
            None => Ok(&self.only),
            Some(other) => {
                let names: Vec<_> = all.iter().map(|kind| kind.name()).collect();
                Err(CommandError::OtherLimit {
                    of,
                    expected: names.join(", "),
                    found: other.name(),
                })
            }
        }
    }
}

fn unwritable(path: &Path, source: io::Error) -> CommandError {
    CommandError::Limits {
        path: path.to_owned(),
        source,
    }
}

fn kind(text: &str) -> Result<Kind, String> {
    let kinds = || Kind::ALL.into_iter().chain(Kind::THROUGH_PROXY);
    kinds().find(|kind| kind.name() == text).ok_or_else(|| {
        let of_requests = Kind::THROUGH_PROXY.into_iter();
        let of_requests = of_requests.filter(|kind| !Kind::ALL.contains(kind));
        let names: Vec<_> = Kind::ALL.into_iter().chain(of_requests).collect();
        let names: Vec<_> = names.into_iter().map(Kind::name).collect();
        format!("expected one of {}", names.join(", "))
    })
}
