//! Whose interpreter runs the scripts: the server's own, which it has started; or that of a program that has
//! imported the Python package, in which the server is a guest and replaces nothing.
//!
//! The package `wptserve` is a top-level package for the scripts of the command, and `wireserve.wptserve` in
//! the Python package, where a real `wptserve` may be installed as well.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once, when the Python package is imported.
static IS_GUEST: AtomicBool = AtomicBool::new(false);

/// The package that contains `wptserve` in the Python package.
pub(crate) const GUEST_PACKAGE: &str = "wireserve";

/// Notes that another program has started the interpreter.
pub(crate) fn become_guest() {
    IS_GUEST.store(true, Ordering::Relaxed);
}

/// Whether another program has started the interpreter.
pub(crate) fn is_guest() -> bool {
    IS_GUEST.load(Ordering::Relaxed)
}

/// The name under which a module of the package `wptserve` is imported. Other names are unchanged.
pub(crate) fn module_name(name: &str) -> Cow<'_, str> {
    let is_ours = name == "wptserve" || name.starts_with("wptserve.");
    match is_ours && is_guest() {
        true => Cow::Owned(format!("{GUEST_PACKAGE}.{name}")),
        false => Cow::Borrowed(name),
    }
}
