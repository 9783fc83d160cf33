//! Measuring: each path is asked once, then loaded in rounds, one path after the other in each round, so that what
//! disturbs the machine for a while disturbs all of them. A path whose first response is no success is not loaded. A
//! path that ends the server ends its own round only: the server is started again for the next path.

use std::io;
use std::time::{Duration, SystemTime};

use crate::phases::Phase;
use crate::text::timestamp::Timestamp;

use super::load::{self, Counted, Load, Until};
use super::machine::Watch;
use super::results::{FORMAT, Function, Latency, Measured, Results, Spread};
use super::server::{Site, Usage};
use super::subject::Subject;

/// The shares of responses whose latencies are reported, in per cent.
const SHARES: [f64; 16] = [
    0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99,
    100.0,
];

/// The part of a round that is loaded before the first one, and not counted.
const WARM_UP: f64 = 0.2;

/// How long a path is profiled at most.
const PROFILE: Duration = Duration::from_secs(1);

/// How to measure.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Connections at the same time.
    pub connections: usize,
    /// Rounds of each path.
    pub rounds: usize,
    /// The length of a round.
    pub round: Duration,
    /// Whether to profile Python functions.
    pub profile: bool,
}

/// What a round has brought.
struct Round {
    counted: Counted,
    usage: Option<Usage>,
}

impl Round {
    /// A round that cannot be measured to its end: nothing of it counts but the reason.
    fn failed(reason: String) -> Self {
        let mut counted = Counted::new();
        counted.fail(reason);
        Self {
            counted,
            usage: None,
        }
    }
}

/// Measures all subjects. `begins` is called with the name of each before it is loaded, `ends` with the time that it
/// was.
///
/// # Errors
/// When the system has no means to wait for connections.
pub fn run(
    plan: Plan,
    subjects: &[Subject],
    mut site: Option<Site>,
    begins: &dyn Fn(&str),
    ends: &dyn Fn(Duration),
) -> io::Result<Results> {
    let began = SystemTime::now();
    let mut problems = Vec::new();
    for subject in subjects {
        problems.push(first_answer(subject, site.as_mut())?);
    }
    if let Some(site) = &mut site {
        site.quiet();
    }
    let mut watch = Watch::default();
    let mut rounds: Vec<Vec<Round>> = subjects.iter().map(|_| Vec::new()).collect();
    let mut warmth = vec![Warmth::Cold; subjects.len()];
    for _ in 0..plan.rounds {
        for (at, subject) in subjects.iter().enumerate() {
            if problems[at].is_some() {
                continue;
            }
            begins(&subject.name);
            let site = site.as_mut();
            rounds[at].push(round(plan, subject, site, &mut warmth[at], &mut watch)?);
            ends(plan.round);
        }
    }
    let mut paths: Vec<Measured> = Vec::new();
    for ((subject, problem), rounds) in subjects.iter().zip(problems).zip(&rounds) {
        paths.push(measured(subject, problem, rounds));
    }
    if let (true, Some(site)) = (plan.profile, &mut site) {
        profile(plan, subjects, &mut paths, site, begins)?;
    }
    Ok(Results {
        format: FORMAT,
        wireserve: env!("CARGO_PKG_VERSION").to_owned(),
        began: Timestamp(began).to_string(),
        connections: plan.connections,
        rounds: plan.rounds,
        round_s: plan.round.as_secs_f64(),
        machine: watch.machine(),
        paths,
    })
}

/// Whether a path was loaded before its first round that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Warmth {
    Cold,
    /// With the server that was started so many times; 0 for a URL.
    Warm(u32),
}

/// What is wrong with the first response, if anything is.
fn first_answer(subject: &Subject, mut site: Option<&mut Site>) -> io::Result<Option<String>> {
    let (address, request) = match subject.asks(site.as_deref_mut()) {
        Ok(asks) => asks,
        Err(reason) => return Ok(Some(reason)),
    };
    let counted = load::run(Load {
        address,
        request: &request,
        connections: 1,
        until: Until::Answer,
    })?;
    // That the server has ended says more than what became of the connection.
    let ended = subject.own(site).and_then(|site| site.usage().err());
    Ok(ended.or_else(|| counted.errors.into_keys().next()))
}

fn round(
    plan: Plan,
    subject: &Subject,
    mut site: Option<&mut Site>,
    warmth: &mut Warmth,
    watch: &mut Watch,
) -> io::Result<Round> {
    let (address, request) = match subject.asks(site.as_deref_mut()) {
        Ok(asks) => asks,
        Err(reason) => return Ok(Round::failed(reason)),
    };
    let mut load = Load {
        address,
        request: &request,
        connections: plan.connections,
        until: Until::Time(plan.round.mul_f64(WARM_UP)),
    };
    let own = subject.own(site);
    let warm = Warmth::Warm(own.as_ref().map_or(0, |site| site.starts()));
    if *warmth != warm {
        load::run(load)?;
        *warmth = warm;
    }
    load.until = Until::Time(plan.round);
    match own {
        Some(site) => own_round(load, site, watch),
        None => round_elsewhere(load, watch),
    }
}

