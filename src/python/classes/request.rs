//! `request` as scripts see it (reference §2.1): a view on the facts of the exchange. Every attribute is
//! made when it is first asked for, and then stays the same object.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::exchange::{
    Body, Events, Exchange, Links, Mount, Request as Facts, RequestLimits, RouteMatch,
    ServerContext, Turn,
};
use crate::http::query;

use crate::python::classes::cell::PyCell;
use crate::python::classes::headers::RequestHeaders;
use crate::python::classes::input_file::{self, InputFile};
use crate::python::classes::multidict::{self, MultiDict};
use crate::python::classes::replaced::Replaced;
use crate::python::classes::server::Server;
use crate::python::conversions::object::{Made, any};
use crate::python::conversions::text::{isomorphic, latin1_str};
use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;

static URLSPLIT: Imported = Imported::new("urllib.parse", "urlsplit");
static MESSAGE_FROM_STRING: Imported = Imported::new("email", "message_from_string");
static HTTP_MESSAGE: Imported = Imported::new("http.client", "HTTPMessage");
static COOKIES_OF: Imported = Imported::new("wptserve.request", "cookies_of");
static AUTH_OF: Imported = Imported::new("wptserve.request", "auth_of");
static FORM_OF: Imported = Imported::new("wptserve.form", "form_of");

/// The request of one exchange. Attributes that the reference stores on the object can be replaced.
#[pyclass(name = "Request", module = "wptserve.request", frozen, dict, weakref)]
pub(crate) struct Request {
    facts: Arc<Facts>,
    body: Arc<Body>,
    turn: Arc<Turn>,
    mount: Mount,
    server: Arc<ServerContext>,
    groups: RouteMatch,
    pipes: Pipes,
    /// Most scripts look at few attributes or none.
    made: OnceLock<Box<Attributes>>,
}

/// What applies the pipes of the URL to the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pipes {
    /// The server does, after the script.
    AppliedByServer,
    /// The handler does, or not at all.
    AppliedByHandler,
}

/// What has been made or replaced so far.
#[derive(Default)]
struct Attributes {
    doc_root: PyCell,
    route_match: PyCell,
    client_address: PyCell,
    protocol_version: PyCell,
    method: PyCell,
    raw_headers: PyCell,
    headers: PyCell,
    request_path: PyCell,
    url_base: PyCell,
    url: PyCell,
    url_parts: PyCell,
    request_line: PyCell,
    raw_input: PyCell,
    body: PyCell,
    get: PyCell,
    post: PyCell,
    cookies: PyCell,
    auth: PyCell,
    server: PyCell,
    replaced: Replaced,
}

impl Request {
    /// The request of an exchange, whose route matched these groups, answered from this mount.
    pub(crate) fn new(
        exchange: &Exchange<'_>,
        groups: RouteMatch,
        mount: Mount,
        pipes: Pipes,
    ) -> Self {
        Self {
            facts: Arc::clone(&exchange.request),
            body: Arc::clone(&exchange.body),
            turn: Arc::clone(exchange.turn()),
            mount,
            server: Arc::clone(exchange.server()),
            groups,
            pipes,
            made: OnceLock::new(),
        }
    }

    fn made(&self) -> &Attributes {
        self.made.get_or_init(Box::default)
    }

    /// The head and its parts.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The exchange's turn.
    pub(crate) fn turn(&self) -> &Turn {
        &self.turn
    }

    /// What one request may make a handler do.
    pub(crate) fn limits(&self) -> &RequestLimits {
        &self.server.limits
    }

    /// The body.
    pub(crate) fn body(&self) -> &Body {
        &self.body
    }

    /// Where symbolic links of the doc root may lead.
    pub(crate) fn links(&self) -> Links {
        self.mount.links()
    }

    /// The events of the server.
    pub(crate) fn events(&self) -> &Events {
        &self.server.events
    }

    /// The folder that is served.
    pub(crate) fn mount(&self) -> &Mount {
        &self.mount
    }

    /// What the exchanges of the server share.
    pub(crate) fn context(&self) -> &ServerContext {
        &self.server
    }

    /// What a script has replaced, if it has touched any attribute.
    pub(super) fn replaced(&self) -> Option<&Replaced> {
        self.made.get().map(|made| &made.replaced)
    }
}

