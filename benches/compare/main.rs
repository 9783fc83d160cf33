//! wireserve's speed beside the reference's, in one run on one machine: `cargo bench --bench compare`.
//!
//! Each round measures every [`Work`] on every [`Contender`] that does it, one after the other, so
//! that what slows the machine down for a while slows all of them down. Medians over the rounds
//! count. Absolute numbers are the machine's; ratios are what the goals are about, and they are
//! judged only if the machine had nothing else to do.
//!
//! Exit codes: 0 for a result, 1 with `--check` for a goal that was missed, 2 for no result.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`work`]: what is asked of the servers.
//! - [`site`]: the files that they serve.
//! - [`contender`] and [`nginx`]: the servers, each in a process of its own.
//! - [`goal`]: what wireserve should reach beside them.
//! - [`load`]: wrk, run and read.
//! - [`machine`]: whether the machine was quiet.
//! - [`results`]: what was measured, and what follows from it.
//! - [`report`]: the tables.

mod contender;
mod goal;
mod load;
mod machine;
mod nginx;
mod options;
mod report;
mod results;
mod site;
mod work;

use std::process::ExitCode;

use clap::Parser;

use contender::{Contender, Servers};
use machine::Watch;
use options::Options;
use results::{Results, Verdict};
use work::Work;

/// Why there is no result, in one line.
type Complaint = String;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.is_bench() {
        println!("compare measures only when run by `cargo bench`");
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(Verdict::Missed) if options.check => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("compare: {complaint}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<Verdict, Complaint> {
    options.validate()?;
    load::find_wrk()?;
    let mut watch = Watch::begin();
    report::introduce(options, &watch);
    let results = measure(options, &mut watch)?;
    report::speeds(options.works(), &results);
    report::ratios(options.works(), &results, &watch);
    Ok(results.verdict_of(Work::CHECKED, &watch))
}

fn measure(options: &Options, watch: &mut Watch) -> Result<Results, Complaint> {
    let servers = Servers::start()?;
    for (work, contender) in pairs(options) {
        servers.check(contender, work)?;
    }
    let mut results = Results::default();
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        for (work, contender) in pairs(options) {
            watch.look();
            let url = servers.url(contender, work);
            let sample = load::run(&url, work, options)
                .map_err(|complaint| format!("{contender}, {work}: {complaint}"))?;
            results.add(work, contender, sample);
        }
    }
    Ok(results)
}

fn pairs(options: &Options) -> impl Iterator<Item = (Work, Contender)> {
    options.works().iter().flat_map(|&work| {
        Contender::ALL
            .into_iter()
            .filter(move |contender| contender.does(work))
            .map(move |contender| (work, contender))
    })
}
