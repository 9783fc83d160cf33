//! The routes that `wpt serve` adds for a checkout (reference §7.1), besides those of every site.

/// Methods and patterns of paths that run a script although they do not end in `.py`. A folder runs
/// its `default*.py`, with or without a slash at the end of the path.
pub const WELL_KNOWN: [(&str, &str); 12] = [
    ("*", "/.well-known/attribution-reporting/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/verbose"),
    ("*", "/.well-known/device-bound-sessions"),
    ("*", "/.well-known/email-verification"),
    ("GET", "/.well-known/interest-group/permissions/"),
    ("*", "/.well-known/interest-group/real-time-report"),
    ("GET", "/.well-known/origin-policy"),
    ("*", "/.well-known/private-aggregation/*"),
    ("GET", "/.well-known/shared-storage/trusted-origins"),
    ("GET", "/.well-known/web-app-origin-association"),
    ("*", "/.well-known/web-identity"),
];

/// The files of the test runner, which the forbidden paths of the preset would otherwise cover.
pub const RUNNER_FILES: &str = "/tools/runner/*";

/// The script with which the test runner updates its manifest, for POST.
pub const RUNNER_SCRIPT: &str = "/tools/runner/update_manifest.py";
