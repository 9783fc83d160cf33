//! Measuring the limits of a proxy, in both directions: the largest requests that reach the origin, and the largest
//! responses that come back. Those of the origin and of the suite as a client are beyond all that is tried.

use std::time::{Duration, Instant};

use super::kinds::{CONTENT, FIELD, Kind};
use super::measure::{Limit, Reaction, Refusal, TRIES};
use super::search::{Trial, search};
use crate::case::halves::{AskStep, Begins};
use crate::lag::Lag;
use crate::outcome::content_words;
use crate::proxy::asker::{Answer, AnswerEnd, Asker};
use crate::proxy::fill::Fill;
use crate::proxy::mark::{Mark, Marks};
use crate::proxy::origin::{Origin, Received, Slot};
use crate::proxy::run::Proxy;
use wireserve_core::http::chunked::{MAX_SIZE_LINE, MAX_TRAILERS};
use wireserve_core::wire_script::WireScript;

/// The most bytes that are tried: far more than any proxy takes by default.
const MAX_BYTES: u64 = 1024 * 1024;

/// The most fields and interim responses.
const MAX_COUNT: u64 = 10_000;

/// The longest wait for the origin to have answered.
const ANSWERED: Duration = Duration::from_secs(2);

/// Measures these limits, one after the other. `done` is called after each.
pub fn measure(
    kinds: &[Kind],
    proxy: Proxy,
    origin: &Origin,
    timeout: Duration,
    done: &dyn Fn(&Limit),
) -> Vec<Limit> {
    let through = Through {
        proxy,
        origin,
        timeout,
        marks: Marks::new(),
        lag: Lag::start(),
    };
    let limits = kinds.iter().map(|&kind| {
        let began = Instant::now();
        let found = search(kind.least(), bound(kind), |size| {
            through.attempt(kind, size)
        });
        let limit = Limit {
            kind,
            found,
            took: began.elapsed(),
        };
        done(&limit);
        limit
    });
    limits.collect()
}

/// The largest size that is tried. The decoders of both ends take no longer lines and sections in chunks.
fn bound(kind: Kind) -> u64 {
    match kind {
        Kind::ChunkExtension | Kind::RequestChunkExtension => MAX_SIZE_LINE as u64 / 2,
        Kind::TrailerSection | Kind::RequestTrailerSection => MAX_TRAILERS as u64 / 2,
        kind if kind.is_in_bytes() => MAX_BYTES,
        _ => MAX_COUNT,
    }
}

struct Through<'o> {
    proxy: Proxy,
    origin: &'o Origin,
    timeout: Duration,
    marks: Marks,
    lag: Lag,
}

impl Through<'_> {
    fn attempt(&self, kind: Kind, size: u64) -> Trial<Refusal> {
        let mut tries = 1;
        loop {
            let began = Instant::now();
            let (answer, received) = self.once(kind, size);
            let hangs = answer.end == AnswerEnd::TimedOut;
            let is_late = hangs && self.lag.since(began) > self.timeout / 3;
            if is_late && tries < TRIES {
                tries += 1;
                continue;
            }
            return trial(kind, size, &answer, received.last(), is_late);
        }
    }

    fn once(&self, kind: Kind, size: u64) -> (Answer, Vec<Received>) {
        let mark = self.marks.next();
        let fill = Fill::new(
            &mark,
            &mark,
            self.proxy.form,
            self.proxy.address,
            self.origin.address(),
        );
        let script = match is_of_request(kind) {
            true => WireScript::new().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
            false => kind.script(size),
        };
        let slot = Slot::new(script, Begins::AfterBody, Vec::new());
        self.origin.expect(&mark, &slot);
        let answer = self.asked(&request(kind, size, &fill, &mark));
        slot.wait_until_answered(ANSWERED);
        self.origin.forget(&mark);
        (answer, slot.received().0)
    }

    fn asked(&self, request: &[u8]) -> Answer {
        let mut asker = Asker::new(self.proxy.address);
        match asker.connect(self.timeout) {
            Ok(mut line) => {
                line.ask(&[AskStep::Send(request.to_vec())], self.timeout);
                line.answer("GET", self.timeout)
            }
            Err(_) => Answer::default(),
        }
    }
}

fn is_of_request(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RequestLine
            | Kind::RequestFieldLine
            | Kind::RequestHead
            | Kind::RequestFields
            | Kind::RequestChunkExtension
            | Kind::RequestTrailerSection
    )
}

/// The request of a size; a plain one for limits of responses.
fn request(kind: Kind, size: u64, fill: &Fill, mark: &Mark) -> Vec<u8> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let filled = |taken: usize| "a".repeat(size.saturating_sub(taken));
    let (line, host) = (
        fill.text("GET %T% HTTP/1.1\r\n"),
        fill.text("Host: %H%\r\n"),
    );
    let chunked = || {
        let line = fill.text("POST %T% HTTP/1.1\r\n");
        format!("{line}{host}Transfer-Encoding: chunked\r\n\r\n2")
    };
    let text = match kind {
        Kind::RequestLine => {
            let plain = line.trim_end().len() + 1;
            let query = format!("{mark}?{}", filled(plain));
            line.replace(mark.as_str(), &query) + &host + "\r\n"
        }
        Kind::RequestFieldLine => format!("{line}{host}{FIELD}: {}\r\n\r\n", filled(5)),
        Kind::RequestHead => {
            let mut head = line + &host;
            // Lines of at most 1000 bytes: below the limits of lines.
            while head.len() + 2 < size {
                let left = (size - head.len() - 2).clamp(6, 1000);
                head += &format!("{FIELD}: {}\r\n", "a".repeat(left.saturating_sub(7)));
            }
            head + "\r\n"
        }
        Kind::RequestFields => {
            let fields = (1..size).map(|number| format!("X-{number}: v\r\n"));
            line + &host + &fields.collect::<String>() + "\r\n"
        }
        Kind::RequestChunkExtension => format!("{};{}\r\nok\r\n0\r\n\r\n", chunked(), filled(1)),
        Kind::RequestTrailerSection => {
            format!("{}\r\nok\r\n0\r\n{FIELD}: {}\r\n\r\n", chunked(), filled(7))
        }
        _ => format!("{line}{host}\r\n"),
    };
    text.into_bytes()
}

