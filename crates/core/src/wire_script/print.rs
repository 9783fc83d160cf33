//! Prints a wire script as a text that `parse.rs` reads as the same script, laid out for people: a short
//! `send` is one line, a longer one breaks where its bytes have line ends, and a long run of one byte is
//! a repeat. Names and functions of the original file are lost.

use std::fmt::{self, Write as _};

use super::data::{FILE, NUMBER, Part};
use super::duration::Exact;
use super::form::{Argument, Parts};
use super::frame_options::Options;
use super::{Data, Step, WireScript};
use crate::text::quoted::Quoted;

/// The least number of equal bytes that is printed as a repeat.
const RUN: usize = 32;

/// The greatest width of a `send` on one line.
const SHORT: usize = 72;

/// Bytes after which a line without a line end is broken; a run counts once.
const LONGEST: usize = 96;

impl fmt::Display for WireScript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = self.steps().iter().peekable();
        while let Some(step) = steps.next() {
            step.fmt(f)?;
            f.write_char(match steps.peek() {
                Some(Step::Else(_)) => ' ',
                _ => '\n',
            })?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts {
            form,
            argument,
            limit,
        } = self.parts();
        f.write_str(form.word)?;
        if let Argument::First(count, _) = argument {
            write!(f, " {count}")?;
        }
        if let Some(qualifier) = form.qualifier {
            write!(f, " {qualifier}")?;
        }
        match argument {
            Argument::Nothing => {}
            Argument::Bytes(bytes) => lines(f, form.word.len() + 1, bytes)?,
            Argument::Pattern(bytes) => write!(f, " {}", Items(bytes))?,
            Argument::Event(name) => write!(f, " {}", Quoted(name.as_bytes()))?,
            Argument::Count(count) => write!(f, " {count}")?,
            Argument::Time(time) => write!(f, " {}", Exact(*time))?,
            Argument::Fields(bytes) => lines(f, form.word.len() + 1, bytes)?,
            Argument::Frame(frame) => write!(f, "{} {}", Options(frame), Items(&frame.payload))?,
            Argument::Close(reason) => {
                write!(f, " {}", reason.code)?;
                if !reason.reason.is_empty() {
                    write!(f, " {}", Items(&reason.reason))?;
                }
            }
            Argument::Data(data) => data_lines(f, form.word.len() + 1, data)?,
            Argument::Block(steps) | Argument::First(_, steps) => block(f, steps)?,
            Argument::Repeat(count, steps) => {
                write!(f, " {count}")?;
                block(f, steps)?;
            }
            Argument::Named(name, steps) => {
                write!(f, " {}", Quoted(name.as_bytes()))?;
                block(f, steps)?;
            }
            Argument::Containing(name, bytes, steps) => {
                let name = Quoted(name.as_bytes());
                write!(f, " {name} contains {}", Quoted(bytes))?;
                block(f, steps)?;
            }
        }
        match limit {
            Some(time) => write!(f, " within {}", Exact(time)),
            None => Ok(()),
        }
    }
}

/// A block in braces, its steps on lines of their own.
fn block(f: &mut fmt::Formatter<'_>, steps: &WireScript) -> fmt::Result {
    if steps.steps().is_empty() {
        return f.write_str(" {}");
    }
    f.write_str(" {\n")?;
    write!(Indented { f, begins: true }, "{steps}")?;
    f.write_char('}')
}

/// Writes each line further to the right.
struct Indented<'f, 'a> {
    f: &'f mut fmt::Formatter<'a>,
    /// Whether a line begins.
    begins: bool,
}

impl fmt::Write for Indented<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for line in text.split_inclusive('\n') {
            if self.begins {
                self.f.write_str("  ")?;
            }
            self.f.write_str(line)?;
            self.begins = line.ends_with('\n');
        }
        Ok(())
    }
}

