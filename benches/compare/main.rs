//! wireserve's speed beside other servers', in one run on one machine: `cargo bench --bench compare`.
//!
//! Each round measures every [`Work`] on every [`Contender`] that does it, one after the other, so
//! that what slows the machine down for a while slows all of them down. Medians over the rounds
//! count. Most numbers are the machine's; ratios are what most goals are about, and all are judged
//! only if the machine had nothing else to do.
//!
//! Exit codes: 0 for a result, 1 with `--check` for a goal that was missed, 2 for no result.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`work`]: what is asked of the servers.
//! - [`site`]: the files that they serve.
//! - [`contender`], [`interpreted`], [`nginx`]: the servers.
//! - [`server`], [`placement`], [`processes`]: a process of one of them, where it runs, what it takes.
//! - [`wrk`], [`crowd`]: the two load generators.
//! - [`measuring`], [`sample`]: one measurement, and what it says.
//! - [`machine`], [`interruption`]: whether the machine was quiet, and whether to go on.
//! - [`goal`], [`results`]: what wireserve should reach; what was measured, and what follows from it.
//! - [`versions`], [`table`], [`report`]: the result as Markdown.
//! - [`picture`], [`comparison`], [`growth`]: the result as pictures.
//! - [`document`]: where they are kept.
//!
//! A bench without a harness has no unit tests. `tests/project/comparison.rs` holds what is computed here.

pub(crate) mod churn;
pub(crate) mod comparison;
pub(crate) mod contender;
pub(crate) mod crowd;
pub(crate) mod document;
pub(crate) mod goal;
pub(crate) mod growth;
pub(crate) mod interpreted;
pub(crate) mod interruption;
pub(crate) mod machine;
pub(crate) mod measuring;
pub(crate) mod nginx;
pub(crate) mod options;
pub(crate) mod picture;
pub(crate) mod placement;
pub(crate) mod processes;
pub(crate) mod report;
pub(crate) mod results;
pub(crate) mod sample;
pub(crate) mod server;
pub(crate) mod site;
pub(crate) mod table;
pub(crate) mod versions;
pub(crate) mod work;
pub(crate) mod wrk;

use std::process::ExitCode;

use clap::Parser;

use contender::Contender;
use document::{Document, Pictures};
use interruption::Interruption;
use machine::Watch;
use options::Options;
use results::{Results, Verdict};
use site::Site;
use versions::Versions;
use work::{Load, Work};

/// Why there is no result, in a line or more.
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
    let document = options.write.as_deref().map(Document::find).transpose()?;
    let versions = Versions::find()?;
    allow_connections(options.works())?;
    let mut watch = Watch::begin();
    let results = measure(options, &mut watch)?;
    watch.end();

    let works = options.works();
    let summary = report::introduction(options, &versions, &watch)
        + &report::goals(works, &results, watch.machine());
    let values = report::values(works, &results);
    print!("{summary}{values}");
    if let Some(document) = document {
        let pictures = Pictures {
            comparison: comparison::picture(works, &results),
            growth: growth::picture(&results),
        };
        document.write([&summary, &values], &pictures)?;
    }
    Ok(results.verdict_of(Work::CHECKED, watch.machine()))
}

fn measure(options: &Options, watch: &mut Watch) -> Result<Results, Complaint> {
    let fail = |error| format!("cannot make the doc root: {error}");
    let interruption = Interruption::notice().map_err(|error| error.to_string())?;
    let site = Site::make().map_err(fail)?;
    let mut results = Results::default();
    for round in 1..=options.rounds() {
        for (work, contender) in pairs(options) {
            eprintln!("round {round} of {}: {work}: {contender}", options.rounds());
            let sample = measuring::measure(work, contender, &site, options.seconds());
            // A signal may well be why there is none.
            interruption.complain()?;
            results.add(work, contender, sample?);
            watch.look();
        }
    }
    Ok(results)
}

fn pairs(options: &Options) -> impl Iterator<Item = (Work, Contender)> {
    options.works().iter().flat_map(move |&work| {
        Contender::ALL
            .into_iter()
            .filter(move |contender| contender.does(work, options))
            .map(move |contender| (work, contender))
    })
}

/// Raises the limit of descriptors, which the servers and wrk inherit.
fn allow_connections(works: &[Work]) -> Result<(), Complaint> {
    let connections = works.iter().map(|work| match work.load() {
        Load::Steady(count) | Load::Churn(count) => u64::from(count),
        Load::Rush(count) | Load::Idle(count) => count as u64,
        Load::Starts(_) => 1,
    });
    let wanted = connections.max().unwrap_or(0) + OTHER_DESCRIPTORS;
    let allowed = rlimit::increase_nofile_limit(wanted).map_err(|error| error.to_string())?;
    if allowed < wanted {
        return Err(format!(
            "{wanted} descriptors are needed, and {allowed} allowed; see `ulimit -Hn`"
        ));
    }
    Ok(())
}

/// Descriptors beside those of connections, generously.
const OTHER_DESCRIPTORS: u64 = 512;
