//! Which requests a policy lets through to a handler, before anything of their bodies is read.

use crate::exchange::body::BodyError;
use crate::exchange::{Policy, Request};
use crate::fault::Fault;
use crate::http::framing::Framing;
use crate::http::problems::{Problem, Severity};

/// Whether a policy lets a request through to a handler, with a body of at most `limit` bytes.
pub(super) fn admit(request: &Request, policy: Policy, limit: u64) -> Result<(), Fault> {
    admit_head(request, policy)?;
    match request.framing() {
        Framing::Length(length) if length > limit && policy != Policy::Raw => {
            Err(BodyError::TooLarge(limit).into())
        }
        _ => Ok(()),
    }
}

fn admit_head(request: &Request, policy: Policy) -> Result<(), Fault> {
    match policy {
        Policy::Raw => Ok(()),
        Policy::Lenient => request
            .malformed()
            .map_or(Ok(()), |malformed| Err(Fault::from(malformed.clone()))),
        Policy::Strict => {
            let problems = Problem::find(&request.raw_head());
            let mut violations = problems.iter();
            match violations.find(|problem| problem.severity == Severity::Violation) {
                Some(problem) => Err(Fault::from(problem)),
                None => admit_head(request, Policy::Lenient),
            }
        }
    }
}
