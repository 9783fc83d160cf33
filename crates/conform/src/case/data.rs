//! A case as `catalogue/responses.json` has it. `catalogue/README.md` documents the format.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use wireserve_core::wire_script::{Awaited, By, Step, WireScript};

use super::bytes::Bytes;
use super::{Accepted, Ask, Case, Fields, Level, Next, Played, Redirect, Waiting};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseData {
    id: String,
    title: String,
    method: String,
    #[serde(default)]
    request: RequestData,
    #[serde(default)]
    steps: Vec<StepData>,
    /// The steps as a wire script, for what `steps` cannot express.
    wire: Option<String>,
    #[serde(rename = "scenario")]
    _scenario: Option<String>,
    clause: String,
    rule: String,
    level: Level,
    expect: String,
    #[serde(default)]
    accepted: AcceptedData,
    #[serde(default)]
    waiting: Waiting,
    #[serde(default)]
    next: Next,
    #[serde(default)]
    then: RequestData,
    redirect: Option<String>,
    redirect_methods: Option<Vec<String>>,
    redirect_fragment: Option<String>,
    #[serde(default)]
    unasked: bool,
    /// For readers who play the case with other tools.
    #[serde(default, rename = "recipe_only")]
    _recipe_only: bool,
    /// Why the suite does not play the case.
    unplayed: Option<String>,
    /// For the tests of this repository.
    #[serde(rename = "show_header")]
    _show_header: Option<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RequestData {
    method: Option<String>,
    fields: Vec<(String, String)>,
    content: Option<Bytes>,
    trailers: Vec<(String, String)>,
    credentials: Option<(String, String)>,
    fragment: Option<String>,
    drop_after: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AcceptedData {
    status: Option<u16>,
    or_status: Option<u16>,
    content: Option<Vec<Bytes>>,
    undecoded: Option<Bytes>,
    coding: Option<String>,
    fields: BTreeMap<String, Vec<Vec<String>>>,
    trailers: BTreeMap<String, Vec<Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepData {
    Send(Bytes),
    PauseMs(u64),
    Wait(AwaitedData),
    Do(Deed),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum AwaitedData {
    Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    Close,
    HalfClose,
    CloseWithoutNotify,
    Reset,
    Hold,
    Next,
}

impl CaseData {
    /// The case, or what is wrong with the data.
    pub(super) fn case(self) -> Result<Case, String> {
        let expect = self.expect.parse();
        let expect = expect.map_err(|error| format!("{}: {error}", self.id))?;
        let played = self.played()?;
        let methods = self.redirect_methods;
        let methods = methods.unwrap_or_else(|| vec![self.method.clone()]);
        let redirect = self.redirect.map(|target| Redirect {
            target,
            methods,
            fragment: self.redirect_fragment,
        });
        Ok(Case {
            request: self.request.ask(Some(self.method)),
            id: self.id,
            title: self.title,
            clause: self.clause,
            rule: self.rule,
            level: self.level,
            expect,
            accepted: self.accepted.into(),
            waiting: self.waiting,
            next: self.next,
            then: self.then.ask(None),
            redirect,
            is_unasked: self.unasked,
            played,
        })
    }

    fn played(&self) -> Result<Played, String> {
        if let Some(why) = &self.unplayed {
            return Ok(Played::NotYet(format!("not played by this suite: {why}")));
        }
        let script = match &self.wire {
            Some(text) => {
                let script = WireScript::parse(text.as_bytes());
                script.map_err(|error| error.to_string())
            }
            None => {
                let steps: Vec<_> = self.steps.iter().map(StepData::step).collect();
                WireScript::try_from(steps).map_err(|error| error.to_string())
            }
        };
        let script = script.map_err(|error| format!("{}: {error}", self.id))?;
        Ok(Played::Script(script))
    }
}

impl RequestData {
    /// The request, with the method of the case or its own.
    fn ask(self, method: Option<String>) -> Ask {
        let plain = Ask::default();
        Ask {
            method: method.or(self.method).unwrap_or(plain.method),
            fields: self.fields,
            content: self.content.map(|bytes| bytes.0.into()),
            trailers: self.trailers,
            credentials: self.credentials,
            fragment: self.fragment,
            drop_after: self.drop_after,
        }
    }
}

impl StepData {
    fn step(&self) -> Step {
        match self {
            Self::Send(bytes) => Step::Send(bytes.0.clone()),
            Self::PauseMs(time) => Step::Pause(Duration::from_millis(*time)),
            Self::Wait(AwaitedData::Body) => Step::WaitFor(Awaited::Body(None), None),
            Self::Do(Deed::Close) => Step::Close,
            Self::Do(Deed::HalfClose) => Step::HalfClose,
            Self::Do(Deed::CloseWithoutNotify) => Step::CloseWithoutNotify,
            Self::Do(Deed::Reset) => Step::Reset,
            Self::Do(Deed::Hold) => Step::Hold(None),
            Self::Do(Deed::Next) => Step::Next(By::Script),
        }
    }
}

impl From<AcceptedData> for Accepted {
    fn from(data: AcceptedData) -> Self {
        let fields = |fields: BTreeMap<String, Vec<Vec<String>>>| {
            let fields = fields.into_iter();
            fields
                .map(|(name, values)| Fields { name, values })
                .collect()
        };
        let contents = data.content.map(|contents| {
            let contents = contents.into_iter();
            contents.map(|bytes| bytes.0).collect()
        });
        Self {
            status: data.status,
            or_status: data.or_status,
            contents,
            undecoded: data.undecoded.map(|bytes| bytes.0),
            coding: data.coding,
            fields: fields(data.fields),
            trailers: fields(data.trailers),
        }
    }
}
