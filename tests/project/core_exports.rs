//! `wireserve-core` exports what `wireserve` exports of it, in the same words. Each crate is compared with its previous
//! version alone (`./dev semver`), and what a crate only exports again is not looked at.

use std::fs;

use crate::support::repository;

#[test]
fn the_core_exports_what_the_crate_exports_of_it() {
    let [all, core] = ["src/lib.rs", "crates/core/src/lib.rs"]
        .map(|path| fs::read_to_string(repository().join(path)).expect("a source"));
    for (begin, end) in [
        ("pub use config::Limits;", "\n// The server's own levers"),
        ("/// The built-in handlers.", "\n#[doc(hidden)]\n#[path"),
    ] {
        let from = all.find(begin).expect("the first line");
        let length = all[from..].find(end).expect("what follows");
        let exported = all[from..from + length].trim_end();
        assert!(exported.lines().count() > 10, "{exported}");
        assert!(core.contains(exported), "expected in the core:\n{exported}");
    }
}
