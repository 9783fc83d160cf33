//! The site: a doc root, folders mounted at other paths, routes and rewrites. A [`Site`] is
//! immutable once it is served; adding a route to a running server makes a new one. The handlers in
//! this folder need no interpreter.

pub mod files;
pub mod handlers;
pub mod routing;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exchange::{Handler, Links, Mount, Request, Response, RouteMatch};
use crate::http::scheme::Scheme;
use crate::http::target;
use files::Files;
use files::file::FileHandler;
use handlers::as_is::AsIsHandler;
use handlers::fixed::ErrorHandler;
use handlers::fuzzed_response::{self, FuzzedResponseHandler};
#[cfg(feature = "wpt")]
use handlers::injected_script::{InjectedScript, WithScript};
use handlers::wire_file::WireFileHandler;
use routing::pattern::PatternError;
use routing::rewrite::Rewrites;
use routing::router::{Method, Router, Spelling};
use routing::unrouted::{self, Answers};

/// A doc root and its routes.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Links, Server, Site};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.txt"), "a file")?;
/// let mut site = Site::with_links(folder.path(), Links::Anywhere);
/// assert_eq!(site.doc_root(), folder.path());
/// site.forbid("/secret/*")?;
/// site.rewrite("GET", "/old.txt", "/a.txt");
/// let server = Server::builder().site(site).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /old.txt HTTP/1.1\r\n\r\nGET /secret/ HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /old.txt, then for /secret/, gets:
/// assert!(answer.contains("\r\n\r\na fileHTTP/1.1 404 Not Found\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Site {
    doc_root: Arc<Path>,
    router: Router,
    rewrites: Rewrites,
    answers: Answers,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("doc_root", &self.doc_root())
            .finish_non_exhaustive()
    }
}

