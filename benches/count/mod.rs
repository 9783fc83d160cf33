//! Counts the instructions of the hot paths, and compares them with a baseline in the repository: `./dev count`.
//!
//! Unlike times, counts do not depend on other load. callgrind counts each [`Work`] twice, for a few requests and
//! for [`counting::TIMES`] more; the difference is the cost of the additional requests, without start-up. Counts
//! include code of the interpreter, the C library and the compiler, so the baseline names its [tools]; counts
//! with other tools are shown, but not judged. The kernel is not counted: a system call is one instruction.
//!
//! The crate gungraun does not fit: it counts a function or a whole run of a program, but not the cost of one
//! more request to a running server. It also needs an installed runner of the same version, and keeps its
//! baselines in `target/`.
//!
//! Exit codes: 0 if no count grew, 1 if one did, 2 if there are no counts.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`work`]: the hot paths.
//! - [`function`]: the works that are a function of the library; [`chromium`] has the input of one.
//! - [`server`]: a server under callgrind, and its client.
//! - [`callgrind`]: runs callgrind and parses its files.
//! - [`counting`]: the counts of all works.
//! - [`tools`]: the tools on which counts depend.
//! - [`baseline`]: the earlier counts.
//! - [`comparison`]: the verdicts.
//! - [`report`]: the table, and advice.

pub(crate) mod baseline;
pub(crate) mod callgrind;
pub(crate) mod chromium;
pub(crate) mod comparison;
pub(crate) mod counting;
pub(crate) mod function;
pub(crate) mod options;
pub(crate) mod report;
pub(crate) mod server;
pub(crate) mod tools;
pub(crate) mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use baseline::Baseline;
use comparison::{Comparison, Outcome};
use options::{Options, Task};
use work::Work;

/// Why there are no counts, in one line.
type Complaint = String;

pub(crate) fn main() -> ExitCode {
    let options = Options::parse();
    let counted = match options.task() {
        Task::Nothing => {
            println!("count counts only when run by `cargo bench`");
            return ExitCode::SUCCESS;
        }
        Task::Repeat(work, times) => {
            function::repeat(work, times);
            return ExitCode::SUCCESS;
        }
        Task::Write => write(),
        Task::Compare => compare(&options),
    };
    match counted {
        Ok(Outcome::Grown) => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(complaint) => {
            eprintln!("count: {complaint}");
            ExitCode::from(2)
        }
    }
}

fn compare(options: &Options) -> Result<Outcome, Complaint> {
    let baseline = Baseline::read(&baseline_file())?;
    let counts = counting::count(options.works(), &results())?;
    let comparison = Comparison::new(&baseline, &counts.baseline());
    print!("{}", report::table(&comparison));
    eprint!("{}", report::advice(&comparison, &counts.profiles()));
    Ok(comparison.outcome())
}

fn write() -> Result<Outcome, Complaint> {
    let counts = counting::count(Work::ALL, &results())?.baseline();
    let file = baseline_file();
    let before = Baseline::read(&file).unwrap_or_else(|_| counts.clone());
    counts.write(&file)?;
    print!("{}", report::table(&Comparison::new(&before, &counts)));
    println!("written to {}", file.display());
    Ok(Outcome::Steady)
}

fn baseline_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/count/baseline.json")
}

/// The folder of callgrind's files, for `callgrind_annotate`.
fn results() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("count")
}
