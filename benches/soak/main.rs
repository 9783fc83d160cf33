//! Runs a mixed load for minutes or hours: `cargo bench --bench soak`, or `./dev soak MINUTES`. Clients use all
//! features of the server, send malformed requests, and disconnect; every response is checked. Meanwhile the
//! server's memory, threads and file descriptors are watched.
//!
//! Exit codes: 0 if every response was as expected, memory did not grow and nothing leaked; 1 if not; 2 if the
//! load could not run.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`site`]: the files that are served.
//! - [`work`]: requests and expected responses.
//! - [`worker`]: one client.
//! - [`chance`]: random numbers that are the same in every run.
//! - [`watch`]: the server's memory, threads and descriptors, and whether they grow.
//! - [`hostile`]: requests that would be dear to answer, and how long others wait meanwhile.
//! - [`stopping`]: how long stopping takes while connections only wait.
//! - [`picture`]: the same as curves.
//! - [`memcheck`]: the server under valgrind, with a shorter load.

mod chance;
mod hostile;
mod memcheck;
mod options;
mod picture;
mod site;
mod stopping;
#[path = "../../tests/support/mod.rs"]
mod support;
mod watch;
mod work;
mod worker;

use std::fs;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use clap::Parser;

use memcheck::Memcheck;
use options::Options;
use site::Site;
use support::process::Process;
use watch::{Curve, Watch};
use work::Work;
use worker::Tally;

/// Why there is no result, in one line.
type Complaint = String;

/// Failures that are shown; the others are counted.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.is_bench() {
        println!("soak loads only when run by `cargo bench`");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(failures) if failures.is_empty() => ExitCode::SUCCESS,
        Ok(failures) => {
            for failure in failures {
                println!("FAILED: {failure}");
            }
            ExitCode::from(1)
        }
        Err(complaint) => {
            eprintln!("soak: {complaint}");
            ExitCode::from(2)
        }
    }
}

/// The failures.
fn run(options: &Options) -> Result<Vec<String>, Complaint> {
    let site = Site::make().map_err(|error| format!("cannot make the doc root: {error}"))?;
    println!("{} clients, {}", options.clients, options.until());
    if options.memcheck {
        let memcheck = Memcheck::start(site.path());
        let (tally, curve) = watched_load(options, memcheck.server())?;
        let mut failures = shown(&tally);
        failures.extend(curve.leaked());
        failures.extend(memcheck.end()?);
        return Ok(failures);
    }
    let server = Process::wireserve(site.path(), ["--log", "error"]);
    let (tally, curve) = watched_load(options, &server)?;
    draw(options, &tally, &curve)?;
    let mut failures = shown(&tally);
    failures.extend(curve.growth());
    failures.extend(curve.leaked());
    drop(server);
    let server = Process::wireserve(site.path(), ["--log", "off"]);
    failures.extend(hostile::try_it(&server));
    failures.extend(stopping::try_it());
    Ok(failures)
}

/// Runs the load; returns the counts of the clients and the needs of the server.
fn watched_load(options: &Options, server: &Process) -> Result<(Tally, Curve), Complaint> {
    // Memory that the server allocates once is not part of the curves.
    worker::warm_up(server.addr())?;
    let watch = Watch::begin(server.id());
    let tally = load(options, server, &watch);
    let curve = watch.end();
    tally.print();
    curve.print();
    Ok((tally, curve))
}

fn draw(options: &Options, tally: &Tally, curve: &Curve) -> Result<(), Complaint> {
    if let Some(folder) = options.picture.parent() {
        // If this fails, so does the write.
        let _ = fs::create_dir_all(folder);
    }
    fs::write(&options.picture, picture::draw(curve, tally))
        .map_err(|error| format!("{}: {error}", options.picture.display()))?;
    println!("curves: {}", options.picture.display());
    Ok(())
}

/// The first failures of the clients, and the number of the others.
fn shown(tally: &Tally) -> Vec<String> {
    let mut failures: Vec<_> = tally.failures.iter().take(SHOWN).cloned().collect();
    if tally.failures.len() > SHOWN {
        failures.push(format!("... and {} more", tally.failures.len() - SHOWN));
    }
    failures
}

/// Runs all clients until the limit is reached.
fn load(options: &Options, server: &Process, watch: &Watch) -> Tally {
    let began = Instant::now();
    let tally = Arc::new(worker::Shared::new(options.limit(began)));
    thread::scope(|scope| {
        for number in 0..options.clients {
            let tally = Arc::clone(&tally);
            scope.spawn(move || worker::work(number, server.addr(), &tally));
        }
        while !tally.is_done() {
            watch.look(tally.requests());
        }
    });
    tally.total(began.elapsed())
}

impl Tally {
    fn print(&self) {
        let rate = self.requests as f64 / self.took.as_secs_f64();
        println!(
            "{} requests in {:.0} s, {rate:.0} requests/s; errors: {}",
            self.requests,
            self.took.as_secs_f64(),
            self.failures.len()
        );
        for work in Work::ALL {
            println!("  {work:<18}{:>10}", self.of(work));
        }
    }
}

impl Curve {
    fn print(&self) {
        println!(
            "memory: {:.1} MiB in the second quarter, {:.1} MiB in the last; at most {:.1} MiB",
            self.early(),
            self.late(),
            self.peak()
        );
        println!("before: {}; after: {}", self.before, self.after);
    }
}