impl Site {
    /// A site that serves the doc root ([`Site::mount`]), with its `index.html`, if it exists, for
    /// `/`. Links that lead out of the doc root are answered with 404.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::{Server, Site};
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("index.html"), "the first page")?;
    /// let server = Server::builder().site(Site::new(folder.path())).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for `/` gets:
    /// assert!(answer.ends_with("\r\n\r\nthe first page"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(doc_root: impl Into<PathBuf>) -> Self {
        Self::with_links(doc_root, Links::default())
    }

    /// The same, with this rule for links in the doc root.
    ///
    /// See the example of [`Site`].
    pub fn with_links(doc_root: impl Into<PathBuf>, links: Links) -> Self {
        let doc_root: Arc<Path> = doc_root.into().into();
        let mut site = Self::bare(Arc::clone(&doc_root));
        let top = Mount::top(Arc::clone(&doc_root)).follow(links);
        site.mount(&top)
            .expect("the patterns of the whole site are valid");
        let index = doc_root.join("index.html");
        if index.is_file() {
            let index = FileHandler::new(Files::single(index, doc_root).follow(links));
            site.register(Method::Get, "/", Arc::new(index))
                .expect("this pattern is valid");
        }
        site
    }

    /// A site with a doc root and without routes.
    ///
    /// ```
    /// # use std::io::Write;
    /// use std::sync::Arc;
    ///
    /// use wireserve::handlers::FixedHandler;
    /// use wireserve::{Links, Method, Server, Site};
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("a.txt"), "a file")?;
    /// let mut site = Site::bare(folder.path()); // nothing but these:
    /// site.mount_file("/files/a.txt", folder.path(), Links::Within)?;
    /// site.register(Method::Any, "/hello", Arc::new(FixedHandler::text(200, "hello")))?;
    /// site.fuzz();
    /// # let server = Server::builder().site(site).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /files/a.txt HTTP/1.1\r\n\r\nGET /hello HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /files/a.txt, then for /hello, gets:
    /// assert!(answer.contains("\r\n\r\na fileHTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn bare(doc_root: impl Into<Arc<Path>>) -> Self {
        Self {
            doc_root: doc_root.into(),
            router: Router::default(),
            rewrites: Rewrites::default(),
            answers: Answers::default(),
        }
    }

    /// Sets whether to follow RFC 9110 or the reference where they differ.
    #[doc(hidden)]
    pub fn answer_as(&mut self, answers: Answers) {
        self.answers = answers;
    }

    /// Puts a fault into the form that the client prefers: a page or JSON.
    #[doc(hidden)]
    pub fn negotiate(&self, response: &mut Response, request: &Request) {
        match self.answers {
            Answers::Rfc => response.negotiate(request),
            Answers::Reference => {}
        }
    }

    /// The folder that is served, without a trailing slash.
    ///
    /// See the example of [`Site`].
    pub fn doc_root(&self) -> &Path {
        &self.doc_root
    }

    /// Adds a route, which wins over all routes before it.
    ///
    /// See the example of [`Site::bare`].
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn register(
        &mut self,
        method: Method,
        pattern: &str,
        handler: Arc<dyn Handler>,
    ) -> Result<(), PatternError> {
        self.router.register(method, pattern, handler)
    }

    /// Inserts a script into the HTML pages of all routes that have been added before.
    #[doc(hidden)]
    #[cfg(feature = "wpt")]
    pub fn inject(&mut self, script: &Arc<InjectedScript>) {
        self.router
            .wrap(|handler| Arc::new(WithScript::new(Arc::clone(script), Arc::clone(handler))));
    }

    /// Answers requests for the path `from` as if they were for `to`; see [`routing::rewrite`].
    /// `method` may be `"*"`.
    ///
    /// See the example of [`Site`].
    pub fn rewrite(&mut self, method: &str, from: &str, to: &str) {
        self.rewrites.register(method, from, to);
    }

    /// The rewritten target, if a rule applies to this one. Several slashes at the beginning become one
    /// for [`Answers::Reference`].
    #[doc(hidden)]
    pub fn rewritten(&self, method: &[u8], target: &[u8], scheme: Scheme) -> Option<Vec<u8>> {
        let collapsed = match self.answers {
            Answers::Rfc => target,
            Answers::Reference => target::collapse_slashes(target),
        };
        let by_rule = self.rewrites.rewrite(method, collapsed, scheme);
        by_rule.or_else(|| (collapsed.len() < target.len()).then(|| collapsed.to_vec()))
    }

    /// Serves a folder at its path; its routes win over all routes before them. As with the
    /// reference's default routes, GET and HEAD are answered with `*.asis` files as they are and
    /// with all others as files; scripts are not run. `*.wire` files are
    /// [played](crate::site::handlers::wire_file::WireFileHandler) for every method.
    ///
    /// See the example of [`Mount`].
    ///
    /// # Errors
    /// When the path of the mount contains `{` or `*` and is malformed as a pattern.
    pub fn mount(&mut self, mount: &Mount) -> Result<(), PatternError> {
        let files = || Files::mounted(mount.clone());
        let at = |pattern: &str| format!("{}{pattern}", mount.url_base());
        self.register(Method::Get, &at("*"), Arc::new(FileHandler::new(files())))?;
        self.register(
            Method::Get,
            &at("*.asis"),
            Arc::new(AsIsHandler::new(files())),
        )?;
        self.register(
            Method::Any,
            &at("*.wire"),
            Arc::new(WireFileHandler::new(files())),
        )
    }

    /// Serves one file for GET and HEAD: the file in `folder` that has the last segment of
    /// `url_path` as its name. The route wins over all routes before it.
    ///
    /// See the example of [`Site::bare`].
    ///
    /// # Errors
    /// When `url_path` is malformed as a pattern.
    pub fn mount_file(
        &mut self,
        url_path: &str,
        folder: impl Into<Arc<Path>>,
        links: Links,
    ) -> Result<(), PatternError> {
        let base = url_path.rfind('/').map_or("/", |slash| &url_path[..=slash]);
        let mount = Mount::new(folder, base).follow(links);
        let file = FileHandler::new(Files::mounted(mount));
        self.register(Method::Get, url_path, Arc::new(file))
    }

    /// Answers paths that match this pattern with 404, for every method, and for every spelling of
    /// a path that names the same file.
    ///
    /// See the example of [`Site`].
    ///
    /// # Errors
    /// When the pattern is malformed.
    pub fn forbid(&mut self, pattern: &str) -> Result<(), PatternError> {
        let handler = Arc::new(ErrorHandler(404));
        self.router
            .register_for(Spelling::Any, Method::Any, pattern, handler)
    }

    /// Serves [fuzzed responses](crate::response_fuzz) below `/.wireserve/fuzz/`. They win over all routes
    /// that were there before.
    ///
    /// See the example of [`Site::bare`].
    pub fn fuzz(&mut self) {
        let handler = Arc::new(FuzzedResponseHandler);
        self.register(Method::Any, &format!("{}*", fuzzed_response::PATH), handler)
            .expect("this pattern is valid");
    }

    /// The handler for CONNECT; only routes that name this method apply.
    #[doc(hidden)]
    pub fn route_for_connect(&self, path: &[u8]) -> Option<(&Arc<dyn Handler>, RouteMatch)> {
        self.router.route_named("CONNECT", path)
    }

    /// The handlers of all routes.
    #[doc(hidden)]
    pub fn handlers(&self) -> impl Iterator<Item = &Arc<dyn Handler>> {
        self.router.handlers()
    }

    /// The response to a request that no route takes.
    #[doc(hidden)]
    pub fn without_route(&self, request: &Request) -> Response {
        let mut response = unrouted::answer(&self.router, request, self.answers);
        self.negotiate(&mut response, request);
        response
    }

    /// The handler for a request, and the groups that its route matched.
    #[doc(hidden)]
    pub fn route(&self, method: &[u8], path: &[u8]) -> Option<(&Arc<dyn Handler>, RouteMatch)> {
        self.router.route(method, path)
    }
}
