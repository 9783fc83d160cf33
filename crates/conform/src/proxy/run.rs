//! Running the cases for proxies: many at a time, and those that end connections of others alone.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use super::asker::{Answer, AnswerEnd, Asker, Line};
use super::fill::Fill;
use super::judge::{AfterSeen, Evidence, NextSeen, judge};
use super::mark::{Mark, Marks};
use super::origin::{Origin, Slot};
use crate::case::halves::{After, AskStep, Begins, Company, Form, Halves, Then};
use crate::case::{Case, Played};
use crate::judge::{Finding, Judgement, Rule, Verdict};
use crate::lag::Lag;
use crate::run::{CaseResult, Run, Settings};
use wireserve_core::wire_script::WireScript;

/// How long the end of a connection may take to reach the client.
const CLOSE: Duration = Duration::from_secs(1);

/// How long more bytes may take that follow a response.
const SETTLE: Duration = Duration::from_millis(10);

/// The longest wait for the origin to have answered.
const ANSWERED: Duration = Duration::from_secs(3);

/// The proxy under test.
#[derive(Clone, Copy, Debug)]
pub struct Proxy {
    pub address: SocketAddr,
    pub form: Form,
}

impl Proxy {
    /// Waits until the proxy accepts connections.
    ///
    /// # Errors
    /// The last error, if it does not within the limit.
    pub fn wait_until_open(&self, limit: Duration) -> io::Result<()> {
        const STEP: Duration = Duration::from_millis(50);
        let deadline = Instant::now() + limit;
        loop {
            match std::net::TcpStream::connect_timeout(&self.address, limit) {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(_) => thread::sleep(STEP),
            }
        }
    }
}

/// Runs all cases, and returns their results in the same order. `done` is called after each.
pub fn run(
    cases: Vec<Case>,
    proxy: Proxy,
    origin: &Origin,
    settings: Settings,
    done: &(dyn Fn(&CaseResult) + Sync),
) -> Vec<CaseResult> {
    let cases = cases.into_iter().enumerate();
    let (alone, together): (Vec<_>, Vec<_>) = cases.partition(|(_, case)| is_alone(case));
    let bench = Bench {
        proxy,
        origin,
        settings,
        marks: Marks::new(),
        lag: Lag::start(),
    };
    let waiting = Mutex::new(together.into_iter().rev().collect::<Vec<_>>());
    let results = Mutex::new(Vec::new());
    let finish = |(index, case)| {
        let result = bench.case(case);
        done(&result);
        results.lock().push((index, result));
    };
    thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            scope.spawn(|| {
                loop {
                    // Released before the case runs.
                    let next = waiting.lock().pop();
                    match next {
                        Some(next) => finish(next),
                        None => return,
                    }
                }
            });
        }
    });
    alone.into_iter().for_each(finish);
    let mut results = results.into_inner();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn is_alone(case: &Case) -> bool {
    match &case.played {
        Played::Proxied(halves) => halves.company == Company::Alone,
        _ => false,
    }
}

struct Bench<'b> {
    proxy: Proxy,
    origin: &'b Origin,
    settings: Settings,
    marks: Marks,
    lag: Lag,
}

/// The marks of one run of a case.
struct RunMarks {
    own: Mark,
    next: Mark,
    smuggled: Mark,
}

