//! `status(CODE)` sets the status code; any whole number is one.

use crate::exchange::Response;
use crate::text::number;

use super::{PipeError, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Status {
    code: i64,
}

impl Status {
    pub(super) fn of(arguments: &[String]) -> Result<Self, WrongArguments> {
        let [text] = arguments else {
            let (takes, given) = ("1 argument", arguments.len());
            return Err(WrongArguments::Count { takes, given });
        };
        let code =
            number::int(text).ok_or_else(|| WrongArguments::not_a("a whole number", text))?;
        let code = code.try_into();
        let code = code.map_err(|_| WrongArguments::not_a("a status code of 64 bits", text))?;
        Ok(Self { code })
    }

    pub(super) fn apply(self, response: &mut Response) -> Result<(), PipeError> {
        response.status = self.code;
        response.reason = None;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (arguments, code) in [
            (&["404"][..], Some(404)),
            (&[" +2_00 "], Some(200)),
            (&["-1"], Some(-1)),
            (&["99999999999999999999"], None),
            (&[""], None),
            (&["2.0"], None),
            (&[], None),
            (&["200", "OK"], None),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let status = Status::of(&arguments).ok();
            assert_eq!(status, code.map(|code| Status { code }), "{arguments:?}");
        }
        let mut response = Response {
            reason: Some(b"Ham".to_vec()),
            ..Response::default()
        };
        Status { code: 404 }.apply(&mut response).unwrap();
        assert_eq!((response.status, response.reason), (404, None));
    }
}
