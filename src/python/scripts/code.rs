//! Which script a URL means, and its code object, compiled once and again whenever the file has
//! changed. Nothing is run here.
//!
//! A file's stamp shows whether it has changed, so that a known script costs one `stat` of its path. The
//! `stat` may follow links out of the root, but must find the same file that was opened below the root
//! when the code was compiled.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use pyo3::prelude::*;
use pyo3::types::{PyCode, PyDict};
use rustc_hash::FxBuildHasher;
use rustix::fs::{fstat, stat};
use rustix_futex_sync::Mutex;

use crate::fault::Fault;
use crate::pipes;
use crate::site::files::stamp::{CLOCK_RESOLUTION, Stamp};
use crate::site::files::{Files, Found};
use crate::site::handlers::default_script;

use crate::python::scripts::compiling::compile;
use crate::python::scripts::globals;

/// Scripts and their code.
pub(crate) struct Scripts {
    files: Files,
    /// By name relative to the root, without redundant slashes and dots.
    known: Mutex<Known>,
}

/// A client cannot choose names that collide: only scripts that exist are added.
type Known = HashMap<OsString, Arc<Compiled>, FxBuildHasher>;

/// A script that exists.
pub(crate) enum Script {
    /// Its file has not changed since it was compiled.
    Known(Arc<Compiled>),
    /// A file that is new, or may have changed.
    Found(Box<Found>),
}

/// Why there is no code object.
pub(crate) enum NoCode {
    /// The file cannot be read.
    File,
    /// It is not Python.
    Python(PyErr),
}

/// A script's code and the file it was made from.
pub(crate) struct Compiled {
    path: PathBuf,
    /// The same path for the kernel.
    c_path: CString,
    stamp: Stamp,
    proof: Proof,
    /// Whether its path asks for the pipe `sub`.
    pub(crate) is_template: bool,
    code: Py<PyCode>,
    /// The globals that each run begins with.
    globals: Py<PyDict>,
    source: Vec<u8>,
}

impl Compiled {
    /// The code.
    pub(crate) fn code<'py>(&self, py: Python<'py>) -> &Bound<'py, PyCode> {
        self.code.bind(py)
    }

    /// Globals for one run.
    pub(crate) fn globals<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.globals.bind(py).copy()
    }
}

/// What shows that a file is unchanged. A file that was just written may change again within the
/// resolution of its file system's clock, so its stamp is not sufficient yet. That clock is never compared with
/// this process's clock, only waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// When the stamp was first seen.
    BytesSince(Instant),
    Stamp,
}

impl Script {
    /// Its path.
    pub(crate) fn path(&self) -> Cow<'_, Path> {
        match self {
            Self::Known(compiled) => Cow::Borrowed(&compiled.path),
            Self::Found(found) => Cow::Owned(found.path()),
        }
    }
}

impl Scripts {
    /// The scripts of these files.
    pub(crate) fn new(files: Files) -> Self {
        Self {
            files,
            known: Mutex::default(),
        }
    }

    /// The script that a URL's path names.
    ///
    /// # Errors
    /// 404 when the script does not exist or may not be served.
    pub(crate) fn find(&self, url_path: &[u8]) -> Result<Script, Fault> {
        let name = self.files.name(url_path)?;
        if let Some(compiled) = self.unchanged(name.as_os_str()) {
            return Ok(Script::Known(compiled));
        }
        let found = default_script::choose(self.files.open_name(name.into_owned())?)?;
        Ok(Script::Found(Box::new(found)))
    }

    fn unchanged(&self, name: &OsStr) -> Option<Arc<Compiled>> {
        let compiled = Arc::clone(self.known.lock().get(name)?);
        let is_unchanged = compiled.proof == Proof::Stamp
            && stat(&*compiled.c_path).is_ok_and(|now| Stamp::of(&now) == compiled.stamp);
        is_unchanged.then_some(compiled)
    }

    /// The code of a script, compiled again if the file has changed.
    pub(crate) fn code(&self, py: Python<'_>, script: &Script) -> Result<Arc<Compiled>, NoCode> {
        match script {
            Script::Known(compiled) => Ok(Arc::clone(compiled)),
            Script::Found(found) => self.code_of(py, found),
        }
    }

    fn code_of(&self, py: Python<'_>, found: &Found) -> Result<Arc<Compiled>, NoCode> {
        let path = plain(&found.path());
        let stamp = fstat(&found.file).map_err(|_| NoCode::File)?;
        let stamp = Stamp::of(&stamp);
        let name = plain(found.name()).into_os_string();
        let before = self.known.lock().get(&name).map(Arc::clone);
        if let Some(before) = &before
            && before.proof == Proof::Stamp
            && before.stamp == stamp
        {
            return Ok(Arc::clone(before));
        }
        let first_seen = Proof::BytesSince(Instant::now());
        let source = read(&found.file).map_err(|_| NoCode::File)?;
        let (code, proof) = match before {
            Some(before) if before.source == source => {
                let proof = match before.stamp == stamp {
                    true => before.proof.behind_read(),
                    false => first_seen,
                };
                (before.code.clone_ref(py), proof)
            }
            _ => {
                let code = compile(py, &path, &source).map_err(NoCode::Python)?;
                (code.unbind(), first_seen)
            }
        };
        let globals = globals::new(py, &path).map_err(NoCode::Python)?;
        let compiled = Arc::new(Compiled {
            c_path: CString::new(path.as_os_str().as_bytes()).map_err(|_| NoCode::File)?,
            is_template: pipes::is_template(&path),
            path,
            stamp,
            proof,
            code,
            globals: globals.unbind(),
            source,
        });
        let old = self.known.lock().insert(name, Arc::clone(&compiled));
        // Its destructor is Python code, so it runs here, after the lock is released.
        drop(old);
        Ok(compiled)
    }
}

impl Proof {
    /// The evidence for a file that was just read and had this stamp before.
    fn behind_read(self) -> Self {
        match self {
            Self::BytesSince(seen) if seen.elapsed() <= CLOCK_RESOLUTION => self,
            Self::BytesSince(_) | Self::Stamp => Self::Stamp,
        }
    }
}

/// Removes redundant slashes and dots, of which URLs may have any number.
fn plain(name: &Path) -> PathBuf {
    name.components().collect()
}

fn read(mut file: &File) -> io::Result<Vec<u8>> {
    let mut source = Vec::new();
    file.read_to_end(&mut source)?;
    Ok(source)
}
