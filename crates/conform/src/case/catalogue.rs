//! The cases of `catalogue/responses.json`, which the command contains.

use std::sync::Arc;

use super::Case;
use super::data::CaseData;

/// All cases, in the order of the catalogue.
///
/// # Errors
/// The id of a case with malformed data, and what is wrong.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    let data: Vec<CaseData> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let cases = data.into_iter().map(CaseData::case);
    let mut cases = cases.collect::<Result<Vec<_>, _>>()?;
    share_contents(&mut cases);
    Ok(cases)
}

/// Keeps content that several cases send, some of it megabytes, only once.
fn share_contents(cases: &mut [Case]) {
    let mut known: Vec<Arc<[u8]>> = Vec::new();
    let contents = cases
        .iter_mut()
        .filter_map(|case| case.request.content.as_mut());
    for content in contents {
        match known.iter().find(|other| *other == content) {
            Some(same) => *content = Arc::clone(same),
            None => known.push(Arc::clone(content)),
        }
    }
}

/// The cases of the repository.
#[cfg(test)]
pub(crate) fn cases() -> Vec<Case> {
    read(include_str!("../../../../catalogue/responses.json")).unwrap()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::case::group;
    use crate::case::{Expect, Level, Next, Played, Waiting};
    use wireserve_core::wire_script::Step;

    #[test]
    fn every_case_is_complete() {
        let cases = cases();
        assert!(cases.len() >= 531);
        let ids: BTreeSet<_> = cases.iter().map(|case| &case.id).collect();
        assert_eq!(ids.len(), cases.len());
        for case in &cases {
            let id = &case.id;
            assert!(group::title(case.group()).is_some(), "{id} has no group");
            assert!(!case.clause.is_empty(), "{id}");
            if case.holds() {
                assert_eq!(case.next, Next::None, "{id}: the script does not end");
                // Otherwise FIN has told the client that no more follows.
                let is_open = !case.script(1).unwrap().steps().contains(&Step::HalfClose);
                assert!(case.waiting != Waiting::MustNot || !is_open, "{id}");
            }
            if [Expect::Accept, Expect::AcceptOrLimit].contains(&case.expect)
                && matches!(case.played, Played::Script(_))
            {
                assert!(case.accepted.contents.is_some(), "{id}: which content?");
                assert!(case.accepted.status.is_some(), "{id}: which status?");
            }
        }
        let unplayed = cases
            .iter()
            .filter(|case| matches!(case.played, Played::NotYet(_)));
        assert_eq!(unplayed.count(), 11);
        assert!(
            cases
                .iter()
                .filter(|case| case.level == Level::Must)
                .count()
                > 150
        );
    }

    #[test]
    fn equal_contents_are_kept_once() {
        let cases = cases();
        let large = cases
            .iter()
            .filter_map(|case| case.request.content.as_ref());
        let large: Vec<_> = large.filter(|content| content.len() > 1 << 22).collect();
        assert!(large.len() > 2);
        assert!(large.iter().all(|content| Arc::ptr_eq(content, large[0])));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let case = |expect: &str, more: &str| {
            format!(
                r#"[{{"id": "XX-01", "title": "t", "method": "GET", "clause": "c", "rule": "r",
                "level": "MUST", "expect": "{expect}"{more}}}]"#
            )
        };
        assert!(read(&case("accept", "")).is_ok());
        let wire = r#", "wire": "send \"a\"\nclose""#;
        assert_eq!(
            read(&case("accept", wire)).unwrap()[0].length().as_millis(),
            0
        );
        for (expect, more, error) in [
            (
                "maybe",
                "",
                "XX-01: expected accept, accept|limit, accept|fail, either",
            ),
            ("accept", r#", "wire": "sned \"a\"""#, "XX-01: line 1"),
            (
                "accept",
                r#", "steps": [{"scenario": "x"}]"#,
                "unknown variant",
            ),
            ("accept", r#", "colour": 1"#, "unknown field `colour`"),
            (
                "accept",
                r#", "steps": [{"do": "close"}, {"send": ""}]"#,
                "XX-01: ",
            ),
        ] {
            let found = read(&case(expect, more)).unwrap_err();
            assert!(found.contains(error), "{found}");
        }
    }
}
