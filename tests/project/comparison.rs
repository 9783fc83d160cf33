//! The calculations of the bench `compare`: medians and ratios, verdicts, the parsers for the output of wrk and
//! for `/proc`, the tables, the pictures and the document. Nothing is measured, and no server is started.

#[expect(dead_code, reason = "the bench's `main` is not called")]
#[path = "../../benches/compare/mod.rs"]
mod compare;

use std::time::Duration;

use clap::{Parser, ValueEnum};
use compare::contender::Contender;
use compare::goal::Goal;
use compare::machine::{self, Machine};
use compare::options::Options;
use compare::picture::{Ink, Picture, Text};
use compare::processes::Process;
use compare::results::{Results, Spread, Verdict};
use compare::sample::{Measure, Sample, grouped};
use compare::table::{Column, Table};
use compare::work::{Load, Work};
use compare::{comparison, crowd, document, growth, report, wrk};

// --- Samples

#[test]
fn the_median_is_the_middle_value_or_between_the_two_middle_values() {
    let median = |values: &[f64]| Spread::of(values.iter().copied()).map(|spread| spread.median);
    for (values, expected) in [
        (&[][..], None),
        (&[7.0], Some(7.0)),
        (&[1.0, 2.0], Some(1.5)),
        (&[9.0, 1.0, 2.0], Some(2.0)),
        (&[4.0, 1.0, 9.0, 2.0], Some(3.0)),
        (&[1.0, f64::INFINITY, f64::INFINITY], Some(f64::INFINITY)),
    ] {
        assert_eq!(median(values), expected, "{values:?}");
    }
    let spread = Spread::of([9.0, 1.0, 2.0]).unwrap();
    assert_eq!((spread.min, spread.max), (1.0, 9.0));
}

#[test]
fn a_ratio_is_taken_within_each_round() {
    let mut results = Results::default();
    rates(
        &mut results,
        Work::Stash,
        Contender::Wireserve,
        &[10.0, 80.0, 30.0],
    );
    rates(
        &mut results,
        Work::Stash,
        Contender::Patched,
        &[1.0, 2.0, 1.0],
    );
    let ratio = results.ratio(Work::Stash, Contender::Patched).unwrap();
    assert_eq!((ratio.min, ratio.median, ratio.max), (10.0, 30.0, 40.0));
    assert_eq!(results.ratio(Work::Stash, Contender::Shipped), None);
    assert_eq!(results.ratio(Work::Writer, Contender::Patched), None);
}

#[test]
fn a_share_of_the_best_needs_all_of_the_growth() {
    let mut results = Results::default();
    let goal = Goal::OfTheBest(0.5);
    for (at, work) in Work::GROWTH.into_iter().enumerate() {
        assert_eq!(results.achieved(Work::Trivial4096, goal), None);
        let rate = if at == 2 { 80.0 } else { 20.0 };
        rates(&mut results, work, Contender::Wireserve, &[rate]);
    }
    let share = results.achieved(Work::Trivial4096, goal).unwrap();
    assert_eq!(share.median, 0.25);
}

// --- Goals and verdicts

#[test]
fn a_goal_is_reached_by_exactly_its_value() {
    for (goal, reached, missed) in [
        (Goal::Beside(Contender::Patched, 45.0), 45.0, 44.9),
        (Goal::WorkersBeside(Contender::Granian, 1.25), 1.25, 1.24),
        (Goal::CpuBeside(Contender::Nginx, 1.0), 1.0, 1.01),
        (Goal::OfTheBest(0.5), 0.5, 0.49),
        (Goal::AtMost(Measure::Time, 1.0), 1.0, 1.1),
        (Goal::AtMost(Measure::Time, 1.0), 0.2, f64::INFINITY),
    ] {
        assert!(goal.is_reached_by(reached), "{goal:?}");
        assert!(!goal.is_reached_by(missed), "{goal:?}");
    }
}

