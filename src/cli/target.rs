//! The handlers of targets. What can be known about a target before any request is checked here:
//! its file exists, may be served, and can be parsed or compiled. The checks are repeated for each
//! request, since files may change.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::{ContentFields, RouteTarget};
use crate::exchange::{Handler, Links};
use crate::site::files::file::FileHandler;
use crate::site::files::open_in_root::leads_out;
use crate::site::files::{Files, Found};
use crate::site::handlers::as_is::AsIsHandler;
use crate::site::handlers::default_script;
use crate::site::handlers::fixed::{ErrorHandler, FixedHandler};
use crate::site::handlers::joined::JoinedHandler;
use crate::site::handlers::wire_file::{self, WireFileHandler};

use super::error::TargetError;
use super::python;

/// The handler for requests.
pub(super) fn for_requests(
    doc_root: &Path,
    target: &RouteTarget,
    links: Links,
) -> Result<Arc<dyn Handler>, TargetError> {
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
            for file in files {
                check_regular(doc_root, file)?;
            }
            let files = files.iter().map(|file| doc_root.join(file));
            let handler = JoinedHandler::new(media_type, files);
            let handler = headers
                .iter()
                .fold(handler, |handler, (name, value)| handler.field(name, value));
            Ok(Arc::new(handler))
        }
        RouteTarget::Error(status) => Ok(Arc::new(ErrorHandler(*status))),
        RouteTarget::WebSockets(folder) => {
            python::websockets(&doc_root.join(folder), &[], doc_root, links)
                .map_err(TargetError::WebSockets)
        }
        RouteTarget::File(file) => TargetFile::open(doc_root, file, links)?.handler(),
    }
}

/// The handler for connections of which nothing has been read.
pub(super) fn for_connections(
    doc_root: &Path,
    target: &RouteTarget,
    links: Links,
) -> Result<Arc<dyn Handler>, TargetError> {
    let needs_request = |found| Err(TargetError::NeedsRequest(found));
    match target {
        RouteTarget::Fixed(..) => needs_request("a status"),
        RouteTarget::Text(..) => needs_request("a text"),
        RouteTarget::Joined(..) => needs_request("joined files"),
        RouteTarget::Error(_) => needs_request("an error"),
        RouteTarget::WebSockets(_) => needs_request("WebSocket handlers"),
        RouteTarget::File(file) => {
            let file = TargetFile::open(doc_root, file, links)?;
            match file.kind {
                Kind::Plain => needs_request("a plain file"),
                Kind::Script | Kind::AsIs | Kind::Wire => file.handler(),
            }
        }
    }
}

/// A file that can be opened.
struct TargetFile<'t> {
    /// As in the target.
    path: &'t Path,
    kind: Kind,
    files: Files,
    found: Found,
}

/// How a file is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A script, or a folder with a default script.
    Script,
    AsIs,
    Wire,
    Plain,
}

impl<'t> TargetFile<'t> {
    fn open(doc_root: &Path, path: &'t Path, links: Links) -> Result<Self, TargetError> {
        let files = Files::single(doc_root.join(path), doc_root).follow(links);
        let found = files.try_single().map_err(|source| {
            let path = path.to_owned();
            match leads_out(&source) {
                true => TargetError::LeadsOut {
                    path,
                    root: doc_root.to_owned(),
                },
                false => TargetError::Unopened { path, source },
            }
        })?;
        let kind = match path.extension().and_then(|extension| extension.to_str()) {
            _ if found.is_folder() => Kind::Script,
            Some("py") => Kind::Script,
            Some("asis") => Kind::AsIs,
            Some("wire") => Kind::Wire,
            _ => Kind::Plain,
        };
        Ok(Self {
            path,
            kind,
            files,
            found,
        })
    }

    fn handler(self) -> Result<Arc<dyn Handler>, TargetError> {
        let path = || self.path.to_owned();
        match self.kind {
            Kind::Script => {
                if default_script::choose(self.found).is_err() {
                    return Err(TargetError::NoDefaultScript(path()));
                }
                python::script(self.files).map_err(|source| TargetError::Script {
                    path: path(),
                    source,
                })
            }
            Kind::Wire => {
                wire_file::check(&self.found).map_err(|reason| TargetError::WireScript {
                    path: path(),
                    reason,
                })?;
                Ok(Arc::new(WireFileHandler::new(self.files)))
            }
            Kind::AsIs => Ok(Arc::new(AsIsHandler::new(self.files))),
            Kind::Plain => Ok(Arc::new(FileHandler::new(self.files))),
        }
    }
}

/// Checks one of several files that are read at the first request.
fn check_regular(doc_root: &Path, file: &Path) -> Result<(), TargetError> {
    match fs::metadata(doc_root.join(file)) {
        Ok(metadata) if metadata.is_file() => Ok(()),
        Ok(_) => Err(TargetError::NotFile(file.to_owned())),
        Err(source) => Err(TargetError::Unopened {
            path: file.to_owned(),
            source,
        }),
    }
}
