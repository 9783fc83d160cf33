//! The tables, on standard output.

use super::contender::Contender;
use super::goal::Goal;
use super::machine::{Machine, Watch};
use super::options::Options;
use super::results::{Results, Spread, Verdict};
use super::work::Work;

/// What is about to be measured, and where.
pub(crate) fn introduce(options: &Options, watch: &Watch) {
    let Options {
        rounds,
        seconds,
        connections,
        ..
    } = options;
    println!("{rounds} rounds of wrk -t1 -c{connections} -d{seconds}");
    println!(
        "{} processors, load average {}, {:.0} % lost to others",
        watch.processors(),
        watch.load_average(),
        watch.lost() * 100.0
    );
    if watch.machine() == Machine::Busy {
        println!("THIS MACHINE IS BUSY: no verdicts");
    }
    println!();
}

/// Work by contender, medians over the rounds.
pub(crate) fn speeds(works: &[Work], results: &Results) {
    println!(
        "{:14}  {:24}  {:>10}  {:>21}  {:>8}  {:>8}",
        "work", "server", "requests/s", "[min – max]", "p50", "p99"
    );
    for &work in works {
        let mut label = work.to_string();
        for contender in Contender::ALL {
            let values = (
                results.spread(work, contender, |sample| sample.requests_per_second),
                results.spread(work, contender, |sample| sample.p50),
                results.spread(work, contender, |sample| sample.p99),
            );
            let (Some(speed), Some(p50), Some(p99)) = values else {
                continue;
            };
            println!(
                "{label:14}  {contender:24}  {:10.0}  {:>21}  {:>8}  {:>8}",
                speed.median,
                format!("[{:.0} – {:.0}]", speed.min, speed.max),
                latency(p50.median),
                latency(p99.median)
            );
            label.clear();
        }
    }
    println!();
}

/// wireserve as multiples of the others, and the goals.
pub(crate) fn ratios(works: &[Work], results: &Results, watch: &Watch) {
    println!(
        "{:14}  {:24}  {:>24}  {:>7}",
        "wireserve is", "", "times as fast", "goal"
    );
    for &work in works {
        let mut label = work.to_string();
        for contender in Contender::ALL {
            if contender == Contender::Wireserve {
                continue;
            }
            let Some(ratio) = results.ratio(work, contender) else {
                continue;
            };
            let goal = Goal::of(work).iter().find(|goal| goal.beside == contender);
            println!(
                "{label:14}  {contender:24}  {:>24}  {:>7}  {}",
                shown(ratio),
                goal.map(|goal| format!("≥ {}", goal.ratio))
                    .unwrap_or_default(),
                goal.map(|&goal| verdict(results.verdict(work, goal, watch)))
                    .unwrap_or_default(),
            );
            label.clear();
        }
    }
    if watch.machine() == Machine::Busy {
        println!(
            "\nNO VERDICTS: the machine was busy; {:.0} % of its time was lost to others.",
            watch.lost() * 100.0
        );
    }
}

fn shown(Spread { min, median, max }: Spread) -> String {
    // Beside equals two digits say something.
    let digits = if median < 10.0 { 2 } else { 1 };
    format!("{median:.digits$} [{min:.digits$} – {max:.digits$}]")
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reached => "reached",
        Verdict::Missed => "MISSED",
        Verdict::NotJudged => "",
    }
}

fn latency(microseconds: f64) -> String {
    if microseconds < 1000.0 {
        format!("{microseconds:.0} µs")
    } else {
        format!("{:.1} ms", microseconds / 1000.0)
    }
}
