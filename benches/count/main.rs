//! How many instructions the hot paths take, beside a baseline that is checked in: `./dev count`.
//!
//! Unlike times, counts are the same on a busy machine. callgrind counts each [`Work`] twice, for a
//! few requests and for [`counting::TIMES`] more; the difference is what a request takes, without
//! start-up. Whatever code the interpreter, the C library or the compiler makes or picks is counted
//! along, so the baseline says what it was counted [with](tools), and with other tools its counts are
//! shown beside ours and not judged. What the kernel does is not counted: a system call is one
//! instruction here.
//!
//! The crate for this, gungraun, counts a function or a whole run of a program; here it is what one
//! more request takes of a server that runs. It also wants a runner of its own version to be installed,
//! and keeps its baselines in `target/`.
//!
//! Exit codes: 0 for counts that did not grow, 1 for one that did, 2 for no counts.
//!
//! # The modules
//!
//! - [`options`]: the command line.
//! - [`work`]: what is counted.
//! - [`function`]: the works that are a function of the library; [`chromium`] is one's input.
//! - [`server`]: a server under callgrind, and its client.
//! - [`callgrind`]: the counter, run and read.
//! - [`counting`]: the counts of all works.
//! - [`tools`]: what they depend on beside our own code.
//! - [`baseline`]: what was counted before.
//! - [`comparison`]: what follows from both.
//! - [`report`]: the table, and what to do now.

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

fn main() -> ExitCode {
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

/// Where callgrind's files are left, for `callgrind_annotate`.
fn results() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("count")
}