#[test]
fn the_median_is_judged_and_only_on_a_quiet_machine() {
    let mut results = Results::default();
    let goal = Goal::Beside(Contender::Patched, 33.0);
    let judge = |results: &Results, machine| results.verdict(Work::Stash, goal, machine);
    assert_eq!(judge(&results, Machine::Quiet), Verdict::NotJudged);

    rates(&mut results, Work::Stash, Contender::Patched, &[1.0; 3]);
    rates(
        &mut results,
        Work::Stash,
        Contender::Wireserve,
        &[1.0, 33.0, 50.0],
    );
    assert_eq!(judge(&results, Machine::Quiet), Verdict::Reached);
    assert_eq!(judge(&results, Machine::Busy), Verdict::NotJudged);

    rates(&mut results, Work::Stash, Contender::Patched, &[1.0]);
    rates(&mut results, Work::Stash, Contender::Wireserve, &[1.0]);
    assert_eq!(judge(&results, Machine::Quiet), Verdict::Missed);
}

#[test]
fn one_missed_goal_is_enough() {
    let mut results = Results::default();
    let all = |results: &Results| results.verdict_of(Work::Static, Machine::Quiet);
    assert_eq!(all(&results), Verdict::NotJudged);
    rates(&mut results, Work::Static, Contender::Wireserve, &[100.0]);
    rates(&mut results, Work::Static, Contender::Shipped, &[1.0]);
    assert_eq!(all(&results), Verdict::NotJudged, "nginx is missing");
    rates(&mut results, Work::Static, Contender::Nginx, &[1000.0]);
    assert_eq!(all(&results), Verdict::Missed);
}

#[test]
fn every_goal_refers_to_a_contender_that_does_the_work() {
    let options = options(&[]);
    for &work in Work::value_variants() {
        for goal in Goal::of(work) {
            let contenders = match *goal {
                Goal::Beside(contender, _) | Goal::CpuBeside(contender, _) => vec![contender],
                Goal::WorkersBeside(contender, _) => vec![Contender::Workers, contender],
                Goal::AtMost(..) | Goal::OfTheBest(_) => vec![],
            };
            for contender in contenders {
                assert!(contender.does(work, &options), "{work}: {goal:?}");
            }
            let steady = matches!(work.load(), Load::Steady(_));
            if let Goal::AtMost(Measure::Time, _) = goal {
                assert!(!steady, "{work}: {goal:?}");
            }
        }
    }
}

#[test]
fn a_machine_is_busy_if_others_use_more_than_three_percent() {
    assert_eq!(machine::machine(0.0), Machine::Quiet);
    assert_eq!(machine::machine(0.029), Machine::Quiet);
    assert_eq!(machine::machine(0.04), Machine::Busy);
}

// --- The output of wrk and the files of /proc

const WRK: &str = "Running 2s test @ http://127.0.0.1:41231/trivial.py
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   184.55us  235.28us   6.40ms   96.11%
    Req/Sec    92.07k     4.45k   98.15k    80.00%
  Latency Distribution
     50%  147.00us
     75%  190.00us
     90%  277.00us
     99%    1.18ms
  183143 requests in 2.00s, 26.20MB read
Requests/sec:  91551.36
Transfer/sec:     13.10MB
";

#[test]
fn the_output_of_wrk_is_parsed() {
    let run = wrk::read(WRK).unwrap();
    assert_eq!(run.requests, 183_143.0);
    assert_eq!(run.requests_per_second, 91_551.36);
    assert!((run.p50 - 147e-6).abs() < 1e-12, "{}", run.p50);
    assert!((run.p99 - 1.18e-3).abs() < 1e-12, "{}", run.p99);
}

