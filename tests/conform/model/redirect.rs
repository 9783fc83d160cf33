//! Redirects of the model client: references are resolved as RFC 3986 §5.2 says, and only those to the same origin
//! are followed.

use std::net::SocketAddr;

/// The target that a reference means, relative to the path of the request; `None` if it has another origin.
pub fn resolve(reference: &str, base: &str, origin: SocketAddr) -> Option<String> {
    let (reference, _) = reference.split_once('#').unwrap_or((reference, ""));
    let base_path = base.split('?').next().unwrap_or_default();
    let rest = match split_scheme(reference) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
        Some(_) => return None,
        None => reference,
    };
    if let Some(rest) = rest.strip_prefix("//") {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority != origin.to_string() {
            return None;
        }
        return Some(match rest.strip_prefix('/') {
            Some(_) => without_dots(rest),
            None => format!("/{rest}"),
        });
    }
    if rest.len() != reference.len() {
        // A scheme without an authority.
        return None;
    }
    if rest.is_empty() {
        return Some(base.to_owned());
    }
    if rest.starts_with('?') {
        return Some(format!("{base_path}{rest}"));
    }
    if rest.starts_with('/') {
        return Some(without_dots(rest));
    }
    let folder = &base_path[..=base_path.rfind('/')?];
    Some(without_dots(&format!("{folder}{rest}")))
}

fn split_scheme(reference: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = reference.split_once(':')?;
    let is_scheme = !scheme.is_empty()
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    is_scheme.then_some((scheme, rest))
}

/// Removes the dot segments of the path.
fn without_dots(target: &str) -> String {
    let (path, query) = match target.find('?') {
        Some(at) => target.split_at(at),
        None => (target, ""),
    };
    let mut segments: Vec<&str> = Vec::new();
    let all: Vec<_> = path.split('/').skip(1).collect();
    for (index, segment) in all.iter().enumerate() {
        let is_last = index + 1 == all.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
            other => segments.push(other),
        }
    }
    format!("/{}{query}", segments.join("/"))
}

#[test]
fn references_are_resolved() {
    let origin = "127.0.0.1:80".parse().expect("an address");
    for (reference, wanted) in [
        ("/after", Some("/after")),
        ("after", Some("/c/after")),
        ("../x/./../after#f", Some("/after")),
        ("?q=1", Some("/c/A?q=1")),
        ("", Some("/c/A?old")),
        ("#f", Some("/c/A?old")),
        ("//127.0.0.1:80/after", Some("/after")),
        ("HTTP://127.0.0.1:80?np", Some("/?np")),
        ("http://127.0.0.1:80", Some("/")),
        ("//other.test/after", None),
        ("javascript:alert(1)", None),
        ("http:/path", None),
    ] {
        let found = resolve(reference, "/c/A?old", origin);
        assert_eq!(found.as_deref(), wanted, "{reference}");
    }
}
