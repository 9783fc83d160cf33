//! The wrappers there are: what the path of each ends with, which file has the test, and where the
//! test runs.

use super::exposure::Global;

/// One kind of wrapper.
#[derive(Debug)]
pub(super) struct Kind {
    /// What the path of a request ends with.
    pub(super) suffix: &'static str,
    /// What the path of the file with the test ends with in its stead.
    pub(super) test: &'static str,
    /// What the path of the script that is loaded ends with: the test's own, or another wrapper's.
    pub(super) loads: &'static str,
    /// What is made.
    pub(super) form: Form,
    /// The scope that the test must be exposed to; `None` where it is not asked.
    pub(super) exposure: Option<Global>,
}

/// What a wrapper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A page for tests that know they are in a window.
    Window,
    /// A page for tests that ask which scope they are in.
    AnyWindow,
    /// A page that starts a worker and shows what it reports.
    Worker(WorkerKind, ScriptType),
    /// A page that runs the test in a realm of its own.
    ShadowRealm,
    /// The script of a worker, of whichever kind.
    WorkerScript(ScriptType),
}

/// The workers that a page can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkerKind {
    Dedicated,
    Shared,
    Service,
}

/// How a script is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptType {
    Classic,
    Module,
}

use Form::{AnyWindow, ShadowRealm, Window, Worker, WorkerScript};
use ScriptType::{Classic, Module};
use WorkerKind::{Dedicated, Service, Shared};

const fn kind(
    suffix: &'static str,
    test: &'static str,
    loads: &'static str,
    form: Form,
    exposure: Option<Global>,
) -> Kind {
    Kind {
        suffix,
        test,
        loads,
        form,
        exposure,
    }
}

/// All of them. Of two whose suffixes match a path, the one that is further down is meant.
#[rustfmt::skip]
pub(super) const KINDS: [Kind; 13] = [
    kind(".worker.html", ".worker.js", ".worker.js",
        Worker(Dedicated, Classic), Some(Global::DedicatedWorker)),
    kind(".worker-module.html", ".worker.js", ".worker.js",
        Worker(Dedicated, Module), Some(Global::DedicatedWorkerModule)),
    kind(".window.html", ".window.js", ".window.js",
        Window, None),
    kind(".any.html", ".any.js", ".any.js",
        AnyWindow, Some(Global::Window)),
    kind(".any.worker.html", ".any.js", ".any.worker.js",
        Worker(Dedicated, Classic), Some(Global::DedicatedWorker)),
    kind(".any.worker-module.html", ".any.js", ".any.worker-module.js",
        Worker(Dedicated, Module), Some(Global::DedicatedWorkerModule)),
    kind(".any.sharedworker.html", ".any.js", ".any.worker.js",
        Worker(Shared, Classic), Some(Global::SharedWorker)),
    kind(".any.sharedworker-module.html", ".any.js", ".any.worker-module.js",
        Worker(Shared, Module), Some(Global::SharedWorkerModule)),
    kind(".any.serviceworker.html", ".any.js", ".any.worker.js",
        Worker(Service, Classic), Some(Global::ServiceWorker)),
    kind(".any.serviceworker-module.html", ".any.js", ".any.worker-module.js",
        Worker(Service, Module), Some(Global::ServiceWorkerModule)),
    kind(".any.shadowrealm.html", ".any.js", ".any.js",
        ShadowRealm, Some(Global::ShadowRealm)),
    // Several pages load one script, so it asks for no exposure.
    kind(".any.worker.js", ".any.js", ".any.js",
        WorkerScript(Classic), None),
    kind(".any.worker-module.js", ".any.js", ".any.js",
        WorkerScript(Module), None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_suffix_is_further_down() {
        for (at, kind) in KINDS.iter().enumerate() {
            for later in &KINDS[at + 1..] {
                assert!(!kind.suffix.ends_with(later.suffix), "{}", kind.suffix);
            }
        }
    }

    #[test]
    fn the_scope_is_in_the_suffix() {
        for Kind {
            suffix, exposure, ..
        } in &KINDS
        {
            if let (Some(global), Some(any)) = (exposure, suffix.strip_prefix(".any.")) {
                let word = global.to_string().replace("dedicatedworker", "worker");
                let word = word.replace("window", "html");
                assert_eq!(any.split('.').next(), Some(word.as_str()));
            }
        }
    }
}
