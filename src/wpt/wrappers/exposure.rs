//! The global scopes in which a test may run, as listed in its META comment `global`.

use std::fmt;

use super::meta::Meta;

/// A global scope in which a page can run a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Window,
    DedicatedWorker,
    DedicatedWorkerModule,
    SharedWorker,
    SharedWorkerModule,
    ServiceWorker,
    ServiceWorkerModule,
    ShadowRealm,
}

use Global::{
    DedicatedWorker, DedicatedWorkerModule, ServiceWorker, ServiceWorkerModule, ShadowRealm,
    SharedWorker, SharedWorkerModule, Window,
};

impl Global {
    /// Whether a test with these META comments may run here. The first `global` decides, unless it
    /// is empty.
    pub(super) fn is_exposed(self, meta: &Meta) -> bool {
        match meta.values("global").next().unwrap_or_default() {
            "" => DEFAULT.contains(&self),
            names => names
                .split(',')
                .any(|name| named(name.trim()).contains(&self)),
        }
    }
}

/// The scopes of a test without `global`.
const DEFAULT: &[Global] = &[Window, DedicatedWorker];

/// The scopes of a name; none for names of other test environments.
fn named(name: &str) -> &'static [Global] {
    match name {
        "window" => &[Window],
        "dedicatedworker" => &[DedicatedWorker],
        "dedicatedworker-module" => &[DedicatedWorkerModule],
        "sharedworker" => &[SharedWorker],
        "sharedworker-module" => &[SharedWorkerModule],
        "serviceworker" => &[ServiceWorker],
        "serviceworker-module" => &[ServiceWorkerModule],
        "shadowrealm" => &[ShadowRealm],
        "worker" => &[DedicatedWorker, SharedWorker, ServiceWorker],
        "worker-module" => &[
            DedicatedWorkerModule,
            SharedWorkerModule,
            ServiceWorkerModule,
        ],
        _ => &[],
    }
}

impl fmt::Display for Global {
    /// The name in META comments.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Window => "window",
            DedicatedWorker => "dedicatedworker",
            DedicatedWorkerModule => "dedicatedworker-module",
            SharedWorker => "sharedworker",
            SharedWorkerModule => "sharedworker-module",
            ServiceWorker => "serviceworker",
            ServiceWorkerModule => "serviceworker-module",
            ShadowRealm => "shadowrealm",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Global; 8] = [
        Window,
        DedicatedWorker,
        DedicatedWorkerModule,
        SharedWorker,
        SharedWorkerModule,
        ServiceWorker,
        ServiceWorkerModule,
        ShadowRealm,
    ];

    #[test]
    fn exposed_scopes() {
        for (comments, expected) in [
            ("", DEFAULT),
            ("// META: global=\n", DEFAULT),
            ("// META: global=,\n", &[]),
            ("// META: global=jsshell\n", &[]),
            ("// META: global=Window\n", &[]),
            (
                "// META: global=window\n// META: global=worker\n",
                &[Window],
            ),
            (
                "// META: title=x\n// META: global= window , shadowrealm,what\n",
                &[Window, ShadowRealm],
            ),
            (
                "// META: global=worker\n",
                &[DedicatedWorker, SharedWorker, ServiceWorker],
            ),
            (
                "// META: global=serviceworker,worker-module\n",
                &[
                    DedicatedWorkerModule,
                    SharedWorkerModule,
                    ServiceWorker,
                    ServiceWorkerModule,
                ],
            ),
        ] {
            let meta = Meta::read(comments.as_bytes()).unwrap();
            let exposed = ALL.into_iter().filter(|global| global.is_exposed(&meta));
            assert_eq!(exposed.collect::<Vec<_>>(), expected, "{comments:?}");
        }
    }

    #[test]
    fn every_scope_is_named_by_its_name() {
        for global in ALL {
            assert_eq!(named(&global.to_string()), [global]);
        }
    }
}
