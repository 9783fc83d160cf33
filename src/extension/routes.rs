//! Routes and rewrites that Python code registers.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::exchange::{Handler, Mount};
use crate::site::Site;
use crate::site::routing::router::Method;

use super::handlers::handler_of;

/// A method, a pattern and a handler.
type Registered<'py> = (String, String, Bound<'py, PyAny>);

/// A method, a path, and the path that takes its place.
type Rewritten = (String, String, String);

/// Routes and rewrites, ready to be added to a site.
#[derive(Default)]
pub(super) struct Routes {
    routes: Vec<(Method, String, Arc<dyn Handler>)>,
    rewrites: Vec<Rewritten>,
}

impl Routes {
    /// Those that Python code has named. Of several routes that match, the last one answers.
    pub(super) fn of(
        routes: Vec<Registered<'_>>,
        rewrites: Vec<Rewritten>,
        mount: &Mount,
    ) -> PyResult<Self> {
        let routes = routes.into_iter().map(|(method, pattern, handler)| {
            let handler = handler_of(&handler, mount)?;
            Ok((Method::from(method.as_str()), pattern, handler))
        });
        Ok(Self {
            routes: routes.collect::<PyResult<_>>()?,
            rewrites,
        })
    }

    /// Adds them to a site.
    pub(super) fn add_to(self, site: &mut Site) -> PyResult<()> {
        for (method, pattern, handler) in self.routes {
            site.register(method, &pattern, handler)
                .map_err(|error| PyValueError::new_err(format!("{pattern}: {error}")))?;
        }
        for (method, from, to) in self.rewrites {
            site.rewrite(&method, &from, &to);
        }
        Ok(())
    }
}