#[test]
fn a_run_with_errors_does_not_count() {
    for line in [
        "  Socket errors: connect 0, read 3, write 0, timeout 0",
        "  Non-2xx or 3xx responses: 12",
    ] {
        let text = WRK.replace("Requests/sec", &format!("{line}\nRequests/sec"));
        let complaint = wrk::read(&text).unwrap_err();
        assert!(complaint.contains(line.trim()), "{complaint}");
    }
    for missing in ["99%", "Requests/sec:", " requests in "] {
        let complaint = wrk::read(&WRK.replace(missing, "?")).unwrap_err();
        assert!(
            complaint.contains("in the output of wrk, found none"),
            "{complaint}"
        );
    }
}

#[test]
fn latencies_have_units() {
    for (text, seconds) in [
        ("2.00us", 2e-6),
        ("2.00ms", 2e-3),
        ("2.00s", 2.0),
        ("2.00m", 120.0),
    ] {
        let read = wrk::latency(text).unwrap();
        assert!((read - seconds).abs() < 1e-12, "{text}: {read}");
    }
    for text in ["", "2.00", "us", "2.00h"] {
        assert!(wrk::latency(text).is_err(), "{text}");
    }
}

#[test]
fn a_process_is_parsed_whatever_its_name() {
    let stat = "77 (a) S (1)) R 5 77 77 0 -1 4194304 90 0 0 0 11 22 33 44 20 0 1 0 9876 1 2 3\n";
    let process = Process::read(stat).unwrap();
    assert_eq!(process.key.pid, 77);
    assert_eq!(process.name, "a) S (1)");
    assert_eq!((process.ticks, process.ticks_of_children), (33, 77));
    assert!(Process::read("77 (cut) R 5").is_none());
}

#[test]
fn stolen_time_is_the_eighth_number() {
    let stat = "cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1 2 3 4 5 6 7 44 9 10\n";
    assert_eq!(machine::stolen(stat), 88);
    assert_eq!(machine::stolen(""), 0);
}

// --- Crowds

#[test]
fn only_the_complete_expected_response_counts() {
    for (answer, whole) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: hello", false),
        ("HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nhello", false),
        ("", false),
    ] {
        assert_eq!(crowd::is_whole(answer.as_bytes()), whole, "{answer:?}");
    }
}

#[test]
fn a_quantile_is_one_of_the_values() {
    let values: Vec<_> = (1..=200).map(Duration::from_millis).collect();
    for (share, expected) in [(0.5, 100), (0.99, 198), (1.0, 200), (0.0, 1)] {
        let quantile = crowd::quantile(&values, share);
        assert_eq!(quantile, Duration::from_millis(expected), "{share}");
    }
    assert_eq!(crowd::quantile(&values[..1], 0.99), values[0]);
    assert_eq!(crowd::quantile(&[], 0.5), Duration::ZERO);
}

// --- Values, tables and pictures

#[test]
fn values_have_three_digits_or_so_and_a_unit() {
    for (measure, value, shown) in [
        (Measure::Rate, 0.4, "0"),
        (Measure::Rate, 999.0, "999"),
        (Measure::Rate, 1_234_567.8, "1,234,568"),
        (Measure::Answered, 5000.0, "5,000"),
        (Measure::Cpu, 7.5e-6, "7.5 µs"),
        (Measure::P99, 999e-6, "999 µs"),
        (Measure::P99, 999.6e-6, "1 ms"),
        (Measure::P99, 0.02, "20 ms"),
        (Measure::P99, 0.0277, "27.7 ms"),
        (Measure::Time, 0.5, "500 ms"),
        (Measure::Time, 1.0, "1 s"),
        (Measure::Time, 12.0, "12 s"),
        (Measure::Time, f64::INFINITY, "incomplete"),
        (Measure::Memory, 45e6, "45 MB"),
    ] {
        assert_eq!(measure.shown(value), shown);
    }
    assert_eq!(grouped(100_000.0), "100,000");
}

#[test]
fn a_table_is_aligned_in_columns() {
    let mut table = Table::new([Column::left("a"), Column::right("number")]);
    assert_eq!(table.markdown(), "");
    table.row(["µs".to_owned(), "1".to_owned()]);
    assert_eq!(
        table.markdown(),
        "| a  | number |\n| -- | -----: |\n| µs |      1 |\n\n"
    );
}

