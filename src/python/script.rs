//! Running a script: its code object is cached, its module body is executed afresh for every request,
//! and `main(request, response)` is called (contract §3).

use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCode, PyCodeMethods, PyDict};

use crate::exchange::{Ending, Exchange, Expect, Handler, Mount, Policy, Terms};
use crate::fault::Fault;
use crate::site::default_script;
use crate::site::files::{Files, Found};

use super::failure::{self, Failure, Stage};
use super::forked;
use super::gate;
use super::imported::Imported;
use super::outcome;
use super::request::Request;
use super::response::Response;
use super::thread_state::ThreadState;

static APPLY_PIPES: Imported = Imported::new("wptserve.pipes", "apply_to_script");
static COMPILE: Imported = Imported::new("builtins", "compile");

/// Runs scripts.
pub struct ScriptHandler {
    files: Files,
    codes: Mutex<HashMap<PathBuf, Compiled>>,
}

/// A script's code and the file it was made from.
struct Compiled {
    stamp: Stamp,
    proof: Proof,
    code: Py<PyCode>,
    source: Vec<u8>,
}

/// What shows that a file is still the same. One that had just been written may change again within the
/// resolution of its file system's clock: its stamp alone proves nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The stamp was first seen then.
    BytesSince(Instant),
    Stamp,
}

/// What tells one state of a file from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// File systems stamp with the kernel's tick, some milliseconds; a change within it does not show. Theirs is
/// a clock of its own: it is never compared with ours, only waited for.
const CLOCK_RESOLUTION: Duration = Duration::from_millis(50);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl Proof {
    /// What will show it for a file that has been read just now and had the stamp before.
    fn behind_read(self) -> Self {
        match self {
            Self::BytesSince(seen) if seen.elapsed() <= CLOCK_RESOLUTION => self,
            Self::BytesSince(_) | Self::Stamp => Self::Stamp,
        }
    }
}

impl ScriptHandler {
    /// Runs these scripts.
    pub fn new(files: Files) -> Self {
        Self {
            files,
            codes: Mutex::default(),
        }
    }

    /// The code of a script, compiled again if the file has changed.
    fn code<'py>(
        &self,
        py: Python<'py>,
        path: &Path,
        found: &Found,
    ) -> Result<Bound<'py, PyCode>, NoCode> {
        let stamp = Stamp::of(&found.metadata);
        let first_seen = Proof::BytesSince(Instant::now());
        if let Some(compiled) = self.codes().get(path)
            && compiled.stamp == stamp
            && compiled.proof == Proof::Stamp
        {
            return Ok(compiled.code.bind(py).clone());
        }
        let source = read(&found.file).map_err(|_| NoCode::File)?;
        let mut codes = self.codes();
        if let Some(compiled) = codes.get_mut(path)
            && compiled.source == source
        {
            compiled.proof = match compiled.stamp == stamp {
                true => compiled.proof.behind_read(),
                false => first_seen,
            };
            compiled.stamp = stamp;
            return Ok(compiled.code.bind(py).clone());
        }
        drop(codes);
        let code = compile(py, path, &source).map_err(NoCode::Python)?;
        let compiled = Compiled {
            stamp,
            proof: first_seen,
            code: code.clone().unbind(),
            source,
        };
        let old = self.codes().insert(path.to_owned(), compiled);
        drop(old);
        Ok(code)
    }

    fn codes(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Compiled>> {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, py: Python<'_>, exchange: &mut Exchange<'_>, found: &Found) -> Result<(), Fault> {
        let path = &found.path();
        let code = match self.code(py, path, found) {
            Ok(code) => Ok(code),
            Err(NoCode::File) => return Err(Fault::not_found()),
            Err(NoCode::Python(error)) => Err(error),
        };
        let exchanged =
            Exchanged::new(py, exchange, self.files.mount()).map_err(|error| broken(&error))?;
        let result = match code {
            Ok(code) => exchanged.call_main(&code, path),
            Err(error) => {
                exchanged.send_continue(py);
                Err((error, Stage::Around))
            }
        };
        let failure = result
            .err()
            .map(|(error, stage)| failure::sort(py, &error, stage, &exchange.request.url()));
        exchanged.conclude(exchange, failure)
    }
}

impl Handler for ScriptHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let found = self.files.open(exchange.request.path());
        let found = found.and_then(default_script::choose);
        let found = match found {
            Ok(found) => found,
            Err(fault) => {
                // Whoever is gone gets no fault either.
                let _ = exchange.send_continue();
                return Err(fault);
            }
        };
        let _admission = gate::enter();
        let mut kept = Kept::of(exchange);
        let result = Python::attach(|py| {
            kept.prepare(py, exchange.request.arrival().connection);
            let result = self.run(py, exchange, &found);
            forked::end_child(py, None);
            result
        });
        *exchange.thread_keepsake() = Some(kept);
        result
    }

    /// A script may say that it answers expectations, and that is known only when its body has run.
    fn terms(&self) -> Terms {
        Terms {
            policy: None,
            expect: Expect::ByHandler,
        }
    }
}

/// What a thread keeps from its first script on.
struct Kept {
    state: Option<ThreadState>,
    /// The connection that the state has been made ready for.
    connection: u64,
}

impl Kept {
    /// Takes what the thread has kept, or something new.
    fn of(exchange: &mut Exchange<'_>) -> Box<Self> {
        let connection = exchange.request.arrival().connection;
        let kept = exchange.thread_keepsake().take();
        match kept.and_then(|kept| kept.downcast::<Self>().ok()) {
            Some(kept) if kept.connection == connection || kept.can_be_renewed() => kept,
            _ => Box::new(Self {
                state: Some(ThreadState::new()),
                connection,
            }),
        }
    }

