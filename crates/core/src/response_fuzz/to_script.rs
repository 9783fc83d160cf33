//! Makes the steps of a wire script from a draft: the pieces it is sent in, the pauses between them, where
//! it is cut, and how the connection ends. Whatever mutations request, a script stays within the limits of
//! [`super`].

use std::collections::BTreeMap;
use std::time::Duration;

use crate::wire_script::WireScript;

use super::delivery::{At, ConnectionEnd, Cut, Split};
use super::draft::{Draft, Joined};
use super::{MAX_PAUSE, MAX_SENDS, MAX_TIME};

/// A number below `length`, or 0.
fn within(pick: u64, length: usize) -> usize {
    // Below a length, so it fits.
    (pick % (length as u64).max(1)) as usize
}

impl Cut {
    fn offset(self, joined: &Joined) -> usize {
        let between = |from: usize, to: usize, pick| from + within(pick, to.saturating_sub(from));
        match self {
            Self::Nothing => 0,
            Self::BeforeStatusLine => joined.status_line,
            // After its first byte and before its last.
            Self::InStatusLine(pick) => between(joined.status_line + 1, joined.fields - 1, pick),
            Self::InFields(pick) => between(joined.fields, joined.empty_line + 1, pick),
            Self::InBody(pick) => between(joined.body, joined.cuttable + 1, pick),
        }
    }
}

impl Split {
    fn offsets(self, joined: &Joined, length: usize) -> Vec<usize> {
        let bytes = &joined.bytes[..length];
        match self.at {
            At::Start => vec![0],
            At::StatusLine(pick) => {
                let line = joined.fields - joined.status_line;
                vec![joined.status_line + 1 + within(pick, line.saturating_sub(1))]
            }
            At::EmptyLine => vec![joined.body.saturating_sub(1)],
            At::LineEnd(pick) => {
                let ends: Vec<_> = memchr::memmem::find_iter(bytes, b"\r\n").collect();
                let end = ends.get(within(pick, ends.len()));
                end.map(|at| at + 1).into_iter().collect()
            }
            At::Body => vec![joined.body],
            At::InBody(pick) => {
                let body = joined.end - joined.body;
                vec![joined.body + 1 + within(pick, body.saturating_sub(1))]
            }
            At::AfterResponse => vec![joined.end],
            At::Anywhere(pick) => vec![within(pick, length)],
            At::Bytes(pick, count) => {
                let start = within(pick, length.saturating_sub(count));
                (start..=start + count).collect()
            }
        }
    }
}

/// The steps of a draft.
pub(super) fn script(draft: &Draft) -> WireScript {
    let joined = draft.join();
    let delivery = &draft.delivery;
    let length = match delivery.cut {
        Some(cut) => cut.offset(&joined).min(joined.bytes.len()),
        None => joined.bytes.len(),
    };
    let mut splits: BTreeMap<usize, Duration> = BTreeMap::new();
    for split in &delivery.splits {
        for offset in split.offsets(&joined, length) {
            if offset < length {
                let pause = splits.entry(offset).or_default();
                *pause = (*pause).max(split.pause);
            }
        }
    }
    let mut time = Time {
        left: MAX_TIME.saturating_sub(delivery.end.time()),
    };
    let mut script = WireScript::new();
    let mut sent = 0;
    for (&offset, &pause) in splits.iter().take(MAX_SENDS - 1) {
        if offset > sent {
            script = script.send(&joined.bytes[sent..offset]);
            sent = offset;
        }
        let pause = time.take(pause);
        if !pause.is_zero() {
            script = script.pause(pause);
        }
    }
    if sent < length {
        script = script.send(&joined.bytes[sent..length]);
    }
    delivery.end.follow(script)
}

impl ConnectionEnd {
    fn time(self) -> Duration {
        match self {
            Self::KeepOpen | Self::Close => Duration::ZERO,
            Self::HoldThenClose(time) | Self::HalfClose(time) | Self::Reset(time) => {
                time.min(MAX_PAUSE)
            }
        }
    }

    fn follow(self, script: WireScript) -> WireScript {
        let time = self.time();
        match self {
            Self::KeepOpen => script,
            Self::Close => script.close(),
            Self::HoldThenClose(_) => script.hold_for(time).close(),
            Self::HalfClose(_) => script.half_close().hold_for(time).close(),
            Self::Reset(_) if time.is_zero() => script.reset(),
            Self::Reset(_) => script.pause(time).reset(),
        }
    }
}

/// The time that is left for the pauses of a script.
struct Time {
    left: Duration,
}

