//! The Python sources that are built into the server keep their own promises: their unit tests, which
//! need nothing but the standard library, pass with the interpreter that the tests find.

use std::path::Path;
use std::process::Command;

#[test]
fn the_unit_tests_of_the_built_in_modules_pass() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = std::env::var("PYO3_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&python)
        .args([
            "-B",
            "-m",
            "unittest",
            "discover",
            "-s",
            "src/python/lib/tests",
        ])
        .current_dir(root)
        .output()
        .unwrap_or_else(|error| panic!("cannot run {python}: {error}"));
    let report = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
    let ran = report
        .lines()
        .find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok());
    assert!(
        ran.is_some_and(|count: u32| count >= 50),
        "too few tests ran: {report}"
    );
}
