//! `wireserve conform`: runs the conformance suite against a client or a proxy, lists its cases, and shows or serves one.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, Subcommand};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::catalogue;
use crate::conform::case::{Case, Played, fuzzed};
use crate::conform::client::Connect;
use crate::conform::client::browser::{Api, Browser};
use crate::conform::expected::Expected;
use crate::conform::judge::Verdict;
use crate::conform::proxy;
use crate::conform::report::page;
use crate::conform::run::{self, CaseResult, Settings};
use crate::conform::select::select;
use crate::conform::stage::{self, Patience};

use super::conform_cases::{Seeds, case, known_cases, list};
use super::conform_client::{
    STARTUP, at_least_one, connect, end_clients_with_the_suite, progress, seconds,
};
use super::conform_limits::{LimitsOptions, limits};
use super::conform_proxy::ProxyOptions;
use super::conform_reports::ReportOptions;
use super::conform_suite::Suite;
use super::error::CommandError;
use super::print;

/// The options of the command `conform`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct ConformOptions {
    #[command(subcommand)]
    command: Option<ConformCommand>,

    /// Lists the cases: id, level, title and clause
    #[arg(long)]
    list: bool,

    /// How many cases to run at a time
    #[arg(short, long, value_name = "N", default_value_t = 8, value_parser = at_least_one)]
    jobs: usize,

    /// Runs only these cases: ids, groups or levels, with commas between; may be repeated
    #[arg(long, value_name = "WORDS")]
    only: Vec<String>,

    /// Skips these cases: ids, groups or levels, with commas between; may be repeated
    #[arg(long, value_name = "WORDS")]
    skip: Vec<String>,

    /// Ends a client that still waits so many seconds after the server has sent everything
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = seconds)]
    timeout: Duration,

    /// Runs each case so often, and reports cases whose verdicts differ as flaky
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one)]
    repeat: usize,

    /// Runs the fuzzed responses of these seeds instead of the catalogue: 0..1000, or v2:0..1000
    #[arg(long, value_name = "A..B", value_parser = Seeds::parse, conflicts_with = "proxy")]
    seeds: Option<Seeds>,

    /// A JSON file with known deviations: {"CL-21": {"verdict": "fail", "reason": "..."}}
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,

    /// Exits with 1 for warnings, too
    #[arg(long)]
    deny_warnings: bool,

    #[command(flatten)]
    reports: ReportOptions,

    #[command(flatten)]
    proxy: ProxyOptions,

    /// Runs the suite in a browser, which must open the URL that is printed; with fetch, or with XMLHttpRequest
    #[arg(long, value_name = "API", num_args = 0..=1, require_equals = true, default_missing_value = "fetch",
          value_parser = api, conflicts_with_all = ["client", "proxy"])]
    browser: Option<Api>,

    /// Other words, such as those of a client without the `--` before it: an error.
    #[arg(hide = true)]
    other: Vec<OsString>,

    /// The client: a command with {url}, which runs once for each case, or a driver, which runs for many;
    /// see docs/conform.md
    #[arg(last = true, value_name = "COMMAND")]
    client: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum ConformCommand {
    /// Prints a case as a .wire file
    Show {
        /// The id, as in --list
        id: String,
    },
    /// Finds the largest responses that a client takes
    Limits(LimitsOptions),
    /// Serves a case until a signal arrives
    Serve {
        /// The id, as in --list
        id: String,
        /// The port, or 0 for a free one
        #[arg(long, default_value_t = 8000)]
        port: u16,
    },
}

