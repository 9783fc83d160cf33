//! The site of a configuration (reference §7.1). Of two routes that match, the later one wins. In
//! order: the doc root, aliases, forbidden paths and their exceptions, configured routes, and the
//! server's own paths.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::{
    Alias, Auth, BuiltInRoutes, ContentFields, Purpose, Rewrite, Route, RouteTarget, Settings,
};
use crate::exchange::policy::WithPolicy;
use crate::exchange::{Handler, Links, Mount};
use crate::server::listening::Listening;
use crate::site::Site;
use crate::site::files::Files;
use crate::site::files::file::FileHandler;
use crate::site::handlers::as_is::AsIsHandler;
use crate::site::handlers::basic_auth::{Admitted, BasicAuthHandler};
use crate::site::handlers::fixed::{ErrorHandler, FixedHandler};
use crate::site::handlers::joined::JoinedHandler;
use crate::site::handlers::wire_file::WireFileHandler;
use crate::site::routing::router::Method;
use crate::wpt::routes::{RUNNER_FILES, RUNNER_SCRIPT, WELL_KNOWN};

use super::error::{AliasError, BoxError, CommandError};

/// The site of these settings, for this doc root.
pub(super) fn assemble(settings: &Settings, doc_root: &Path) -> Result<Site, CommandError> {
    let links = settings.links;
    let mut site = top(doc_root, links).map_err(CommandError::Python)?;
    let below = || Files::below(doc_root).follow(links);
    if settings.built_in == BuiltInRoutes::Wpt {
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
        if let Ok(scripts) = scripts(below()) {
            register(&mut site, "POST", RUNNER_SCRIPT, scripts)?;
        }
    }
    for Rewrite { method, from, to } in &settings.rewrites {
        site.rewrite(method, from, to);
    }
    for route in &settings.routes {
        let handler = handler(doc_root, route, links)?;
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
    let handler = unguarded(doc_root, &route.target, links)?;
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

/// What a listener does with its connections.
pub(super) fn listening(
    settings: &Settings,
    doc_root: &Path,
    purpose: &Purpose,
) -> Result<Listening, CommandError> {
    match purpose {
        Purpose::Requests(policy) => Ok(Listening::Requests(*policy)),
        Purpose::Connections(target) => {
            unguarded(doc_root, target, settings.links).map(Listening::Connections)
        }
    }
}

/// The handler of a target, without authentication.
fn unguarded(
    doc_root: &Path,
    target: &RouteTarget,
    links: Links,
) -> Result<Arc<dyn Handler>, CommandError> {
    match target {
        RouteTarget::Fixed(status, text) => Ok(Arc::new(FixedHandler::text(*status, text))),
        RouteTarget::Text(
            text,
            status,
            ContentFields {
                media_type,
                headers,
            },
        ) => {
            let mut handler = FixedHandler::of_type(media_type, text.as_str());
            handler.status = *status;
            for (name, value) in headers {
                handler.headers.append(name.as_str(), value.as_str());
            }
            Ok(Arc::new(handler))
        }
        RouteTarget::Joined(
            files,
            ContentFields {
                media_type,
                headers,
            },
        ) => {
            let files = files.iter().map(|file| doc_root.join(file));
            let handler = JoinedHandler::new(media_type, files);
            let handler = headers
                .iter()
                .fold(handler, |handler, (name, value)| handler.field(name, value));
            Ok(Arc::new(handler))
        }
        RouteTarget::Error(status) => Ok(Arc::new(ErrorHandler(*status))),
        RouteTarget::File(path) => {
            let path = doc_root.join(path);
            let files = Files::single(path.clone(), doc_root).follow(links);
            let run = |files| {
                scripts(files).map_err(|source| CommandError::Script {
                    path: path.clone(),
                    source,
                })
            };
            match path.extension().and_then(|extension| extension.to_str()) {
                // The default script of a folder.
                _ if path.is_dir() => run(files),
                Some("py") => run(files),
                Some("asis") => Ok(Arc::new(AsIsHandler::new(files))),
                Some("wire") => Ok(Arc::new(WireFileHandler::new(files))),
                _ => Ok(Arc::new(FileHandler::new(files))),
            }
        }
    }
}

#[cfg(feature = "python")]
mod with_python {
    use super::*;

    pub(super) fn top(doc_root: &Path, links: Links) -> Result<Site, BoxError> {
        crate::python::site_with_links(doc_root, links).map_err(BoxError::from)
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), BoxError> {
        crate::python::mount(site, mount).map_err(BoxError::from)
    }

    pub(super) fn scripts(files: Files) -> Result<Arc<dyn Handler>, BoxError> {
        Ok(Arc::new(crate::python::ScriptHandler::new(files)))
    }

    pub(crate) fn run_scripts_on(processor: usize) -> Result<(), BoxError> {
        crate::python::run_on(processor).map_err(BoxError::from)
    }
}

#[cfg(not(feature = "python"))]
mod without_python {
    use super::*;
    use crate::wpt::wrappers;

    pub(super) fn top(doc_root: &Path, links: Links) -> Result<Site, BoxError> {
        let mut site = Site::with_links(doc_root, links);
        wrappers::register(&mut site, &Mount::top(doc_root).follow(links))
            .expect("the patterns of the whole site are valid");
        Ok(site)
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), BoxError> {
        site.mount(mount)
            .and_then(|()| wrappers::register(site, mount))
            .map_err(BoxError::from)
    }

    pub(super) fn scripts(_: Files) -> Result<Arc<dyn Handler>, BoxError> {
        Err(WITHOUT_PYTHON.into())
    }

    pub(crate) fn run_scripts_on(_: usize) -> Result<(), BoxError> {
        Err(WITHOUT_PYTHON.into())
    }

    const WITHOUT_PYTHON: &str = "this wireserve was built without Python";
}

#[cfg(feature = "python")]
pub(super) use with_python::run_scripts_on;
#[cfg(feature = "python")]
use with_python::{mount_folder, scripts, top};
#[cfg(not(feature = "python"))]
pub(super) use without_python::run_scripts_on;
#[cfg(not(feature = "python"))]
use without_python::{mount_folder, scripts, top};
