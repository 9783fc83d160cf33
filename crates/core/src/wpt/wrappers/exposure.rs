//! The global scopes in which a test may run, as listed in its META comment `global`.

use std::fmt;

use super::meta::Meta;

/// A global scope in which a page can run a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Window,
    WindowModule,
    DedicatedWorker,
    DedicatedWorkerModule,
    SharedWorker,
    SharedWorkerModule,
    ServiceWorker,
    ServiceWorkerModule,
    ShadowRealmInWindow,
    ShadowRealmInShadowRealm,
    ShadowRealmInDedicatedWorker,
    ShadowRealmInSharedWorker,
    ShadowRealmInServiceWorker,
    ShadowRealmInAudioWorklet,
}

use Global::{
    DedicatedWorker, DedicatedWorkerModule, ServiceWorker, ServiceWorkerModule,
    ShadowRealmInAudioWorklet, ShadowRealmInDedicatedWorker, ShadowRealmInServiceWorker,
    ShadowRealmInShadowRealm, ShadowRealmInSharedWorker, ShadowRealmInWindow, SharedWorker,
    SharedWorkerModule, Window, WindowModule,
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
        "window-module" => &[WindowModule],
        "dedicatedworker" => &[DedicatedWorker],
        "dedicatedworker-module" => &[DedicatedWorkerModule],
        "sharedworker" => &[SharedWorker],
        "sharedworker-module" => &[SharedWorkerModule],
        "serviceworker" => &[ServiceWorker],
        "serviceworker-module" => &[ServiceWorkerModule],
        "shadowrealm-in-window" => &[ShadowRealmInWindow],
        "shadowrealm-in-shadowrealm" => &[ShadowRealmInShadowRealm],
        "shadowrealm-in-dedicatedworker" => &[ShadowRealmInDedicatedWorker],
        "shadowrealm-in-sharedworker" => &[ShadowRealmInSharedWorker],
        "shadowrealm-in-serviceworker" => &[ShadowRealmInServiceWorker],
        "shadowrealm-in-audioworklet" => &[ShadowRealmInAudioWorklet],
        "shadowrealm" => &[
            ShadowRealmInWindow,
            ShadowRealmInShadowRealm,
            ShadowRealmInDedicatedWorker,
            ShadowRealmInSharedWorker,
            ShadowRealmInServiceWorker,
            ShadowRealmInAudioWorklet,
        ],
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
            WindowModule => "window-module",
            DedicatedWorker => "dedicatedworker",
            DedicatedWorkerModule => "dedicatedworker-module",
            SharedWorker => "sharedworker",
            SharedWorkerModule => "sharedworker-module",
            ServiceWorker => "serviceworker",
            ServiceWorkerModule => "serviceworker-module",
            ShadowRealmInWindow => "shadowrealm-in-window",
            ShadowRealmInShadowRealm => "shadowrealm-in-shadowrealm",
            ShadowRealmInDedicatedWorker => "shadowrealm-in-dedicatedworker",
            ShadowRealmInSharedWorker => "shadowrealm-in-sharedworker",
            ShadowRealmInServiceWorker => "shadowrealm-in-serviceworker",
            ShadowRealmInAudioWorklet => "shadowrealm-in-audioworklet",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Global; 14] = [
        Window,
        WindowModule,
        DedicatedWorker,
        DedicatedWorkerModule,
        SharedWorker,
        SharedWorkerModule,
        ServiceWorker,
        ServiceWorkerModule,
        ShadowRealmInWindow,
        ShadowRealmInShadowRealm,
        ShadowRealmInDedicatedWorker,
        ShadowRealmInSharedWorker,
        ShadowRealmInServiceWorker,
        ShadowRealmInAudioWorklet,
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
                "// META: title=x\n// META: global= window , shadowrealm-in-window,what\n",
                &[Window, ShadowRealmInWindow],
            ),
            ("// META: global=shadowrealm\n", &ALL[8..]),
            ("// META: global=window-module\n", &[WindowModule]),
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
