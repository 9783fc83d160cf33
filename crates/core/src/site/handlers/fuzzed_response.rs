//! Serves fuzzed responses ([`response_fuzz`](crate::response_fuzz)) at `/.wireserve/fuzz/SEED` and
//! `/.wireserve/fuzz/EDITION/SEED`, and lists of them at the paths above. Like a `.wire` file, a response is
//! played whatever the method and the rest of the request.

use std::fmt::Write as _;

use crate::exchange::{Exchange, Handler, Requirements};
use crate::fault::Fault;
use crate::http::query;
use crate::response_fuzz::{Edition, FuzzedResponse, Seed, SeedError, parse_number};

/// The path above the seeds.
pub const PATH: &str = "/.wireserve/fuzz/";

/// How many seeds a list has if the query names no `count`.
const LISTED: u64 = 100;

/// The most seeds of a list, since each response is made to be listed. A query for more is answered with 400.
pub const MAX_LISTED: u64 = 1000;

const USAGE: &str = "\
Fuzzed responses, for testing HTTP clients: one for each seed, stable across
releases.

GET /.wireserve/fuzz/SEED
    plays the response of a seed, a number from 0 to 18446744073709551615
GET /.wireserve/fuzz/?from=N&count=M
    lists M seeds from N on, 100 of them or up to 1000: seed, what a client
    must do, and the mutations of a valid response
wireserve fuzz SEED
    prints the same response as a .wire file, with the clauses of the RFCs

Editions are frozen lists of mutations:
    v1           the first edition, which a plain SEED belongs to
    v2           v1 and nine mutations more
GET /.wireserve/fuzz/v2/SEED
    plays a response of edition v2
GET /.wireserve/fuzz/v2/?from=N&count=M
    lists seeds of edition v2
wireserve fuzz v2:SEED
    prints a response of edition v2

What a client must do, if the request was a GET:
    accept       accept the response, with its content
    either       accept it or fail, but not hang, and not treat part of it as
                 complete
    reject|SP    fail, or replace each bad byte by a space
    reject       fail: the response is invalid or incomplete
    any          end in any way: many mutations at once are not judged
    ...:noreuse  not use the bytes that follow the response as the answer to
                 another request
";

/// Plays the response that the path names, or lists some.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::FuzzedResponseHandler;
///
/// let paths = "/.wireserve/fuzz/*";
/// let server = Server::builder().route("GET", paths, FuzzedResponseHandler)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /.wireserve/fuzz/v2/?from=7&count=1 HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for the list /.wireserve/fuzz/v2/?from=7&count=1 gets:
/// assert!(answer.contains("\r\n\r\nv2:7 "), "{answer}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct FuzzedResponseHandler;

impl Handler for FuzzedResponseHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let path = exchange.request.path();
        let name = path.strip_prefix(PATH.as_bytes()).unwrap_or_default();
        let (edition, number) = Seed::split_edition(name, b'/').map_err(not_found)?;
        if !number.is_empty() {
            let seed = Seed::parse_separated(name, b'/').map_err(not_found)?;
            exchange.play(&FuzzedResponse::from_seed(seed).script);
            return Ok(());
        }
        let text = match exchange.request.query() {
            b"" => USAGE.to_owned(),
            query => list(edition, query)?,
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

fn not_found(error: SeedError) -> Fault {
    Fault::new(404, error.to_string())
}

fn list(edition: Edition, query: &[u8]) -> Result<String, Fault> {
    let (mut from, mut count) = (0, LISTED);
    for (name, value) in query::pairs(query) {
        let number = match &name[..] {
            b"from" => &mut from,
            b"count" => &mut count,
            _ => {
                return Err(Fault::new(
                    400,
                    "a list has the parameters `from` and `count` only",
                ));
            }
        };
        *number = parse_number(&value)
            .ok_or_else(|| Fault::new(400, "`from` and `count` are numbers, in decimal digits"))?;
    }
    if count > MAX_LISTED {
        let most = format!("a list has at most {MAX_LISTED} seeds");
        return Err(Fault::new(400, most));
    }
    let mut text = String::new();
    for number in (from..=u64::MAX).take(count as usize) {
        let seed = Seed { edition, number };
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