#[test]
fn the_tables_show_what_was_measured_and_nothing_else() {
    let mut results = Results::default();
    let works = [Work::Static, Work::Stash, Work::Burst];
    assert_eq!(report::values(&works, &results), "");
    rates(
        &mut results,
        Work::Static,
        Contender::Wireserve,
        &[30_000.0],
    );
    rates(&mut results, Work::Static, Contender::Nginx, &[60_000.0]);
    let sample = Sample::default()
        .with(Measure::Time, f64::INFINITY)
        .with(Measure::Answered, 12.0);
    results.add(Work::Burst, Contender::Wireserve, sample);

    let values = report::values(&works, &results);
    let rows: Vec<Vec<_>> = values.lines().map(cells).collect();
    for row in [
        &[
            "static 1 KiB, c=16",
            "wireserve",
            "30,000",
            "[30,000 – 30,000]",
            "",
            "",
            "",
            "",
        ][..],
        &["", "nginx", "60,000", "[60,000 – 60,000]", "", "", "", ""],
        &[
            "burst of 5,000, stash",
            "wireserve",
            "incomplete",
            "[incomplete – incomplete]",
            "12",
            "",
            "",
            "",
            "",
        ],
    ] {
        assert!(rows.iter().any(|one| one == row), "{row:?} in\n{values}");
    }
    assert!(!values.contains("stash put"), "{values}");

    for (machine, verdict) in [
        (Machine::Quiet, "**missed**"),
        (Machine::Busy, "not judged"),
    ] {
        let goals = report::goals(&works, &results, machine);
        let rows: Vec<Vec<_>> = goals.lines().map(cells).collect();
        for row in [
            [
                "static 1 KiB, c=16",
                "requests/s relative to nginx",
                "0.50 ×",
                "[0.50 × – 0.50 ×]",
                "≥ 1.1 ×",
                verdict,
            ],
            [
                "burst of 5,000, stash",
                "time",
                "incomplete",
                "[incomplete – incomplete]",
                "≤ 1 s",
                verdict,
            ],
        ] {
            assert!(rows.iter().any(|one| one == &row), "{row:?} in\n{goals}");
        }
    }
}

#[test]
fn text_in_pictures_is_escaped_and_every_ink_has_its_colour() {
    let inks = [
        Ink::Wireserve,
        Ink::PythonCpu,
        Ink::Workers,
        Ink::Ceiling,
        Ink::Granian,
        Ink::Nginx,
        Ink::Patched,
        Ink::Shipped,
        Ink::Line,
        Ink::Grid,
    ];
    let mut picture = Picture::new("1 < 2", 100.0);
    picture.text(Text::Label, 1.0, 2.0, "a & b <script> \"q\"");
    for ink in inks {
        picture.bar(ink, 0.0, 0.0, 1.0, 1.0);
    }
    let picture = picture.finish(50.0);
    assert!(picture.contains("<title>1 &lt; 2</title>"), "{picture}");
    assert!(
        picture.contains(">a &amp; b &lt;script&gt; \"q\"</text>"),
        "{picture}"
    );
    assert!(picture.contains("viewBox=\"0 0 100 50\""), "{picture}");
    for ink in inks {
        let class = ink.class();
        assert!(picture.contains(&format!(".{class} {{")), "{class}");
    }
    let (light, dark) = picture.split_once("prefers-color-scheme: dark").unwrap();
    for (at, _) in picture.match_indices("var(--") {
        let name = picture[at + 4..].split(')').next().unwrap();
        for colours in [light, dark] {
            assert!(colours.contains(&format!("{name}: #")), "{name}");
        }
    }
}

