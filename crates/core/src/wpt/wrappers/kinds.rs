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
    /// A page for tests that run as a module in a window.
    WindowModule,
    /// A page for tests of web extensions.
    Extension,
    /// A page that runs the test in a ShadowRealm.
    ShadowRealm(RealmIn),
    /// The script of a worker or worklet, which runs the test in a ShadowRealm.
    ShadowRealmScript(RealmOf),
    /// The script of a worker of any kind.
    WorkerScript(ScriptType),
    /// A part of the wrapping of a test of Test262.
    Test262(Test262Part),
}

/// What a test of Test262 needs: a page with the harness, a page that runs the test in a frame of
/// it, and for strict mode another script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test262Part {
    /// The page with the harness; its frame has the page that it loads.
    Page,
    /// The page in the frame, which runs the test.
    Frame(ScriptType),
    /// The test in strict mode.
    StrictScript,
}

/// The workers that a page can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkerKind {
    Dedicated,
    Shared,
    Service,
}

/// Where a page creates the ShadowRealm of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RealmIn {
    Window,
    /// In a ShadowRealm of the window.
    ShadowRealm,
    /// In an audio worklet, by the script of its own.
    AudioWorklet,
}

/// Which script creates the ShadowRealm of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RealmOf {
    /// That of a dedicated or shared worker.
    Worker,
    ServiceWorker,
    AudioWorklet,
}

/// The type of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptType {
    Classic,
    Module,
}

use Form::{
    AnyWindow, Extension, ShadowRealm, ShadowRealmScript, Test262, Window, WindowModule, Worker,
    WorkerScript,
};
use ScriptType::{Classic, Module};
use Test262Part::{Frame, Page, StrictScript};
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
pub(super) const KINDS: [Kind; 30] = [
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
    kind(".any.window-module.html", ".any.js", ".any.js",
        WindowModule, Some(Global::WindowModule)),
    kind(".extension.html", ".extension.js", ".extension.js",
        Extension, None),
    kind(".any.shadowrealm-in-window.html", ".any.js", ".any.js",
        ShadowRealm(RealmIn::Window), Some(Global::ShadowRealmInWindow)),
    kind(".any.shadowrealm-in-shadowrealm.html", ".any.js", ".any.js",
        ShadowRealm(RealmIn::ShadowRealm), Some(Global::ShadowRealmInShadowRealm)),
    kind(".any.shadowrealm-in-dedicatedworker.html", ".any.js", ".any.worker-shadowrealm.js",
        Worker(Dedicated, Classic), Some(Global::ShadowRealmInDedicatedWorker)),
    kind(".any.shadowrealm-in-sharedworker.html", ".any.js", ".any.worker-shadowrealm.js",
        Worker(Shared, Classic), Some(Global::ShadowRealmInSharedWorker)),
    // Both need a secure context: `.https` is in the name of the page, but not of the test.
    kind(".https.any.shadowrealm-in-serviceworker.html", ".any.js",
        ".any.serviceworker-shadowrealm.js",
        Worker(Service, Classic), Some(Global::ShadowRealmInServiceWorker)),
    kind(".https.any.shadowrealm-in-audioworklet.html", ".any.js",
        ".any.audioworklet-shadowrealm.js",
        ShadowRealm(RealmIn::AudioWorklet), Some(Global::ShadowRealmInAudioWorklet)),
    // Several pages load one script, so that it does not check the scope.
    kind(".any.worker.js", ".any.js", ".any.js",
        WorkerScript(Classic), None),
    kind(".any.worker-module.js", ".any.js", ".any.js",
        WorkerScript(Module), None),
    kind(".any.worker-shadowrealm.js", ".any.js", ".any.js",
        ShadowRealmScript(RealmOf::Worker), None),
    kind(".any.serviceworker-shadowrealm.js", ".any.js", ".any.js",
        ShadowRealmScript(RealmOf::ServiceWorker), None),
    kind(".any.audioworklet-shadowrealm.js", ".any.js", ".any.js",
        ShadowRealmScript(RealmOf::AudioWorklet), None),
    kind(".test262.html", ".js", ".test262-test.html",
        Test262(Page), None),
    kind(".test262-test.html", ".js", ".js",
        Test262(Frame(Classic)), None),
    kind(".test262-module.html", ".js", ".test262-module-test.html",
        Test262(Page), None),
    kind(".test262-module-test.html", ".js", ".js",
        Test262(Frame(Module)), None),
    kind(".test262.strict.html", ".js", ".test262-test.strict.html",
        Test262(Page), None),
    kind(".test262-test.strict.html", ".js", ".test262.strict.js",
        Test262(Frame(Classic)), None),
    kind(".test262.strict.js", ".js", ".js",
        Test262(StrictScript), None),
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
            let suffix = suffix.strip_prefix(".https").unwrap_or(suffix);
            if let (Some(global), Some(any)) = (exposure, suffix.strip_prefix(".any.")) {
                let word = match global {
                    Global::Window => "html".to_owned(),
                    Global::DedicatedWorker => "worker".to_owned(),
                    Global::DedicatedWorkerModule => "worker-module".to_owned(),
                    global => global.to_string(),
                };
                assert_eq!(any.split('.').next(), Some(word.as_str()));
            }
        }
    }
}
