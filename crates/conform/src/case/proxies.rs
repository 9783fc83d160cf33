//! The cases of `catalogue/proxies.json`, which the command contains. `catalogue/README.md` documents the
//! format.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use wireserve_core::wire_script::WireScript;

use super::bytes::Bytes;
use super::halves::{AskStep, AtClient, AtOrigin, Begins, Company, Form, Halves, Need, Then};
use super::{Accepted, Ask, Case, Expect, Level, Next, Played, Waiting};

/// What the origin answers unless a case says otherwise.
const PLAIN: &str = r#"send "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok""#;

/// The longest wait for a head in the middle of a request.
const WAIT: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseData {
    id: String,
    title: String,
    clause: String,
    rule: String,
    level: Level,
    ask: AskData,
    wire: Option<String>,
    #[serde(default)]
    early: bool,
    form: Option<Form>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    origin: AtOrigin,
    #[serde(default)]
    client: AtClient,
    #[serde(default)]
    then: Then,
    #[serde(default)]
    then_after_ms: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AskData {
    Steps(Vec<StepData>),
    Bytes(Bytes),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StepData {
    Send(Bytes),
    PauseMs(u64),
    Do(Deed),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    WaitForHead,
    HalfClose,
}

/// Those of the cases that are for this form of proxy.
pub fn for_form(mut cases: Vec<Case>, form: Form) -> Vec<Case> {
    cases.retain(|case| match &case.played {
        Played::Proxied(halves) => halves.form.is_none_or(|only| only == form),
        _ => false,
    });
    cases
}

/// All cases, for either form, in the order of the catalogue.
///
/// # Errors
/// The id of a case with malformed data, and what is wrong.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    let data: Vec<CaseData> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    data.into_iter().map(CaseData::case).collect()
}

impl CaseData {
    fn case(self) -> Result<Case, String> {
        let id = self.id;
        let script = self.wire.unwrap_or_else(|| PLAIN.to_owned());
        WireScript::parse(script.as_bytes()).map_err(|error| format!("{id}: {error}"))?;
        let steps = match self.ask {
            AskData::Bytes(bytes) => vec![AskStep::Send(bytes.0)],
            AskData::Steps(steps) => steps.into_iter().map(StepData::step).collect(),
        };
        let needs = self.needs.into_iter().map(|need| match need.as_str() {
            "HTTP/1.1" => Need::Version11,
            _ => Need::Field(need),
        });
        let halves = Halves {
            ask: steps,
            script,
            begins: match self.early {
                true => Begins::AfterHead,
                false => Begins::AfterBody,
            },
            form: self.form,
            needs: needs.collect(),
            company: match self.alone {
                true => Company::Alone,
                false => Company::Any,
            },
            at_origin: self.origin,
            at_client: self.client,
            then: self.then,
            then_after: Duration::from_millis(self.then_after_ms),
        };
        Ok(Case {
            request: Ask {
                method: halves.method(),
                ..Ask::default()
            },
            id,
            title: self.title,
            clause: self.clause,
            rule: self.rule,
            level: self.level,
            expect: Expect::Any,
            accepted: Accepted::default(),
            waiting: Waiting::MustNot,
            next: Next::None,
            then: Ask::default(),
            redirect: None,
            is_unasked: false,
            played: Played::Proxied(Arc::new(halves)),
        })
    }
}

impl StepData {
    fn step(self) -> AskStep {
        match self {
            Self::Send(bytes) => AskStep::Send(bytes.0),
            Self::PauseMs(time) => AskStep::Pause(Duration::from_millis(time)),
            Self::Do(Deed::WaitForHead) => AskStep::WaitForHead(WAIT),
            Self::Do(Deed::HalfClose) => AskStep::HalfClose,
        }
    }
}

/// The cases of the repository.
#[cfg(test)]
pub(crate) fn all() -> Vec<Case> {
    read(include_str!("../../../../catalogue/proxies.json")).unwrap()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::case::{catalogue, group};

    #[test]
    fn every_case_is_complete() {
        let cases = all();
        assert!(cases.len() >= 80, "{}", cases.len());
        let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
        assert_eq!(ids.len(), cases.len());
        for case in &cases {
            let id = &case.id;
            assert!(group::title(case.group()).is_some(), "{id} has no group");
            assert!(case.clause.starts_with("RFC 9"), "{id}: {}", case.clause);
            let Played::Proxied(halves) = &case.played else {
                panic!("{id}");
            };
            // Without a mark the origin does not know the request.
            let has_mark = halves.ask.iter().any(|step| match step {
                AskStep::Send(bytes) => ["%T%", "%M%"]
                    .iter()
                    .any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some()),
                _ => false,
            });
            assert!(has_mark, "{id}");
            let names = [&halves.at_origin.fields, &halves.at_client.fields];
            let mut names = names.into_iter().flat_map(|fields| fields.keys());
            assert!(names.all(|name| *name == name.to_ascii_lowercase()), "{id}");
        }
    }

    #[test]
    fn no_id_is_one_of_the_suite_for_clients() {
        let clients: BTreeSet<_> = catalogue::cases().into_iter().map(|case| case.id).collect();
        assert!(all().iter().all(|case| !clients.contains(&case.id)));
    }

    #[test]
    fn each_form_of_proxy_has_its_cases() {
        let reverse = for_form(all(), Form::Reverse);
        let forward = for_form(all(), Form::Forward);
        assert!(reverse.len() < all().len() && forward.len() < all().len());
        assert!(forward.iter().any(|case| case.request.method == "CONNECT"));
        assert!(reverse.iter().all(|case| case.request.method != "CONNECT"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let case = |more: &str| {
            format!(
                r#"[{{"id": "PX-99", "title": "t", "clause": "c", "rule": "r", "level": "MUST",
                "ask": "GET %T% HTTP/1.1\r\n\r\n"{more}}}]"#
            )
        };
        assert!(read(&case("")).is_ok());
        for (more, error) in [
            (r#", "wire": "sned \"a\"""#, "PX-99: line 1"),
            (
                r#", "origin": {"reaches": "SHOULD"}"#,
                "unknown variant `SHOULD`",
            ),
            (r#", "client": {"colour": 1}"#, "unknown field `colour`"),
        ] {
            let found = read(&case(more)).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
    }
}
