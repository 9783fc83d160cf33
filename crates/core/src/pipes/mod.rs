//! Pipes: changes to a response before it is sent, requested by the path (`page.sub.html`) or the
//! query (`?pipe=status(404)|slice(10)`) (reference §7.4). [`requested`] finds the expression,
//! `syntax` parses it, `table` has the pipes, and each pipe has a file. `template` is the language
//! of `sub`.
//!
//! There is one engine for files and scripts. Pipes change a [`PipedResponse`], and templates look names up
//! in a [`Scope`](template::Scope): files give the server's own values, `python` the objects of a script.
//! A pipeline is applied as a whole, or fails before a byte is sent.

mod error;
mod gzip;
mod header;
mod response;
mod slice;
mod status;
mod sub;
mod syntax;
mod table;
pub mod template;
mod trickle;
mod trickled;

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use crate::exchange::{Exchange, Mount, Request, Response, Turn};
use crate::fault::Fault;
use crate::hosts::Hosts;
use crate::text::percent;
pub use error::{PipeError, Raised, WrongArguments};
pub use response::{MAX_WHOLE, PipedResponse, Source, too_large};
pub use sub::fill_escaped;
pub use syntax::{Call, calls};
pub use table::{PIPES, Pipe, Row, pipe, row};
use template::Scope as _;

/// What templates use in a file: the request and its server.
#[derive(Clone, Copy, Debug)]
pub struct Context<'e> {
    /// The request.
    pub request: &'e Request,
    /// The names and ports of the server.
    pub hosts: &'e Hosts,
    /// The folder that is served, and its place in the site.
    pub mount: &'e Mount,
    /// What a parameter is that the query does not have.
    pub missing: Missing,
    /// The client that waits; `None` if the work is not to end when it leaves.
    pub turn: Option<&'e Turn>,
}

/// What a parameter is that the query does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An empty text, as in the reference.
    Empty,
    /// An error.
    Refused,
}

/// The pipes that a path and a query request, not yet parsed: an expression that cannot be parsed is an
/// error only if there is a response to apply it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// The argument of `sub`, which is applied first, if the path names a template.
    template: Option<&'static str>,
    /// The expression in the query.
    expression: Option<String>,
}

/// The pipes that the path of a file and the query request, if any. `.sub.` counts anywhere in the path.
/// Of several `pipe` parameters the last one counts; empty ones are ignored.
pub fn requested(path: &Path, query: &[u8]) -> Option<Pipeline> {
    let template = is_template(path).then(|| escape_of(path));
    let expression = query
        .split(|&byte| byte == b'&')
        .filter_map(|piece| {
            let at = memchr::memchr(b'=', piece)?;
            let (name, value) = (&piece[..at], &piece[at + 1..]);
            (!value.is_empty() && percent::decode_plus_text(name) == "pipe").then_some(value)
        })
        .next_back()
        .map(percent::decode_plus_text);
    (template.is_some() || expression.is_some()).then_some(Pipeline {
        template,
        expression,
    })
}

/// Whether a path names a template.
pub fn is_template(path: &Path) -> bool {
    let path = path.as_os_str().as_bytes();
    memchr::memchr_iter(b'.', path).any(|dot| path[dot..].starts_with(b".sub."))
}

/// The escape of a template: values are escaped in markup only.
fn escape_of(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("html" | "htm" | "xht" | "xhtml" | "xml" | "svg") => sub::HTML,
        _ => sub::NONE,
    }
}

impl Pipeline {
    /// The pipes in their order, with their arguments.
    ///
    /// # Errors
    /// An expression that cannot be parsed, or has more pipes than the limit.
    pub fn calls(&self, limit: usize) -> Result<Vec<Call>, PipeError> {
        let template = self.template.map(|escape| Call {
            name: "sub".to_owned(),
            arguments: vec![escape.to_owned()],
        });
        let expression = self.expression.as_deref().unwrap_or_default();
        let calls: Vec<_> = template.into_iter().chain(calls(expression)?).collect();
        match calls.len() {
            found if found > limit => Err(PipeError::TooMany { found, limit }),
            _ => Ok(calls),
        }
    }

    /// Applies the pipes to the response of an exchange, unless its client leaves: then the connection
    /// ends without a response.
    ///
    /// # Errors
    /// As [`Pipeline::apply`].
    pub fn answer(&self, exchange: &mut Exchange<'_>, mount: &Mount) -> Result<(), Fault> {
        let context = Context {
            request: &Arc::clone(&exchange.request),
            hosts: &Arc::clone(exchange.hosts()),
            mount,
            missing: Missing::Empty,
            turn: Some(&Arc::clone(exchange.turn())),
        };
        let limit = exchange.server().limits.pipes;
        match self.apply(&mut exchange.response, &context, limit) {
            Err(PipeError::Unwanted) => exchange.abort_connection(),
            applied => applied?,
        }
        Ok(())
    }

