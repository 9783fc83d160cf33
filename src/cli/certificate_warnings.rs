//! Warnings about certificates and keys that are configured as their owner can hardly want them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::config::{BuiltInRoutes, Settings};

/// `encrypt_after_connect` turns a port into a proxy of itself, which this server is not.
pub(super) fn warn_of_proxies(settings: &Settings) {
    let ssl = settings.names.settings.get("ssl");
    let after_connect = ssl.and_then(|ssl| ssl.get("encrypt_after_connect"));
    if after_connect.and_then(Value::as_bool) == Some(true) {
        log::warn!(
            "`ssl.encrypt_after_connect` has no effect: connections to ports of `https` begin with a TLS handshake"
        );
    }
}

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
