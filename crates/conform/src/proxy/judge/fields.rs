//! What a case expects of the fields in a head, on either wire.

use std::collections::BTreeMap;

use super::quoted;
use crate::proxy::fill::Fill;

/// The head of a message where it arrived.
pub(super) struct Arrived<'a> {
    /// `origin` or `client`.
    pub(super) at: &'static str,
    pub(super) head: &'a [u8],
    /// The value of a field, its lines joined as RFC 9110 §5.3 allows.
    pub(super) value: &'a dyn Fn(&str) -> Option<String>,
    pub(super) fill: &'a Fill,
}

impl Arrived<'_> {
    /// What is wrong with fields that must be there.
    pub(super) fn lacks(
        &self,
        fields: &BTreeMap<String, Vec<String>>,
        begins: &BTreeMap<String, String>,
        present: &[String],
    ) -> Vec<String> {
        let at = self.at;
        let mut wrong = Vec::new();
        for (name, values) in fields {
            let found = (self.value)(name);
            let mut values = values.iter().map(|value| self.fill.text(value));
            if !values.clone().any(|value| found.as_ref() == Some(&value)) {
                let value = quoted(&values.next().unwrap_or_default());
                let found = shown(found);
                wrong.push(format!(
                    "expected {name}: {value} at the {at}, found {found}"
                ));
            }
        }
        for (name, beginning) in begins {
            let found = (self.value)(name);
            let has = found
                .as_ref()
                .is_some_and(|found| found.starts_with(beginning));
            if !has {
                let (beginning, found) = (quoted(beginning), shown(found));
                wrong.push(format!(
                    "expected {name} that begins with {beginning} at the {at}, found {found}"
                ));
            }
        }
        for name in present.iter().filter(|name| (self.value)(name).is_none()) {
            wrong.push(format!(
                "expected the field {name} at the {at}, found no such field"
            ));
        }
        wrong
    }

    /// What is there, and must not be.
    pub(super) fn has(&self, absent: &[String], without: &[String]) -> Vec<String> {
        let at = self.at;
        let mut wrong = Vec::new();
        for name in absent {
            if let Some(found) = (self.value)(name) {
                let found = quoted(&found);
                wrong.push(format!(
                    "expected no field {name} at the {at}, found {found}"
                ));
            }
        }
        for text in without {
            if memchr::memmem::find(self.head, &self.fill.latin1(text)).is_some() {
                let text = quoted(text);
                wrong.push(format!(
                    "expected a head without {text} at the {at}, found it"
                ));
            }
        }
        wrong
    }
}

fn shown(found: Option<String>) -> String {
    match found {
        Some(found) => quoted(&found),
        None => "no such field".to_owned(),
    }
}
