//! A warning about a private key in a place where its owner can hardly want it.

use std::fs;
use std::path::Path;

use crate::config::{BuiltInRoutes, Settings};

/// A key below the doc root can be downloaded, unless the paths of a checkout forbid it.
pub(super) fn warn_of_exposure(settings: &Settings, doc_root: &Path, key: &Path) {
    let below = fs::canonicalize(key).ok();
    let below = below
        .as_deref()
        .and_then(|key| key.strip_prefix(doc_root).ok());
    let Some(below) = below else {
        return;
    };
    let is_checkout = settings.built_in == BuiltInRoutes::Wpt;
    let is_forbidden = |folder| is_checkout && below.starts_with(folder);
    if !["tools", "_certs"].into_iter().any(is_forbidden) {
        log::warn!(
            "{}: the private key is in the doc root, where clients can download it: move it elsewhere",
            key.display()
        );
    }
}
