//! Which cases are run: `--only` and `--skip`, with ids, groups and levels.

use super::case::{Case, Level};

/// A word of a selection.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Id(String),
    Group(String),
    Level(Level),
}

/// The cases that `only` names, or all without it, besides those that `skip` names. Both are lists of words,
/// each with commas between several.
///
/// # Errors
/// The word that names nothing.
pub fn select(cases: Vec<Case>, only: &[String], skip: &[String]) -> Result<Vec<Case>, String> {
    let words = |list: &[String]| {
        let words = list.iter().flat_map(|words| words.split(','));
        let words = words.map(str::trim).filter(|word| !word.is_empty());
        let words = words.map(|word| Word::of(word, &cases));
        match words.collect::<Result<Vec<_>, _>>()? {
            // As an unset variable leaves it.
            none if none.is_empty() && !list.is_empty() => {
                Err("expected ids, groups or levels, found an empty list".to_owned())
            }
            words => Ok(words),
        }
    };
    let (only, skip) = (words(only)?, words(skip)?);
    let is_in = |words: &[Word], case: &Case| words.iter().any(|word| word.names(case));
    let mut chosen = cases;
    chosen.retain(|case| (only.is_empty() || is_in(&only, case)) && !is_in(&skip, case));
    Ok(chosen)
}

impl Word {
    fn of(word: &str, cases: &[Case]) -> Result<Self, String> {
        let level = Level::ALL
            .iter()
            .find(|level| level.word().eq_ignore_ascii_case(word));
        if let Some(level) = level {
            return Ok(Self::Level(*level));
        }
        let is = |name: &str| name.eq_ignore_ascii_case(word);
        if let Some(case) = cases.iter().find(|case| is(case.group())) {
            return Ok(Self::Group(case.group().to_owned()));
        }
        match cases.iter().find(|case| is(&case.id)) {
            Some(case) => Ok(Self::Id(case.id.clone())),
            None => Err(format!(
                "expected the id of a case, a group or a level, found {word:?}; `--list` lists those of this run"
            )),
        }
    }

    fn names(&self, case: &Case) -> bool {
        match self {
            Self::Id(id) => case.id == *id,
            Self::Group(group) => case.group() == group,
            Self::Level(level) => case.level == *level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalogue;

    fn ids(only: &[&str], skip: &[&str]) -> Result<Vec<String>, String> {
        let words = |words: &[&str]| {
            words
                .iter()
                .map(|word| (*word).to_owned())
                .collect::<Vec<_>>()
        };
        let chosen = select(catalogue::cases(), &words(only), &words(skip))?;
        Ok(chosen.into_iter().map(|case| case.id).collect())
    }

    #[test]
    fn by_id_group_and_level() {
        assert_eq!(ids(&["SL-02,cl-21"], &[]).unwrap(), ["SL-02", "CL-21"]);
        let groups = ids(&["SL", "tr"], &["must", "SL-03"]).unwrap();
        assert!(groups.contains(&"TR-06".to_owned()) && groups.contains(&"SL-04".to_owned()));
        assert!(!groups.contains(&"SL-01".to_owned()) && !groups.contains(&"SL-03".to_owned()));
        for (only, skip) in [(&[""][..], &[][..]), (&[], &[" ,"])] {
            assert!(
                ids(only, skip)
                    .unwrap_err()
                    .ends_with("found an empty list")
            );
        }
        assert_eq!(ids(&[], &[]).unwrap().len(), catalogue::cases().len());
        assert!(
            ids(&["SL-99"], &[])
                .unwrap_err()
                .contains("found \"SL-99\"")
        );
    }
}
