//! `status(CODE)` sets the status code, which may be any whole number of 64 bits.

use crate::text::number;

use super::template::Scope;
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    code: i64,
}

impl Pipe for Status {
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments> {
        let text = &arguments[0];
        let code =
            number::int(text).ok_or_else(|| WrongArguments::not_a("a whole number", text))?;
        let code = code.try_into();
        let code = code.map_err(|_| WrongArguments::not_a("a status code of 64 bits", text))?;
        Ok(Self { code })
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        _: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        response.set_status(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Response;
    use crate::pipes::template::Fixture;

    #[test]
    fn codes() {
        for (arguments, code) in [
            (&["404"][..], Some(404)),
            (&[" +2_00 "], Some(200)),
            (&["-1"], Some(-1)),
            (&["99999999999999999999"], None),
            (&[""], None),
            (&["2.0"], None),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let status = Status::parse(&arguments).ok();
            assert_eq!(status, code.map(|code| Status { code }), "{arguments:?}");
        }
        let mut response = Response {
            reason: Some(b"Ham".to_vec()),
            ..Response::default()
        };
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        let status = Box::new(Status { code: 404 });
        status.apply(&mut response, &fixture.context()).unwrap();
        assert_eq!((response.status, response.reason), (404, None));
    }
}
