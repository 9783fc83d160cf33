//! Rewrites: requests for one path are answered as if they were for another (reference §7.1). A rule
//! compares the whole path as it came, without decoding, and keeps query and fragment, and what
//! stands before the path in a target that is a whole URL. The request is made from the new target,
//! so handlers see nothing of the old one but in the head's exact bytes.

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

/// Unlike a route's, a rewrite's GET is not for HEAD as well; the reference's neither.
#[derive(Clone, Debug)]
enum Methods {
    Any,
    Only(Vec<u8>),
}

impl Rewrites {
    /// Adds a rule. A path has one: this replaces what was said about `from` before, for whatever
    /// method. `"*"` is every method.
    pub fn register(&mut self, method: &str, from: &str, to: &str) {
        let method = match method {
            "*" => Methods::Any,
            name => Methods::Only(name.into()),
        };
        let to = to.into();
        self.by_path.insert(from.into(), Rule { method, to });
    }

    /// The target that a rule makes of this one, if there is a rule for it.
    pub fn rewrite(&self, method: &[u8], target: &[u8], scheme: Scheme) -> Option<Vec<u8>> {
        if self.by_path.is_empty() {
            return None;
        }
        let target = target::collapse_slashes(target);
        let path = target::split(target, scheme.as_str()).path;
        let rule = self.by_path.get(&target[path.clone()])?;
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
            ("*", "/last", "/never"),
            ("PUT", "/last", "/b"),
        ] {
            rewrites.register(method, from, to);
        }
        for (method, target, expected) in [
            ("GET", "/a", Some("/b")),
            ("GET", "//a", Some("/b")),
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
