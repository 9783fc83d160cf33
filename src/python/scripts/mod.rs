//! Running a script: its module body is executed afresh for every request, and
//! `main(request, response)` is called (reference §3).

pub(crate) mod code;
pub(crate) mod compiling;
pub(crate) mod exchanged;
pub(crate) mod failure;
pub(crate) mod globals;
pub(crate) mod outcome;
pub(crate) mod profile;

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Error;
use crate::exchange::{Exchange, Expect, Handler, Mount, Policy, Requirements};
use crate::fault::Fault;
use crate::phases::{self, Phase};
use crate::site::files::Files;

use crate::python::classes::request::Pipes;
use crate::python::connection_thread;
use crate::python::interpreter::forked;
use crate::python::interpreter::gate;
use crate::python::interpreter::host;
use crate::python::interpreter::objects::execute;
use crate::python::interpreter::once_value::intern;
use crate::python::pipes;
use code::{Compiled, NoCode, Script, Scripts};
use exchanged::Exchanged;
use failure::Stage;

/// Runs scripts.
///
/// ```
/// # use std::io::Write;
/// use wireserve::handlers::Files;
/// use wireserve::python::{self, ScriptHandler};
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("a.py");
/// std::fs::write(&file, "def main(request, response):\n    return request.method\n")?;
/// let mut site = python::site(folder.path())?;
/// let handler = ScriptHandler::new(Files::single(file, folder.path())).keep_manifest_in(folder.path());
/// assert!(handler.compile().is_ok());
/// site.register("*".into(), "/always", std::sync::Arc::new(handler))?;
/// # let server = wireserve::Server::builder().site(site).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"PUT /always HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # assert!(std::io::read_to_string(client)?.ends_with("\r\n\r\nPUT"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ScriptHandler {
    mount: Mount,
    scripts: Scripts,
    /// Where WPT's runner keeps its manifest; `None` for where the script says.
    manifest: Option<PathBuf>,
}

impl ScriptHandler {
    /// Runs these scripts.
    ///
    /// See the example of [`ScriptHandler`].
    pub fn new(files: Files) -> Self {
        Self {
            mount: files.mount().clone(),
            scripts: Scripts::new(files),
            manifest: None,
        }
    }

    /// Keeps the manifest that a script of WPT's test runner writes in this folder.
    ///
    /// See the example of [`ScriptHandler`].
    #[must_use]
    pub fn keep_manifest_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.manifest = Some(folder.into());
        self
    }

    /// Compiles the script of these files, which must be a single script or a folder with a default
    /// script, so that its first request finds the code.
    ///
    /// See the example of [`ScriptHandler`].
    ///
    /// # Errors
    /// When the script does not exist or is not Python; with file and line.
    pub fn compile(&self) -> Result<(), Error> {
        let cannot_read = |fault: Fault| Error::new(fault.to_string());
        let script = self.scripts.find(b"/").map_err(cannot_read)?;
        let _admission = gate::enter();
        Python::attach(|py| match self.scripts.code(py, &script) {
            Ok(_) => Ok(()),
            Err(NoCode::File) => Err(cannot_read(Fault::not_found())),
            Err(NoCode::Python(error)) => Err(Error::new(error.to_string())),
        })
    }

    fn run(
        &self,
        py: Python<'_>,
        exchange: &mut Exchange<'_>,
        script: &Script,
    ) -> Result<(), Fault> {
        let path = script.path();
        let compiled = match self.scripts.code(py, script) {
            Ok(compiled) => Ok(compiled),
            Err(NoCode::File) => return Err(Fault::not_found()),
            Err(NoCode::Python(error)) => Err(error),
        };
        let exchanged = Exchanged::new(py, exchange, &self.mount, Pipes::AppliedByServer)
            .map_err(|error| broken(&error))?;
        let globals = match script {
            Script::Known(compiled) => compiled.globals(py),
            // The URL may spell its path in another way than the first one did.
            Script::Found(_) => globals::new(py, &path),
        };
        let globals = globals.map_err(|error| broken(&error))?;
        let result = match compiled {
            Ok(compiled) => {
                let manifest = self.manifest.as_deref();
                profile::profiled(py, || {
                    exchanged.call_main(&compiled, &globals, &path, manifest)
                })
            }
            Err(error) => {
                exchanged.send_continue(py);
                Err((error, Stage::Module))
            }
        };
        let failure = result
            .err()
            .map(|(error, stage)| failure::sort(py, &error, &stage, &exchange.request.url()));
        let result = exchanged.conclude(exchange, failure, || {
            let main = globals.get_item(intern!(py, "main")).ok().flatten();
            failure::place_of(main.as_ref(), &path)
        });
        if let Some(fault) = exchange.response.fault.take() {
            exchange.response.fault = Some(Box::new(fault.of_script(&path)));
        }
        globals::release(&globals);
        result.map_err(|fault| fault.of_script(&path))
    }
}

