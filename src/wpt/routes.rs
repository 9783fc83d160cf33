//! Routes that WPT's front end adds for a checkout (reference §7.1), beside those of every site.

/// Method and pattern of paths that are answered by a script although they do not end in `.py`. A
/// folder is answered by its `default*.py`.
pub const WELL_KNOWN: [(&str, &str); 8] = [
    ("*", "/.well-known/attribution-reporting/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/verbose"),
    ("GET", "/.well-known/interest-group/permissions/"),
    ("*", "/.well-known/interest-group/real-time-report"),
    ("GET", "/.well-known/origin-policy"),
    ("*", "/.well-known/private-aggregation/*"),
    ("*", "/.well-known/web-identity"),
];

/// The files of the runner, which the preset's forbidden paths would otherwise cover.
pub const RUNNER_FILES: &str = "/tools/runner/*";

/// The script with which the runner makes its manifest; it answers POST.
pub const RUNNER_SCRIPT: &str = "/tools/runner/update_manifest.py";
