//! The router: of the routes whose method and pattern match a request, the one registered last wins
//! (reference §7.1). A route for GET also serves HEAD.

use std::cell::LazyCell;
use std::sync::Arc;

use crate::exchange::{Handler, Request, RouteMatch};

use crate::site::files::locate;
use crate::site::routing::method_name::{self, MethodError};
use crate::site::routing::pattern::{Pattern, PatternError};
use crate::text::percent;

/// The methods of a route.
///
/// ```
/// use wireserve::Method;
///
/// assert!(Method::checked("GET")?.covers(b"HEAD"));
/// assert_eq!(Method::checked("PATCH")?, Method::Named("PATCH".to_owned()));
/// assert_eq!(Method::from("*"), Method::Any);
/// assert!(Method::checked("no method").is_err());
/// # Ok::<(), wireserve::MethodError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Every method.
    Any,
    /// GET and HEAD.
    Get,
    /// Exactly this method; case matters.
    Named(String),
}

impl From<&str> for Method {
    /// `*` means every method.
    fn from(name: &str) -> Self {
        match name {
            "*" => Self::Any,
            "GET" => Self::Get,
            name => Self::Named(name.to_owned()),
        }
    }
}

impl Method {
    /// The methods of a rule that a user has written.
    ///
    /// See the example of [`Method`].
    ///
    /// # Errors
    /// When no usual request could match.
    pub fn checked(name: &str) -> Result<Self, MethodError> {
        method_name::check(name)?;
        Ok(Self::from(name))
    }

    /// The methods that `Allow` lists.
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Any => KNOWN.to_vec(),
            Self::Get => vec!["GET", "HEAD"],
            Self::Named(name) => vec![name],
        }
    }

    /// Whether a request with this method is meant.
    ///
    /// See the example of [`Method`].
    #[inline]
    pub fn covers(&self, method: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Get => matches!(method, b"GET" | b"HEAD"),
            Self::Named(name) => name.as_bytes() == method,
        }
    }
}

/// The methods of RFC 9110 §9.3 and RFC 5789, without CONNECT, in the order in which `Allow` lists them.
pub(super) const KNOWN: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// The routes of a site.
#[derive(Clone, Default)]
pub struct Router {
    /// In order of registration.
    routes: Vec<Route>,
}

#[derive(Clone)]
struct Route {
    method: Method,
    pattern: Pattern,
    spelling: Spelling,
    handler: Arc<dyn Handler>,
}

/// The spellings of a path that a route matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// The path as received, as in the reference; or with its escapes of unreserved characters decoded.
    AsItCame,
    /// Every path that names the same file.
    Any,
}

impl Router {
    /// Adds a route, which wins over all routes before it.
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn register(
        &mut self,
        method: Method,
        pattern: &str,
        handler: Arc<dyn Handler>,
    ) -> Result<(), PatternError> {
        self.register_for(Spelling::AsItCame, method, pattern, handler)
    }

    /// The handlers of all routes.
    pub fn handlers(&self) -> impl Iterator<Item = &Arc<dyn Handler>> {
        self.routes.iter().map(|route| &route.handler)
    }

    /// Adds a route that matches these spellings of a path.
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn register_for(
        &mut self,
        spelling: Spelling,
        method: Method,
        pattern: &str,
        handler: Arc<dyn Handler>,
    ) -> Result<(), PatternError> {
        self.routes.push(Route {
            method,
            pattern: Pattern::compile(pattern)?,
            spelling,
            handler,
        });
        Ok(())
    }

    /// Puts another handler in the place of that of every route.
    pub fn wrap(&mut self, wrapped: impl Fn(&Arc<dyn Handler>) -> Arc<dyn Handler>) {
        for route in &mut self.routes {
            route.handler = wrapped(&route.handler);
        }
    }

    /// The handler of a route that names this method.
    pub fn route_named(
        &self,
        method: &str,
        path: &[u8],
    ) -> Option<(&Arc<dyn Handler>, RouteMatch)> {
        self.routes
            .iter()
            .rev()
            .filter(|route| matches!(&route.method, Method::Named(name) if name == method))
            .find_map(|route| Some((&route.handler, route.pattern.matches(path)?)))
    }

    /// The handler for a method and a path, and the groups that the pattern matched.
    pub fn route(&self, method: &[u8], path: &[u8]) -> Option<(&Arc<dyn Handler>, RouteMatch)> {
        let plain = LazyCell::new(|| (!locate::is_plain(path)).then(|| locate::plain(path)));
        // Otherwise `/a%2Epy` would not be a script, but the file `a.py`: its source.
        let decoded = match path.contains(&b'%') {
            true => percent::decode_unreserved(path),
            false => None,
        };
        let matches = |route: &Route| {
            if let Some(found) = route.pattern.matches(path) {
                return Some(found);
            }
            let other = match route.spelling {
                Spelling::AsItCame => decoded.as_deref()?,
                Spelling::Any => (*plain).as_deref()?,
            };
            route.pattern.matches(other)
        };
        self.routes
            .iter()
            .rev()
            .filter(|route| route.method.covers(method))
            .find_map(|route| Some((&route.handler, matches(route)?)))
    }

