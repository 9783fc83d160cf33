//! A site from a configuration (contract §7.1). Of two routes that match, the later one wins: first the
//! doc root, then folders at places of their own, then what is forbidden and its exceptions, and the
//! configured routes on top.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::{Alias, Config, Route, Routes, Target};
use crate::exchange::{Handler, Mount};
use crate::site::Site;
use crate::site::as_is::AsIsHandler;
use crate::site::file::FileHandler;
use crate::site::files::Files;
use crate::site::fixed::FixedHandler;
use crate::site::router::Method;

use super::Complaint;

/// Scripts of a WPT checkout whose paths do not end in `.py`; a folder is answered for by its
/// `default*.py`.
const WELL_KNOWN: [(&str, &str); 8] = [
    ("*", "/.well-known/attribution-reporting/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/verbose"),
    ("GET", "/.well-known/interest-group/permissions/"),
    ("*", "/.well-known/interest-group/real-time-report"),
    ("GET", "/.well-known/origin-policy"),
    ("*", "/.well-known/private-aggregation/*"),
    ("*", "/.well-known/web-identity"),
];

/// What is not forbidden below `/tools/` in a WPT checkout.
const RUNNER_FILES: &str = "/tools/runner/*";
const RUNNER_SCRIPT: &str = "/tools/runner/update_manifest.py";

/// The site that a configuration says, over this doc root.
pub(super) fn assemble(config: &Config, doc_root: &Path) -> Result<Site, Complaint> {
    let mut site = top(doc_root)?;
    let below = || Files::below(doc_root);
    if config.built_in == Routes::Wpt {
        for (method, pattern) in WELL_KNOWN {
            // A page of the checkout that needs a script, in a build without Python.
            if let Ok(scripts) = scripts(below()) {
                register(&mut site, method, pattern, scripts)?;
            }
        }
    }
    for alias in &config.aliases {
        mount(&mut site, alias)
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
    for route in &config.routes {
        let handler = handler(doc_root, route)?;
        register(&mut site, &route.method, &route.pattern, handler)?;
    }
    Ok(site)
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

fn mount(site: &mut Site, alias: &Alias) -> Result<(), Complaint> {
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
        mount_folder(site, &Mount::new(folder, url_path))
    } else {
        site.mount_file(url_path, folder)
            .map_err(|error| error.to_string())
    }
}

fn handler(doc_root: &Path, route: &Route) -> Result<Arc<dyn Handler>, Complaint> {
    if route.auth.is_some() {
        return Err(format!(
            "route {:?}: this wireserve cannot ask for a password",
            route.pattern
        ));
    }
    match &route.target {
        Target::Fixed(status, text) => Ok(Arc::new(FixedHandler::text(*status, text))),
        Target::File(path) => {
            let path = doc_root.join(path);
            let file = || Files::single(path.clone(), doc_root);
            match path.extension().and_then(|extension| extension.to_str()) {
                // A folder runs its default script.
                _ if path.is_dir() => scripts(file()),
                Some("py") => {
                    scripts(file()).map_err(|complaint| format!("{}: {complaint}", path.display()))
                }
                Some("asis") => Ok(Arc::new(AsIsHandler::new(file()))),
                _ => Ok(Arc::new(FileHandler::new(file()))),
            }
        }
    }
}

#[cfg(feature = "python")]
mod with_python {
    use super::*;

    pub(super) fn top(doc_root: &Path) -> Result<Site, Complaint> {
        crate::python::site(doc_root).map_err(|error| error.to_string())
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), Complaint> {
        crate::python::mount(site, mount).map_err(|error| error.to_string())
    }

    pub(super) fn scripts(files: Files) -> Result<Arc<dyn Handler>, Complaint> {
        Ok(Arc::new(crate::python::ScriptHandler::new(files)))
    }
}

#[cfg(not(feature = "python"))]
mod without_python {
    use super::*;

    pub(super) fn top(doc_root: &Path) -> Result<Site, Complaint> {
        Ok(Site::new(doc_root))
    }

    pub(super) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), Complaint> {
        site.mount(mount).map_err(|error| error.to_string())
    }

    pub(super) fn scripts(_: Files) -> Result<Arc<dyn Handler>, Complaint> {
        Err("this wireserve was built without Python".to_owned())
    }
}

#[cfg(feature = "python")]
use with_python::{mount_folder, scripts, top};
#[cfg(not(feature = "python"))]
use without_python::{mount_folder, scripts, top};
