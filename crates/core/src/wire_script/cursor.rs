//! A position in a script that is being played, and in the blocks around it. Blocks are entered, not
//! copied: a repetition of ten thousand passes is one block and a number. A cursor may be kept between two
//! requests, and continued.

use std::ops::Deref;
use std::sync::Arc;

use super::{Size, Step, WireScript};

/// The steps that are left.
#[doc(hidden)]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The script, then the blocks that were entered. The last one is not over.
    frames: Vec<Frame>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Frame {
    steps: Arc<Vec<Step>>,
    /// The step that is next.
    at: usize,
    pass: Option<Pass>,
}

/// A pass of a repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pass {
    /// From 1.
    number: u64,
    last: u64,
}

/// A step of a script, which its cursor has passed.
#[derive(Debug)]
pub struct StepRef {
    steps: Arc<Vec<Step>>,
    at: usize,
}

impl Deref for StepRef {
    type Target = Step;

    fn deref(&self) -> &Step {
        &self.steps[self.at]
    }
}

impl Cursor {
    /// Before the first step of a script.
    pub fn new(script: &WireScript) -> Self {
        let mut cursor = Self::default();
        cursor.enter(script);
        cursor
    }

    /// Whether no step is left.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// These steps, then those of another cursor. Their order is not judged: steps that turn out to be
    /// unreachable are not played.
    #[must_use]
    pub fn followed_by(self, other: Self) -> Self {
        let frames = [other.frames, self.frames].concat();
        Self { frames }
    }

    /// Whether [`MAX_STEPS`](super::MAX_STEPS) and [`MAX_BYTES`](super::MAX_BYTES) allow what is left.
    pub fn is_within_limits(&self) -> bool {
        let sizes = self.frames.iter().map(Frame::size);
        sizes.fold(Size::default(), Size::plus).is_within_limits()
    }

    /// The next step, which is then passed. The caller enters its block, if it has one.
    pub fn next_step(&mut self) -> Option<StepRef> {
        self.leave_blocks();
        let frame = self.frames.last_mut()?;
        let step = StepRef {
            steps: Arc::clone(&frame.steps),
            at: frame.at,
        };
        frame.at += 1;
        Some(step)
    }

    /// The same without what is over, so that [`is_empty`](Self::is_empty) tells whether a step is left.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.leave_blocks();
        self
    }

    /// Enters a block.
    pub fn enter(&mut self, block: &WireScript) {
        self.frames.push(Frame {
            steps: Arc::clone(&block.steps),
            at: 0,
            pass: None,
        });
        self.leave_blocks();
    }

    /// Enters the first pass of a repetition.
    pub fn repeat(&mut self, count: u64, block: &WireScript) {
        if count > 0 && !block.steps.is_empty() {
            self.enter(block);
            if let Some(frame) = self.frames.last_mut() {
                let (number, last) = (1, count);
                frame.pass = Some(Pass { number, last });
            }
        }
    }

    /// Enters the `else` that is next, if there is one.
    pub fn enter_else(&mut self) {
        self.enter_if(|step| match step {
            Step::Else(block) => Some(block),
            _ => None,
        });
    }

    /// Enters the `on timeout` that is next; whether there is one.
    pub fn enter_on_timeout(&mut self) -> bool {
        self.enter_if(|step| match step {
            Step::OnTimeout(block) => Some(block),
            _ => None,
        })
    }

    /// The numbers of the current passes, the innermost repetition's first.
    pub fn numbers(&self) -> Vec<u64> {
        let passes = self.frames.iter().rev().filter_map(|frame| frame.pass);
        passes.map(|pass| pass.number).collect()
    }

    fn enter_if(&mut self, block: impl Fn(&Step) -> Option<&WireScript>) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return false;
        };
        let steps = Arc::clone(&frame.steps);
        let Some(block) = steps.get(frame.at).and_then(block) else {
            return false;
        };
        frame.at += 1;
        self.enter(block);
        true
    }

    /// Leaves blocks that are over, and begins the next pass of a repetition.
    fn leave_blocks(&mut self) {
        while let Some(frame) = self.frames.last_mut()
            && frame.at >= frame.steps.len()
        {
            match &mut frame.pass {
                Some(pass) if pass.number < pass.last => {
                    pass.number += 1;
                    frame.at = 0;
                    return;
                }
                _ => _ = self.frames.pop(),
            }
        }
    }
}

