//! Compares the speed of wireserve with that of other servers, in one run on one machine:
//! `cargo bench --bench compare`.
//!
//! Each round measures every [`Work`] on every [`Contender`] that supports it, one after the other, so that
//! other load on the machine slows all of them down alike. The medians over the rounds count. Absolute numbers
//! depend on the machine, so most goals are ratios. Goals are judged only if the machine had no other load.
//!
//! Exit codes: 0 for a result, 1 with `--check` for a missed goal, 2 for no result.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`work`]: requests and kinds of load.
//! - [`site`]: the files that the servers serve.
//! - [`contender`], [`interpreted`], [`nginx`]: the servers.
//! - [`server`], [`placement`], [`processes`]: a server's process, its processors, its time and memory.
//! - [`wrk`], [`crowd`], [`churn`]: the load generators; [`tls_stream`]: connections of the last one through TLS.
//! - [`measuring`], [`sample`]: one measurement, and its values.
//! - [`machine`], [`interruption`]: other load on the machine; signals that end the bench.
//! - [`goal`], [`results`]: the goals of wireserve; all samples, their medians and verdicts.
//! - [`versions`], [`table`], [`report`]: the result as Markdown.
//! - [`picture`], [`comparison`], [`growth`]: the result as pictures.
//! - [`document`]: the document that contains both.
//!
//! A bench without a harness has no unit tests; `tests/project/comparison.rs` tests the calculations.

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
pub(crate) mod tls_stream;
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

/// Why there is no result, in one or more lines.
type Complaint = String;

pub(crate) fn main() -> ExitCode {
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
            // A signal may be the reason that there is no sample.
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

/// Raises the limit of file descriptors, which the servers and wrk inherit.
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
            "{wanted} file descriptors are needed, but the limit is {allowed}; see `ulimit -Hn`"
        ));
    }
    Ok(())
}

/// File descriptors for other purposes than connections, generously.
const OTHER_DESCRIPTORS: u64 = 512;