/// Does what the options ask for.
pub(super) fn conform(options: &ConformOptions) -> Result<u8, CommandError> {
    match &options.command {
        Some(ConformCommand::Show { id }) => return print(&case(id)?.to_string()),
        Some(ConformCommand::Limits(options)) => return limits(options),
        Some(ConformCommand::Serve { id, port }) => return serve(&case(id)?, *port),
        None => {}
    }
    if let Some(word) = options.other.first() {
        return Err(CommandError::OtherWord(word.clone()));
    }
    options.proxy.check()?;
    let cases = options.cases()?;
    if options.list {
        return print(&list(&cases));
    }
    if options.proxy.form().is_some() {
        return proxied(options, cases);
    }
    let browser = options.browser.map(|api| Browser::start(api, cases.len()));
    let browser = browser.transpose().map_err(CommandError::Serve)?;
    let process;
    let client: &dyn Connect = match &browser {
        Some(browser) => browser,
        None => {
            process = connect(&options.client)?;
            &*process
        }
    };
    let suite = options.suite()?;
    end_clients_with_the_suite()?;
    if let Some(browser) = &browser {
        print(&format!("open {} in the browser\n", browser.url()))?;
        browser.wait_until_open();
    }
    let bar = progress(cases.len());
    let results = run::run(cases, client, options.settings(), &|result| {
        if let Some(browser) = &browser {
            browser.ended(result);
        }
        suite.note(result, &bar);
    });
    bar.finish_and_clear();
    let results = results.map_err(CommandError::Client)?;
    let (report, code) = suite.conclude(&client.name(), &results)?;
    if let Some(browser) = browser {
        let json = report.json().map_err(io::Error::from);
        browser.show(page::html(&report, &json.map_err(CommandError::Report)?));
    }
    Ok(code)
}

/// Grades a proxy.
fn proxied(options: &ConformOptions, cases: Vec<Case>) -> Result<u8, CommandError> {
    let suite = options.suite()?;
    let Some((proxy, origin)) = options.proxy.open()? else {
        return Err(CommandError::NoClient);
    };
    let bar = progress(cases.len());
    let done = |result: &CaseResult| suite.note(result, &bar);
    let results = proxy::run::run(cases, proxy, &origin, options.settings(), &done);
    bar.finish_and_clear();
    let (_, code) = suite.conclude(&options.proxy.name(), &results)?;
    Ok(code)
}

impl ConformOptions {
    fn cases(&self) -> Result<Vec<Case>, CommandError> {
        let cases = match (&self.seeds, self.proxy.form()) {
            (Some(seeds), _) => seeds.all().map(fuzzed::case).collect(),
            (None, Some(form)) => catalogue::for_proxy(form),
            (None, None) => catalogue::cases(),
        };
        let chosen = select(cases, &self.only, &self.skip).map_err(CommandError::Case)?;
        match chosen.is_empty() {
            true => Err(CommandError::Case(
                "expected at least one case, found none".to_owned(),
            )),
            false => Ok(chosen),
        }
    }

    /// A run that begins now. Reads the known deviations and the older report first.
    fn suite(&self) -> Result<Suite, CommandError> {
        Ok(Suite {
            expected: self.expected()?,
            reports: self.reports.open()?,
            settings: self.settings(),
            denied: self.denied(),
            began: Instant::now(),
            began_at: SystemTime::now(),
        })
    }

    fn expected(&self) -> Result<Expected, CommandError> {
        let Some(path) = &self.expect else {
            return Ok(Expected::default());
        };
        let text = fs::read_to_string(path).map_err(|error| error.to_string());
        let read = text.and_then(|text| Expected::read(&text));
        let read = read.and_then(|read| known_cases(read.ids()).map(|()| read));
        read.map_err(|reason| CommandError::Expected {
            path: path.clone(),
            reason,
        })
    }

    fn settings(&self) -> Settings {
        Settings {
            jobs: self.jobs,
            patience: Patience {
                startup: STARTUP,
                timeout: self.timeout,
            },
            repeat: self.repeat,
        }
    }

    /// The best verdict that is a deviation.
    fn denied(&self) -> Verdict {
        match self.deny_warnings {
            true => Verdict::Warn,
            false => Verdict::Fail,
        }
    }
}

fn serve(case: &Case, port: u16) -> Result<u8, CommandError> {
    if let Played::NotYet(why) = &case.played {
        return Err(CommandError::Case(format!("{}: {why}", case.id)));
    }
    let server = stage::serving(case, port).map_err(CommandError::Serve)?;
    let address = stage::address(&server);
    let (target, after) = (case.target(), stage::AFTER);
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(CommandError::Signals)?;
    print(&format!(
        "http://{address}{target}\nhttp://{address}{after} for the next request\n"
    ))?;
    signals.forever().next();
    server.stop();
    Ok(0)
}

fn api(text: &str) -> Result<Api, String> {
    let found = [Api::Fetch, Api::Xhr]
        .into_iter()
        .find(|api| api.word() == text);
    found.ok_or_else(|| format!("expected fetch or xhr, found {text:?}"))
}