/// Data after a word that leaves it this column; a line is broken where its bytes have line ends.
fn data_lines(f: &mut fmt::Formatter<'_>, column: usize, data: &Data) -> fmt::Result {
    for part in data.parts() {
        match part {
            Part::Bytes(bytes) => lines(f, column, bytes)?,
            part => write!(f, " {part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.parts().iter();
        match parts.next() {
            Some(part) => part.fmt(f)?,
            None => f.write_str("\"\"")?,
        }
        parts.try_for_each(|part| write!(f, " {part}"))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => Items(bytes).fmt(f),
            Self::Number(0) => f.write_str(NUMBER),
            Self::Number(outer) => write!(f, "{NUMBER}({})", *outer as u128 + 1),
            Self::Times(count, data) => write!(f, "({data}) * {count}"),
            Self::Made(function, data) => write!(f, "{function}({data})"),
            Self::File(file) => write!(f, "{FILE} {}", Quoted(file.name().as_bytes())),
        }
    }
}

/// Bytes after a word that leaves them this column.
fn lines(f: &mut fmt::Formatter<'_>, column: usize, bytes: &[u8]) -> fmt::Result {
    if bytes.len() < SHORT {
        let line = Items(bytes).to_string();
        if column + line.len() <= SHORT {
            return write!(f, " {line}");
        }
    }
    let (line, mut rest) = first_line(bytes);
    write!(f, " {}", Items(line))?;
    while !rest.is_empty() {
        let (line, after) = first_line(rest);
        write!(f, "\n{:column$}{}", "", Items(line))?;
        rest = after;
    }
    Ok(())
}

/// The bytes of the first printed line, and the rest. The empty line that ends a head stays with the
/// line before it, and a run is not cut.
fn first_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (mut length, mut shown) = (0, 0);
    while length < bytes.len() {
        shown += 1;
        length += match run(&bytes[length..]) {
            run @ RUN.. => run,
            _ => 1,
        };
        let full = bytes[length - 1] == b'\n' || shown >= LONGEST;
        if full && !matches!(bytes[length..], [b'\n', ..] | [b'\r', b'\n', ..]) {
            break;
        }
    }
    bytes.split_at(length)
}

/// Bytes as one string, or as several around the runs in them.
struct Items<'a>(&'a [u8]);

impl fmt::Display for Items<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        let mut plain = 0;
        while plain < rest.len() {
            let run = run(&rest[plain..]);
            if run < RUN {
                plain += run;
                continue;
            }
            let (before, same) = rest.split_at(plain);
            if !before.is_empty() {
                write!(f, "{} ", Quoted(before))?;
            }
            write!(f, "{} * {run}", Quoted(&same[..1]))?;
            (rest, plain) = (&same[run..], 0);
            if rest.is_empty() {
                return Ok(());
            }
            f.write_char(' ')?;
        }
        Quoted(rest).fmt(f)
    }
}

