//! For any text: a script parsed from it can be played, is within the limits of `wire_script::parse`, and is
//! parsed as the same script from its printed form. If a text is refused, the error names a line.
//!
//! Input: a `.wire` file.

#![cfg_attr(fuzzing, no_main)]

use wireserve::WireScript;
use wireserve::wire_script::{By, Cursor, MAX_BYTES, MAX_STEPS, Reading, Step};

/// The largest script that is printed and parsed again; larger ones take too long for a fuzzer.
const PRINTED: usize = 256 << 10;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|text: &[u8]| holds(text));

pub(crate) fn holds(text: &[u8]) {
    let script = match WireScript::parse(text) {
        Ok(script) => script,
        Err(error) => {
            let lines = 1 + text.iter().filter(|&&byte| byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "{error}");
            assert!(!error.reason.is_empty() && error.reason.len() < 300);
            assert!(!error.reason.contains(char::is_control), "{error:?}");
            return;
        }
    };
    let size: usize = script.steps().iter().map(size).sum();
    assert!(size as u64 <= MAX_BYTES, "{size} bytes");
    assert!(script.is_within_limits());
    assert_playable(&script);
    if size <= PRINTED {
        let printed = script.to_string();
        let again = WireScript::parse(printed.as_bytes());
        assert_eq!(again.as_ref(), Ok(&script), "{printed}");
        assert!(again.is_ok_and(|again| again.to_string() == printed));
    }
}

/// The bytes that are in memory.
fn size(step: &Step) -> usize {
    match step {
        Step::Send(bytes) | Step::Read(Reading::Until(bytes), _) => bytes.len(),
        step => block(step).map_or(0, |block| block.steps().iter().map(size).sum()),
    }
}

fn block(step: &Step) -> Option<&WireScript> {
    match step {
        Step::Repeat(_, block)
        | Step::If(_, block)
        | Step::Unless(_, block)
        | Step::First(_, _, block)
        | Step::Else(block)
        | Step::OnTimeout(block) => Some(block),
        _ => None,
    }
}

/// Plays a script without a connection: no step follows an end, nothing is sent after a FIN, and no pattern
/// is empty. No condition holds, and no limit passes.
fn assert_playable(script: &WireScript) {
    let mut cursor = Cursor::new(script);
    let (mut steps, mut is_half_closed, mut has_ended) = (0, false, false);
    while let Some(step) = cursor.next_step() {
        assert!(!has_ended, "{} follows an end", step.name());
        steps += 1;
        has_ended = step.is_last();
        match &*step {
            Step::HalfClose => is_half_closed = true,
            Step::Send(_) | Step::SendData(_) | Step::SendContinue | Step::Next(By::Site) => {
                assert!(!is_half_closed, "a step sends after a FIN");
            }
            Step::Read(Reading::Until(pattern), _) => assert!(!pattern.is_empty()),
            Step::Repeat(count, block) => cursor.repeat(*count, block),
            Step::If(..) | Step::First(..) => cursor.enter_else(),
            Step::Unless(_, block) => cursor.enter(block),
            _ => {}
        }
        assert!(steps <= MAX_STEPS);
    }
}