impl Time {
    fn take(&mut self, wanted: Duration) -> Duration {
        let taken = wanted.min(MAX_PAUSE).min(self.left);
        self.left -= taken;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response_fuzz::delivery::Delivery;
    use crate::response_fuzz::draft::{Body, Chunks, FieldLine, Framing, StatusLine};
    use crate::wire_script::Step;

    /// Seventeen bytes of status line, a field of 28, an empty line, and chunks.
    fn draft(delivery: Delivery) -> Draft {
        Draft {
            interim: b"HTTP/1.1 100 \r\n\r\n".to_vec(),
            status_line: StatusLine {
                before: Vec::new(),
                version: b"HTTP/1.1".to_vec(),
                space: b" ".to_vec(),
                code: b"200".to_vec(),
                gap: b" ".to_vec(),
                reason: b"OK".to_vec(),
                end: b"\r\n".to_vec(),
            },
            fields: vec![FieldLine::new("Transfer-Encoding", "chunked")],
            head_end: b"\r\n".to_vec(),
            framing: Framing::Chunked,
            body: Body::Chunked(Chunks::of(b"hello", 3)),
            after: b"behind".to_vec(),
            delivery,
            content: b"hello".to_vec(),
        }
    }

    fn delivered(cut: Option<Cut>, splits: &[Split], end: ConnectionEnd) -> WireScript {
        let splits = splits.to_vec();
        script(&draft(Delivery { cut, splits, end }))
    }

    fn whole(script: &WireScript) -> Vec<u8> {
        let sent = |step: &Step| match step {
            Step::Send(bytes) => bytes.clone(),
            _ => Vec::new(),
        };
        script.steps().iter().flat_map(sent).collect()
    }

    const STATUS_LINE: &str = "HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\n";
    const FIELDS: &str = "Transfer-Encoding: chunked\r\n";
    const CHUNKS: &str = "3\r\nhel\r\n2\r\nlo\r\n";

    #[test]
    fn a_cut_is_in_the_part_that_it_names() {
        let head = format!("{STATUS_LINE}{FIELDS}");
        for pick in [0, 1, 5, 28, 100, u64::MAX] {
            for (cut, from, to) in [
                (Cut::Nothing, 0, 0),
                (Cut::BeforeStatusLine, 17, 17),
                (Cut::InStatusLine(pick), 18, 33),
                (Cut::InFields(pick), 34, head.len()),
                (
                    Cut::InBody(pick),
                    head.len() + 2,
                    head.len() + 2 + CHUNKS.len(),
                ),
            ] {
                let sent = whole(&delivered(Some(cut), &[], ConnectionEnd::Close));
                let text = format!("{head}\r\n{CHUNKS}");
                assert!(text.as_bytes().starts_with(&sent), "{cut:?}");
                assert!((from..=to).contains(&sent.len()), "{cut:?}: {}", sent.len());
            }
        }
    }

    #[test]
    fn a_split_is_where_it_says() {
        let head = STATUS_LINE.len() + FIELDS.len();
        for (at, sizes) in [
            (At::Start, &[][..]),
            (At::StatusLine(3), &[17 + 4]),
            (At::EmptyLine, &[head + 1]),
            (At::LineEnd(2), &[STATUS_LINE.len() - 1]),
            (At::Body, &[head + 2]),
            (At::InBody(0), &[head + 3]),
            (At::AfterResponse, &[head + 2 + CHUNKS.len() + 5]),
            (At::Anywhere(7), &[7]),
            (At::Bytes(2, 3), &[2, 1, 1, 1]),
        ] {
            let pause = Duration::from_millis(5);
            let script = delivered(None, &[Split { at, pause }], ConnectionEnd::KeepOpen);
            assert_eq!(whole(&script), draft_bytes(), "{at:?}");
            let sent: Vec<_> = script.steps().iter().filter_map(size).collect();
            assert_eq!(&sent[..sent.len() - 1], sizes, "{at:?}");
            let pauses = script.steps().len() - sent.len();
            assert_eq!(pauses, sizes.len().max(1), "{at:?}");
        }
    }

    fn draft_bytes() -> Vec<u8> {
        format!("{STATUS_LINE}{FIELDS}\r\n{CHUNKS}0\r\n\r\nbehind").into_bytes()
    }

    fn size(step: &Step) -> Option<usize> {
        match step {
            Step::Send(bytes) => Some(bytes.len()),
            _ => None,
        }
    }

    #[test]
    fn more_than_the_limits_is_not_done() {
        let hour = Duration::from_secs(3600);
        let at = At::Bytes(0, 60);
        let splits = [Split { at, pause: hour }];
        let script = delivered(None, &splits, ConnectionEnd::HoldThenClose(hour));
        let times = script.steps().iter().filter_map(|step| match step {
            Step::Pause(time) | Step::Hold(Some(time)) => Some(*time),
            _ => None,
        });
        assert_eq!(times.collect::<Vec<_>>(), [MAX_PAUSE; 4], "{MAX_TIME:?}");
        let mut long = draft(Delivery {
            cut: None,
            splits: vec![Split {
                at: At::Bytes(0, 5000),
                pause: Duration::ZERO,
            }],
            end: ConnectionEnd::KeepOpen,
        });
        long.body = Body::Plain(vec![b'x'; 6000]);
        let script = super::script(&long);
        assert_eq!(script.steps().len(), MAX_SENDS - 1);
        assert_eq!(whole(&script), long.join().bytes);
    }

    #[test]
    fn connection_ends() {
        let time = Duration::from_millis(20);
        for (end, steps) in [
            (ConnectionEnd::KeepOpen, ""),
            (ConnectionEnd::Close, "close\n"),
            (ConnectionEnd::HoldThenClose(time), "hold 20ms\nclose\n"),
            (
                ConnectionEnd::HalfClose(time),
                "half_close\nhold 20ms\nclose\n",
            ),
            (ConnectionEnd::Reset(time), "pause 20ms\nreset\n"),
            (ConnectionEnd::Reset(Duration::ZERO), "reset\n"),
        ] {
            let script = delivered(Some(Cut::Nothing), &[], end);
            assert_eq!(script.to_string(), steps);
        }
    }
}