impl Handler for ScriptHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let script = match self.scripts.find(exchange.request.path()) {
            Ok(script) => script,
            Err(fault) => {
                // A client that is gone does not get the fault either.
                let _ = exchange.send_continue();
                return Err(fault);
            }
        };
        connection_thread::run(exchange, |py, exchange| self.run(py, exchange, &script))
    }

    /// A script may answer `Expect` itself (`handles_expect`), which is known only when its body has run.
    fn requirements(&self) -> Requirements {
        Requirements {
            policy: None,
            expect: Expect::ByHandler,
        }
    }
}

pub(crate) fn broken(error: &PyErr) -> Fault {
    Fault::new(500, format!("the server's own Python code failed: {error}"))
}

type Staged<T> = Result<T, (PyErr, Stage)>;

impl<'py> Exchanged<'py> {
    fn call_main(
        &self,
        compiled: &Compiled,
        globals: &Bound<'py, PyDict>,
        path: &Path,
        manifest: Option<&Path>,
    ) -> Staged<()> {
        let py = globals.py();
        let of_module = |error| (error, Stage::Module);
        phases::enter(Phase::Module);
        let ran = execute(compiled.code(py), globals);
        phases::enter(Phase::Converting);
        forked::end_child(py, ran.as_ref().err());
        let handles_expect = globals
            .get_item(intern!(py, "handles_expect"))
            .and_then(|value| value.map_or(Ok(false), |value| value.is_truthy()));
        if !matches!(handles_expect, Ok(true)) {
            self.send_continue(py);
        }
        ran.map_err(of_module)?;
        if let Some(folder) = manifest {
            let runner = py
                .import(&*host::module_name("wptserve.runner"))
                .map_err(of_module)?;
            runner
                .call_method1("keep_manifest", (globals, folder))
                .map_err(of_module)?;
        }
        let Some(main) = globals.get_item(intern!(py, "main")).map_err(of_module)? else {
            let message = format!("No main function in script {}", path.display());
            return Err(of_module(failure::http_exception(
                py,
                &Fault::new(500, message),
            )));
        };
        phases::enter(Phase::Main);
        let value = main.call1((&self.request, &self.response));
        phases::enter(Phase::Converting);
        forked::end_child(py, value.as_ref().err());
        let value = value.map_err(|error| (error, Stage::Main))?;
        let after = |error| (error, Stage::After(failure::place_of(Some(&main), path)));
        outcome::apply(&value, &self.response, "main").map_err(after)?;
        // Pipes are the URL's; a failure of theirs is not the fault of `main`.
        self.apply_pipes(compiled.is_template, path)
            .map_err(of_module)
    }

    /// As the server does before other handlers. The next write reports a client that is gone.
    fn send_continue(&self, py: Python<'py>) {
        let response = self.response.get();
        if self.policy != Policy::Raw && response.facts.expects_continue() {
            let _ = gate::away(py, || response.turn.send_continue(&response.facts));
        }
    }

    fn apply_pipes(&self, is_template: bool, path: &Path) -> PyResult<()> {
        if pipes::may_apply(is_template, self.response.get().asked()) {
            pipes::apply(path, self.request.as_any(), self.response.as_any())?;
        }
        Ok(())
    }
}
