//! Pages that are part of the command: filling in their templates, and the policy that lets only their own style
//! and script run.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

/// A content security policy for a page with this script and this style, and with more directives.
pub(super) fn policy(script: &str, style: &str, more: &str) -> String {
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'{more}",
        source(script),
        source(style)
    )
}

/// The source of a policy that allows exactly this text.
fn source(text: &str) -> String {
    let hash = BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!("'sha256-{hash}'")
}

/// A template with each `{{name}}` replaced once, so that nothing within a value is replaced.
pub(super) fn filled(template: &str, values: &[(&str, &str)]) -> String {
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

    #[test]
    fn values_are_not_templates() {
        let values = [("a", "{{b}}"), ("b", "x")];
        assert_eq!(filled("1{{a}}2{{b}}{{a}}", &values), "1{{b}}2x{{b}}");
    }

    #[test]
    fn a_policy_names_the_hashes_of_its_texts() {
        let policy = policy("", "", "; connect-src 'self'");
        let empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
        assert_eq!(policy.matches(empty).count(), 2, "{policy}");
        assert!(policy.ends_with("; connect-src 'self'"));
    }
}
