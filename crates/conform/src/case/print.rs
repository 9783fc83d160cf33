//! A case as a `.wire` file: what it is about as comments, then the steps.

use std::fmt;

use super::{Ask, Case, Played};
use crate::outcome::content_words;

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}: {}", self.id, self.title)?;
        writeln!(f, "# {} ({}): {}", self.clause, self.level, self.rule)?;
        if let Played::Proxied(halves) = &self.played {
            for sentence in halves.sentences() {
                writeln!(f, "# {sentence}")?;
            }
            return write!(f, "{}\n{}\n", halves.comments(), halves.script.trim_end());
        }
        writeln!(f, "# {}.", self.expect.sentence())?;
        if let Some(sentence) = self.next.sentence() {
            writeln!(f, "# {sentence}.")?;
        }
        if self.request.method != "GET" {
            writeln!(f, "# method: {}", self.request.method)?;
        }
        for (name, value) in &self.request.fields {
            writeln!(f, "# request field: {name}: {value}")?;
        }
        for (name, value) in &self.request.trailers {
            writeln!(f, "# request trailer field: {name}: {value}")?;
        }
        if let Some(content) = &self.request.content {
            writeln!(f, "# request content: {}", content_words(content))?;
        }
        if let Some((name, password)) = &self.request.credentials {
            writeln!(f, "# credentials: {name}, {password}")?;
        }
        if self.is_unasked {
            writeln!(f, "# played before the request is read")?;
        }
        if self.then != Ask::default() {
            writeln!(f, "# method of the next request: {}", self.then.method)?;
        }
        match &self.played {
            Played::Script(script) => write!(f, "\n{script}"),
            Played::Redirects(count) => writeln!(f, "#\n# {count} redirects, then a response"),
            Played::NotYet(reason) => writeln!(f, "#\n# {reason}"),
            // Printed above.
            Played::Proxied(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::case::{catalogue, proxies};
    use wireserve_core::wire_script::WireScript;

    #[test]
    fn both_halves_of_a_case_for_proxies_are_printed() {
        for case in proxies::all() {
            let text = case.to_string();
            assert!(text.contains("\n# asks: \""), "{text}");
            assert!(WireScript::parse(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_can_be_played() {
        for case in catalogue::cases() {
            let text = case.to_string();
            let read = WireScript::parse(text.as_bytes());
            match &case.played {
                super::Played::Script(script) => assert_eq!(read.as_ref(), Ok(script), "{text}"),
                super::Played::Redirects(_)
                | super::Played::NotYet(_)
                | super::Played::Proxied(_) => {
                    assert_eq!(read, Ok(WireScript::new()), "{text}");
                }
            }
            assert!(
                text.starts_with(&format!("# {}: {}\n# RFC ", case.id, case.title))
                    || !case.clause.starts_with("RFC"),
                "{text}"
            );
        }
    }
}
