//! [`Error`]: the one error of the public API. Errors of single modules, and those of the standard library
//! that a test meets, become one with `?`.

use std::error::Error as StdError;
use std::fmt;
use std::io;

/// Why something could not be done: a text, and the error that caused it, if there is one.
///
/// `Display` shows the text alone, `Debug` the causes as well, so that a test that returns
/// `Result<(), wireserve::Error>` shows everything when it fails.
///
/// ```
/// use std::error::Error as _;
///
/// use wireserve::{Error, WireScript};
///
/// fn parsed(text: &[u8]) -> Result<WireScript, Error> {
///     Ok(WireScript::parse(text)?)
/// }
///
/// let error = parsed(b"sned").unwrap_err();
/// assert_eq!(error.to_string(), "cannot parse the wire script");
/// assert!(error.source().is_some_and(|cause| cause.to_string().starts_with("line 1: ")));
/// ```
pub struct Error {
    text: String,
    source: Option<Cause>,
}

type Cause = Box<dyn StdError + Send + Sync>;

impl Error {
    /// An error with a text.
    ///
    /// ```
    /// let error = wireserve::Error::new("the cart is empty");
    /// assert_eq!(error.to_string(), "the cart is empty");
    /// ```
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            source: None,
        }
    }

    /// An error with a text and its cause.
    ///
    /// ```
    /// use wireserve::Error;
    ///
    /// let error = "x".parse::<u8>().map_err(|cause| Error::caused_by("cannot read the count", cause));
    /// let shown = format!("{:?}", error.unwrap_err());
    /// assert_eq!(shown, "cannot read the count: invalid digit found in string");
    /// ```
    pub fn caused_by(
        text: impl Into<String>,
        cause: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            text: text.into(),
            source: Some(cause.into()),
        }
    }
}

impl Error {
    /// The cause, if it has this type.
    #[doc(hidden)]
    pub fn cause<E: StdError + 'static>(&self) -> Option<&E> {
        self.source.as_deref()?.downcast_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.source.as_deref();
        source.map(|source| source as &(dyn StdError + 'static))
    }
}

/// Errors that become an [`Error`] with a text of their own.
macro_rules! causes {
    ($($error:ty: $text:literal;)*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::caused_by($text, error)
            }
        })*
    };
}
pub(crate) use causes;

causes! {
    io::Error: "input or output failed";
    serde_json::Error: "expected JSON of another shape";
    std::str::Utf8Error: "expected text in UTF-8";
    std::string::FromUtf8Error: "expected text in UTF-8";
    std::num::ParseIntError: "expected a whole number";
    std::num::ParseFloatError: "expected a number";
    std::sync::mpsc::RecvError: "expected a message, found a closed channel";
    Cause: "the handler failed";
}

impl From<&str> for Error {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Error {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_all_causes() {
        let inner = Error::caused_by("b", io::Error::other("c"));
        let error = Error::caused_by("a", inner);
        assert_eq!(format!("{error}"), "a");
        assert_eq!(format!("{error:?}"), "a: b: c");
        assert_eq!(error.source().unwrap().to_string(), "b");
        assert!(Error::from("alone").source().is_none());
    }
}
