//! The report as a page: `index.html`. It is one file that loads nothing: style, script and data are in it. The
//! script shows the data as text, never as markup; besides, the page's own policy lets no other script run.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::data::Report;
use crate::text::html::escaped;

const HTML: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The text of the file; `json` is that of `report.json`.
pub fn html(report: &Report, json: &str) -> String {
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        source(SCRIPT),
        source(STYLE)
    );
    let client = escaped(&report.client);
    // Within a script, only `<` could end the data early; JSON has it in strings alone.
    let data = json.replace('<', "\\u003c");
    filled(
        HTML,
        &[
            ("policy", &policy),
            ("client", &client),
            ("style", STYLE),
            ("script", SCRIPT),
            ("data", &data),
        ],
    )
}

/// The source of a policy that allows exactly this text.
fn source(text: &str) -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!("'sha256-{hash}'")
}

/// A template with each `{{name}}` replaced once, so that nothing within a value is replaced.
fn filled(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(values.iter().map(|(_, value)| value.len()).sum());
    let mut parts = template.split("{{");
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once("}}").unwrap_or(("", part));
        let value = values.iter().find(|(known, _)| *known == name);
        text.push_str(value.map_or("", |(_, value)| value));
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conform::report::sample::report;

    #[test]
    fn values_are_not_templates() {
        let values = [("a", "{{b}}"), ("b", "x")];
        assert_eq!(filled("1{{a}}2{{b}}{{a}}", &values), "1{{b}}2x{{b}}");
    }

    #[test]
    fn words_from_outside_do_not_end_the_data() {
        let report = report();
        let page = html(&report, &report.json().unwrap());
        // Only the page's own two.
        assert_eq!(page.matches("</script").count(), 2);
        assert_eq!(page.matches("<b>").count(), 0);
        for placeholder in [
            "{{policy}}",
            "{{client}}",
            "{{style}}",
            "{{script}}",
            "{{data}}",
        ] {
            assert_eq!(
                HTML.matches(placeholder).count() > 0,
                !page.contains(placeholder)
            );
        }
    }
}
