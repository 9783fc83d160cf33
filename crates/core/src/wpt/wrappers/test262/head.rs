//! The head of a test of Test262: YAML in the first comment `/*--- … ---*/` of the script. Of its
//! keys, those that change the page are read: `includes`, `flags` and `negative`.

use std::io::Read;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput};

/// What a test needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The names of scripts of Test262's harness, in order.
    pub(super) includes: Vec<String>,
    /// Whether the test reports its end itself.
    pub(super) is_async: bool,
    /// The error that the test must end with.
    pub(super) negative: Option<Negative>,
}

/// The error that a test must end with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Negative {
    /// The name of its constructor.
    pub(super) error: String,
    /// When it occurs: `parse`, `resolution` or `runtime`.
    pub(super) phase: String,
}

/// Why the head of a script cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HeadError {
    /// The file cannot be read.
    Unreadable,
    /// The script has no head in its first [`LONGEST`] bytes.
    Missing,
    /// The head is not UTF-8, not YAML, or has another form than expected.
    Malformed {
        /// The line of the file, from 1.
        line: usize,
        /// What was found, and what was expected.
        reason: String,
    },
}

impl Head {
    /// Reads the head of a script.
    pub(super) fn read(file: impl Read) -> Result<Self, HeadError> {
        let mut beginning = Vec::new();
        file.take(LONGEST)
            .read_to_end(&mut beginning)
            .map_err(|_| HeadError::Unreadable)?;
        let start = memchr::memmem::find(&beginning, START).ok_or(HeadError::Missing)?;
        let start = start + START.len();
        let length = memchr::memmem::find(&beginning[start..], END).ok_or(HeadError::Missing)?;
        let line = 1 + memchr::memchr_iter(b'\n', &beginning[..start]).count();
        let malformed = |(after, reason)| HeadError::Malformed {
            line: line + after,
            reason,
        };
        let text = str::from_utf8(&beginning[start..start + length])
            .map_err(|_| malformed((0, "expected UTF-8 in the head".to_owned())))?;
        Self::parse(text).map_err(malformed)
    }

    /// Parses the YAML. An error has the number of lines before it.
    fn parse(yaml: &str) -> Result<Self, Wrong> {
        let mut nodes = Nodes(Parser::new_from_str(yaml));
        let mut head = Self::default();
        loop {
            let (event, line) = nodes.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) => {}
                Event::StreamEnd => return Ok(head),
                Event::MappingStart(..) => break,
                // An empty document is one empty scalar.
                Event::Scalar(text, ..) if text.is_empty() => {}
                _ => return Err((line, "expected keys in the head".to_owned())),
            }
        }
        while let Some(Item { text, line }) = nodes.item()? {
            let value = nodes.value()?;
            match (text.as_deref(), value) {
                (Some("includes"), value) => {
                    head.includes = value.list().ok_or_else(|| {
                        (line, "includes: expected a list of file names".to_owned())
                    })?;
                }
                (Some("flags"), value) => {
                    let flags = value
                        .list()
                        .ok_or_else(|| (line, "flags: expected a list of words".to_owned()))?;
                    head.is_async = flags.iter().any(|flag| flag == "async");
                }
                (Some("negative"), value) => {
                    head.negative = value.negative().ok_or_else(|| {
                        (line, "negative: expected `type` and `phase`".to_owned())
                    })?;
                }
                _ => {}
            }
        }
        Ok(head)
    }
}

/// The nodes of a document. Collections within collections are skipped without recursion, so that
/// no depth of nesting matters.
struct Nodes<'y>(Parser<'y, StrInput<'y>>);

/// The number of lines before what is wrong, and what is expected instead.
type Wrong = (usize, String);

/// An item of a list, or a key or value of a mapping.
struct Item {
    /// `None` for a collection.
    text: Option<String>,
    /// The number of lines before it.
    line: usize,
}

