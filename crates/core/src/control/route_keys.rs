//! The JSON of a route: a method, a path, conditions, answers in sequence, faults, and how many requests are
//! expected.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::mock::{Call, Route, Times};

use super::answer_keys::{AnswerKeys, Prepared};
use super::faults;
use super::keys::{self, Keys};
use super::reply::Refusal;
use super::state::State;

/// A route, as a client writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteKeys {
    #[serde(default = "any_method")]
    method: String,
    path: String,
    #[serde(default)]
    when: Keys<WhenKeys>,
    answers: Vec<Keys<AnswerKeys>>,
    #[serde(default)]
    delay_ms: u64,
    bytes_per_second: Option<u64>,
    reset_after: Option<u64>,
    expect: Option<Keys<ExpectKeys>>,
}

fn any_method() -> String {
    "*".to_owned()
}

/// Conditions.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WhenKeys {
    query: BTreeMap<String, String>,
    fields: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
    body: Option<String>,
    body_base64: Option<String>,
    #[serde(deserialize_with = "keys::present")]
    json: Option<Value>,
    connection: Option<u64>,
}

/// How many requests are expected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectKeys {
    #[serde(default)]
    least: u64,
    most: Option<u64>,
}

impl RouteKeys {
    /// The route, which no server has yet.
    pub(super) fn route(self, state: &State) -> Result<Route, Refusal> {
        let faults = faults::checked(self.delay_ms, self.bytes_per_second, self.reset_after)?;
        let answers = self
            .answers
            .into_iter()
            .map(|Keys(keys)| keys.prepare(state));
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        let mut answers = answers.into_iter();
        let first = answers
            .next()
            .ok_or_else(|| Refusal::bad("expected at least one answer, found none"))?;
        let route = Route::new(&self.method, &self.path, give(&first))
            .map_err(|error| Refusal::bad(format!("cannot add the route: {error}")))?;
        limit(&route, &first);
        for answer in answers {
            route.then(give(&answer));
            limit(&route, &answer);
        }
        self.when.0.add_to(&route)?;
        route.delay(faults.delay);
        if let Some(rate) = faults.bytes_per_second {
            route.bytes_per_second(rate);
        }
        if let Some(bytes) = faults.reset_after {
            route.reset_after(bytes);
        }
        if let Some(Keys(ExpectKeys { least, most })) = self.expect {
            let most = most.unwrap_or(u64::MAX);
            if least > most {
                return Err(Refusal::bad(format!(
                    "expected `least` of `expect` to be at most `most`, found {least} and {most}"
                )));
            }
            route.expect_times(Times::within(least, most));
        }
        Ok(route)
    }
}

fn give(answer: &Prepared) -> impl Fn(&Call) -> crate::mock::Answer + Send + Sync + 'static {
    let answer = answer.clone();
    move |_| answer.make()
}

fn limit(route: &Route, answer: &Prepared) {
    if let Some(times) = answer.times() {
        route.times(times);
    }
}

impl WhenKeys {
    fn add_to(self, route: &Route) -> Result<(), Refusal> {
        for (name, value) in self.query {
            route.when_query(name, value);
        }
        for (name, value) in self.fields {
            route.when_field(name, value);
        }
        for (name, value) in self.form {
            route.when_form(name, value);
        }
        if let Some(body) = self.body {
            route.when_body(body);
        }
        if let Some(body) = self.body_base64 {
            let body = STANDARD.decode(body);
            let body = body
                .map_err(|error| Refusal::bad(format!("cannot decode `body_base64`: {error}")))?;
            route.when_body(body);
        }
        if let Some(value) = self.json {
            route.when_json(&value);
        }
        if let Some(number) = self.connection {
            route.when_connection(number);
        }
        Ok(())
    }
}
