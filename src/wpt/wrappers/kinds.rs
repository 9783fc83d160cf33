//! The kinds of wrappers: for each the suffix of its path, the suffix of the test, and the scope in
//! which the test runs.

use super::exposure::Global;

/// A kind of wrapper.
#[derive(Debug)]
pub(super) struct Kind {
    /// The suffix of the path of a request.
    pub(super) suffix: &'static str,
    /// The suffix of the path of the test.
    pub(super) test: &'static str,
    /// The suffix of the path of the script to load: the test, or another wrapper.
    pub(super) loads: &'static str,
    /// The form of the wrapper.
    pub(super) form: Form,
    /// The scope in which the test must be allowed to run; `None` for no check.
    pub(super) exposure: Option<Global>,
}

/// The form of a wrapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A page for tests that always run in a window.
    Window,
    /// A page for tests that ask for their scope.
    AnyWindow,
    /// A page that starts a worker and shows its results.
    Worker(WorkerKind, ScriptType),
    /// A page that runs the test in a ShadowRealm.
    ShadowRealm,
    /// The script of a worker of any kind.
    WorkerScript(ScriptType),
}

/// The workers that a page can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkerKind {
    Dedicated,
    Shared,
    Service,
}

/// The type of a script.
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

/// All kinds. Of two suffixes that match a path, the later one applies.
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
    // Several pages load one script, so that it does not check the scope.
    kind(".any.worker.js", ".any.js", ".any.js",
        WorkerScript(Classic), None),
    kind(".any.worker-module.js", ".any.js", ".any.js",
        WorkerScript(Module), None),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_suffix_comes_later() {
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
