//! The limits of a script. A few characters can ask for all memory, or for work that does not end; so scripts that
//! exceed a limit are refused before anything is made of them.

/// How many bytes a script may send and search for in total, and how many its names may have in total.
/// Larger files are refused before the bytes are made.
///
/// ```
/// use wireserve::WireScript;
/// use wireserve::wire_script::{MAX_BYTES, MAX_DEPTH, MAX_STEPS};
///
/// for text in [
///     format!("send \"a\" * {}", MAX_BYTES + 1),
///     format!("repeat {} {{ send \"a\" }}", MAX_STEPS + 1),
///     format!("send {}\"a\"{}", "(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1)),
/// ] {
///     assert!(WireScript::parse(text.as_bytes()).is_err());
/// }
/// ```
pub const MAX_BYTES: u64 = 64 << 20;

/// How many steps a script may have, and may play with all its repetitions: `send by 1` makes a step of each
/// byte. Longer scripts are refused.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_STEPS: usize = 100_000;

/// How deep items may be nested, and blocks, so that parsing and playing them stays within any thread's stack.
/// Deeper ones are refused.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_DEPTH: usize = 32;
