//! The site of a configuration (reference §7.1). Of two routes that match, the later one wins. In
//! order: the doc root, aliases, forbidden paths and their exceptions, configured routes, and the
//! server's own paths.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Alias, Auth, BuiltInRoutes, Listener, Purpose, Rewrite, Route, Settings};
use crate::exchange::policy::WithPolicy;
use crate::exchange::{Handler, Links, Mount};
use crate::server::listening::Listening;
use crate::site::Site;
use crate::site::files::Files;
use crate::site::files::file::FileHandler;
use crate::site::handlers::basic_auth::{Admitted, BasicAuthHandler};
use crate::site::handlers::injected_script::{InjectedScript, WithScript};
use crate::site::routing::router::Method;
use crate::site::routing::unrouted::Answers;
use crate::wpt::manifest_folder;
use crate::wpt::preset;
use crate::wpt::routes::{RUNNER_FILES, RUNNER_SCRIPT, WELL_KNOWN};

use super::error::{AliasError, BoxError, CommandError};
use super::python::{self, mount_folder, scripts, top};
use super::target;

/// The site of these settings, for this doc root.
pub(super) fn assemble(settings: &Settings, doc_root: &Path) -> Result<Site, CommandError> {
    let links = settings.links;
    let mut site = top(doc_root, links).map_err(CommandError::Python)?;
    // Before anything is imported from it.
    if let Some(environment) = &settings.environment {
        python::use_environment(environment).map_err(CommandError::Python)?;
    }
    let below = || Files::below(doc_root).follow(links);
    if settings.built_in == BuiltInRoutes::Wpt {
        site.answer_as(Answers::Reference);
        for (method, pattern) in WELL_KNOWN {
            // Without Python, these routes are missing.
            if let Ok(scripts) = scripts(below()) {
                register(&mut site, method, pattern, scripts)?;
            }
        }
    }
    for alias in &settings.aliases {
        mount(&mut site, alias, links).map_err(|source| CommandError::Alias {
            url_path: alias.url_path.clone(),
            source,
        })?;
    }
    let script = match &settings.inject_script {
        Some(path) => {
            Some(
                InjectedScript::read(path).map_err(|source| CommandError::InjectedScript {
                    path: path.clone(),
                    source,
                })?,
            )
        }
        None => None,
    };
    if let Some(script) = &script {
        site.inject(script);
    }
    for pattern in &settings.forbidden {
        site.forbid(pattern)
            .map_err(|source| CommandError::Forbidden {
                pattern: pattern.clone(),
                source,
            })?;
    }
    if settings.built_in == BuiltInRoutes::Wpt {
        let files = Arc::new(FileHandler::new(below()));
        register(&mut site, "GET", RUNNER_FILES, files)?;
        let read = |name: &str| env::var_os(name).map(PathBuf::from);
        let manifest = manifest_folder::of(doc_root, read);
        if let Ok(script) = python::runner(below(), manifest) {
            register(&mut site, "POST", RUNNER_SCRIPT, script)?;
        }
    }
    for Rewrite { method, from, to } in &settings.rewrites {
        site.rewrite(method, from, to);
    }
    for route in &settings.routes {
        let mut handler = handler(doc_root, route, links)?;
        if let Some(script) = &script {
            handler = Arc::new(WithScript::new(Arc::clone(script), handler));
        }
        register(&mut site, &route.method, &route.pattern, handler)?;
    }
    if settings.fuzz {
        site.fuzz();
    }
    Ok(site)
}

fn register(
    site: &mut Site,
    method: &str,
    pattern: &str,
    handler: Arc<dyn Handler>,
) -> Result<(), CommandError> {
    site.register(Method::from(method), pattern, handler)
        .map_err(|source| CommandError::Route {
            pattern: pattern.to_owned(),
            source,
        })
}

fn mount(site: &mut Site, alias: &Alias, links: Links) -> Result<(), AliasError> {
    let url_path = alias.url_path.as_str();
    if !url_path.starts_with('/') {
        return Err(AliasError::RelativeUrlPath);
    }
    let folder = fs::canonicalize(site.doc_root().join(&alias.local_dir)).map_err(|source| {
        AliasError::LocalDir {
            path: alias.local_dir.clone(),
            source,
        }
    })?;
    if !folder.is_dir() {
        return Err(AliasError::LocalDirIsFile(alias.local_dir.clone()));
    }
    if url_path.ends_with('/') {
        mount_folder(site, &Mount::new(folder, url_path).follow(links))
    } else {
        site.mount_file(url_path, folder, links)
            .map_err(BoxError::from)
    }
    .map_err(AliasError::Mount)
}

fn handler(doc_root: &Path, route: &Route, links: Links) -> Result<Arc<dyn Handler>, CommandError> {
    let handler = target::for_requests(doc_root, &route.target, links).map_err(|source| {
        CommandError::RouteTarget {
            place: route.place.clone(),
            pattern: route.pattern.clone(),
            source,
        }
    })?;
    let handler = match route.requests {
        None => handler,
        Some(policy) => Arc::new(WithPolicy::new(policy, handler)),
    };
    Ok(match &route.auth {
        None => handler,
        Some(Auth { user, password }) => {
            let admitted = Admitted::only(user.as_str(), password.as_str());
            Arc::new(BasicAuthHandler::new(handler, admitted))
        }
    })
}

/// What answers the requests on the ports of `ws` and `wss`, if there are any.
pub(super) fn websockets(
    settings: &Settings,
    doc_root: &Path,
) -> Result<Option<Arc<dyn Handler>>, CommandError> {
    let Some(folder) = &settings.ws_doc_root else {
        return Ok(None);
    };
    // A checkout may lack the folder, and a build may lack Python, which only these tests need.
    let is_optional = settings.built_in == BuiltInRoutes::Wpt
        && *folder == doc_root.join(preset::WEBSOCKET_HANDLERS);
    let can_be_served = folder.is_dir() && cfg!(feature = "python");
    if !settings.ports.has_websockets() || is_optional && !can_be_served {
        return Ok(None);
    }
    python::websockets(folder, &settings.ws_extra, doc_root, settings.links)
        .map(Some)
        .map_err(CommandError::WebSockets)
}

/// What a listener does with its connections.
pub(super) fn listening(
    settings: &Settings,
    doc_root: &Path,
    listener: &Listener,
) -> Result<Listening, CommandError> {
    match &listener.purpose {
        Purpose::Requests(policy) => Ok(Listening::Requests(*policy)),
        Purpose::Connections(target) => {
            let handler = target::for_connections(doc_root, target, settings.links);
            let handler = handler.map_err(|source| CommandError::ConnectionTarget {
                place: listener.place.clone(),
                target: target.to_string(),
                source,
            });
            handler.map(Listening::Connections)
        }
    }
}
