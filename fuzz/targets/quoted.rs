//! Any bytes, quoted, are one line of printable ASCII, from which the same bytes are read, whatever follows.
//! Any text is read likewise, or refused with the offset of an error.
//!
//! Input: bytes to quote, and text to read.

#![cfg_attr(fuzzing, no_main)]

use wireserve::internals::text::quoted::{self, Quoted};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let shown = Quoted(input).to_string();
    assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    assert_eq!(
        quoted::read(shown.as_bytes()),
        Ok((input.to_vec(), shown.len()))
    );
    let followed = [shown.as_bytes(), input].concat();
    assert_eq!(quoted::read(&followed), Ok((input.to_vec(), shown.len())));
    for end in 0..shown.len().min(64) {
        assert!(
            quoted::read(&shown.as_bytes()[..end]).is_err(),
            "cut at {end}"
        );
    }

    match quoted::read(input) {
        Ok((bytes, length)) => {
            assert!((2..=input.len()).contains(&length) && bytes.len() <= length - 2);
            let shown = Quoted(&bytes).to_string();
            assert_eq!(
                quoted::read(shown.as_bytes()),
                Ok((bytes.clone(), shown.len()))
            );
            assert_eq!(quoted::read(&input[..length]), Ok((bytes, length)));
        }
        Err(error) => {
            assert!(error.at <= input.len() && !error.reason.is_empty());
        }
    }
}