fn trial(
    kind: Kind,
    size: u64,
    answer: &Answer,
    received: Option<&Received>,
    is_late: bool,
) -> Trial<Refusal> {
    let refusal = |reaction, words: String| Refusal { reaction, words };
    match &answer.end {
        AnswerEnd::TimedOut if is_late => Trial::Unknown(refusal(
            Reaction::Unknown,
            "the machine was too busy to tell".to_owned(),
        )),
        AnswerEnd::TimedOut => Trial::Hung(refusal(Reaction::Hang, "it hangs".to_owned())),
        AnswerEnd::Complete if answer.status() == Some(200) => {
            match lost(kind, size, answer, received) {
                None if answer.content == CONTENT => Trial::Taken,
                None => Trial::Refused(refusal(
                    Reaction::WrongContent,
                    format!("the content {} comes back", content_words(&answer.content)),
                )),
                Some(words) => Trial::Refused(refusal(Reaction::DropsFields, words)),
            }
        }
        _ => Trial::Refused(refusal(
            Reaction::Error,
            format!("the client gets {}", answer.words()),
        )),
    }
}

/// What did not pass, though the message did.
fn lost(kind: Kind, size: u64, answer: &Answer, received: Option<&Received>) -> Option<String> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let Some(received) = received else {
        return Some("the response does not come from the origin".to_owned());
    };
    let head = answer.head.as_ref()?;
    let numbered = |name: &[u8]| {
        name.len() > 2 && name[..2].eq_ignore_ascii_case(b"x-") && name[2].is_ascii_digit()
    };
    let longest =
        |values: &mut dyn Iterator<Item = usize>| values.max().unwrap_or(0) + FIELD.len() + 2;
    let (passed, wanted, what) = match kind {
        Kind::RequestLine => (
            received.head.target().len(),
            size.saturating_sub(100),
            "bytes of the target",
        ),
        Kind::RequestFieldLine => {
            let values = received.head.values(FIELD).map(<[u8]>::len);
            (longest(&mut { values }), size, "bytes of the line")
        }
        Kind::RequestFields => {
            let names = received.head.fields().filter(|(name, _)| numbered(name));
            (names.count(), size - 1, "fields")
        }
        Kind::RequestTrailerSection => (received.trailers.len(), 1, "trailer fields"),
        Kind::FieldLine => {
            let values = head.values(FIELD).map(|value| value.chars().count());
            (longest(&mut { values }), size, "bytes of the line")
        }
        Kind::Fields => {
            let names = head
                .fields
                .iter()
                .filter(|(name, _)| numbered(name.as_bytes()));
            (names.count(), size - 1, "fields")
        }
        Kind::InterimResponses => (answer.interim.len(), size, "interim responses"),
        Kind::TrailerSection => (answer.trailers.len(), 1, "trailer fields"),
        _ => return None,
    };
    (passed < wanted).then(|| format!("{passed} {what} pass"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::halves::Form;

    #[test]
    fn a_request_has_the_size_that_is_asked_for() {
        let mark = Marks::new().next();
        let (proxy, origin) = (
            "127.0.0.1:1".parse().unwrap(),
            "127.0.0.1:2".parse().unwrap(),
        );
        let fill = Fill::new(&mark, &mark, Form::Reverse, proxy, origin);
        for size in [256, 257, 1000, 5000] {
            let text = |kind| String::from_utf8(request(kind, size, &fill, &mark)).unwrap();
            let line = text(Kind::RequestLine);
            assert_eq!(line.lines().next().map(str::len), Some(size as usize));
            let line = text(Kind::RequestFieldLine);
            let line = line.lines().find(|line| line.starts_with(FIELD));
            assert_eq!(line.map(str::len), Some(size as usize));
            let head = text(Kind::RequestHead).len();
            assert!(head.abs_diff(size as usize) < 16, "{head} of {size}");
            let fields = text(Kind::RequestFields);
            assert_eq!(fields.matches(": ").count(), size as usize);
        }
    }

    #[test]
    fn what_a_proxy_does_beyond_its_limit() {
        let of = |end: AnswerEnd, is_late| {
            let answer = Answer {
                end,
                ..Answer::default()
            };
            trial(Kind::RequestHead, 256, &answer, None, is_late)
        };
        assert!(
            matches!(of(AnswerEnd::Closed, false), Trial::Refused(how) if how.reaction == Reaction::Error)
        );
        assert!(matches!(of(AnswerEnd::TimedOut, false), Trial::Hung(_)));
        assert!(matches!(of(AnswerEnd::TimedOut, true), Trial::Unknown(_)));
    }
}
