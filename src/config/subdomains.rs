//! The keys `subdomains` and `not_subdomains`: names that can be put before a host.

use serde::de::{Deserialize, Deserializer, Error as _};

/// Reads a list of subdomains, each of one or more labels (RFC 1123 §2.1), in ASCII or Unicode.
pub(super) fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let names = Option::<Vec<String>>::deserialize(deserializer)?;
    for name in names.iter().flatten() {
        if idna::domain_to_ascii_strict(name).is_err() {
            return Err(D::Error::custom(format!(
                "expected labels of letters, digits and hyphens, found {name:?}"
            )));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_others() {
        let parse = |name: &str| checked(serde_json::json!([name])).is_ok();
        for name in [
            "www",
            "WWW1",
            "a.b",
            "a-b.9",
            "天気の良い日.élève",
            "xn--lve-6lad",
        ] {
            assert!(parse(name), "{name}");
        }
        let long = "a".repeat(64);
        for name in [
            "a b", "", ".", "a..b", "-a", "a-", "a/b", "a:1", "*", "a_b", &long,
        ] {
            assert!(!parse(name), "{name}");
        }
    }
}
