//! The keys `subdomains` and `not_subdomains`: names that can be put before a host.

use serde::de::{Deserialize, Deserializer, Error as _};

/// Reads a list of subdomains, each of one or more labels (RFC 1123 §2.1), in ASCII or Unicode.
pub(super) fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<String>>, D::Error> {
    let names = Option::<Vec<String>>::deserialize(deserializer)?;
    for name in names.iter().flatten() {
        if !is_subdomain(name) {
            return Err(D::Error::custom(format!(
                "expected labels of letters, digits and hyphens, found {name:?}"
            )));
        }
    }
    Ok(names)
}

#[cfg(feature = "wpt")]
fn is_subdomain(name: &str) -> bool {
    idna::domain_to_ascii_strict(name).is_ok()
}

/// Without IDNA, names in ASCII.
#[cfg(not(feature = "wpt"))]
fn is_subdomain(name: &str) -> bool {
    name.split('.').all(|label| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..64).contains(&label.len())
            && label.bytes().all(is_allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

#[cfg(all(test, feature = "wpt"))]
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
