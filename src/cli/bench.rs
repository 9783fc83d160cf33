//! `wireserve bench`: measures how fast paths of a site, or of a server that runs, are answered.

use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::Command as Process;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::bench::results::Results;
use crate::bench::run::{self, Plan};
use crate::bench::server::Site;
use crate::bench::subject::Subject;
use crate::bench::target::{Target, Template};
use crate::bench::{comparison, picture, report};

use super::again;
use super::bench_options::BenchOptions;
use super::error::CommandError;
use super::options::Options;
use super::print;

/// Descriptors besides those of connections.
const OTHER_DESCRIPTORS: u64 = 64;

/// How often the progress bar is drawn.
const DRAW_EVERY: Duration = Duration::from_millis(250);

/// Does what the options ask for.
pub(super) fn bench(options: &BenchOptions) -> Result<u8, CommandError> {
    let template = options.template()?;
    let targets = options.targets(template.as_ref())?;
    let old = options.old()?;
    options.check_server(&targets)?;
    options.check_files()?;
    let wanted = (options.connections as u64).saturating_add(OTHER_DESCRIPTORS);
    if let Err(error) = rlimit::increase_nofile_limit(wanted) {
        return Err(CommandError::Bench(format!(
            "cannot open {} connections: {error}",
            options.connections
        )));
    }
    let starts = targets
        .iter()
        .any(|target| matches!(target, Target::Path(_)));
    let mut site = None;
    if starts {
        let command = options.command();
        let started = Site::start(command).map_err(CommandError::BenchServer)?;
        let Some(started) = started else {
            // It has said what is wrong with its options.
            return Ok(2);
        };
        site = Some(started);
    }
    let subject = |target| Subject::new(target, template.as_ref());
    let subjects: Vec<_> = targets.iter().map(subject).collect();
    let plan = options.plan();
    let bar = progress(plan, subjects.len());
    let results = run::run(
        plan,
        &subjects,
        site,
        &|name| bar.set_message(name.to_owned()),
        &|time| bar.inc(milliseconds(time)),
    );
    bar.finish_and_clear();
    let results = results.map_err(CommandError::BenchServer)?;
    options.write(&results)?;
    let mut text = report::text(&results);
    if let Some((name, old)) = old {
        text.push('\n');
        text.push_str(&comparison::text(&name, &old, &results));
    }
    print(&text)?;
    let complaints = report::complaints(&results);
    for complaint in &complaints {
        // The exit code remains.
        let _ = writeln!(io::stderr(), "wireserve: bench: {complaint}");
    }
    Ok(u8::from(!complaints.is_empty()))
}

impl BenchOptions {
    fn plan(&self) -> Plan {
        Plan {
            connections: self.connections,
            rounds: self.rounds,
            round: self.duration / u32::try_from(self.rounds).unwrap_or(u32::MAX),
            profile: self.profile,
        }
    }

    fn template(&self) -> Result<Option<Template>, CommandError> {
        let Some(path) = &self.request else {
            return Ok(None);
        };
        let template = fs::read(path).map_err(|error| error.to_string());
        let template = template.and_then(|file| Template::read(&file));
        template.map(Some).map_err(|reason| unusable(path, reason))
    }

    fn targets(&self, template: Option<&Template>) -> Result<Vec<Target>, CommandError> {
        if self.paths.is_empty() {
            // In whatever form it has.
            let own = template.map(|template| Target::Path(template.target().to_owned()));
            let none = || CommandError::Bench("expected a path or a URL, found none".to_owned());
            return own.map(|target| vec![target]).ok_or_else(none);
        }
        let targets = self.paths.iter().map(|path| Target::parse(path));
        targets
            .collect::<Result<_, _>>()
            .map_err(CommandError::Bench)
    }

    /// The name of the file with earlier results, and the results.
    fn old(&self) -> Result<Option<(String, Results)>, CommandError> {
        let Some(path) = &self.compare else {
            return Ok(None);
        };
        let text = fs::read_to_string(path).map_err(|error| error.to_string());
        let old = text.and_then(|text| Results::read(&text));
        let old = old.map_err(|reason| unusable(path, reason))?;
        Ok(Some((path.display().to_string(), old)))
    }

    /// Refuses what the server's process would refuse, with the messages of the command line.
    fn check_server(&self, targets: &[Target]) -> Result<(), CommandError> {
        let starts = targets
            .iter()
            .any(|target| matches!(target, Target::Path(_)));
        let of_server = !self.server.is_empty() || self.profile;
        if of_server && !starts {
            return Err(CommandError::Bench(
                "expected a path of a site for --profile and for options of the server, found URLs only"
                    .to_owned(),
            ));
        }
        if self.profile && cfg!(not(feature = "python")) {
            return Err(CommandError::Bench(
                "--profile: this wireserve was built without Python".to_owned(),
            ));
        }
        let arguments = [OsString::from("wireserve")]
            .into_iter()
            .chain(self.server.clone());
        match Options::parse_from(arguments) {
            Ok(Options { command: None, .. }) => Ok(()),
            Ok(_) => Err(CommandError::Bench(
                "expected options of the server after `--`, found another command".to_owned(),
            )),
            Err(error) => {
                let text = error.to_string();
                let line = text.lines().next().unwrap_or_default();
                let reason = line.trim_start_matches("error: ");
                Err(CommandError::Bench(format!(
                    "options of the server: {reason}"
                )))
            }
        }
    }

    /// Finds out before the run that its files cannot be written.
    fn check_files(&self) -> Result<(), CommandError> {
        for path in [&self.json, &self.svg].into_iter().flatten() {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            if let Some(folder) = folder
                && !folder.is_dir()
            {
                return Err(unusable(path, "expected an existing folder".to_owned()));
            }
        }
        Ok(())
    }

    /// What starts this command again, as the server.
    fn command(&self) -> impl Fn() -> Process + use<> {
        let server = self.server.clone();
        move || {
            let mut command = again::command();
            command.args([".bench-server", "--"]).args(&server);
            command
        }
    }

    fn write(&self, results: &Results) -> Result<(), CommandError> {
        if let Some(path) = &self.json {
            let text = serde_json::to_string_pretty(results).map_err(|error| error.to_string());
            let text = text.map_err(|reason| unusable(path, reason))?;
            write(path, &(text + "\n"))?;
        }
        if let Some(path) = &self.svg
            && let Some(picture) = picture::svg(results)
        {
            write(path, &picture)?;
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    fs::write(path, text).map_err(|error| unusable(path, error.to_string()))
}

fn unusable(path: &Path, reason: String) -> CommandError {
    CommandError::BenchFile {
        path: path.to_owned(),
        reason,
    }
}

fn progress(plan: Plan, paths: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let all = plan.round * u32::try_from(plan.rounds * paths).unwrap_or(u32::MAX);
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(milliseconds(all)), target);
    bar.enable_steady_tick(DRAW_EVERY);
    match ProgressStyle::with_template("{bar:40} {elapsed} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
