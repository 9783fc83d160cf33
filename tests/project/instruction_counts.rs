//! `./dev count` fails if a hot path takes over 5 % more instructions than before, and reports the path and the
//! difference. It also reports a decrease. Counts with other tools are shown, but not judged. The counts in these
//! tests are invented; callgrind is not run.

// The tests use a part of it.
#[allow(dead_code)]
#[path = "../../benches/count/mod.rs"]
mod count;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use count::baseline::Baseline;
use count::callgrind::{Output, Threads, total};
use count::comparison::{Comparison, Outcome, Verdict};
use count::options::{Options, Task};
use count::report;
use count::tools::Tools;
use count::work::Work;

use clap::Parser as _;

/// Counts with the same tools each time.
fn counts(instructions: &[(Work, u64)]) -> Baseline {
    Baseline {
        counted_with: Tools {
            rustc: "rustc 1.95.0".to_owned(),
            libc: "glibc 2.36".to_owned(),
            valgrind: "valgrind-3.19.0".to_owned(),
            processor: "x86_64 with AVX2".to_owned(),
            python: "3.11.2 (main)".to_owned(),
        },
        instructions: instructions.iter().copied().collect(),
    }
}

fn compare(before: &Baseline, now: &Baseline) -> (Vec<String>, String, Outcome) {
    let comparison = Comparison::new(before, now);
    let table = report::table(&comparison);
    let profiles = BTreeMap::from([(Work::Trivial, PathBuf::from("target/trivial-04"))]);
    (
        table.lines().skip(1).map(str::to_owned).collect(),
        report::advice(&comparison, &profiles),
        comparison.outcome(),
    )
}

#[test]
fn an_increase_above_the_limit_fails_and_is_named() {
    let before = counts(&[(Work::Head, 7_000), (Work::Trivial, 20_000)]);
    let now = counts(&[(Work::Head, 7_000), (Work::Trivial, 21_234)]);
    let (table, advice, outcome) = compare(&before, &now);
    assert_eq!(outcome, Outcome::Grown);
    assert_eq!(
        table,
        [
            "head           7,000       7,000    +0.0 %",
            "trivial       20,000      21,234    +6.2 %  GREW",
        ]
    );
    assert_eq!(
        advice,
        "count: trivial grew by 6.2 %, from 20,000 to 21,234 instructions; the limit is 5 %\n\
         count:   the profile: callgrind_annotate target/trivial-04\n\
         count: if the cost is justified, run `./dev count --write` and explain it\n"
    );
}

#[test]
fn a_decrease_above_the_limit_is_reported_and_passes() {
    let before = counts(&[(Work::Head, 7_000), (Work::Stash, 1_234_567)]);
    let now = counts(&[(Work::Head, 6_999), (Work::Stash, 999_999)]);
    let (table, advice, outcome) = compare(&before, &now);
    assert_eq!(outcome, Outcome::Outdated);
    assert_eq!(
        table,
        [
            "head           7,000       6,999    +0.0 %",
            "stash      1,234,567     999,999   -19.0 %  shrank",
        ]
    );
    assert_eq!(
        advice,
        "count: the baseline is outdated: run `./dev count --write`\n"
    );
}

#[test]
fn a_verdict_is_about_more_than_five_percent() {
    for (before, now, verdict) in [
        (10_000, 10_000, Verdict::Steady),
        (10_000, 10_500, Verdict::Steady),
        (10_000, 10_501, Verdict::Grown),
        (10_000, 9_500, Verdict::Steady),
        (10_000, 9_499, Verdict::Shrunk),
    ] {
        let before = counts(&[(Work::Fixed, before)]);
        let now_counts = counts(&[(Work::Fixed, now)]);
        let comparison = Comparison::new(&before, &now_counts);
        assert_eq!(comparison.rows[&Work::Fixed].verdict, verdict, "{now}");
    }
}

#[test]
fn a_path_that_grew_fails_whatever_the_others_do() {
    let before = counts(&[(Work::Head, 7_000), (Work::Fixed, 8_000)]);
    let now = counts(&[
        (Work::Head, 5_000),
        (Work::Fixed, 9_000),
        (Work::Stash, 50_000),
    ]);
    assert_eq!(compare(&before, &now).2, Outcome::Grown);
}

#[test]
fn a_path_that_the_baseline_lacks_is_new() {
    let before = counts(&[(Work::Head, 7_000)]);
    let now = counts(&[(Work::Head, 7_000), (Work::Stash, 50_000)]);
    let (table, advice, outcome) = compare(&before, &now);
    assert_eq!(outcome, Outcome::Outdated);
    assert_eq!(table[1], "stash                     50,000            new");
    assert!(advice.contains("./dev count --write"), "{advice}");
}

#[test]
fn a_path_that_only_the_baseline_has_is_left_out() {
    let before = counts(&[(Work::Head, 7_000), (Work::Stash, 50_000)]);
    let now = counts(&[(Work::Head, 7_000)]);
    let (table, advice, outcome) = compare(&before, &now);
    assert_eq!((table.len(), advice.as_str()), (1, ""));
    assert_eq!(outcome, Outcome::Steady);
}