    fn can_be_renewed(&self) -> bool {
        self.state.as_ref().is_some_and(ThreadState::can_be_renewed)
    }

    /// Sees to it that a connection finds nothing of the one before.
    fn prepare(&mut self, py: Python<'_>, connection: u64) {
        if self.connection != connection
            && let Some(state) = &mut self.state
        {
            state.renew(py);
            self.connection = connection;
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _admission = gate::enter();
        self.state = None;
    }
}

/// Why there is nothing to run.
enum NoCode {
    File,
    Python(PyErr),
}

fn read(mut file: &File) -> io::Result<Vec<u8>> {
    let mut source = Vec::new();
    file.read_to_end(&mut source)?;
    Ok(source)
}

/// The same errors and the same reading of encoding declarations as the reference has.
fn compile<'py>(py: Python<'py>, path: &Path, source: &[u8]) -> PyResult<Bound<'py, PyCode>> {
    let source = PyBytes::new(py, source);
    let code = COMPILE.get(py)?.call1((source, path.as_os_str(), "exec"))?;
    Ok(code.cast_into::<PyCode>()?)
}

fn broken(error: &PyErr) -> Fault {
    log::error!("the server's own Python code failed: {error}");
    Fault::new(500, error.to_string())
}

/// The two objects of an exchange that a script is called with.
struct Exchanged<'py> {
    request: Bound<'py, Request>,
    response: Bound<'py, Response>,
    policy: Policy,
}

type Staged<T> = Result<T, (PyErr, Stage)>;

impl<'py> Exchanged<'py> {
    fn new(py: Python<'py>, exchange: &Exchange<'_>, mount: &Mount) -> PyResult<Self> {
        let request = Bound::new(py, Request::new(exchange, mount.clone()))?;
        let response = Response::new(
            request.clone().unbind(),
            Arc::clone(&exchange.request),
            Arc::clone(exchange.turn()),
        );
        Ok(Self {
            request,
            response: Bound::new(py, response)?,
            policy: exchange.policy,
        })
    }

    fn call_main(&self, code: &Bound<'py, PyCode>, path: &Path) -> Staged<()> {
        let py = code.py();
        let around = |error| (error, Stage::Around);
        let globals = PyDict::new(py);
        globals
            .set_item(intern!(py, "__file__"), path.as_os_str())
            .map_err(around)?;
        let ran = code.run(Some(&globals), None);
        forked::end_child(py, ran.as_ref().err());
        let handles_expect = globals
            .get_item(intern!(py, "handles_expect"))
            .and_then(|value| value.map_or(Ok(false), |value| value.is_truthy()));
        if !matches!(handles_expect, Ok(true)) {
            self.send_continue(py);
        }
        ran.map_err(around)?;
        let Some(main) = globals.get_item(intern!(py, "main")).map_err(around)? else {
            let message = format!("No main function in script {}", path.display());
            return Err(around(failure::http_exception(
                py,
                &Fault::new(500, message),
            )));
        };
        let value = main.call1((&self.request, &self.response));
        forked::end_child(py, value.as_ref().err());
        let value = value.map_err(|error| (error, Stage::Main))?;
        outcome::apply(&value, &self.response).map_err(around)?;
        self.apply_pipes(path).map_err(around)
    }

    /// As the server does for other handlers. A client that is gone is noticed by the next write.
    fn send_continue(&self, py: Python<'py>) {
        let response = self.response.get();
        if self.policy != Policy::Raw && response.facts.expects_continue() {
            let _ = gate::away(py, || response.turn.send_continue(&response.facts));
        }
    }

    /// Pipes on scripts are rare, so what they are is Python's business: here is only whether.
    fn apply_pipes(&self, path: &Path) -> PyResult<()> {
        let named = memchr::memmem::find(path.as_os_str().as_bytes(), b".sub.").is_some();
        let query = self.response.get().facts.query();
        if named || memchr::memmem::find(query, b"pipe").is_some() {
            let py = self.response.py();
            let path = path.as_os_str();
            APPLY_PIPES
                .get(py)?
                .call1((path, &self.request, &self.response))?;
        }
        Ok(())
    }

    /// Leaves in the exchange what is to be sent and how the connection goes on.
    fn conclude(self, exchange: &mut Exchange<'_>, failure: Option<Failure>) -> Result<(), Fault> {
        let py = self.response.py();
        let result = self.conclude_or_fail(exchange, failure);
        self.response.get().release(py);
        result.or_else(|error| {
            // Nothing of the response could be made, and nothing of it has been sent.
            match failure::sort(py, &error, Stage::Around, &exchange.request.url()) {
                Failure::Fault(fault) => Err(fault),
                Failure::Abort => {
                    exchange.ending = Ending::Abort;
                    Ok(())
                }
            }
        })
    }

    fn conclude_or_fail(
        &self,
        exchange: &mut Exchange<'_>,
        failure: Option<Failure>,
    ) -> PyResult<()> {
        let py = self.response.py();
        let response = self.response.get();
        let written = exchange.turn().is_written();
        match failure {
            None => {}
            Some(Failure::Abort) => {
                exchange.ending = if written {
                    Ending::Close
                } else {
                    Ending::Abort
                };
                return Ok(());
            }
            Some(Failure::Fault(_)) if written => {
                exchange.ending = Ending::Close;
                return Ok(());
            }
            Some(Failure::Fault(fault)) => response.become_fault(py, &fault)?,
        }
        if !written {
            if outcome::is_customised(&self.response)? {
                self.response.call_method0(intern!(py, "write"))?;
            } else {
                exchange.response = outcome::outgoing(&self.response)?;
            }
        }
        if outcome::closes(&self.response)? {
            exchange.ending = Ending::Close;
        }
        Ok(())
    }
}
