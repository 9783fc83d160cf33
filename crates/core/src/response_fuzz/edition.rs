//! Editions: lists of mutations that are frozen, so that a seed makes the same response in every release.
//! New mutations go into a new edition, and the old ones stay. Everything else, which is the valid responses,
//! the generator and the delivery, is shared.

use std::fmt;
use std::str;

use thiserror::Error;

use crate::text::quoted::Quoted;

use super::mutation::Mutation;
use super::mutations;

/// A frozen list of mutations.
///
/// ```
/// use wireserve::response_fuzz::{Edition, Seed, SeedError};
///
/// assert_eq!(Edition::parse(b"v2")?, Edition::V2);
/// assert_eq!(Edition::ALL.map(Edition::name), ["v1", "v2"]);
/// let added = Edition::V2.mutations().count() - Edition::V1.mutations().count();
/// assert_eq!(added, 9);
/// let seed = Seed::parse(b"v2:318")?;
/// assert_eq!((seed.edition, seed.number, seed.to_string()), (Edition::V2, 318, "v2:318".to_owned()));
/// assert_eq!(Seed::parse(b"-1"), Err(SeedError::NotANumber(b"-1".to_vec())));
/// # Ok::<(), SeedError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edition {
    /// The first edition, which seeds without an edition belong to.
    #[default]
    V1,
    /// The first edition and nine mutations more.
    V2,
}

/// The name of a fuzzed response: `318`, or `v2:318` with an edition. Without one it is `v1`.
///
/// See the example of [`Edition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The edition.
    pub edition: Edition,
    /// The number within the edition.
    pub number: u64,
}

/// Why a text is not the name of a fuzzed response.
///
/// See the example of [`Edition`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SeedError {
    /// No edition has this name.
    #[error("unknown edition {}, expected {}", Quoted(.0), names())]
    UnknownEdition(Vec<u8>),
    /// These are not the digits of a 64-bit number.
    #[error(
        "expected a seed from 0 to 18446744073709551615, found {}",
        Quoted(.0)
    )]
    NotANumber(Vec<u8>),
}

impl Edition {
    /// All editions, oldest first.
    ///
    /// See the example of [`Edition`].
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

    /// `v1`, `v2`.
    ///
    /// See the example of [`Edition`].
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// All mutations of the edition.
    ///
    /// See the example of [`Edition`].
    pub fn mutations(self) -> impl Iterator<Item = &'static Mutation> {
        self.topics().iter().copied().flatten()
    }

    /// The mutations by topic. A response draws a topic first, then a mutation of it.
    pub(super) fn topics(self) -> &'static [&'static [Mutation]] {
        match self {
            Self::V1 => &mutations::V1,
            Self::V2 => &mutations::V2,
        }
    }

    /// The edition with this name.
    ///
    /// See the example of [`Edition`].
    ///
    /// # Errors
    /// [`SeedError::UnknownEdition`].
    pub fn parse(name: &[u8]) -> Result<Self, SeedError> {
        Self::ALL
            .into_iter()
            .find(|edition| edition.name().as_bytes() == name)
            .ok_or_else(|| SeedError::UnknownEdition(name.to_vec()))
    }
}

impl Seed {
    /// Parses what users write: `318`, `v2:318`.
    ///
    /// See the example of [`Edition`].
    ///
    /// # Errors
    /// [`SeedError`] for another edition than there is, or for anything but the decimal digits of a 64-bit
    /// number.
    pub fn parse(text: &[u8]) -> Result<Self, SeedError> {
        Self::parse_separated(text, b':')
    }

    /// The same with another separator: the `/` of `/.wireserve/fuzz/v2/318`.
    pub(crate) fn parse_separated(text: &[u8], separator: u8) -> Result<Self, SeedError> {
        let (edition, number) = Self::split_edition(text, separator)?;
        let number = parse_number(number).ok_or_else(|| SeedError::NotANumber(number.to_vec()))?;
        Ok(Self { edition, number })
    }

    /// Splits an edition and its separator off a text. Only a text that begins with `v` has one.
    pub(crate) fn split_edition(text: &[u8], separator: u8) -> Result<(Edition, &[u8]), SeedError> {
        let end = memchr::memchr(separator, text).filter(|_| text.starts_with(b"v"));
        match end {
            Some(end) => Ok((Edition::parse(&text[..end])?, &text[end + 1..])),
            None => Ok((Edition::default(), text)),
        }
    }
}

/// The names of all editions, as an error lists them.
fn names() -> String {
    Edition::ALL.map(Edition::name).join(" or ")
}

/// Parses the decimal digits of a 64-bit number.
pub(crate) fn parse_number(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let text = is_number.then(|| str::from_utf8(text).ok())?;
    text?.parse().ok()
}

/// A number of edition `v1`.
impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Self {
            edition: Edition::V1,
            number,
        }
    }
}

/// The shortest form that parses to the same seed.
impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number;
        match self.edition {
            Edition::V1 => write!(f, "{number}"),
            edition => write!(f, "{}:{number}", edition.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_as_users_write_them() {
        for (text, edition, number, shown) in [
            ("0", Edition::V1, 0, "0"),
            (
                "18446744073709551615",
                Edition::V1,
                u64::MAX,
                "18446744073709551615",
            ),
            ("007", Edition::V1, 7, "7"),
            ("v1:318", Edition::V1, 318, "318"),
            ("v2:318", Edition::V2, 318, "v2:318"),
            ("v2:007", Edition::V2, 7, "v2:7"),
        ] {
            let seed = Seed::parse(text.as_bytes()).expect(text);
            assert_eq!(seed, Seed { edition, number }, "{text}");
            assert_eq!(seed.to_string(), shown);
            let path = text.replace(':', "/");
            assert_eq!(Seed::parse_separated(path.as_bytes(), b'/'), Ok(seed));
        }
    }

    #[test]
    fn what_is_not_a_seed() {
        for text in [
            "18446744073709551616",
            "",
            "+1",
            "-1",
            " 1",
            "1.0",
            "0x1",
            "\u{661}",
            "v2",
            "v2:",
            "v2:v2:1",
            "v2/1",
            "1:2",
        ] {
            let error = Seed::parse(text.as_bytes()).expect_err(text);
            assert!(matches!(error, SeedError::NotANumber(_)), "{text:?}");
        }
        for (text, edition) in [
            ("v3:1", "v3"),
            ("v:1", "v"),
            ("v02:1", "v02"),
            ("v3:", "v3"),
        ] {
            let error = SeedError::UnknownEdition(edition.into());
            assert_eq!(Seed::parse(text.as_bytes()), Err(error), "{text}");
        }
        assert_eq!(
            SeedError::UnknownEdition(b"v3".to_vec()).to_string(),
            "unknown edition \"v3\", expected v1 or v2"
        );
    }
}
