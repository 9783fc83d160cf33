//! Route patterns (reference §7.1): literal text, `{name}` for a non-empty part of one path
//! segment, and at most one `*`, for anything, which only literal text may follow. Paths are
//! matched undecoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::smallvec;

use crate::exchange::RouteMatch;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
    star: Option<Star>,
}

/// The `*` of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Star {
    name: Arc<str>,
    /// The literal text that follows it.
    suffix: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(Vec<u8>),
    Group(Arc<str>),
}

/// Why a pattern is malformed.
///
/// ```
/// use wireserve::{Exchange, RouteError, Server};
///
/// let added = Server::builder().route("GET", "/{", |_: &mut Exchange<'_>| Ok(()));
/// let Err(RouteError::Pattern(error)) = added else { panic!("expected an error") };
/// assert!(error.to_string().contains("expected a group"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// A `{` that is not followed by a name and `}`. A name consists of letters, digits and `_` and
    /// does not begin with a digit.
    #[error("expected a group like {{name}} at '{{'")]
    Group,
    /// Two groups with the same name.
    #[error("expected a different name for each group, found the same name twice")]
    SameGroup,
    /// `{name}` or `*` after a `*`.
    #[error("expected only literal text after '*', found a group or another '*'")]
    AfterStar,
    /// A `?` in the route of a test: a pattern is that of a path.
    #[error("expected the pattern of a path, found a query, which is a condition of its own")]
    Query,
    /// A `#` in the route of a test: clients do not send fragments.
    #[error("expected the pattern of a path, found a fragment, which clients do not send")]
    Fragment,
    /// A URL in the route of a test.
    #[error("expected the pattern of a path, found a URL")]
    Url,
}

impl Pattern {
    /// Compiles a pattern. A missing slash at the beginning is implied.
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn compile(pattern: &str) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        let mut star = None;
        let mut literal = if pattern.starts_with('/') {
            Vec::new()
        } else {
            b"/".to_vec()
        };
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            match first {
                '{' | '*' if star.is_some() => return Err(PatternError::AfterStar),
                '{' => {
                    let end = rest.find('}').ok_or(PatternError::Group)?;
                    let name = &rest[1..end];
                    if !is_name(name) {
                        return Err(PatternError::Group);
                    }
                    if pieces.contains(&Piece::Group(name.into())) {
                        return Err(PatternError::SameGroup);
                    }
                    if !literal.is_empty() {
                        pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    }
                    pieces.push(Piece::Group(name.into()));
                    rest = &rest[end + 1..];
                    continue;
                }
                '*' => {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                    star = Some(());
                }
                // A backslash makes the next character literal, and is literal itself.
                '\\' => {
                    let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
                    literal.extend_from_slice(&rest.as_bytes()[..1 + escaped]);
                    rest = &rest[1 + escaped..];
                    continue;
                }
                _ => literal.extend_from_slice(&rest.as_bytes()[..first.len_utf8()]),
            }
            rest = &rest[first.len_utf8()..];
        }
        let star = star.map(|()| Star {
            name: "*".into(),
            suffix: std::mem::take(&mut literal),
        });
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self { pieces, star })
    }

    /// The text that each group matched, if the whole path matches. `*` is the last group.
    #[inline]
    pub fn matches(&self, path: &[u8]) -> Option<RouteMatch> {
        match self.may_match(path) {
            true => self.groups(path),
            false => None,
        }
    }

    /// Whether both ends of the path match; most patterns of a site fail here.
    #[inline]
    fn may_match(&self, path: &[u8]) -> bool {
        let ends = match &self.star {
            Some(star) => ends_with(path, &star.suffix),
            None => true,
        };
        ends && match self.pieces.first() {
            Some(Piece::Literal(literal)) => begins_with(path, literal),
            _ => true,
        }
    }

    /// The groups of a path whose ends match.
    fn groups(&self, path: &[u8]) -> Option<RouteMatch> {
        // Most patterns have no groups.
        match (self.pieces.as_slice(), &self.star) {
            ([Piece::Literal(literal)], None) => {
                return (literal.len() == path.len()).then(RouteMatch::new);
            }
            ([Piece::Literal(literal)], Some(star)) => {
                let rest = &path[literal.len()..];
                let is_match = rest.len() >= star.suffix.len();
                return is_match.then(|| smallvec![(Arc::clone(&star.name), rest.into())]);
            }
            _ => {}
        }
        let mut attempt = Attempt {
            star: self.star.as_ref(),
            found: Vec::new(),
            futile: BTreeMap::new(),
        };
        let matched = attempt.matches(&self.pieces, path);
        let owned = |(name, value): (Arc<str>, &[u8])| (name, value.into());
        matched.then(|| attempt.found.into_iter().map(owned).collect())
    }
}