#[test]
fn with_another_interpreter_only_scripts_are_not_judged() {
    let before = counts(&[(Work::Fixed, 8_000), (Work::Trivial, 20_000)]);
    let mut now = counts(&[(Work::Fixed, 8_000), (Work::Trivial, 40_000)]);
    now.counted_with.python = "3.14.0".to_owned();
    let (table, advice, outcome) = compare(&before, &now);
    assert_eq!(outcome, Outcome::Steady);
    assert_eq!(
        table,
        [
            "fixed          8,000       8,000    +0.0 %",
            "trivial       20,000      40,000  +100.0 %  not judged",
        ]
    );
    assert_eq!(
        advice,
        "count: not judged: trivial; python: found \"3.14.0\", the baseline has \"3.11.2 (main)\"\n"
    );
}

#[test]
fn with_another_compiler_library_counter_or_processor_nothing_is_judged() {
    let changes: [fn(&mut Tools) -> &mut String; 4] = [
        |tools| &mut tools.rustc,
        |tools| &mut tools.libc,
        |tools| &mut tools.valgrind,
        |tools| &mut tools.processor,
    ];
    for change in changes {
        let before = counts(&[(Work::Head, 7_000), (Work::Stash, 50_000)]);
        let mut now = counts(&[(Work::Head, 9_000), (Work::Stash, 90_000)]);
        *change(&mut now.counted_with) = "another".to_owned();
        let (table, advice, outcome) = compare(&before, &now);
        assert_eq!(outcome, Outcome::Steady);
        assert!(table.iter().all(|row| row.ends_with("  not judged")));
        // Once, for both.
        assert_eq!(advice.lines().count(), 1, "{advice}");
        assert!(advice.contains("head, stash; "), "{advice}");
    }
}

#[test]
fn a_baseline_is_parsed_as_it_was_written() {
    let counts = counts(&[(Work::Head, 7_000), (Work::Stash, 50_000)]);
    let text = counts.to_text();
    assert!(text.ends_with("}\n"));
    assert_eq!(Baseline::parse(&text), Ok(counts));
}

#[test]
fn a_malformed_baseline_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baseline.json");
    for text in [None, Some(""), Some("{}"), Some("[]")] {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let complaint = Baseline::read(&file).unwrap_err();
        assert!(complaint.contains("baseline.json: "), "{complaint}");
        assert!(complaint.contains("./dev count --write"), "{complaint}");
    }
}

#[test]
fn the_baseline_has_every_path() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/count/baseline.json");
    let baseline = Baseline::read(&file).unwrap();
    assert!(baseline.instructions.keys().eq(Work::ALL));
    assert!(baseline.instructions.values().all(|&count| count > 1000));
}

#[test]
fn the_busiest_thread_has_the_largest_increase() {
    let threads = |counts: &[(u32, u64)]| counts.iter().copied().collect::<Threads>();
    let before = threads(&[(1, 120_000_000), (4, 900_000), (6, 5_000)]);
    let after = threads(&[(1, 120_001_000), (4, 80_900_000), (6, 400_000), (7, 3_000)]);
    assert_eq!(after.busiest_since(&before), Some((4, 80_000_000)));
    // All instructions of a new thread are an increase.
    assert_eq!(before.busiest_since(&threads(&[(1, 0)])).unwrap().0, 1);
    assert_eq!(threads(&[]).busiest_since(&before), None);
}

#[test]
fn the_total_of_a_thread_is_parsed() {
    assert_eq!(total(CALLGRIND), Some(45_678));
    for text in ["", "totals: \n", "totals: many\n", "summary: 1\n"] {
        assert_eq!(total(text), None, "{text:?}");
    }
    assert_eq!(total(&CALLGRIND.repeat(2)), None, "two parts");
}

#[test]
fn only_files_of_threads_are_read() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["stash-01", "stash-12", "stash", "stash-x", "static-02"] {
        fs::write(folder.path().join(file), CALLGRIND).unwrap();
    }
    let output = Output::new(folder.path(), "stash");
    let both = Threads::from_iter([(1, 45_678), (12, 45_678)]);
    assert_eq!(output.read(), Ok(both));
    assert!(output.file(1).ends_with("stash-01") && output.file(1).exists());

    fs::write(folder.path().join("stash-02"), "cut off").unwrap();
    let complaint = output.read().unwrap_err();
    assert!(complaint.ends_with("stash-02 has no total"), "{complaint}");

    output.clear().unwrap();
    assert_eq!(output.read(), Ok(Threads::default()));
    assert!(folder.path().join("static-02").exists());
}

#[test]
fn the_options_select_a_task() {
    for (arguments, task) in [
        (&["count", "--bench"][..], Task::Compare),
        (&["count", "--bench", "--only", "head"], Task::Compare),
        (&["count", "--bench", "--write"], Task::Write),
        // As run by `cargo test`, and with `--test`.
        (&["count"], Task::Nothing),
        (&["count", "--bench", "--test"], Task::Nothing),
        (
            &["count", "--repeat", "route", "--times", "7"],
            Task::Repeat(Work::Route, 7),
        ),
    ] {
        let options = Options::try_parse_from(arguments).unwrap();
        assert_eq!(options.task(), task, "{arguments:?}");
    }
    for arguments in [
        &["count", "--bench", "--write", "--only", "head"][..],
        &["count", "--repeat", "head"],
    ] {
        assert!(Options::try_parse_from(arguments).is_err(), "{arguments:?}");
    }
}

/// A callgrind file of one thread, shortened.
const CALLGRIND: &str = "\
# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 31918
cmd:  wireserve site --port 0
part: 1
thread: 4

positions: line
events: Ir
summary: 45670

fn=(1) main
16 45678
calls=1 0
totals: 45678
";
