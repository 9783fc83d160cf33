//! Pipes: what a file's name (`page.sub.html`) and the query (`?pipe=status(404)|slice(10)`) ask to be
//! done to a response before it goes out (reference §7.4). [`asked`] finds the expressions, `syntax`
//! reads them, and each pipe has a file of its own. `template` is the language of `sub`.
//!
//! A pipeline either applies as a whole or fails before a byte is sent. Scripts do not come here:
//! theirs are in `python/lib`.

mod error;
mod gzip;
mod header;
mod slice;
mod status;
mod sub;
mod syntax;
pub mod template;
mod trickle;
mod trickled;
mod whole;

use std::path::Path;

use crate::exchange::{Mount, Request, Response};
use crate::hosts::Hosts;
use crate::text::percent;
pub use error::{PipeError, WrongArguments};
use gzip::Gzip;
use header::Header;
use slice::Slice;
use status::Status;
use sub::Sub;
use syntax::Call;
use template::Escape;
use trickle::Trickle;

/// Bytes that content may have which a pipe takes as a whole, and bytes that a template may become; with more
/// the answer is 500. A link says which pipes there are: `sub`, twice, makes of a kilobyte a gigabyte, and
/// `gzip` would read a file of any size.
pub const MAX_WHOLE: u64 = 64 << 20;

/// What pipes look at beside the response.
#[derive(Clone, Copy, Debug)]
pub struct Context<'e> {
    /// The request that is answered.
    pub request: &'e Request,
    /// The names and ports of the server.
    pub hosts: &'e Hosts,
    /// The folder that answers, and its place in the site.
    pub mount: &'e Mount,
}

/// The pipes that a path and a query ask for, not read yet: an expression that makes no sense is an
/// error only where there is a response to apply it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The escape of the template that the file is by its name; it is filled in first.
    by_name: Option<Escape>,
    /// What the query asks for.
    expression: Option<String>,
}

/// The pipes that a file's name and the query ask for, if any. `.sub.` counts anywhere in the path.
/// Of several `pipe` parameters the last one counts; an empty one does not.
pub fn asked(path: &Path, query: &[u8]) -> Option<Pipeline> {
    let is_template = path.to_string_lossy().contains(".sub.");
    let by_name = is_template.then(|| escape_of(path));
    let expression = query
        .split(|&byte| byte == b'&')
        .filter_map(|piece| {
            let at = memchr::memchr(b'=', piece)?;
            let (name, value) = (&piece[..at], &piece[at + 1..]);
            (!value.is_empty() && percent::decode_plus_text(name) == "pipe").then_some(value)
        })
        .next_back()
        .map(percent::decode_plus_text);
    (by_name.is_some() || expression.is_some()).then_some(Pipeline {
        by_name,
        expression,
    })
}

/// Text goes into markup escaped, and into anything else as it is.
fn escape_of(path: &Path) -> Escape {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("html" | "htm" | "xht" | "xhtml" | "xml" | "svg") => Escape::Html,
        _ => Escape::None,
    }
}

impl Pipeline {
    /// Applies the pipes in their order.
    ///
    /// # Errors
    /// An expression that cannot be read, and a pipe that fails. The response is then no longer of
    /// use: its content may be gone.
    pub fn apply(&self, response: &mut Response, context: &Context<'_>) -> Result<(), PipeError> {
        let expression = self.expression.as_deref().unwrap_or_default();
        let calls = syntax::calls(expression)?;
        let pipes: Vec<_> = calls.iter().map(Pipe::of).collect::<Result<_, _>>()?;
        if let Some(escape) = self.by_name {
            Sub::by_name(escape).apply(response, context)?;
        }
        for pipe in pipes {
            pipe.apply(response, context)?;
        }
        Ok(())
    }
}

/// A pipe with its arguments.
enum Pipe {
    Gzip(Gzip),
    Header(Header),
    Slice(Slice),
    Status(Status),
    Sub(Sub),
    Trickle(Trickle),
}

impl Pipe {
    fn of(call: &Call) -> Result<Self, PipeError> {
        let arguments = call.arguments.as_slice();
        let pipe = match call.pipe.as_str() {
            "gzip" => Gzip::of(arguments).map(Self::Gzip),
            "header" => Header::of(arguments).map(Self::Header),
            "slice" => Slice::of(arguments).map(Self::Slice),
            "status" => Status::of(arguments).map(Self::Status),
            "sub" => Sub::of(arguments).map(Self::Sub),
            "trickle" => Trickle::of(arguments).map(Self::Trickle),
            _ => return Err(PipeError::Unknown(call.pipe.clone())),
        };
        pipe.map_err(|wrong| PipeError::Arguments(call.pipe.clone(), wrong))
    }

