//! Rewrites: requests for one path are answered as if they were for another (reference §7.1). A
//! rule compares the whole undecoded path. It keeps the query and the fragment, and in
//! absolute-form the scheme and the authority. Handlers see the new target; the old one is only in
//! the bytes of the head.

use std::collections::HashMap;

use crate::http::scheme::Scheme;
use crate::http::target;

/// The rules of a site.
#[derive(Clone, Debug, Default)]
pub struct Rewrites {
    by_path: HashMap<Vec<u8>, Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    method: Methods,
    to: Vec<u8>,
}

/// Unlike a route, a rewrite for GET does not apply to HEAD, as in the reference.
#[derive(Clone, Debug)]
enum Methods {
    Any,
    Only(Vec<u8>),
}

impl Rewrites {
    /// Adds a rule for a method, or for every method with `"*"`. A path has one rule: this replaces
    /// the rule for `from`, whatever its method.
    pub fn register(&mut self, method: &str, from: &str, to: &str) {
        let method = match method {
            "*" => Methods::Any,
            name => Methods::Only(name.into()),
        };
        let to = to.into();
        self.by_path.insert(from.into(), Rule { method, to });
    }

    /// The rewritten target, if a rule applies to this one.
    pub fn rewrite(&self, method: &[u8], target: &[u8], scheme: Scheme) -> Option<Vec<u8>> {
        if self.by_path.is_empty() {
            return None;
        }
        let path = target::split(target, scheme.as_str()).path;
        let from = match &target[path.clone()] {
            // RFC 9110 §4.2.3.
            b"" if target::is_absolute(target, scheme.as_str()) => b"/",
            from => from,
        };
        let rule = self.by_path.get(from)?;
        match &rule.method {
            Methods::Only(only) if only != method => None,
            _ => Some([&target[..path.start], &rule.to, &target[path.end..]].concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let mut rewrites = Rewrites::default();
        for (method, from, to) in [
            ("GET", "/a", "/first"),
            ("GET", "/a", "/b"),
            ("*", "/any", "/b"),
            ("GET", "/", "/root"),
            ("*", "/last", "/never"),
            ("PUT", "/last", "/b"),
        ] {
            rewrites.register(method, from, to);
        }
        for (method, target, expected) in [
            ("GET", "/a", Some("/b")),
            ("GET", "//a", None),
            ("GET", "http://h?x", Some("http://h/root?x")),
            ("GET", "HTTP://h", Some("HTTP://h/root")),
            ("GET", "/a?x=/a#/a", Some("/b?x=/a#/a")),
            ("GET", "/a?", Some("/b?")),
            ("GET", "http://h:1/a?x", Some("http://h:1/b?x")),
            ("GET", "/b", None),
            ("GET", "/%61", None),
            ("GET", "/a/", None),
            ("GET", "/x?/a", None),
            ("HEAD", "/a", None),
            ("get", "/a", None),
            ("ANY", "/any", Some("/b")),
            ("PUT", "/last", Some("/b")),
            ("GET", "/last", None),
        ] {
            let found = rewrites.rewrite(method.as_bytes(), target.as_bytes(), Scheme::Http);
            let expected = expected.map(|target| target.as_bytes().to_vec());
            assert_eq!(found, expected, "{method} {target}");
        }
    }

    #[test]
    fn without_rules_nothing_changes() {
        assert_eq!(
            Rewrites::default().rewrite(b"GET", b"/", Scheme::Http),
            None
        );
    }
}