#[pymethods]
impl Request {
    /// The folder that is served, without a slash at the end.
    #[getter]
    fn get_doc_root<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .doc_root
            .get_or_make(py, || any(py, self.mount.root().as_os_str()))
    }

    #[setter]
    fn set_doc_root(&self, value: Bound<'_, PyAny>) {
        self.made().doc_root.set(value);
    }

    /// What the groups of the route's pattern matched.
    #[getter]
    fn get_route_match<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().route_match.get_or_make(py, || {
            let groups = PyDict::new(py);
            for (name, value) in &self.groups {
                groups.set_item(&**name, latin1_str(py, value))?;
            }
            any(py, groups)
        })
    }

    #[setter]
    fn set_route_match(&self, value: Bound<'_, PyAny>) {
        self.made().route_match.set(value);
    }

    /// The client's (host, port); `("", 0)` over a Unix socket.
    #[getter]
    fn get_client_address<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .client_address
            .get_or_make(py, || any(py, self.facts.peer().pair()))
    }

    #[setter]
    fn set_client_address(&self, value: Bound<'_, PyAny>) {
        self.made().client_address.set(value);
    }

    /// The version of responses, whatever version the client sent.
    #[getter]
    pub(super) fn get_protocol_version<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .protocol_version
            .get_or_make(py, || any(py, "HTTP/1.1"))
    }

    #[setter]
    fn set_protocol_version(&self, value: Bound<'_, PyAny>) {
        self.made().protocol_version.set(value);
        self.made().replaced.note_line();
    }

    /// The method, case kept.
    #[getter]
    pub(super) fn get_method<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .method
            .get_or_make(py, || any(py, latin1_str(py, self.facts.method())))
    }

    #[setter]
    fn set_method(&self, value: Bound<'_, PyAny>) {
        self.made().method.set(value);
        self.made().replaced.note_line();
    }

    /// The fields as `http.client` shows them, parsed by `email`.
    #[getter]
    fn get_raw_headers<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().raw_headers.get_or_make(py, || {
            let section = latin1_str(py, self.facts.head().field_section());
            let class = HTTP_MESSAGE.get(py)?;
            MESSAGE_FROM_STRING.get(py)?.call1((section, class))
        })
    }

    #[setter]
    fn set_raw_headers(&self, value: Bound<'_, PyAny>) {
        self.made().raw_headers.set(value);
    }

    /// The fields as a mapping of lower-case names.
    #[getter]
    fn get_headers<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .headers
            .get_or_make(py, || any(py, RequestHeaders::of(py, &self.facts)?))
    }

    /// The target as it was received.
    #[getter]
    fn get_request_path<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .request_path
            .get_or_make(py, || any(py, latin1_str(py, self.facts.request_path())))
    }

    #[setter]
    fn set_request_path(&self, value: Bound<'_, PyAny>) {
        self.made().request_path.set(value);
    }

    /// The part of the path that a mount point adds.
    #[getter]
    fn get_url_base<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .url_base
            .get_or_make(py, || any(py, self.mount.url_base()))
    }

    #[setter]
    fn set_url_base(&self, value: Bound<'_, PyAny>) {
        self.made().url_base.set(value);
    }

    /// The whole URL, with a port.
    #[getter]
    fn get_url<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .url
            .get_or_make(py, || any(py, self.facts.url()))
    }

    #[setter]
    fn set_url(&self, value: Bound<'_, PyAny>) {
        self.made().url.set(value);
    }

    /// The URL taken apart by `urllib.parse.urlsplit`.
    #[getter]
    pub(super) fn get_url_parts<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .url_parts
            .get_or_make(py, || URLSPLIT.get(py)?.call1((self.get_url(py)?,)))
    }

    #[setter]
    fn set_url_parts(&self, value: Bound<'_, PyAny>) {
        self.made().url_parts.set(value);
        self.made().replaced.note_url();
    }

    /// The request line as it came, with its line end.
    #[getter]
    fn get_request_line<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().request_line.get_or_make(py, || {
            any(py, PyBytes::new(py, self.facts.head().request_line()))
        })
    }

    #[setter]
    fn set_request_line(&self, value: Bound<'_, PyAny>) {
        self.made().request_line.set(value);
    }

    /// The body as a file.
    #[getter]
    fn get_raw_input<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .raw_input
            .get_or_make(py, || any(py, InputFile(Arc::clone(&self.body))))
    }

    #[setter]
    fn set_raw_input(&self, value: Bound<'_, PyAny>) {
        self.made().raw_input.set(value);
    }

    /// The whole body.
    #[getter]
    fn get_body<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().body.get_or_make(py, || {
            let body = &*self.body;
            let bytes = gate::away(py, || body.read_all());
            let bytes = bytes.map_err(|error| input_file::raise(py, error))?;
            any(py, PyBytes::new(py, &bytes))
        })
    }

    /// The parameters of the query, bytes to bytes.
    #[getter(GET)]
    fn get_get<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().get.get_or_make(py, || {
            let parameters = Bound::new(py, MultiDict)?;
            let is_own = self.replaced().is_some_and(Replaced::has_url);
            let own = is_own.then(|| self.get_url_parts(py)?.getattr("query"));
            let own = own.transpose()?;
            let query = match &own {
                Some(query) => isomorphic(query)?,
                None => Cow::Borrowed(self.facts.query()),
            };
            let pairs = query::pairs_within(&query, self.limits().parameters);
            multidict::add_pairs(&parameters, pairs, "a query")?;
            any(py, parameters)
        })
    }

    /// The fields of a form in the body.
    #[getter(POST)]
    fn get_post<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
        let py = slf.py();
        slf.get().made().post.get_or_make(py, || {
            let limits = slf.get().limits();
            let limits = (limits.parameters, limits.form);
            FORM_OF.get(py)?.call1((slf, limits))
        })
    }

    /// The cookies of the request.
    #[getter]
    fn get_cookies<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().cookies.get_or_make(py, || {
            let limit = self.limits().parameters;
            COOKIES_OF.get(py)?.call1((self.get_headers(py)?, limit))
        })
    }

    /// User name and password of basic authentication.
    #[getter]
    fn get_auth<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made()
            .auth
            .get_or_make(py, || AUTH_OF.get(py)?.call1((self.get_headers(py)?,)))
    }

    /// The server: its configuration and its stash.
    #[getter]
    fn get_server<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.made().server.get_or_make(py, || {
            any(py, Server::new(py, &self.server, self.facts.path())?)
        })
    }

    #[setter]
    fn set_server(&self, value: Bound<'_, PyAny>) {
        self.made().server.set(value);
    }

    /// Whether the server applies the pipes of the URL once the handler has returned.
    #[getter]
    fn _server_applies_pipes(&self) -> bool {
        self.pipes == Pipes::AppliedByServer
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (method, url) = (self.get_method(py)?, self.get_url(py)?);
        Ok(format!("<Request {method} {url}>"))
    }

    /// Does nothing: the body is released when the exchange ends.
    fn close(&self) {}

    fn __enter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    #[pyo3(signature = (*_reason))]
    fn __exit__(&self, _reason: &Bound<'_, PyTuple>) -> bool {
        false
    }
}
