//! `trickle(STEPS)` sends the content in pieces, with pauses (reference §7.4). Steps are separated by
//! colons: `N` sends N bytes, `dN` waits N seconds, and a final `rN` repeats the N steps before it while
//! there is content. This parses the steps; `trickled` performs them.
//!
//! Negative pauses and counts are refused: with them the reference fails after the head, or never ends.

use std::time::Duration;

use crate::exchange::Content;
use crate::text::number;

use super::response::Source;
use super::template::Scope;
use super::trickled::{Step, Trickled};
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trickle {
    steps: Vec<Step>,
    /// Repeated after `steps` while there is content. If there are none, the rest is sent at once.
    repeated: Vec<Step>,
}

/// One item of the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Step(Step),
    Repeat(usize),
}

impl Pipe for Trickle {
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments> {
        let text = &arguments[0];
        let items: Vec<_> = text.split(':').map(item).collect::<Result<_, _>>()?;
        let is_alike = |pair: &[Item]| {
            use Step::{Pause, Send};
            matches!(
                pair,
                [Item::Step(Pause(_)), Item::Step(Pause(_))]
                    | [Item::Step(Send(_)), Item::Step(Send(_))]
                    | [Item::Repeat(_), Item::Repeat(_)]
            )
        };
        if items.windows(2).any(is_alike) {
            return Err(WrongArguments::not_a("alternating steps", text));
        }
        let repeated = match items.as_slice() {
            [before @ .., Item::Repeat(count)] => {
                steps(&before[before.len().saturating_sub(*count)..])
            }
            _ => Vec::new(),
        };
        let steps = steps(&items);
        Ok(Self { steps, repeated })
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        scope: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        let source = response.take_content()?;
        if let Source::Bytes(bytes) = &source {
            scope.hold(bytes.len())?;
        }
        if !has_caching_fields(response)? {
            response.set_field(b"Cache-Control", b"no-cache, no-store, must-revalidate")?;
            response.set_field(b"Pragma", b"no-cache")?;
            response.set_field(b"Expires", b"0")?;
        }
        let trickled = Trickled::new(source, self.steps, self.repeated);
        response.set_content(Content::Chunks(Box::new(trickled)))
    }
}

fn has_caching_fields(response: &dyn PipedResponse) -> Result<bool, PipeError> {
    for name in ["Cache-Control", "Pragma", "Expires"] {
        if response.has_field(name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The steps among the items. A repeat before the last item does nothing, but counts as an item.
fn steps(items: &[Item]) -> Vec<Step> {
    let step = |item: &Item| match item {
        Item::Step(step) => Some(*step),
        Item::Repeat(_) => None,
    };
    items.iter().filter_map(step).collect()
}

fn item(text: &str) -> Result<Item, WrongArguments> {
    let not_a = |wanted| WrongArguments::not_a(wanted, text);
    match text.as_bytes() {
        [b'd', ..] => {
            let seconds = number::float(&text[1..]).filter(|seconds| *seconds >= 0.0);
            let seconds = seconds.ok_or_else(|| not_a("a pause in seconds"))?;
            // A pause beyond the largest Duration ends when the client leaves.
            let pause = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            Ok(Item::Step(Step::Pause(pause)))
        }
        [b'r', ..] => {
            let count = number::int(&text[1..]).filter(|count| *count >= 0 && count % 2 == 0);
            let count = count.ok_or_else(|| not_a("an even number of steps to repeat"))?;
            Ok(Item::Repeat(count.try_into().unwrap_or(usize::MAX)))
        }
        _ => {
            let count = number::int(text).filter(|count| *count >= 0);
            let count = count.ok_or_else(|| not_a("a number of bytes"))?;
            Ok(Item::Step(Step::Send(count.try_into().unwrap_or(u64::MAX))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Pause, Send};
    use super::*;
    use crate::exchange::Response;
    use crate::pipes::template::Fixture;

    fn trickle(text: &str) -> Result<Trickle, WrongArguments> {
        Trickle::parse(&[text.to_owned()])
    }

    #[test]
    fn steps_and_what_is_repeated() {
        let half = Pause(Duration::from_millis(500));
        let never = Pause(Duration::MAX);
        for (text, steps, repeated) in [
            ("5", &[Send(5)][..], &[][..]),
            ("d.5", &[half], &[]),
            ("3:d0.5:2", &[Send(3), half, Send(2)], &[]),
            ("3:d0.5:r2", &[Send(3), half], &[Send(3), half]),
            ("1:d0.5:2:r2", &[Send(1), half, Send(2)], &[half, Send(2)]),
            ("1:r9_8", &[Send(1)], &[Send(1)]),
            ("1:r0", &[Send(1)], &[]),
            ("r2", &[], &[]),
            // The repeat in the middle counts as one of the two.
            ("1:r2:d.5:r2", &[Send(1), half], &[half]),
            (" 1_0 :d 1e-1_0 ", &[Send(10), Pause(Duration::ZERO)], &[]),
            ("dinf", &[never], &[]),
            ("d1e300", &[never], &[]),
            ("d-0.0", &[Pause(Duration::ZERO)], &[]),
            ("99999999999999999999", &[Send(u64::MAX)], &[]),
        ] {
            let (steps, repeated) = (steps.to_vec(), repeated.to_vec());
            assert_eq!(trickle(text), Ok(Trickle { steps, repeated }), "{text}");
        }
        for text in [
            "", "d", "dnan", "d-1", "d-inf", "-1", "1.5", "r", "r1", "r-2", "1:2", "d1:d1", "1:",
            "1:d1:", "r2:r2", "x", "1 :D1",
        ] {
            assert!(trickle(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn caching_is_forbidden_unless_a_field_controls_it() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        for (name, fields) in [
            (None, 3),
            (Some("cache-control"), 1),
            (Some("Pragma"), 1),
            (Some("EXPIRES"), 1),
            (Some("X-A"), 4),
        ] {
            let mut response = Response::default();
            if let Some(name) = name {
                response.headers.set(name, "a");
            }
            let trickle = Box::new(trickle("1").unwrap());
            trickle.apply(&mut response, &fixture.context()).unwrap();
            assert_eq!(response.headers.iter().count(), fields, "{name:?}");
        }
    }
}