    fn apply(self, response: &mut Response, context: &Context<'_>) -> Result<(), PipeError> {
        match self {
            Self::Gzip(gzip) => gzip.apply(response),
            Self::Header(header) => header.apply(response),
            Self::Slice(slice) => slice.apply(response),
            Self::Status(status) => status.apply(response),
            Self::Sub(sub) => sub.apply(response, context),
            Self::Trickle(trickle) => trickle.apply(response),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::pipes::template::Fixture;
    use proptest::prelude::*;

    #[test]
    fn what_is_asked_for() {
        use Escape::{Html, None as Raw};
        for (path, query, by_name, expression) in [
            ("/a.sub.html", "", Some(Html), None),
            ("/a.sub.svg", "pipe=", Some(Html), None),
            ("/a.sub.HTML", "", Some(Raw), None),
            ("/a.sub.x/b.xml", "a=b", Some(Html), None),
            ("/a.sub.js", "pipe=gzip", Some(Raw), Some("gzip")),
            ("/a.js", "pipe=a&pipe=b+%2B%7c&pipe=", None, Some("b +|")),
            ("/a.js", "p%69pe=%c3%a9%ff;a=b", None, Some("é\u{fffd};a=b")),
        ] {
            let expected = Pipeline {
                by_name,
                expression: expression.map(str::to_owned),
            };
            assert_eq!(
                asked(Path::new(path), query.as_bytes()),
                Some(expected),
                "{path} {query}"
            );
        }
        // Raw bytes are characters of ISO 8859-1.
        let raw = asked(Path::new("/a"), b"pipe=\xe9").unwrap();
        assert_eq!(raw.expression.as_deref(), Some("é"));
        for (path, query) in [
            ("/sub.html", ""),
            ("/a.sub", "pipe"),
            ("/a", "Pipe=gzip"),
            ("/a", "?pipe=gzip"),
        ] {
            assert_eq!(asked(Path::new(path), query.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn faults_name_what_is_wrong() {
        let fault = |expression: &str| {
            let calls = syntax::calls(expression);
            let pipes =
                calls.and_then(|calls| calls.iter().map(Pipe::of).collect::<Result<Vec<_>, _>>());
            let fault = Fault::from(pipes.err().expect(expression));
            assert_eq!(fault.status, 500);
            fault.message
        };
        for (expression, message) in [
            ("tricle(d1)", r#"no pipe is named "tricle""#),
            ("(", r#"no pipe is named """#),
            ("status(a)", r#"pipe status: "a" is not a whole number"#),
            ("gzip()", "pipe gzip: takes no arguments, not 1"),
            ("header(a", "pipe header: takes 2 or 3 arguments, not 1"),
            ("a(\\", "the pipe expression ends in a backslash"),
        ] {
            assert_eq!(fault(expression), message, "{expression}");
        }
    }

    #[test]
    fn pipes_apply_in_their_order() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        for (path, expression, content) in [
            ("/a", "sub", "<a.test>"),
            ("/a", "slice(3)", "host}}>"),
            ("/a", "slice(3)|sub", "host}}>"),
            ("/a.sub.html", "slice(3,7)", "test"),
            ("/a", "sub|slice(null,2)|slice(1)", "a"),
            ("/a", "trickle(d0:1)|slice(1)", "{{host}}>"),
            ("/a", "sub(ham)|sub", "an error"),
            ("/a", "sub|sub(ham)", "<a.test>"),
            ("/a", "sub|status(ham)", "an error"),
        ] {
            let query = format!("pipe={expression}");
            let pipeline = asked(Path::new(path), query.as_bytes()).unwrap();
            let mut response = Response {
                content: "<{{host}}>".into(),
                ..Response::default()
            };
            let text = match pipeline.apply(&mut response, &fixture.context()) {
                Ok(()) => String::from_utf8(whole::take(&mut response).unwrap()).unwrap(),
                Err(_) => "an error".to_owned(),
            };
            assert_eq!(text, content, "{path} {expression}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Whatever the query, its pipes apply or fail, and a failure is a 500.
        #[test]
        fn any_query_can_be_asked(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..4),
                "gzip|header|slice|status|sub|trickle|\\(|\\)|\\||,|:|d0|r2|[0-9]{1,3}|none|null|%[0-9a-f]{2}"
                    .prop_map(String::into_bytes),
            ], 0..12),
        ) {
            let query = [b"pipe=".to_vec(), pieces.concat()].concat();
            let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
            let mut response = Response { content: "<{{host}}>".into(), ..Response::default() };
            if let Some(pipeline) = asked(Path::new("/a.sub.svg"), &query)
                && let Err(error) = pipeline.apply(&mut response, &fixture.context())
            {
                prop_assert_eq!(Fault::from(error).status, 500);
            }
        }
    }
}