/// How many bytes at the front are equal.
fn run(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|&byte| Some(byte) == bytes.first())
        .count()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::wire_script::form::{Form, Takes};
    use crate::wire_script::table::FORMS;
    use crate::wire_script::{Awaited, CloseReason, Frame, Opcode, Width};

    #[test]
    fn a_script_is_laid_out_for_people() {
        let script = WireScript::new()
            .send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1004\r\n\r\n")
            .send("")
            .send("ok\0\n\"")
            .send([b"<a>".as_slice(), &[0xff; 1000], b"\r"].concat())
            .send([b'a'; 31])
            .send([b'a'; 32])
            .send(format!(
                "X: {}\r\nY: {}\n\n{}",
                "ab".repeat(46),
                "a".repeat(40),
                "cd".repeat(50)
            ))
            .pause(Duration::from_micros(1500))
            .wait_for("caf\u{e9}")
            .step(Step::WaitFor(
                Awaited::Body(Some(3)),
                Some(Duration::from_secs(2)),
            ))
            .step(Step::WaitFor(Awaited::Body(None), None))
            .set("a\n")
            .read(5)
            .read_until("\r\n\r\n")
            .hold_for(Duration::from_secs(60))
            .next_by_site()
            .next_request()
            .half_close()
            .hold();
        let expected = r#"
send "HTTP/1.1 200 OK\r\n"
     "Content-Type: text/plain\r\n"
     "Content-Length: 1004\r\n\r\n"
send ""
send "ok\0\n\""
send "<a>" "\xff" * 1000 "\r"
send "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
send "a" * 32
send "X: abababababababababababababababababababababababababababababababababababababababababababababab\r\n"
     "Y: " "a" * 40 "\n\n"
     "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
     "cdcd"
pause 1500us
wait_for "caf\xc3\xa9"
wait_for body 3 within 2s
wait_for body
set "a\n"
read 5
read until "\r\n\r\n"
hold 60s
next site
next
half_close
hold
"#;
        assert_eq!(script.to_string(), expected[1..]);
        assert_eq!(WireScript::parse(expected.as_bytes()), Ok(script));
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            any::<Vec<u8>>(),
            "([a-zA-Z: ]{0,20}\r?\n){0,4}".prop_map(String::into_bytes),
            (any::<u8>(), 0_usize..200).prop_map(|(byte, count)| vec![byte; count]),
        ];
        prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    fn time() -> impl Strategy<Value = Duration> {
        let unit = prop_oneof![
            Just(1_u64),
            Just(1_000),
            Just(1_000_000),
            Just(1_000_000_000)
        ];
        let short =
            (0..5000_u64, unit).prop_map(|(count, unit)| Duration::from_nanos(count * unit));
        let any = (any::<u64>(), 0..1_000_000_000_u32);
        prop_oneof![
            short,
            any.prop_map(|(seconds, rest)| Duration::new(seconds, rest))
        ]
    }

    fn frame() -> impl Strategy<Value = Frame> {
        let header = (any::<bool>(), 0..8_u8, 0..16_u8);
        let width = prop::sample::select(vec![7, 16, 64]);
        let length = (any::<Option<u64>>(), prop::option::of(width));
        let rest = (any::<Option<[u8; 4]>>(), length, bytes());
        (header, rest).prop_map(
            |((fin, rsv, opcode), (mask, (length, width), payload))| Frame {
                fin,
                rsv,
                mask,
                length,
                width: width.and_then(Width::with_bits),
                ..Frame::new(Opcode::new(opcode).expect("four bits"), payload)
            },
        )
    }

    fn data() -> impl Strategy<Value = Data> {
        let leaf = prop_oneof![
            bytes().prop_map(Data::from),
            Just(Data::new().number()),
            "\\PC{0,9}".prop_map(|name| Data::new().file(name)),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            let part = prop_oneof![
                inner.clone().prop_map(|data| Data::new().times(3, data)),
                inner.clone().prop_map(|data| Data::new().chunk(data)),
                inner.clone().prop_map(|data| Data::new().length(data)),
                inner.clone().prop_map(|data| Data::new().hex(data)),
                inner.clone().prop_map(|data| Data::new().gzip(data)),
                inner,
            ];
            let append = |mut all: Data, part| {
                all.append(part);
                all
            };
            prop::collection::vec(part, 0..4)
                .prop_map(move |parts| parts.into_iter().fold(Data::new(), append))
        })
        // No step is in a repetition here.
        .prop_map(|data| Data::new().times(2, data))
    }

    fn step() -> impl Strategy<Value = Step> {
        let leaf = step_with(Just(WireScript::new()).boxed());
        leaf.prop_recursive(3, 12, 4, |step| {
            let block = prop::collection::vec(step, 0..4).prop_map(legal);
            step_with(block.boxed())
        })
    }

    fn step_with(block: BoxedStrategy<WireScript>) -> impl Strategy<Value = Step> {
        let limited = |form: &Form| match form.has_limit {
            true => prop::option::of(time()).boxed(),
            false => Just(None).boxed(),
        };
        let pattern = || bytes().prop_filter("empty", |bytes| !bytes.is_empty());
        let event = "\\PC{1,9}|[\\x00-\\x7f]{1,3}";
        (0..FORMS.len()).prop_flat_map(move |row| {
            let limit = limited(&FORMS[row]);
            let block = block.clone();
            match FORMS[row].takes {
                Takes::Nothing(make) => limit.prop_map(make).boxed(),
                Takes::Bytes(make) => (bytes(), limit)
                    .prop_map(move |(bytes, limit)| make(bytes, limit))
                    .boxed(),
                Takes::Pattern(make) => (pattern(), limit)
                    .prop_map(move |(bytes, limit)| make(bytes, limit))
                    .boxed(),
                Takes::Event(make) => (event, limit)
                    .prop_map(move |(event, limit)| make(event, limit))
                    .boxed(),
                Takes::Count(make) => (any::<u64>(), limit)
                    .prop_map(move |(count, limit)| make(count, limit))
                    .boxed(),
                Takes::Time(make) => (time(), limit)
                    .prop_map(move |(time, limit)| make(time, limit))
                    .boxed(),
                Takes::Fields(make) => (bytes(), limit)
                    .prop_map(move |(fields, limit)| make(fields, limit))
                    .boxed(),
                Takes::Frame(make) => (frame(), limit)
                    .prop_map(move |(frame, limit)| make(frame, limit))
                    .boxed(),
                Takes::Data(make) => (data(), limit)
                    .prop_map(move |(data, limit)| make(data, limit))
                    .boxed(),
                Takes::Block(make) => block.prop_map(move |block| make(block, None)).boxed(),
                Takes::Repeat(make) | Takes::First(make) => (0..5_u64, block)
                    .prop_map(move |(count, block)| make(count, block, None))
                    .boxed(),
                Takes::Named(make) => (event, block)
                    .prop_map(move |(name, block)| make(name, block, None))
                    .boxed(),
                Takes::Containing(make) => (event, bytes(), block)
                    .prop_map(move |(name, bytes, block)| make(name, bytes, block, None))
                    .boxed(),
                Takes::Close(make) => (any::<u16>(), bytes(), limit)
                    .prop_map(move |(code, reason, limit)| {
                        make(CloseReason { code, reason }, limit)
                    })
                    .boxed(),
            }
        })
    }

    /// The steps that may follow those before them.
    fn legal(steps: Vec<Step>) -> WireScript {
        let add = |script: WireScript, step| script.clone().add(step).unwrap_or(script);
        steps.into_iter().fold(WireScript::new(), add)
    }

    proptest! {
        #[test]
        fn a_printed_script_is_parsed_as_the_same(steps in prop::collection::vec(step(), 0..12)) {
            let script = legal(steps);
            let text = script.to_string();
            prop_assert_eq!(WireScript::parse(text.as_bytes()), Ok(script), "{}", text);
        }
    }
}
