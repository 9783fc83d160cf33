//! Python file handlers: a `.py` file in the doc root answers requests with its `main(request, response)`, as in
//! wptserve. The embedded interpreter runs it.
//!
//! See the example of [`site`].

// The only folder that names pyo3; the layers below it do not know about Python. Its rules:
//
// 1. Attach, then lock; never wait while attached. Every call that may wait goes through `gate::away`.
// 2. Never run Python code under a lock. Replacing or dropping a Python value runs Python code.
// 3. Drop Python values while attached, or their destructors run late and on another thread.
// 4. While a script runs, its Python objects are the truth: `response.headers` may have been replaced
//    by a list, a method of the writer by a function.
// 5. No reference cycle outlives its exchange: `scripts` releases the objects at its end.

mod callables;
mod classes;
mod connection_thread;
mod conversions;
mod interpreter;
mod package;
mod pipes;
mod scripts;
mod websockets;

use std::path::Path;
use std::sync::Arc;

use pyo3::prelude::*;
use thiserror::Error;

#[cfg(feature = "control")]
use crate::exchange::Exchange;
use crate::exchange::{Handler, Links, Mount, ServerContext};
use crate::site::Site;
use crate::site::files::Files;
use crate::site::routing::pattern::PatternError;
use crate::site::routing::router::Method;
use crate::wpt::wrappers;

use callables::CallableHandler;
use classes::server_objects::ServerObjects;

pub(crate) use callables::Returned;
#[cfg(feature = "cli")]
pub(crate) use interpreter::environment::replace_active as replace_active_environment;
pub use interpreter::environment::use_environment;
#[cfg(feature = "control")]
pub(crate) use interpreter::held::Held;
pub(crate) use interpreter::once_value::OnceValue;
pub use interpreter::placement::{PlacementError, run_on};
pub use interpreter::{InterpreterError, flush_output};
pub use scripts::ScriptHandler;
pub use scripts::profile::{ProfiledFunction, begin_profiling, profiled_functions};
pub use websockets::{WebSocketError, WebSocketHandler};

/// A site with the reference's default routes: [`Site::new`], and every `.py` file below the doc root
/// as a handler for every method. Starts the interpreter.
///
/// A process has one interpreter, which its servers share. Imported modules and everything in them
/// (`sys.modules`, `os.environ`, `sys.stdout`) are the same for all; `sys.path` holds the doc roots of
/// all sites, the last one first, so that a module is imported once, from the first of them that has it.
/// `request.server`, the stash, its lock and its queues belong to one server. The working directory is not
/// changed: the `wireserve` command does that, and a program that wants handlers to open files relative
/// to the doc root must do the same.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Server, python};
///
/// let folder = tempfile::tempdir()?;
/// let script = "def main(request, response):\n    return b'Hello, ' + request.GET.first(b'name')\n";
/// std::fs::write(folder.path().join("hello.py"), script)?;
/// let server = Server::builder().site(python::site(folder.path())?).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /hello.py?name=you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /hello.py?name=you gets:
/// assert!(answer.ends_with("\r\n\r\nHello, you"));
/// python::flush_output(); // what scripts have printed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the interpreter cannot be started.
pub fn site(doc_root: &Path) -> Result<Site, InterpreterError> {
    site_with_links(doc_root, Links::default())
}

/// The same, with a choice of how far symbolic links in the doc root, including links to scripts, may
/// lead.
///
/// See the example of [`mount`].
///
/// # Errors
/// As for [`site`].
pub fn site_with_links(doc_root: &Path, links: Links) -> Result<Site, InterpreterError> {
    interpreter::start(doc_root)?;
    let mut site = Site::with_links(doc_root, links);
    let top = Mount::top(doc_root).follow(links);
    wrappers::register(&mut site, &top)
        .and_then(|()| register_scripts(&mut site, &top))
        .expect("the patterns of the whole site are valid");
    Ok(site)
}