    /// The methods of all routes, and OPTIONS, which is answered without a route.
    pub(super) fn methods(&self) -> Vec<&str> {
        let routed = self.routes.iter().flat_map(|route| route.method.names());
        in_order(routed.chain(["OPTIONS"]))
    }

    /// The methods of the routes whose patterns match a request and whose handlers have something there.
    pub(super) fn allowed(&self, request: &Request) -> Vec<&str> {
        let path = request.route_path();
        let is_there = |route: &&Route| {
            route.pattern.matches(&path).is_some() && route.handler.serves(request)
        };
        let routes = self.routes.iter().filter(is_there);
        in_order(routes.flat_map(|route| route.method.names()))
    }

    /// Whether a route names this method.
    pub(super) fn names(&self, method: &[u8]) -> bool {
        let is_named = |route: &Route| matches!(&route.method, Method::Named(name) if name.as_bytes() == method);
        self.routes.iter().any(is_named)
    }
}

/// Each method once, the known ones first.
fn in_order<'a>(methods: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let rank = |name: &str| KNOWN.iter().position(|known| *known == name);
    let mut methods: Vec<_> = methods.collect();
    methods.sort_unstable_by_key(|name| (rank(name).unwrap_or(KNOWN.len()), *name));
    methods.dedup();
    methods
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::fault::Fault;
    use crate::http::head::Head;

    struct Named(i64);

    impl Handler for Named {
        fn handle(&self, _: &mut Exchange<'_>) -> Result<(), Fault> {
            Err(Fault::new(self.0, ""))
        }
    }

    #[test]
    fn the_last_one_that_matches_wins() {
        let mut router = Router::default();
        let handlers: Vec<Arc<dyn Handler>> = (0..4)
            .map(|n| Arc::new(Named(n)) as Arc<dyn Handler>)
            .collect();
        for (method, pattern, number) in [
            ("*", "*", 0),
            ("GET", "/a", 1),
            ("POST", "/a", 2),
            ("HEAD", "/h", 3),
        ] {
            router
                .register(method.into(), pattern, Arc::clone(&handlers[number]))
                .unwrap();
        }
        for (method, path, number) in [
            ("GET", "/a", 1),
            ("HEAD", "/a", 1),
            ("POST", "/a", 2),
            ("post", "/a", 0),
            ("PUT", "/a", 0),
            ("GET", "/h", 0),
            ("HEAD", "/h", 3),
        ] {
            let (found, _) = router.route(method.as_bytes(), path.as_bytes()).unwrap();
            assert!(Arc::ptr_eq(found, &handlers[number]), "{method} {path}");
        }
        assert!(router.route(b"GET", b"").is_none());
    }

    #[test]
    fn methods_for_allow() {
        let mut router = Router::default();
        assert_eq!(router.methods(), ["OPTIONS"]);
        for (method, pattern) in [("GET", "*"), ("PURGE", "/a"), ("POST", "/a"), ("GET", "/a")] {
            router
                .register(method.into(), pattern, Arc::new(Named(0)))
                .unwrap();
        }
        let all = ["GET", "HEAD", "POST", "OPTIONS", "PURGE"];
        assert_eq!(router.methods(), all);
        for (path, allowed) in [
            ("/a", &["GET", "HEAD", "POST", "PURGE"][..]),
            ("/b", &["GET", "HEAD"]),
        ] {
            let head = format!("PUT {path} HTTP/1.1\r\n\r\n").into_bytes();
            let address = "127.0.0.1:80".parse().unwrap();
            let request = Request::new(Head::parse(head).unwrap(), (address, address));
            assert_eq!(router.allowed(&request), allowed, "{path}");
        }
        assert!(router.names(b"PURGE") && !router.names(b"purge"));
        router
            .register(Method::Any, "/c", Arc::new(Named(0)))
            .unwrap();
        assert_eq!(router.methods().len(), KNOWN.len() + 1);
    }

    #[test]
    fn escaped_letters_and_dots_are_letters_and_dots() {
        let mut router = Router::default();
        for pattern in ["*", "/{name}.py"] {
            router
                .register(Method::Any, pattern, Arc::new(Named(0)))
                .unwrap();
        }
        for (path, name, value) in [
            ("/a.py", "name", "a"),
            ("/a%2Epy", "name", "a"),
            ("/%61%2e%70%79", "name", "a"),
            ("/%61.py", "name", "%61"),
            ("/a%2Fb%2epy", "name", "a%2Fb"),
            ("/a%2Epyc", "*", "a%2Epyc"),
            ("/a%252Epy", "*", "a%252Epy"),
            ("/a%2", "*", "a%2"),
            ("/a%zzpy", "*", "a%zzpy"),
        ] {
            let (_, groups) = router.route(b"GET", path.as_bytes()).unwrap();
            let expected = (Arc::from(name), value.as_bytes().into());
            assert!(groups.contains(&expected), "{path}: {groups:?}");
        }
    }
}
