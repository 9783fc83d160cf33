//! Responses to fuzz clients with, at one path for each seed ([`response_fuzz`](crate::response_fuzz)); and
//! at the path above them what seeds stand for, as text. They are played whatever the method and whatever
//! else the request says, as a `.wire` file is.

use std::fmt::Write as _;

use crate::exchange::{Exchange, Handler, Requirements};
use crate::fault::Fault;
use crate::http::query;
use crate::response_fuzz::{FuzzedResponse, read_seed};

/// The path above those of the seeds.
pub const PATH: &str = "/.wireserve/fuzz/";

/// Seeds of a list that does not say how many it wants.
const LISTED: u64 = 100;

/// Seeds of a list at most, as each of them is made to be listed; more are refused with 400.
pub const MAX_LISTED: u64 = 1000;

const USAGE: &str = "\
Responses to fuzz HTTP clients with: one for each seed, the same for ever.

GET /.wireserve/fuzz/SEED
    plays the response of a seed, a number from 0 to 18446744073709551615
GET /.wireserve/fuzz/?from=N&count=M
    lists M seeds from N on, 100 of them or up to 1000: seed, what a client
    must do, and the mutations of a valid response
wireserve fuzz SEED
    prints the same response as a .wire file, with what the RFCs say to it

What a client must do, having asked with GET:
    accept       take it, with the content that it has
    either       take it or fail, but not hang, or take a part for the whole
    reject|SP    fail, or read a space in the place of a bad byte
    reject       fail: the response is invalid or incomplete
    any          end, somehow: several mutations at once are not judged
    ...:noreuse  and take nothing that stands behind it for another response
";

/// Plays the response that the path ends in, or lists some.
#[derive(Clone, Copy, Debug, Default)]
pub struct FuzzHandler;

impl Handler for FuzzHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let path = exchange.request.path();
        let seed = path.strip_prefix(PATH.as_bytes()).unwrap_or_default();
        if !seed.is_empty() {
            let seed = read_seed(seed).ok_or_else(|| {
                Fault::new(404, "a seed is a number of 64 bits, in decimal digits")
            })?;
            exchange.play(&FuzzedResponse::from_seed(seed).script);
            return Ok(());
        }
        let text = match exchange.request.query() {
            b"" => USAGE.to_owned(),
            query => list(query)?,
        };
        let response = &mut exchange.response;
        response.headers.append("Content-Type", "text/plain");
        response.content = text.into_bytes().into();
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}

fn list(query: &[u8]) -> Result<String, Fault> {
    let (mut from, mut count) = (0, LISTED);
    for (name, value) in query::pairs(query) {
        let number = match &name[..] {
            b"from" => &mut from,
            b"count" => &mut count,
            _ => return Err(Fault::new(400, "a list has `from` and `count`, no more")),
        };
        *number = read_seed(&value)
            .ok_or_else(|| Fault::new(400, "`from` and `count` are numbers, in decimal digits"))?;
    }
    if count > MAX_LISTED {
        let most = format!("a list has at most {MAX_LISTED} seeds");
        return Err(Fault::new(400, most));
    }
    let mut text = String::new();
    for seed in (from..=u64::MAX).take(count as usize) {
        let response = FuzzedResponse::from_seed(seed);
        // Writing to a string does not fail.
        let _ = write!(text, "{seed} {}", response.expectation);
        for mutation in response.mutations {
            let _ = write!(text, " {}", mutation.name);
        }
        text.push('\n');
    }
    Ok(text)
}