/// As `starts_with`, but compares the last byte first, which differs most often.
#[inline]
fn begins_with(path: &[u8], prefix: &[u8]) -> bool {
    match prefix.last() {
        Some(last) => path.get(prefix.len() - 1) == Some(last) && path.starts_with(prefix),
        None => true,
    }
}

/// As `ends_with`, but compares the last byte first.
#[inline]
fn ends_with(path: &[u8], suffix: &[u8]) -> bool {
    match suffix.last() {
        Some(last) => path.last() == Some(last) && path.ends_with(suffix),
        None => true,
    }
}

/// The state of matching a pattern with a path.
struct Attempt<'p> {
    star: Option<&'p Star>,
    found: Vec<(Arc<str>, &'p [u8])>,
    /// For a group that did not match, by the rest of the pattern and of the path after the
    /// segment: how much of the path was left there, at most. Every later end in the segment has
    /// been tried from there. Trying them again would take exponential time.
    futile: BTreeMap<(usize, usize), usize>,
}

impl<'p> Attempt<'p> {
    /// Whether the beginning of a path may match these pieces; most ends of a group fail here.
    #[inline]
    fn may_begin(&self, pieces: &[Piece], path: &[u8]) -> bool {
        match pieces {
            [Piece::Literal(literal), ..] => begins_with(path, literal),
            [] if self.star.is_none() => path.is_empty(),
            _ => true,
        }
    }