/// A value of a key.
enum Value {
    /// An empty value.
    Null,
    Scalar(String),
    /// The scalars of a list; `None` if it has other items.
    List(Option<Vec<String>>),
    /// The pairs of scalars of a mapping; `None` if it has others.
    Mapping(Option<Vec<(String, String)>>),
}

impl<'y> Nodes<'y> {
    /// The next event, and the number of lines before it.
    fn next(&mut self) -> Result<(Event<'y>, usize), Wrong> {
        match self.0.next_event() {
            Some(Ok((event, span))) => Ok((event, span.start.line().saturating_sub(1))),
            Some(Err(error)) => Err(unparsed(&error)),
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    /// The next item of the collection that has begun; `None` at its end.
    fn item(&mut self) -> Result<Option<Item>, Wrong> {
        let (event, line) = self.next()?;
        Ok(match event {
            Event::SequenceEnd | Event::MappingEnd | Event::StreamEnd => None,
            Event::Scalar(text, ..) => Some(Item {
                text: Some(text.into_owned()),
                line,
            }),
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                self.skip()?;
                Some(Item { text: None, line })
            }
            _ => Some(Item { text: None, line }),
        })
    }

    /// Skips the rest of the collection that has begun.
    fn skip(&mut self) -> Result<(), Wrong> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()?.0 {
                Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
                Event::SequenceEnd | Event::MappingEnd => depth -= 1,
                Event::StreamEnd => return Ok(()),
                _ => {}
            }
        }
        Ok(())
    }

    /// The next node.
    fn value(&mut self) -> Result<Value, Wrong> {
        Ok(match self.next()?.0 {
            Event::Scalar(text, ScalarStyle::Plain, ..) if matches!(&*text, "" | "~" | "null") => {
                Value::Null
            }
            Event::Scalar(text, ..) => Value::Scalar(text.into_owned()),
            Event::SequenceStart(..) => {
                let mut items = Some(Vec::new());
                while let Some(item) = self.item()? {
                    items = items.zip(item.text).map(|(mut items, item)| {
                        items.push(item);
                        items
                    });
                }
                Value::List(items)
            }
            Event::MappingStart(..) => {
                let mut pairs = Some(Vec::new());
                while let Some(key) = self.item()? {
                    let value = self.item()?.and_then(|value| value.text);
                    pairs = pairs.zip(key.text.zip(value)).map(|(mut pairs, pair)| {
                        pairs.push(pair);
                        pairs
                    });
                }
                Value::Mapping(pairs)
            }
            _ => Value::Null,
        })
    }
}

impl Value {
    /// Its items; a scalar is a list of one.
    fn list(self) -> Option<Vec<String>> {
        match self {
            Self::Null => Some(Vec::new()),
            Self::Scalar(text) => Some(vec![text]),
            Self::List(items) => items,
            Self::Mapping(_) => None,
        }
    }

    fn negative(self) -> Option<Option<Negative>> {
        let Self::Mapping(pairs) = self else {
            return matches!(self, Self::Null).then_some(None);
        };
        let pairs = pairs?;
        let value = |name: &str| {
            let pair = pairs.iter().rfind(|(key, _)| key == name);
            pair.map(|(_, value)| value.clone())
        };
        Some(Some(Negative {
            error: value("type")?,
            phase: value("phase")?,
        }))
    }
}

fn unparsed(error: &ScanError) -> Wrong {
    let line = error.marker().line().saturating_sub(1);
    (line, format!("expected YAML in the head: {}", error.info()))
}

const START: &[u8] = b"/*---";
const END: &[u8] = b"---*/";