    /// Applies the pipes in their order.
    ///
    /// # Errors
    /// As [`Pipeline::calls`]; a pipe that fails; [`PipeError::Unwanted`]. The response is then of no
    /// further use: its content may be gone.
    pub fn apply(
        &self,
        response: &mut Response,
        context: &Context<'_>,
        limit: usize,
    ) -> Result<(), PipeError> {
        let calls = self.calls(limit)?;
        let pipes: Vec<_> = calls.iter().map(pipe).collect::<Result<_, _>>()?;
        for pipe in pipes {
            if !context.is_wanted() {
                return Err(PipeError::Unwanted);
            }
            pipe.apply(response, context)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipes::template::Fixture;
    use proptest::prelude::*;

    #[test]
    fn paths_and_queries_request_pipes() {
        for (path, query, template, expression) in [
            ("/a.sub.html", "", Some("html"), None),
            ("/a.sub.svg", "pipe=", Some("html"), None),
            ("/a.sub.HTML", "", Some("none"), None),
            ("/a.sub.x/b.xml", "a=b", Some("html"), None),
            ("/a.sub.js", "pipe=gzip", Some("none"), Some("gzip")),
            ("/a.js", "pipe=a&pipe=b+%2B%7c&pipe=", None, Some("b +|")),
            ("/a.js", "p%69pe=%c3%a9%ff;a=b", None, Some("é\u{fffd};a=b")),
        ] {
            let expected = Pipeline {
                template,
                expression: expression.map(str::to_owned),
            };
            assert_eq!(
                requested(Path::new(path), query.as_bytes()),
                Some(expected),
                "{path} {query}"
            );
        }
        // Raw bytes are characters of ISO 8859-1.
        let raw = requested(Path::new("/a"), b"pipe=\xe9").unwrap();
        assert_eq!(raw.expression.as_deref(), Some("é"));
        for (path, query) in [
            ("/sub.html", ""),
            ("/a.sub", "pipe"),
            ("/a", "Pipe=gzip"),
            ("/a", "?pipe=gzip"),
        ] {
            assert_eq!(requested(Path::new(path), query.as_bytes()), None, "{path}");
        }
    }

    #[test]
    fn faults_name_the_error() {
        let fault = |expression: &str| {
            let pipes = calls(expression)
                .and_then(|calls| calls.iter().map(pipe).collect::<Result<Vec<_>, _>>());
            let fault = Fault::from(pipes.err().expect(expression));
            assert_eq!(fault.status, 500);
            fault.message
        };
        for (expression, message) in [
            ("tricle(d1)", r#"unknown pipe "tricle""#),
            ("(", r#"unknown pipe """#),
            (
                "status(a)",
                r#"pipe status: expected a whole number, found "a""#,
            ),
            ("gzip()", "pipe gzip: expected no arguments, found 1"),
            (
                "header(a",
                "pipe header: expected 2 to 3 arguments, found 1",
            ),
            ("sub(a,b)", "pipe sub: expected 0 to 1 arguments, found 2"),
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
            let pipeline = requested(Path::new(path), query.as_bytes()).unwrap();
            let mut response = Response {
                content: "<{{host}}>".into(),
                ..Response::default()
            };
            let text = match pipeline.apply(&mut response, &fixture.context(), 64) {
                Ok(()) => {
                    let content = response.take_content().unwrap().into_bytes(&|| true);
                    String::from_utf8(content.unwrap().into()).unwrap()
                }
                Err(_) => "an error".to_owned(),
            };
            assert_eq!(text, content, "{path} {expression}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// The pipes of any query apply or fail, and a failure is a 500.
        #[test]
        fn any_query_is_applied_or_refused(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..4),
                "gzip|header|slice|status|sub|trickle|\\(|\\)|\\||,|:|d0|r2|[0-9]{1,3}|none|null|%[0-9a-f]{2}"
                    .prop_map(String::into_bytes),
            ], 0..12),
        ) {
            let query = [b"pipe=".to_vec(), pieces.concat()].concat();
            let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
            let mut response = Response { content: "<{{host}}>".into(), ..Response::default() };
            if let Some(pipeline) = requested(Path::new("/a.sub.svg"), &query)
                && let Err(error) = pipeline.apply(&mut response, &fixture.context(), 64)
            {
                prop_assert_eq!(Fault::from(error).status, 500);
            }
        }
    }
}