    fn matches(&mut self, pieces: &'p [Piece], path: &'p [u8]) -> bool {
        match pieces {
            [] => match self.star {
                None => path.is_empty(),
                Some(star) if path.ends_with(&star.suffix) => {
                    self.found.push((Arc::clone(&star.name), path));
                    true
                }
                Some(_) => false,
            },
            [Piece::Literal(literal), rest @ ..] => path
                .strip_prefix(literal.as_slice())
                .is_some_and(|path| self.matches(rest, path)),
            [Piece::Group(name), rest @ ..] => {
                let depth = self.found.len();
                let segment = memchr::memchr(b'/', path).unwrap_or(path.len());
                let place = (pieces.len(), path.len() - segment);
                // The first group is tried only once.
                let tried = match depth {
                    0 => place.1,
                    _ => self.futile.get(&place).copied().unwrap_or(place.1),
                };
                let untried = path.len().saturating_sub(tried);
                // Greedy, like `+` in a regular expression.
                let matched = (1..=untried).rev().any(|length| {
                    if !self.may_begin(rest, &path[length..]) {
                        return false;
                    }
                    self.found.push((Arc::clone(name), &path[..length]));
                    let matched = self.matches(rest, &path[length..]);
                    if !matched {
                        self.found.truncate(depth);
                    }
                    matched
                });
                if !matched && depth > 0 {
                    self.futile.insert(place, path.len().max(tried));
                }
                matched
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|character| character.is_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use smallvec::SmallVec;

    use super::*;
    use proptest::prelude::*;

    fn groups(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
        let found = Pattern::compile(pattern)
            .unwrap()
            .matches(path.as_bytes())?;
        let text = |(name, value): (Arc<str>, SmallVec<[u8; 24]>)| {
            (name.to_string(), String::from_utf8(value.to_vec()).unwrap())
        };
        Some(found.into_iter().map(text).collect())
    }

    #[test]
    fn matching() {
        let pairs = |pairs: &[(&str, &str)]| {
            Some(
                pairs
                    .iter()
                    .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                    .collect(),
            )
        };
        for (pattern, path, expected) in [
            ("/a", "/a", pairs(&[])),
            ("a", "/a", pairs(&[])),
            ("/a", "/ab", None),
            ("/a", "/a/", None),
            ("", "/", pairs(&[])),
            ("*", "/", pairs(&[("*", "")])),
            ("*", "", None),
            ("*", "/a/b", pairs(&[("*", "a/b")])),
            ("*.py", "/a/b.py", pairs(&[("*", "a/b.py")])),
            ("*.py", "/.py", pairs(&[("*", ".py")])),
            ("*.py", "/a.pyc", None),
            ("/x/*", "/x", None),
            ("/x/*", "/x/", pairs(&[("*", "")])),
            ("/{a}", "/", None),
            ("/{a}/c", "/b/c", pairs(&[("a", "b")])),
            ("/{a}", "/b/c", None),
            ("/{a}-{b}", "/1-2-3", pairs(&[("a", "1-2"), ("b", "3")])),
            (
                "api/{r}/*.json",
                "/api/t/u/d.json",
                pairs(&[("r", "t"), ("*", "u/d.json")]),
            ),
            (
                "/{spec}/tools/*",
                "/x/tools/y",
                pairs(&[("spec", "x"), ("*", "y")]),
            ),
            ("/a.b", "/axb", None),
            ("/%2f", "/%2f", pairs(&[])),
        ] {
            assert_eq!(groups(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn many_groups_take_little_time() {
        let pattern = "/{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}.py";
        let path = format!("/{}", "-".repeat(200));
        let start = Instant::now();
        assert_eq!(groups(pattern, &path), None);
        assert!(groups(pattern, &(path + ".py")).is_some());
        let long = "-".repeat(20_000);
        assert_eq!(groups("/{a}-{b}", &format!("/{long}/")), None);
        let found = groups("/{a}-{b}/", &format!("/{long}/")).unwrap();
        assert_eq!(found[1].1, "-");
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn malformed_patterns() {
        for (pattern, error) in [
            ("/{", PatternError::Group),
            ("/{}", PatternError::Group),
            ("/{a-b}", PatternError::Group),
            ("/{1}", PatternError::Group),
            ("/{a}/{a}", PatternError::SameGroup),
            ("/*/{a}", PatternError::AfterStar),
            ("**", PatternError::AfterStar),
        ] {
            assert_eq!(Pattern::compile(pattern), Err(error), "{pattern}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// A pattern matches the same paths as its regular expression, and its groups have the same
        /// text.
        #[test]
        fn as_a_regular_expression(
            pieces in proptest::collection::vec(piece(), 0..6),
            suffix in proptest::option::of("[a-c./]{0,3}"),
            path in "/[a-c./-]{0,10}",
        ) {
            let mut pattern = String::from("/");
            let mut model = String::from("^/");
            for (number, piece) in pieces.iter().enumerate() {
                match piece {
                    Some(literal) => {
                        pattern.push_str(literal);
                        model.push_str(&regex::escape(literal));
                    }
                    None => {
                        pattern.push_str(&format!("{{g{number}}}"));
                        model.push_str(&format!("(?P<g{number}>[^/]+)"));
                    }
                }
            }
            if let Some(suffix) = &suffix {
                pattern.push_str(&format!("*{suffix}"));
                model.push_str(&format!("(?P<star>.*{})", regex::escape(suffix)));
            }
            let model = regex::Regex::new(&(model + "$")).unwrap();
            let expected = model.captures(&path).map(|captures| {
                let names = model.capture_names().flatten();
                names
                    .map(|name| (name.replace("star", "*"), captures[name].to_owned()))
                    .collect::<Vec<_>>()
            });
            prop_assert_eq!(groups(&pattern, &path), expected, "{} on {}", pattern, path);
        }

        /// Any text compiles or is refused, and any compiled pattern can match any path without a
        /// panic.
        #[test]
        fn any_text_can_be_a_pattern(
            pattern in prop_oneof![".*", "[{}*/\\\\a-c1_é]{0,12}"],
            path in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            if let Ok(pattern) = Pattern::compile(&pattern) {
                pattern.matches(&path);
                prop_assert!(pattern.matches(b"").is_none(), "a path begins with a slash");
            }
        }
    }

    /// Literal text, or a group.
    fn piece() -> impl Strategy<Value = Option<String>> {
        proptest::option::weighted(0.6, "[a-c./-]{1,4}")
    }
}