/// The bytes of a script in which its head must be; a licence may precede it.
const LONGEST: u64 = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn head(includes: &[&str], is_async: bool, negative: Option<(&str, &str)>) -> Head {
        Head {
            includes: includes.iter().map(|name| (*name).to_owned()).collect(),
            is_async,
            negative: negative.map(|(error, phase)| Negative {
                error: error.to_owned(),
                phase: phase.to_owned(),
            }),
        }
    }

    #[test]
    fn heads() {
        for (text, expected) in [
            ("/*---\n---*/", head(&[], false, None)),
            ("/*------*/", head(&[], false, None)),
            (
                "// A licence.\n\n/*---\ndescription: >\n    [a, {b\nesid: sec-x\n---*/\nf();",
                head(&[], false, None),
            ),
            (
                "/*---\nincludes: [a.js, \"b c.js\", 'd&e.js']\nflags: [async, noStrict]\n---*/",
                head(&["a.js", "b c.js", "d&e.js"], true, None),
            ),
            (
                "/*---\r\nflags:\r\n- module\r\nincludes:\r\n  - a.js\r\n  - b.js\r\n---*/\r\n",
                head(&["a.js", "b.js"], false, None),
            ),
            (
                "/*---\nnegative:\n  phase: parse\n  type: SyntaxError\n---*/\n$DONOTEVALUATE();",
                head(&[], false, Some(("SyntaxError", "parse"))),
            ),
            (
                "/*---\nnegative: {type: A, phase: runtime}\nincludes:\nflags: async\n---*/",
                head(&[], true, Some(("A", "runtime"))),
            ),
            // Of a key that comes twice, the last counts; other values may have any form.
            (
                "/*---\ninfo: |\n  includes: [x]\nincludes: [a]\nfeatures: [[b], {c: d}]\n\
                 ? [e]\n: f\nincludes: [g]\n---*/ /*---\nincludes: [h]\n---*/",
                head(&["g"], false, None),
            ),
        ] {
            assert_eq!(Head::read(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, named) in [
            ("/*---\n- a\n---*/", 2, "expected keys"),
            ("\n/*---\na: b\nincludes: {a: b}\n---*/", 4, "includes: "),
            ("/*---\nincludes: [a, [b]]\n---*/", 2, "includes: "),
            ("/*---\nflags: [{a: b}]\n---*/", 2, "flags: "),
            ("/*---\nnegative: SyntaxError\n---*/", 2, "negative: "),
            ("/*---\nnegative: {type: A}\n---*/", 2, "negative: "),
            ("/*---\na: b\nc: [d\n---*/", 4, "expected YAML"),
        ] {
            match Head::read(text.as_bytes()) {
                Err(HeadError::Malformed { line: at, reason }) => {
                    assert!(reason.contains(named), "{text}: {reason}");
                    assert_eq!(at, line, "{text}: {reason}");
                }
                read => panic!("{text}: {read:?}"),
            }
        }
        let not_utf_8 = Head::read(&b"/*---\na: \xff\n---*/"[..]);
        assert!(matches!(
            not_utf_8,
            Err(HeadError::Malformed { line: 1, .. })
        ));
    }

    #[test]
    fn scripts_without_a_head() {
        let late = format!("{}/*---\n---*/", " ".repeat(LONGEST as usize));
        for text in [
            "",
            "test();",
            "/*---\nincludes: [a]\n",
            "---*/ /*---",
            &late,
        ] {
            assert_eq!(Head::read(text.as_bytes()), Err(HeadError::Missing));
        }
    }

    /// A test of Test262 may come from anywhere; reading its head takes bounded stack and time.
    #[test]
    fn deep_nesting_and_aliases_are_harmless() {
        for yaml in [
            format!("a: {}", "- ".repeat(30_000)),
            format!("a:\n  {}", "- ".repeat(30_000)),
            format!("a: {}", "[".repeat(60_000)),
            format!("a: {}1", "{b: ".repeat(10_000)),
            format!("a:\n{}", "? ".repeat(30_000)),
            "a: &x [1,1]\nb: &y [*x,*x]\nc: &z [*y,*y]\nincludes: *z\n".to_owned(),
        ] {
            // It is read or refused.
            let _ = Head::read(format!("/*---\n{yaml}\n---*/").as_bytes());
        }
    }
}