#[test]
fn bars_are_as_long_as_their_values() {
    let mut results = Results::default();
    let works = [Work::Static, Work::Stash];
    rates(&mut results, Work::Static, Contender::Wireserve, &[50.0]);
    assert_eq!(
        comparison::picture(&works, &results),
        None,
        "no other server"
    );
    rates(&mut results, Work::Static, Contender::Nginx, &[100.0]);
    let picture = comparison::picture(&works, &results).unwrap();
    let length = |class: &str| attribute(&picture, &format!("<rect class=\"{class}\""), "width");
    assert_eq!(length("wireserve") * 2.0, length("nginx"));
    assert!(!picture.contains("stash"), "{picture}");
}

#[test]
fn growth_is_drawn_when_all_of_it_was_measured() {
    let mut results = Results::default();
    for work in Work::GROWTH {
        assert_eq!(growth::picture(&results), None);
        let sample = Sample::default()
            .with(Measure::Rate, 1000.0)
            .with(Measure::Memory, 20e6);
        results.add(work, Contender::Wireserve, sample);
    }
    let picture = growth::picture(&results).unwrap();
    for text in [
        "Requests per second",
        "Memory",
        "half of the best",
        "connections",
    ] {
        assert!(picture.contains(&format!(">{text}</text>")), "{text}");
    }
    for text in ["1", "16", "64", "256", "1,024", "4,096"] {
        assert!(picture.contains(&format!(">{text}</text>")), "{text}");
    }
    assert_eq!(picture.matches(">1,000</text>").count(), 6);
    assert_eq!(picture.matches(">20 MB</text>").count(), 6);
}

#[test]
fn text_around_the_markers_is_kept() {
    let before = format!(
        "# Title\n\nAbove.\n\n{}\nold\n{}\n\nBelow.\n",
        document::BEGIN,
        document::END
    );
    let once = document::placed(&before, "new\n\n").unwrap();
    assert_eq!(
        once,
        format!(
            "# Title\n\nAbove.\n\n{}\n\nnew\n\n{}\n\nBelow.\n",
            document::BEGIN,
            document::END
        )
    );
    assert_eq!(document::placed(&once, "new").unwrap(), once);
    assert_eq!(document::placed("# Title\n", "new"), None);
}

// --- The command line

#[test]
fn options_that_contradict_each_other_are_refused() {
    for arguments in [
        &["--quick", "--rounds", "2"][..],
        &["--quick", "--seconds", "2"],
        &["--only", "stash", "--write"],
        &["--rounds", "0"],
        &["--only", "nothing"],
    ] {
        let arguments = ["compare"].iter().chain(arguments);
        assert!(Options::try_parse_from(arguments).is_err());
    }
    assert!(options(&["--check", "--only", "stash"]).validate().is_err());
    assert!(
        options(&["--check", "--only", "trivial"])
            .validate()
            .is_ok()
    );
    assert!(options(&["--check"]).validate().is_ok());
}

#[test]
fn python_cpu_is_measured_if_the_option_is_given() {
    for (arguments, works) in [(&[][..], 0), (&["--python-cpu"], 5)] {
        let options = options(arguments);
        let does = |work: &&Work| Contender::PythonCpu.does(**work, &options);
        assert_eq!(options.works().iter().filter(does).count(), works);
    }
}

fn options(arguments: &[&str]) -> Options {
    Options::parse_from(["compare"].iter().chain(arguments))
}

fn rates(results: &mut Results, work: Work, contender: Contender, rates: &[f64]) {
    for &rate in rates {
        results.add(work, contender, Sample::default().with(Measure::Rate, rate));
    }
}

fn cells(line: &str) -> Vec<&str> {
    let line = line.trim_matches('|');
    line.split(" | ").map(str::trim).collect()
}

/// The number in an attribute of the first element that begins like this.
fn attribute(picture: &str, element: &str, name: &str) -> f64 {
    let (_, rest) = picture.split_once(element).expect("the element");
    let (_, rest) = rest
        .split_once(&format!(" {name}=\""))
        .expect("the attribute");
    let (value, _) = rest.split_once('"').expect("a closing quote");
    value.parse().expect("a number")
}
