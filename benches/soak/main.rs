//! Whether the server stays as it is under hours of mixed load: `cargo bench --bench soak`, or
//! `./dev soak MINUTES`. Clients ask for everything that it can do, send broken requests and vanish; every
//! answer is checked. Meanwhile its memory, threads and descriptors are watched.
//!
//! Exit codes: 0 if every answer was right, memory stayed flat and nothing was left behind; 1 if not; 2 if
//! it could not be tried.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`site`]: the files that are served.
//! - [`work`]: what is asked, and what must come.
//! - [`worker`]: one client, who asks on and on.
//! - [`chance`]: which work is next; the same in every run.
//! - [`watch`]: what the server needs, and whether that is flat.
//! - [`picture`]: the same as curves.
//! - [`memcheck`]: the server under valgrind, for a shorter load.

mod chance;
mod memcheck;
mod options;
mod picture;
mod site;
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

/// What was not as it should be.
fn run(options: &Options) -> Result<Vec<String>, Complaint> {
    let site = Site::make().map_err(|error| format!("cannot make the doc root: {error}"))?;
    println!("{} clients, {}", options.clients, options.until());
    if options.memcheck {
        let memcheck = Memcheck::start(site.path());
        let (tally, curve) = watched_load(options, memcheck.server())?;
        let mut failures = shown(&tally);
        failures.extend(curve.left_behind());
        failures.extend(memcheck.end()?);
        return Ok(failures);
    }
    let server = Process::wireserve(site.path(), ["--log", "error"]);
    let (tally, curve) = watched_load(options, &server)?;
    draw(options, &tally, &curve)?;
    let mut failures = shown(&tally);
    failures.extend(curve.growth());
    failures.extend(curve.left_behind());
    Ok(failures)
}

/// What the clients count, and what the server needs meanwhile.
fn watched_load(options: &Options, server: &Process) -> Result<(Tally, Curve), Complaint> {
    // What is made once is there before the curves begin.
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
        // What comes of it shows in a moment.
        let _ = fs::create_dir_all(folder);
    }
    fs::write(&options.picture, picture::draw(curve, tally))
        .map_err(|error| format!("{}: {error}", options.picture.display()))?;
    println!("curves: {}", options.picture.display());
    Ok(())
}

/// The failures of the clients: the first of them, and how many others there are.
fn shown(tally: &Tally) -> Vec<String> {
    let mut failures: Vec<_> = tally.failures.iter().take(SHOWN).cloned().collect();
    if tally.failures.len() > SHOWN {
        failures.push(format!("... and {} more", tally.failures.len() - SHOWN));
    }
    failures
}

/// Lets all clients work until it is enough.
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
            "{} requests in {:.0} s, {rate:.0} each second; errors: {}",
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
        println!("before: {}; behind: {}", self.before, self.after);
    }
}
