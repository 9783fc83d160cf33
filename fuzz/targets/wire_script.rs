//! For any text: a script parsed from it can be played, is within the limits of `wire_script::parse`, and is
//! parsed as the same script from its printed form. If a text is refused, the error names a line.
//!
//! Input: a `.wire` file.

#![cfg_attr(fuzzing, no_main)]

use wireserve::WireScript;
use wireserve::wire_script::{By, MAX_BYTES, MAX_STEPS, Reading, Step};

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
    assert!(script.steps().len() <= MAX_STEPS);
    assert_playable(script.steps());
    if size <= PRINTED {
        let printed = script.to_string();
        let again = WireScript::parse(printed.as_bytes());
        assert_eq!(again.as_ref(), Ok(&script), "{printed}");
        assert!(again.is_ok_and(|again| again.to_string() == printed));
    }
}

fn size(step: &Step) -> usize {
    match step {
        Step::Send(bytes) | Step::Read(Reading::Until(bytes), _) => bytes.len(),
        _ => 0,
    }
}

/// No step follows an end, nothing is sent after a FIN, and no pattern is empty.
fn assert_playable(steps: &[Step]) {
    let mut left = steps.iter();
    while let Some(step) = left.next() {
        if step.is_last() {
            assert_eq!(left.len(), 0, "steps after {step}");
        }
        if *step == Step::HalfClose {
            let sends = |step: &Step| matches!(step, Step::Send(_) | Step::Next(By::Site));
            assert!(!left.clone().any(sends), "a step sends after a FIN");
        }
        if let Step::Read(Reading::Until(pattern), _) = step {
            assert!(!pattern.is_empty());
        }
    }
}