/// Adds a folder under its own URL prefix: [`Site::mount`], and every `.py` file below it as a handler
/// for every method. Scripts import from the site's doc root, wherever they are. Starts the interpreter.
///
/// ```
/// use wireserve::python::{self, MountError};
/// use wireserve::{Links, Mount, Server};
///
/// let folder = tempfile::tempdir()?;
/// let mut site = python::site_with_links(folder.path(), Links::Anywhere)?;
/// python::mount(&mut site, &Mount::new(folder.path(), "/more/"))?;
/// let malformed = python::mount(&mut site, &Mount::new(folder.path(), "/{/"));
/// assert!(matches!(malformed, Err(MountError::Pattern(_))));
/// let server = Server::builder().site(site).start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the interpreter cannot be started, or `url_base` is not a valid pattern.
pub fn mount(site: &mut Site, mount: &Mount) -> Result<(), MountError> {
    interpreter::start(site.doc_root()).map_err(MountError::Interpreter)?;
    site.mount(mount)
        .and_then(|()| wrappers::register(site, mount))
        .and_then(|()| register_scripts(site, mount))
        .map_err(MountError::Pattern)
}

/// Why a folder cannot be mounted.
///
/// See the example of [`mount`].
#[derive(Debug, Error)]
pub enum MountError {
    /// Scripts cannot be run.
    #[error(transparent)]
    Interpreter(InterpreterError),
    /// The URL prefix is not a valid pattern.
    #[error(transparent)]
    Pattern(PatternError),
}

/// Makes the native classes importable in an interpreter that another program has started.
pub(crate) fn install_in_guest(py: Python<'_>) -> PyResult<()> {
    interpreter::host::become_guest();
    package::install_native(py)
}

/// Starts what servers need in an interpreter that another program has started.
pub(crate) fn join_interpreter(py: Python<'_>) -> PyResult<()> {
    interpreter::join(py)
}

/// Attaches this thread; once the interpreter ends, the thread waits for the end of the process.
pub(crate) fn attach<T>(code: impl FnOnce(Python<'_>) -> T) -> T {
    interpreter::gate::attach(code)
}

/// Runs Python code that answers a request on the thread of its connection.
#[cfg(feature = "control")]
pub(crate) fn answer<T>(exchange: &mut Exchange<'_>, code: impl FnOnce(Python<'_>) -> T) -> T {
    connection_thread::run(exchange, |py, _| code(py))
}

/// Runs other Python code on the thread of a connection.
#[cfg(feature = "control")]
pub(crate) fn aside<T>(code: impl FnOnce(Python<'_>) -> T) -> T {
    connection_thread::attached(interpreter::gate::enter(), code)
}

/// Ends this process if the function that was just called for a request has forked, and this is the child. To be called
/// with the exception that the function raised.
#[cfg(feature = "control")]
pub(crate) fn end_child(py: Python<'_>, error: Option<&PyErr>) {
    interpreter::forked::end_child(py, error);
}

/// Runs a call that may wait, without the interpreter.
#[cfg(feature = "control")]
pub(crate) fn away<T: Send>(py: Python<'_>, wait: impl FnOnce() -> T + Send) -> T {
    interpreter::gate::away(py, wait)
}

/// Shows handlers this object as `request.server.config`.
pub(crate) fn show_configuration(
    py: Python<'_>,
    server: &ServerContext,
    config: Py<PyAny>,
) -> PyResult<()> {
    ServerObjects::of(server).set_config(py, config)
}

/// Whether this thread runs Python code that answers a request.
pub(crate) fn answers_request() -> bool {
    interpreter::presence::is_inside()
}

/// Raises `SystemExit` in all threads that run Python code for exchanges, and returns how many there are.
pub(crate) fn interrupt_handlers(py: Python<'_>) -> usize {
    interpreter::presence::interrupt(py)
}

/// A handler that calls a Python object.
pub(crate) fn callable(callable: Py<PyAny>, mount: Mount, returned: Returned) -> Arc<dyn Handler> {
    Arc::new(CallableHandler::new(callable, mount, returned))
}

fn register_scripts(site: &mut Site, mount: &Mount) -> Result<(), PatternError> {
    let scripts = ScriptHandler::new(Files::mounted(mount.clone()));
    let pattern = format!("{}*.py", mount.url_base());
    site.register(Method::Any, &pattern, Arc::new(scripts))
}
