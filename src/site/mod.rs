//! What is served: a doc root, folders mounted at places of their own, and the routes over them. A [`Site`] does not change once it serves;
//! registering a route makes a new one. The handlers of this folder need no interpreter.

pub mod as_is;
pub mod file;
pub mod files;
pub mod fixed;
pub mod locate;
pub mod media_type;
pub mod pattern;
pub mod router;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exchange::{Exchange, Handler, Mount, RouteMatch};
use crate::fault::Fault;
use as_is::AsIsHandler;
use file::FileHandler;
use files::Files;
use pattern::PatternError;
use router::{Method, Router};

/// A doc root and its routes.
#[derive(Clone)]
pub struct Site {
    doc_root: Arc<Path>,
    router: Router,
}

impl Site {
    /// A site with one mount, the doc root for all paths ([`Site::mount`]); and with `/` as the doc
    /// root's `index.html`, where there is one.
    pub fn new(doc_root: impl Into<PathBuf>) -> Self {
        let doc_root: Arc<Path> = doc_root.into().into();
        let mut site = Self::bare(Arc::clone(&doc_root));
        site.mount(&Mount::top(Arc::clone(&doc_root)))
            .expect("the patterns of the whole site are valid");
        let index = doc_root.join("index.html");
        if index.is_file() {
            let index = FileHandler::new(Files::single(index, doc_root));
            site.register(Method::Get, "/", Arc::new(index))
                .expect("this pattern is valid");
        }
        site
    }

    /// A site with a doc root and no routes at all.
    pub fn bare(doc_root: impl Into<Arc<Path>>) -> Self {
        Self {
            doc_root: doc_root.into(),
            router: Router::default(),
        }
    }

    /// The folder that is served; absolute if it was given so, without a slash at the end.
    pub fn doc_root(&self) -> &Path {
        &self.doc_root
    }

    /// Adds a route, which wins over all that were there.
    ///
    /// # Errors
    /// A pattern that cannot be compiled.
    pub fn register(
        &mut self,
        method: Method,
        pattern: &str,
        handler: Arc<dyn Handler>,
    ) -> Result<(), PatternError> {
        self.router.register(method, pattern, handler)
    }

    /// Adds a folder at a place of its own, which wins over all routes that were there. Its files are
    /// served as the reference's default routes do, but for scripts: `*.asis` as they are and all
    /// others as files, both for GET and HEAD.
    ///
    /// # Errors
    /// A place with `{` or `*` in it that make no pattern.
    pub fn mount(&mut self, mount: &Mount) -> Result<(), PatternError> {
        let files = || Files::mounted(mount.clone());
        let at = |pattern: &str| format!("{}{pattern}", mount.url_base());
        self.register(Method::Get, &at("*"), Arc::new(FileHandler::new(files())))?;
        // The wrappers of contract §7.6 belong here: they win over plain files.
        self.register(
            Method::Get,
            &at("*.asis"),
            Arc::new(AsIsHandler::new(files())),
        )
    }

    /// Adds one file at a place of its own, for GET and HEAD: the one in `folder` of the name that
    /// `url_path` ends in. It wins over all routes that were there.
    ///
    /// # Errors
    /// A path that makes no pattern.
    pub fn mount_file(
        &mut self,
        url_path: &str,
        folder: impl Into<Arc<Path>>,
    ) -> Result<(), PatternError> {
        let base = url_path.rfind('/').map_or("/", |slash| &url_path[..=slash]);
        let file = FileHandler::new(Files::mounted(Mount::new(folder, base)));
        self.register(Method::Get, url_path, Arc::new(file))
    }

    /// Answers paths of this pattern as if there was no route, whatever the method.
    ///
    /// # Errors
    /// A pattern that cannot be compiled.
    pub fn forbid(&mut self, pattern: &str) -> Result<(), PatternError> {
        let nothing = |_: &mut Exchange<'_>| Err(Fault::no_route());
        self.register(Method::Any, pattern, Arc::new(nothing))
    }

    /// The handler for a request and what its route matched.
    pub fn route(&self, method: &[u8], path: &[u8]) -> Option<(&Arc<dyn Handler>, RouteMatch)> {
        self.router.route(method, path)
    }
}
