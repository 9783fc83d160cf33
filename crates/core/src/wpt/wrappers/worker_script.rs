//! The scripts of workers: `GLOBAL`, the harness, the scripts of the META comments, the test, and a
//! call of `done()`.
//!
//! In a module, imports run before all other code: `GLOBAL` is defined when the functions of a test
//! run, but not while its module is evaluated. This is the same in the reference, and neither
//! `import()` nor `await` works in a service worker.

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
