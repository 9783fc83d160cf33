//! The router: of the routes whose method and pattern match a request, the one registered last wins
//! (reference §7.1). A route for GET also serves HEAD.

use std::cell::LazyCell;
use std::sync::Arc;

use crate::exchange::{Handler, RouteMatch};

use crate::site::files::locate;
use crate::site::routing::pattern::{Pattern, PatternError};

/// The methods of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    fn covers(&self, method: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Get => matches!(method, b"GET" | b"HEAD"),
            Self::Named(name) => name.as_bytes() == method,
        }
    }
}

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
    /// The path as received, as in the reference.
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
        let matches = |route: &Route| match route.spelling {
            Spelling::AsItCame => route.pattern.matches(path),
            Spelling::Any => {
                let found = route.pattern.matches(path);
                found.or_else(|| route.pattern.matches((*plain).as_deref()?))
            }
        };
        self.routes
            .iter()
            .rev()
            .filter(|route| route.method.covers(method))
            .find_map(|route| Some((&route.handler, matches(route)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::fault::Fault;

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
}
