//! A site from a configuration (reference §7.1). Of two routes that match, the later one wins: first the
//! doc root, then folders at places of their own, then what is forbidden and its exceptions, the
//! configured routes, and on top what the server has to say by itself.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Alias, Auth, Config, Metadata, Purpose, Rewrite, Route, Routes, Target};
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

use super::Complaint;

/// The site that a configuration says, over this doc root.
pub(super) fn assemble(config: &Config, doc_root: &Path) -> Result<Site, Complaint> {
    let links = links(config);
    let mut site = top(doc_root, links)?;
    let below = || Files::below(doc_root).follow(links);
    if config.built_in == Routes::Wpt {
        for (method, pattern) in WELL_KNOWN {
            // A page of the checkout that needs a script, in a build without Python.
            if let Ok(scripts) = scripts(below()) {
                register(&mut site, method, pattern, scripts)?;
            }
        }
    }
    for alias in &config.aliases {
        mount(&mut site, alias, links)
            .map_err(|complaint| format!("alias {:?}: {complaint}", alias.url_path))?;
    }
    for pattern in &config.forbidden {
        site.forbid(pattern)
            .map_err(|error| format!("forbidden {pattern:?}: {error}"))?;
    }
    if config.built_in == Routes::Wpt {
        let files = Arc::new(FileHandler::new(below()));
        register(&mut site, "GET", RUNNER_FILES, files)?;
        if let Ok(scripts) = scripts(below()) {
            register(&mut site, "POST", RUNNER_SCRIPT, scripts)?;
        }
    }
    for Rewrite { method, from, to } in &config.rewrites {
        site.rewrite(method, from, to);
    }
    for route in &config.routes {
        let handler = handler(doc_root, route, links)?;
        register(&mut site, &route.method, &route.pattern, handler)?;
    }
    if config.fuzz == Some(true) {
        site.fuzz();
    }
    Ok(site)
}

fn links(config: &Config) -> Links {
    match config.follow_links_out {
        Some(true) => Links::Anywhere,
        _ => Links::Within,
    }
}

fn register(
    site: &mut Site,
    method: &str,
    pattern: &str,
    handler: Arc<dyn Handler>,
) -> Result<(), Complaint> {
    site.register(Method::from(method), pattern, handler)
        .map_err(|error| format!("route {pattern:?}: {error}"))
}

fn mount(site: &mut Site, alias: &Alias, links: Links) -> Result<(), Complaint> {
    let url_path = alias.url_path.as_str();
    if !url_path.starts_with('/') {
        return Err("its url-path must begin with '/'".to_owned());
    }
    let named = alias.local_dir.display();
    let folder = fs::canonicalize(site.doc_root().join(&alias.local_dir))
        .map_err(|error| format!("its local-dir {named}: {error}"))?;
    if !folder.is_dir() {
        return Err(format!("its local-dir {named} is not a folder"));
    }
    if url_path.ends_with('/') {
        mount_folder(site, &Mount::new(folder, url_path).follow(links))
    } else {
        site.mount_file(url_path, folder, links)
            .map_err(|error| error.to_string())
    }
}

fn handler(doc_root: &Path, route: &Route, links: Links) -> Result<Arc<dyn Handler>, Complaint> {
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

/// What a listener of the configuration does.
pub(super) fn listening(
    config: &Config,
    doc_root: &Path,
    purpose: &Purpose,
) -> Result<Listening, Complaint> {
    match purpose {
        Purpose::Requests(policy) => Ok(Listening::Requests(*policy)),
        Purpose::Connections(target) => {
            unguarded(doc_root, target, links(config)).map(Listening::Connections)
        }
    }
}

/// What answers when everybody is let in.
fn unguarded(
    doc_root: &Path,
    target: &Target,
    links: Links,
) -> Result<Arc<dyn Handler>, Complaint> {
    match target {
        Target::Fixed(status, text) => Ok(Arc::new(FixedHandler::text(*status, text))),
        Target::Text(
            text,
            status,
            Metadata {
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
        Target::Joined(
            files,
            Metadata {
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
        Target::Error(status) => Ok(Arc::new(ErrorHandler(*status))),
        Target::File(path) => {
            let path = doc_root.join(path);
            let files = Files::single(path.clone(), doc_root).follow(links);
            let run = |files| {
                scripts(files).map_err(|complaint| format!("{}: {complaint}", path.display()))
            };
            match path.extension().and_then(|extension| extension.to_str()) {
                // A folder runs its default script.
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

    pub(super) fn top(doc_root: &Path, links: Links) -> Result<Site, Complaint> {
        crate::python::site_with_links(doc_root, links).map_err(|error| error.to_string())
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), Complaint> {
        crate::python::mount(site, mount).map_err(|error| error.to_string())
    }

    pub(super) fn scripts(files: Files) -> Result<Arc<dyn Handler>, Complaint> {
        Ok(Arc::new(crate::python::ScriptHandler::new(files)))
    }

    pub(in crate::cli) fn run_scripts_on(processor: usize) -> Result<(), Complaint> {
        crate::python::run_on(processor).map_err(|error| error.to_string())
    }
}

#[cfg(not(feature = "python"))]
mod without_python {
    use super::*;
    use crate::wpt::wrappers;

    pub(super) fn top(doc_root: &Path, links: Links) -> Result<Site, Complaint> {
        let mut site = Site::with_links(doc_root, links);
        wrappers::register(&mut site, &Mount::top(doc_root).follow(links))
            .expect("the patterns of the whole site are valid");
        Ok(site)
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), Complaint> {
        site.mount(mount)
            .and_then(|()| wrappers::register(site, mount))
            .map_err(|error| error.to_string())
    }

    pub(super) fn scripts(_: Files) -> Result<Arc<dyn Handler>, Complaint> {
        Err(WITHOUT_PYTHON.to_owned())
    }

    pub(in crate::cli) fn run_scripts_on(_: usize) -> Result<(), Complaint> {
        Err(WITHOUT_PYTHON.to_owned())
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
