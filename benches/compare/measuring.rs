//! One measurement: a new server, so that its memory is due to this work alone, and one load.

use std::thread;
use std::time::{Duration, Instant};

use super::Complaint;
use super::churn::{self, Asked};
use super::contender::Contender;
use super::crowd;
use super::results::Spread;
use super::sample::{Measure, Sample};
use super::server::Server;
use super::site::{self, Site};
use super::work::{Load, Work};
use super::wrk;

/// How long connections have been idle when memory is measured.
const IDLE: Duration = Duration::from_secs(3);

/// Measures one work on one server. `seconds` is the duration of steady load.
pub(crate) fn measure(
    work: Work,
    contender: Contender,
    site: &Site,
    seconds: u32,
) -> Result<Sample, Complaint> {
    let measurement = Measurement {
        work,
        contender,
        site,
    };
    let sample = match work.load() {
        Load::Steady(connections) => measurement.steady(connections, seconds),
        Load::Churn(clients) => measurement.churn(clients, seconds),
        Load::Rush(count) => measurement.rush(count),
        Load::Idle(count) => measurement.idle(count),
        Load::Starts(count) => measurement.starts(count),
    };
    sample.map_err(|complaint| format!("{contender}, {work}: {complaint}"))
}

/// With so many connections or more, the load takes twice as long: wrk's time includes connecting, and a
/// connection that finds the server's queue full tries again after a second.
const MANY: u32 = 1000;

#[derive(Clone, Copy)]
struct Measurement<'a> {
    work: Work,
    contender: Contender,
    site: &'a Site,
}

impl Measurement<'_> {
    fn steady(self, connections: u32, seconds: u32) -> Result<Sample, Complaint> {
        let server = self.server()?;
        let url = server.url(self.target());
        let seconds = match connections {
            ..MANY => seconds,
            _ => 2 * seconds,
        };
        let before = server.usage();
        let run = wrk::run(&url, connections, seconds, self.work.placement())?;
        let after = server.usage();
        let sample = Sample::default()
            .with(Measure::Rate, run.requests_per_second)
            .with(Measure::Memory, after.memory.peak as f64);
        if run.requests == 0.0 {
            // No request was answered, which happens on a very busy machine.
            return Ok(sample);
        }
        Ok(sample
            .with(Measure::P50, run.p50)
            .with(Measure::P99, run.p99)
            .with(Measure::Cpu, (after.time - before.time) / run.requests))
    }

    fn churn(self, clients: u32, seconds: u32) -> Result<Sample, Complaint> {
        let server = self.server()?;
        let before = server.usage();
        let duration = Duration::from_secs(u64::from(seconds));
        let content = site::content(self.work);
        let asked = Asked {
            address: server.address(),
            target: self.target(),
            content: &content,
            tls: server.tls(),
        };
        let churn = churn::churn(asked, clients, duration).map_err(|error| error.to_string())?;
        let after = server.usage();
        let count = churn.latencies.len() as f64;
        let quantile = |share| crowd::quantile(&churn.latencies, share).as_secs_f64();
        Ok(Sample::default()
            .with(Measure::Rate, count / churn.time.as_secs_f64())
            .with(Measure::Memory, after.memory.peak as f64)
            .with(Measure::P50, quantile(0.5))
            .with(Measure::P99, quantile(0.99))
            .with(Measure::Cpu, (after.time - before.time) / count))
    }

    fn rush(self, count: usize) -> Result<Sample, Complaint> {
        let server = self.server()?;
        let before = server.usage();
        let rush = crowd::rush(server.address(), self.target(), count)
            .map_err(|error| error.to_string())?;
        let after = server.usage();
        let sample = Sample::default()
            .with(Measure::Answered, rush.latencies.len() as f64)
            .with(Measure::Memory, after.memory.peak as f64);
        let Some(all_within) = rush.all_within else {
            // The latencies of the others are not comparable.
            return Ok(sample.with(Measure::Time, f64::INFINITY));
        };
        let quantile = |share| crowd::quantile(&rush.latencies, share).as_secs_f64();
        Ok(sample
            .with(Measure::Time, all_within.as_secs_f64())
            .with(Measure::P50, quantile(0.5))
            .with(Measure::P99, quantile(0.99))
            .with(Measure::Cpu, (after.time - before.time) / count as f64))
    }

    fn idle(self, count: usize) -> Result<Sample, Complaint> {
        let server = self.server()?;
        let _idle = crowd::idle(server.address(), self.target(), count)
            .map_err(|error| error.to_string())?;
        thread::sleep(IDLE);
        Ok(Sample::default().with(Measure::Memory, server.usage().memory.now as f64))
    }

    fn starts(self, count: usize) -> Result<Sample, Complaint> {
        let mut times = Vec::new();
        let mut memory = 0;
        for _ in 0..count {
            let began = Instant::now();
            let server = self.server()?;
            times.push(began.elapsed().as_secs_f64());
            memory = server.usage().memory.now;
        }
        let times = Spread::of(times).ok_or("the server was never started")?;
        Ok(Sample::default()
            .with(Measure::Time, times.median)
            .with(Measure::Memory, memory as f64))
    }

    /// A server that has answered one request.
    fn server(self) -> Result<Server, Complaint> {
        let recipe = self.contender.recipe(self.work, self.site)?;
        let tls = self.contender.is_through_tls(self.work);
        let tls = tls.then(|| self.site.client());
        let server = Server::start(recipe, self.work.placement(), tls)?;
        server.check(self.target(), &site::content(self.work))?;
        Ok(server)
    }

    fn target(self) -> &'static str {
        self.contender.target(self.work)
    }
}
