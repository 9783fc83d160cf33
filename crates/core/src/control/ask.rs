//! A request to the control interface, as the resources see it: parameters by name, and the body as JSON. A
//! parameter that a resource does not know is refused, so that a misspelled filter does not select everything.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;

use crate::exchange::{Exchange, RouteMatch};
use crate::fault::Fault;
use crate::http::query;
use crate::text::percent;
use crate::wire::Wire;

use super::keys::Keys;
use super::reply::Refusal;

/// The longest wait for a request or an event.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// How often a wait looks for its client.
pub(super) const CHECK: Duration = Duration::from_millis(50);

/// The longest time in milliseconds that may be asked for: a day.
pub(super) const MAX_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// A request to a resource.
pub(super) struct Ask<'a> {
    exchange: &'a Exchange<'a>,
    /// What the groups of the resource's path matched.
    groups: RouteMatch,
    /// Decoded, without the token.
    query: Vec<(String, String)>,
}

impl<'a> Ask<'a> {
    /// # Errors
    /// When a parameter is not UTF-8.
    pub(super) fn new(exchange: &'a Exchange<'a>, groups: RouteMatch) -> Result<Self, Refusal> {
        let pairs = query::pairs(exchange.request.query());
        let decoded = pairs.map(|(name, value)| Ok((utf8(name)?, utf8(value)?)));
        let mut query = decoded.collect::<Result<Vec<_>, Refusal>>()?;
        query.retain(|(name, _)| name != "token");
        Ok(Self {
            exchange,
            groups,
            query,
        })
    }

    /// What a group of the path matched, decoded.
    pub(super) fn group(&self, name: &str) -> Result<String, Refusal> {
        let group = self.groups.iter().find(|(its_name, _)| **its_name == *name);
        let value = group.map_or(&[][..], |(_, value)| value);
        utf8(percent::decode(value).into_owned())
    }

    /// The number that a group of the path matched.
    pub(super) fn number(&self, name: &str) -> Result<u64, Refusal> {
        let text = self.group(name)?;
        parsed("a whole number", &text)
    }

    /// Refuses parameters with other names.
    pub(super) fn expect_only(&self, names: &[&str]) -> Result<(), Refusal> {
        let mut others = self.query.iter().map(|(name, _)| name.as_str());
        match others.find(|name| !names.contains(name)) {
            None => Ok(()),
            Some(other) if names.is_empty() => Err(Refusal::bad(format!(
                "expected no parameters, found {other:?}"
            ))),
            Some(other) => Err(Refusal::bad(format!(
                "expected a parameter among {}, found {other:?}",
                names.join(", ")
            ))),
        }
    }

    /// The values of all parameters with this name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let pairs = self.query.iter().filter(move |(its, _)| its == name);
        pairs.map(|(_, value)| value.as_str())
    }

    /// The value of the only parameter with this name.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Refusal::bad(format!(
                "expected one parameter {name:?}, found several"
            ))),
        }
    }

    /// The same, as a number or another value that can be parsed.
    pub(super) fn parsed<T>(&self, name: &str, what: &str) -> Result<Option<T>, Refusal>
    where
        T: FromStr<Err: Display>,
    {
        let value = self.one(name)?;
        value
            .map(|value| parsed(&format!("{what} as {name:?}"), value))
            .transpose()
    }

    /// When a wait ends that the parameter `wait` asks for, in seconds.
    pub(super) fn wait(&self) -> Result<Option<Instant>, Refusal> {
        let Some(seconds) = self.parsed::<f64>("wait", "a number of seconds")? else {
            return Ok(None);
        };
        let time = Duration::try_from_secs_f64(seconds).ok();
        match time.filter(|&time| time <= MAX_WAIT) {
            Some(time) => Ok(Some(Instant::now() + time)),
            None => Err(Refusal::bad(format!(
                "expected from 0 to {} seconds as \"wait\", found {seconds}",
                MAX_WAIT.as_secs()
            ))),
        }
    }

    /// The body as a JSON object of a certain shape.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let body = self.exchange.body.read_all().map_err(|error| {
            let fault = Fault::from(error);
            let status = u16::try_from(fault.status).unwrap_or(400);
            Refusal::new(status, fault.message)
        })?;
        let keys = serde_json::from_slice::<Keys<T>>(&body);
        keys.map(|keys| keys.0)
            .map_err(|error| Refusal::of_json(&error))
    }

    /// The value of a field of the request, if it is UTF-8.
    pub(super) fn field<'f>(&'f self, name: &'f str) -> Option<&'f str> {
        let value = self.exchange.request.head().trimmed(name)?;
        str::from_utf8(value).ok()
    }

    /// The connection.
    pub(super) fn wire(&self) -> &Arc<Wire> {
        self.exchange.turn().wire()
    }

    /// Calls a function that waits and asks at times whether the client is still there. A server that stops ends
    /// such a wait.
    pub(super) fn waiting<T>(&self, wait: impl FnOnce(&dyn Fn() -> bool) -> T) -> T {
        let wire = self.wire();
        let is_connected = || !wire.is_left_within(Some(Duration::ZERO));
        wire.wait(|| wait(&is_connected))
    }
}

/// A time in milliseconds, from JSON.
pub(super) fn millis(name: &str, value: u64) -> Result<Duration, Refusal> {
    match value <= MAX_MILLIS {
        true => Ok(Duration::from_millis(value)),
        false => Err(Refusal::bad(format!(
            "expected at most {MAX_MILLIS} milliseconds as `{name}`, found {value}"
        ))),
    }
}

fn parsed<T: FromStr<Err: Display>>(what: &str, text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|error| Refusal::bad(format!("expected {what}, found {text:?}: {error}")))
}

fn utf8(bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes).map_err(|_| Refusal::bad("expected UTF-8 in the URL"))
}