fn own_round(load: Load<'_>, site: &mut Site, watch: &mut Watch) -> io::Result<Round> {
    watch.begin();
    let before = match site.usage() {
        Ok(usage) => usage,
        Err(ended) => return Ok(Round::failed(ended)),
    };
    let counted = load::run(load)?;
    let after = site.usage();
    watch.end();
    Ok(match after {
        Ok(after) => Round {
            counted,
            usage: Some(after.since(&before)),
        },
        Err(ended) => Round::failed(ended),
    })
}

/// The server's own time cannot be told from that of others, so the machine is watched in a pause.
fn round_elsewhere(load: Load<'_>, watch: &mut Watch) -> io::Result<Round> {
    watch.begin();
    std::thread::sleep(PAUSE);
    watch.end();
    let counted = load::run(load)?;
    Ok(Round {
        counted,
        usage: None,
    })
}

/// How long the machine is watched before each round of a server that was not started here.
const PAUSE: Duration = Duration::from_millis(200);

fn measured(subject: &Subject, problem: Option<String>, rounds: &[Round]) -> Measured {
    let mut all = Counted::new();
    for round in rounds {
        let counted = &round.counted;
        all.answered += counted.answered;
        all.received += counted.received;
        all.opened += counted.opened;
        // Both have the same bounds.
        let _ = all.latencies.add(&counted.latencies);
        for (found, count) in &counted.errors {
            *all.errors.entry(found.clone()).or_default() += count;
        }
    }
    let answered = rounds.iter().filter(|round| round.counted.answered > 0);
    let rates = answered.clone().map(|round| {
        let counted = &round.counted;
        counted.answered as f64 / counted.took.as_secs_f64()
    });
    let quantile = |share: f64| {
        let values = answered.clone().map(|round| {
            let latencies = &round.counted.latencies;
            latencies.value_at_quantile(share) as f64 / 1e3
        });
        Spread::of(values)
    };
    let latencies = &all.latencies;
    let latency = match (quantile(0.5), quantile(0.9), quantile(0.99)) {
        (Some(p50), Some(p90), Some(p99)) => Some(Latency {
            p50,
            p90,
            p99,
            max: latencies.max() as f64 / 1e3,
            mean: latencies.mean() / 1e3,
        }),
        _ => None,
    };
    let per_response = |sum: u64| match all.answered + all.errors.values().sum::<u64>() {
        0 => 0.0,
        count => sum as f64 / count as f64,
    };
    Measured {
        path: subject.name.clone(),
        method: subject.method().to_owned(),
        problem,
        requests: all.answered,
        connections_opened: all.opened,
        requests_per_s: Spread::of(rates),
        latency_us: latency,
        distribution_us: match all.answered {
            0 => Vec::new(),
            _ => SHARES
                .map(|share| (share, latencies.value_at_percentile(share) as f64 / 1e3))
                .to_vec(),
        },
        response_bytes: per_response(all.received),
        processor_us: Spread::of(
            usages(rounds).map(|usage| usage.processor as f64 / usage.requests as f64 / 1e3),
        ),
        phases_us: phases(rounds),
        errors: all.errors,
        functions: None,
    }
}

/// What the server has used in each round in which it answered.
fn usages(rounds: &[Round]) -> impl Iterator<Item = Usage> {
    let usages = rounds.iter().filter_map(|round| round.usage);
    usages.filter(|usage| usage.requests > 0)
}

/// The time of a request in each phase, on average over all rounds.
fn phases(rounds: &[Round]) -> Option<std::collections::BTreeMap<String, f64>> {
    let requests: u64 = usages(rounds).map(|usage| usage.requests).sum();
    let average = |phase: Phase| {
        let spent = usages(rounds).map(|usage| usage.phases[phase as usize]);
        let spent: u64 = spent.sum();
        (
            phase.name().to_owned(),
            spent as f64 / requests as f64 / 1e3,
        )
    };
    (requests > 0).then(|| Phase::ALL.into_iter().map(average).collect())
}

/// Profiles each path with one connection, so that functions of one request are not mixed with those of another.
fn profile(
    plan: Plan,
    subjects: &[Subject],
    paths: &mut [Measured],
    site: &mut Site,
    begins: &dyn Fn(&str),
) -> io::Result<()> {
    site.profile();
    for (subject, path) in subjects.iter().zip(paths) {
        if path.problem.is_some() || subject.own(Some(site)).is_none() {
            continue;
        }
        begins(&format!("{}, profiled", subject.name));
        match functions(plan, subject, site)? {
            Ok(functions) => path.functions = Some(functions),
            Err(reason) => *path.errors.entry(reason).or_default() += 1,
        }
    }
    Ok(())
}

/// The functions that cost most for one request, or why they are not known.
fn functions(
    plan: Plan,
    subject: &Subject,
    site: &mut Site,
) -> io::Result<Result<Vec<Function>, String>> {
    let (address, request) = match subject.asks(Some(site)) {
        Ok(asks) => asks,
        Err(reason) => return Ok(Err(reason)),
    };
    let counted = load::run(Load {
        address,
        request: &request,
        connections: 1,
        until: Until::Time(plan.round.min(PROFILE)),
    })?;
    let requests = (counted.answered + counted.errors.values().sum::<u64>()).max(1) as f64;
    let each = |one: Function| Function {
        calls: one.calls / requests,
        own_us: one.own_us / requests,
        total_us: one.total_us / requests,
        ..one
    };
    let functions = site.functions();
    Ok(functions.map(|functions| functions.into_iter().map(each).collect()))
}
