//! Prints results for people.

use std::fmt::Write as _;

use crate::phases::Phase;

use super::machine::QUIET;
use super::results::{Function, Latency, Machine, Measured, Results};
use super::shown::{bytes, grouped, range, share, time};

/// The text for standard output.
pub fn text(results: &Results) -> String {
    let mut out = String::new();
    for path in &results.paths {
        add(&mut out, path);
    }
    let Results {
        connections,
        rounds,
        round_s,
        ..
    } = results;
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{connections} connections, {rounds} rounds of {round_s} s; medians of the rounds, with [smallest – largest]"
    );
    let _ = writeln!(out, "{}", load(&results.machine));
    out
}

/// How busy the machine was, and what that means.
pub fn load(machine: &Machine) -> String {
    let used = share(machine.others);
    let program = machine.busiest.as_ref().filter(|_| machine.others > QUIET);
    let program = program.map_or_else(String::new, |program| format!(", mostly `{program}`"));
    format!(
        "other processes used {used} of the {} processors' time{program}",
        machine.processors
    )
}

/// The lines about paths that were not answered as they should.
pub fn complaints(results: &Results) -> Vec<String> {
    let mut lines = Vec::new();
    for path in &results.paths {
        if let Some(problem) = &path.problem {
            let expected = match problem.starts_with("status ") {
                true => ", expected status 2xx or 3xx",
                false => "",
            };
            lines.push(format!("{}: found {problem}{expected}", path.path));
        }
        for (found, count) in &path.errors {
            let times = match count {
                1 => "once".to_owned(),
                count => format!("{} times", grouped(*count as f64)),
            };
            lines.push(format!("{}: found {times}: {found}", path.path));
        }
    }
    lines
}

fn add(out: &mut String, path: &Measured) {
    let _ = writeln!(out, "{} {}", path.method, path.path);
    if let Some(problem) = &path.problem {
        let _ = writeln!(out, "  not measured: {problem}\n");
        return;
    }
    let mut line = |label: &str, text: String| {
        let _ = writeln!(out, "  {label:<12} {text}");
    };
    match &path.requests_per_s {
        Some(rate) => line(
            "requests/s",
            format!("{} {}", grouped(rate.median), range(rate, grouped)),
        ),
        None => line("requests/s", "no response was a success".to_owned()),
    }
    if let Some(latency) = &path.latency_us {
        line("latency", latencies(latency));
    }
    if let Some(processor) = &path.processor_us {
        let text = format!(
            "{} a request {}",
            time(processor.median),
            range(processor, time)
        );
        line("server's CPU", text);
    }
    let opened = grouped(path.connections_opened as f64);
    line(
        "bytes",
        format!(
            "{} a response, {opened} connections opened",
            bytes(path.response_bytes)
        ),
    );
    let errors = path.errors.iter();
    let errors: Vec<_> = errors
        .map(|(found, count)| format!("{} × {found}", grouped(*count as f64)))
        .collect();
    line(
        "errors",
        match errors.is_empty() {
            true => "none".to_owned(),
            false => errors.join(", "),
        },
    );
    add_phases(out, path);
    if let Some(functions) = &path.functions {
        add_functions(out, functions);
    }
    out.push('\n');
}

fn latencies(latency: &Latency) -> String {
    let Latency {
        p50, p90, p99, max, ..
    } = latency;
    format!(
        "p50 {} {}, p90 {}, p99 {} {}, max {}",
        time(p50.median),
        range(p50, time),
        time(p90.median),
        time(p99.median),
        range(p99, time),
        time(*max)
    )
}

fn add_phases(out: &mut String, path: &Measured) {
    let Some(phases) = &path.phases_us else {
        return;
    };
    let in_server: f64 = phases.values().sum();
    let _ = writeln!(
        out,
        "  where a request's time goes, {} in the server:",
        time(in_server)
    );
    for phase in Phase::ALL {
        let spent = phases.get(phase.name()).copied().unwrap_or(0.0);
        if spent > 0.0 {
            let of_all = share(spent / in_server);
            let _ = writeln!(
                out,
                "    {:<10} {:>9} {of_all:>5}",
                phase.name(),
                time(spent)
            );
        }
    }
    if let Some(latency) = &path.latency_us {
        let elsewhere = (latency.mean - in_server).max(0.0);
        let _ = writeln!(
            out,
            "    outside of it: {}, in the kernel, in the client, and waiting for a processor",
            time(elsewhere)
        );
    }
}

fn add_functions(out: &mut String, functions: &[Function]) {
    if functions.is_empty() {
        let _ = writeln!(out, "  no Python function was called");
        return;
    }
    let _ = writeln!(
        out,
        "  functions that cost most, for one request on one connection, slowed down by the profiler:"
    );
    let _ = writeln!(out, "    {:>9} {:>9} {:>7}", "own", "in all", "calls");
    for one in functions {
        let place = match one.line {
            0 => String::new(),
            line => format!(" ({}:{line})", one.file),
        };
        let _ = writeln!(
            out,
            "    {:>9} {:>9} {:>7} {}{place}",
            time(one.own_us),
            time(one.total_us),
            format!("{:.1}", one.calls).trim_end_matches(".0"),
            one.function
        );
    }
}