impl Bench<'_> {
    fn case(&self, case: Case) -> CaseResult {
        let runs = (0..self.settings.repeat.max(1)).map(|_| match &case.played {
            Played::Proxied(halves) => self.once(&case, halves),
            _ => unasked("expected a case for proxies".to_owned()),
        });
        let runs = runs.collect();
        CaseResult { case, runs }
    }

    fn once(&self, case: &Case, halves: &Halves) -> Run {
        let began = Instant::now();
        let marks = RunMarks {
            own: self.marks.next(),
            next: self.marks.next(),
            smuggled: self.marks.next(),
        };
        let fill = self.fill(&marks.own, &marks.smuggled);
        let script = match WireScript::parse(fill.text(&halves.script).as_bytes()) {
            Ok(script) => script,
            Err(error) => return unasked(format!("the origin's script: {error}")),
        };
        let slot = Slot::new(script, halves.begins, halves.needs.clone());
        let content = format!("after {}", marks.next).into_bytes();
        let next_slot = Slot::new(answering(&content), Begins::AfterBody, Vec::new());
        let smuggled_slot = Slot::new(answering(b"smuggled"), Begins::AfterBody, Vec::new());
        let slots = [
            (&marks.own, &slot),
            (&marks.next, &next_slot),
            (&marks.smuggled, &smuggled_slot),
        ];
        for (mark, slot) in slots {
            self.origin.expect(mark, slot);
        }
        let mut asker = Asker::new(self.proxy.address);
        let timeout = self.settings.patience.timeout;
        let asked = asker.connect(timeout).map(|mut line| {
            line.ask(&fill.steps(&halves.ask), timeout);
            let answer = line.answer(&halves.method(), timeout + halves.length());
            (line, answer)
        });
        let (mut line, answer) = match asked {
            Ok(asked) => asked,
            Err(error) => return unasked(format!("cannot connect to the proxy: {error}")),
        };
        let after = after(&mut line, &answer, halves);
        let mut next =
            (halves.then != Then::None && answer.end != AnswerEnd::TimedOut).then(|| {
                thread::sleep(halves.then_after);
                let line = (after == AfterSeen::Kept).then_some(line);
                self.next(&mut asker, line, halves, &marks.next, content, &answer)
            });
        for (_, slot) in slots {
            slot.wait_until_answered(ANSWERED);
        }
        let (received, attempts) = slot.received();
        let (next_received, _) = next_slot.received();
        let (_, smuggled) = smuggled_slot.received();
        if let (Some(next), Some(last)) = (&mut next, next_received.last()) {
            let first = received.last();
            next.at_same = first.map(|first| first.connection == last.connection);
        }
        let of_origin = self
            .origin
            .transcripts(&[&marks.own, &marks.next, &marks.smuggled]);
        let own_bytes = self.origin.transcripts(&[&marks.own]);
        for (mark, _) in slots {
            self.origin.forget(mark);
        }
        let missing = received.last().and_then(|last| slot.missing(&last.head));
        let judgement = judge(&Evidence {
            case,
            halves,
            fill: &fill,
            answer: &answer,
            received: &received,
            attempts,
            reached: !received.is_empty() || !own_bytes.is_empty(),
            missing,
            after,
            next: next.as_ref(),
            smuggled,
            is_busy: self.lag.since(began) > timeout / 3,
        });
        let mut transcripts = asker.transcripts();
        transcripts.extend(of_origin);
        Run {
            judgement,
            first: Some(answer.outcome()),
            second: next.map(|next| next.answer.outcome()),
            transcripts,
        }
    }

    fn fill(&self, mark: &Mark, smuggled: &Mark) -> Fill {
        let Proxy { address, form } = self.proxy;
        Fill::new(mark, smuggled, form, address, self.origin.address())
    }

    /// Sends the next request, on the same connection if there is one, and on another if it ends at once.
    fn next(
        &self,
        asker: &mut Asker,
        line: Option<Line>,
        halves: &Halves,
        mark: &Mark,
        content: Vec<u8>,
        answer: &Answer,
    ) -> NextSeen {
        let timeout = self.settings.patience.timeout;
        let fill = self.fill(mark, mark);
        let is_tunnel = halves.then == Then::Tunnelled
            && answer
                .status()
                .is_some_and(|status| (200..300).contains(&status));
        let request = match is_tunnel {
            true => "GET /p/%M% HTTP/1.1\r\nHost: %H%\r\n\r\n",
            false => "GET %T% HTTP/1.1\r\nHost: %H%\r\n\r\n",
        };
        let steps = [AskStep::Send(fill.bytes(request.as_bytes()))];
        let mut seen = NextSeen {
            answer: Answer::default(),
            content,
            on_same: false,
            at_same: None,
        };
        let ask = |mut line: Line| {
            line.ask(&steps, timeout);
            line.answer("GET", timeout)
        };
        if let Some(mut line) = line
            && line.is_idle()
        {
            seen.answer = ask(line);
            seen.on_same = true;
            let is_over = matches!(seen.answer.end, AnswerEnd::Closed | AnswerEnd::Reset);
            // The proxy may close a connection at any time (RFC 9112 §9.5).
            if !is_over || seen.answer.head.is_some() || is_tunnel {
                return seen;
            }
            seen.on_same = false;
        }
        if let Ok(line) = asker.connect(timeout) {
            seen.answer = ask(line);
        }
        seen
    }
}

/// What the client's connection is after the answer.
fn after(line: &mut Line, answer: &Answer, halves: &Halves) -> AfterSeen {
    let Some(head) = answer.head.as_ref().filter(|_| answer.is_complete()) else {
        return AfterSeen::Unknown;
    };
    let waits_for_end = halves.at_client.after == After::Closed || !head.keeps_connection();
    let limit = match waits_for_end {
        true => CLOSE,
        false => SETTLE,
    };
    let is_closed = line.is_closed_within(limit);
    match (line.has_more(), is_closed) {
        // After a switch of protocols the bytes are those of another protocol.
        (true, _) if head.status != 101 => AfterSeen::MoreBytes,
        (_, true) => AfterSeen::Closed,
        (_, false) if !head.keeps_connection() => AfterSeen::Unknown,
        (_, false) => AfterSeen::Kept,
    }
}

/// Answers with this content, which nothing may cache.
pub(super) fn answering(content: &[u8]) -> WireScript {
    let length = content.len();
    let head =
        format!("HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: {length}\r\n\r\n");
    WireScript::new().send([head.as_bytes(), content].concat())
}

fn unasked(text: String) -> Run {
    let finding = Finding {
        verdict: Verdict::Inconclusive,
        rule: Rule::Asked,
        text,
    };
    Run {
        judgement: Judgement::of(vec![finding]),
        first: None,
        second: None,
        transcripts: Vec::new(),
    }
}
