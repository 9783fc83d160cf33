//! What the command does with Python, and without the feature `python`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bench::results::Function;
use crate::exchange::{Handler, Links, Mount};
use crate::site::Site;
use crate::site::files::Files;

use super::error::BoxError;

#[cfg(feature = "python")]
mod with_python {
    use super::*;

    pub(crate) fn top(doc_root: &Path, links: Links) -> Result<Site, BoxError> {
        crate::python::site_with_links(doc_root, links).map_err(BoxError::from)
    }

    pub(crate) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), BoxError> {
        crate::python::mount(site, mount).map_err(BoxError::from)
    }

    pub(crate) fn scripts(files: Files) -> Result<Arc<dyn Handler>, BoxError> {
        Ok(Arc::new(crate::python::ScriptHandler::new(files)))
    }

    /// The script of WPT's test runner, with a folder for its manifest.
    pub(crate) fn runner(
        files: Files,
        manifest: Option<PathBuf>,
    ) -> Result<Arc<dyn Handler>, BoxError> {
        let script = crate::python::ScriptHandler::new(files);
        Ok(match manifest {
            Some(folder) => Arc::new(script.keep_manifest_in(folder)),
            None => Arc::new(script),
        })
    }

    pub(crate) fn script(file: Files) -> Result<Arc<dyn Handler>, BoxError> {
        let script = crate::python::ScriptHandler::new(file);
        script.compile()?;
        Ok(Arc::new(script))
    }

    pub(crate) fn websockets(
        folder: &Path,
        more: &[PathBuf],
        doc_root: &Path,
        links: Links,
    ) -> Result<Arc<dyn Handler>, BoxError> {
        let mut handler = crate::python::WebSocketHandler::new(folder, doc_root)?;
        for folder in more {
            handler = handler.and(folder)?;
        }
        Ok(Arc::new(handler.follow(links)))
    }

    pub(crate) fn replace_active_environment() {
        crate::python::replace_active_environment();
    }

    pub(crate) fn use_environment(environment: &Path) -> Result<(), BoxError> {
        crate::python::use_environment(environment).map_err(BoxError::from)
    }

    pub(crate) fn begin_profiling() -> Result<(), String> {
        crate::python::begin_profiling()
    }

    pub(crate) fn profiled_functions(most: usize) -> Result<Vec<Function>, String> {
        let functions = crate::python::profiled_functions(most)?;
        let function = |one: crate::python::ProfiledFunction| Function {
            function: one.name,
            file: one.file,
            line: one.line,
            calls: one.calls as f64,
            own_us: one.own * 1e6,
            total_us: one.total * 1e6,
        };
        Ok(functions.into_iter().map(function).collect())
    }

    pub(crate) fn run_scripts_on(processor: usize) -> Result<(), BoxError> {
        crate::python::run_on(processor).map_err(BoxError::from)
    }
}

#[cfg(not(feature = "python"))]
mod without_python {
    use super::*;
    use crate::wpt::wrappers;

    pub(crate) fn top(doc_root: &Path, links: Links) -> Result<Site, BoxError> {
        let mut site = Site::with_links(doc_root, links);
        wrappers::register(&mut site, &Mount::top(doc_root).follow(links))
            .expect("the patterns of the whole site are valid");
        Ok(site)
    }

    pub(crate) fn mount_folder(site: &mut Site, mount: &Mount) -> Result<(), BoxError> {
        site.mount(mount)
            .and_then(|()| wrappers::register(site, mount))
            .map_err(BoxError::from)
    }

    pub(crate) fn scripts(_: Files) -> Result<Arc<dyn Handler>, BoxError> {
        Err(WITHOUT_PYTHON.into())
    }

    pub(crate) fn runner(files: Files, _: Option<PathBuf>) -> Result<Arc<dyn Handler>, BoxError> {
        scripts(files)
    }

    pub(crate) fn script(file: Files) -> Result<Arc<dyn Handler>, BoxError> {
        scripts(file)
    }

    pub(crate) fn websockets(
        _: &Path,
        _: &[PathBuf],
        _: &Path,
        _: Links,
    ) -> Result<Arc<dyn Handler>, BoxError> {
        Err(WITHOUT_PYTHON.into())
    }

    pub(crate) fn replace_active_environment() {}

    /// There are no scripts that could import its packages.
    pub(crate) fn use_environment(_: &Path) -> Result<(), BoxError> {
        Ok(())
    }

    pub(crate) fn begin_profiling() -> Result<(), String> {
        Err(WITHOUT_PYTHON.to_owned())
    }

    pub(crate) fn profiled_functions(_: usize) -> Result<Vec<Function>, String> {
        Err(WITHOUT_PYTHON.to_owned())
    }

    pub(crate) fn run_scripts_on(_: usize) -> Result<(), BoxError> {
        Err(WITHOUT_PYTHON.into())
    }

    const WITHOUT_PYTHON: &str = "this wireserve was built without Python";
}

#[cfg(feature = "python")]
pub(super) use with_python::*;
#[cfg(not(feature = "python"))]
pub(super) use without_python::*;