impl Frame {
    fn size(&self) -> Size {
        let sizes = |steps: &[Step]| {
            let sizes = steps.iter().map(Step::size);
            sizes.fold(Size::default(), Size::plus)
        };
        let passes = self.pass.map_or(0, |pass| pass.last - pass.number);
        let whole = match passes {
            0 => Size::default(),
            _ => sizes(&self.steps).times(passes),
        };
        sizes(&self.steps[self.at..]).plus(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events that a script sets, with the numbers of its passes; every condition is `holds`, and every
    /// limit passes if `is_late`.
    fn played(text: &str, holds: bool, is_late: bool) -> String {
        let mut cursor = Cursor::new(&WireScript::parse(text.as_bytes()).unwrap());
        let mut seen = Vec::new();
        while let Some(step) = cursor.next_step() {
            match &*step {
                Step::Set(event) => seen.push(format!("{event}{:?}", cursor.numbers())),
                Step::Repeat(count, block) => cursor.repeat(*count, block),
                Step::If(_, block) if holds => cursor.enter(block),
                Step::Unless(_, block) if !holds => cursor.enter(block),
                Step::If(..) | Step::Unless(..) => cursor.enter_else(),
                Step::WaitFor(..) if is_late => _ = cursor.enter_on_timeout(),
                _ => {}
            }
        }
        assert!(cursor.is_empty());
        seen.join(" ")
    }

    #[test]
    fn blocks_are_entered_and_left() {
        for (text, holds, is_late, expected) in [
            ("", true, true, ""),
            ("set \"a\"", true, true, "a[]"),
            ("repeat 0 { set \"a\" }\nset \"b\"", true, true, "b[]"),
            (
                "repeat 2 {\n  repeat 2 set \"a\"\n  set \"b\"\n}\nrepeat 9 {}",
                true,
                true,
                "a[1, 1] a[2, 1] b[1] a[1, 2] a[2, 2] b[2]",
            ),
            (
                "if method \"A\" {\n  set \"a\"\n} else {\n  set \"b\"\n}\nset \"c\"",
                true,
                true,
                "a[] c[]",
            ),
            (
                "if method \"A\" {\n  set \"a\"\n} else {\n  set \"b\"\n}\nset \"c\"",
                false,
                true,
                "b[] c[]",
            ),
            (
                "unless method \"A\" { set \"a\" }\nset \"c\"",
                false,
                true,
                "a[] c[]",
            ),
            ("if method \"A\" {} else { set \"b\" }", true, true, ""),
            (
                "repeat 2 {\n  wait_for \"x\" within 1s\n  on timeout { set \"late\" }\n  set \"b\"\n}",
                true,
                true,
                "late[1] b[1] late[2] b[2]",
            ),
            (
                "wait_for \"x\" within 1s on timeout set \"late\"\nset \"b\"",
                true,
                false,
                "b[]",
            ),
        ] {
            assert_eq!(played(text, holds, is_late), expected, "{text}");
        }
    }

    #[test]
    fn what_is_left_is_bounded() {
        let parse = |text: &str| Cursor::new(&WireScript::parse(text.as_bytes()).unwrap());
        let long = parse("repeat 99999 pause 1s");
        assert!(long.is_within_limits());
        let mut begun = long.clone();
        for _ in 0..4 {
            begun.next_step();
            if let Some(step) = long.clone().next_step()
                && let Step::Repeat(count, block) = &*step
                && begun.numbers().is_empty()
            {
                begun.repeat(*count, block);
            }
        }
        assert_eq!(begun.numbers(), [3]);
        assert!(begun.is_within_limits());
        assert!(!begun.clone().followed_by(long.clone()).is_within_limits());
        assert!(begun.followed_by(parse("pause 1s")).is_within_limits());
    }
}
