//! The scripts of workers: the scope's name, the harness, the comments' scripts, the test, and the
//! word that there are no more tests.
//!
//! In a module the imports run before everything else, wherever they stand: `GLOBAL` is there when a
//! test's functions run, though not while the test's own module does. So it is with the reference,
//! and neither import by a call nor `await` would work in a service worker.

use super::Script;
use super::kinds::ScriptType;
use super::quote;

/// The script of a worker.
pub(super) fn source(script: &Script<'_>, script_type: ScriptType) -> String {
    let mut source = String::new();
    for title in script.meta.values("title") {
        source.push_str(&format!(
            "self.META_TITLE = \"{}\";\n",
            quote::string(title)
        ));
    }
    source.push_str(GLOBAL);
    for url in script.imports() {
        let url = quote::string(url);
        source.push_str(&match script_type {
            ScriptType::Classic => format!("importScripts(\"{url}\");\n"),
            ScriptType::Module => format!("import \"{url}\";\n"),
        });
    }
    source.push_str("done();\n");
    source
}

const GLOBAL: &str = "\
self.GLOBAL = {
  isWindow: () => false,
  isWorker: () => true,
  isShadowRealm: () => false,
};
";
