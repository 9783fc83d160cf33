//! Output of the command that cannot be written is an error: exit code 1, and the reason.

use std::fs::File;
use std::io::pipe;
use std::process::Stdio;

use crate::support::command::{site, wireserve};

fn full() -> File {
    File::options()
        .write(true)
        .open("/dev/full")
        .expect("/dev/full")
}

const OUTPUTS: [&[&str]; 7] = [
    &["fuzz", "1"],
    &["hosts", "--wpt", "."],
    &["hosts", "--wpt", ".", "--windows"],
    &["--help"],
    &["hosts", "--help"],
    &["bench", "--help"],
    &["--version"],
];

#[test]
fn a_full_disk_is_an_error() {
    let root = site(&[]);
    let serving: &[&str] = &["--port", "0"];
    for arguments in OUTPUTS.iter().chain([&serving]) {
        let mut command = wireserve();
        command.current_dir(root.path()).args(*arguments);
        let output = command.stdout(full()).output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        let lines: Vec<_> = stderr.lines().collect();
        assert!(
            matches!(lines[..], [line] if line.starts_with("wireserve: cannot write to standard output: No space left")),
            "{arguments:?}: {stderr}"
        );
    }
}

#[test]
fn a_reader_that_has_gone_is_an_error_without_a_message() {
    let root = site(&[]);
    for arguments in OUTPUTS {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        let mut command = wireserve();
        command.current_dir(root.path()).args(arguments);
        let output = command.stdout(writer).output().expect("it ends");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert_eq!(output.stderr, b"", "{arguments:?}");
    }
}

#[test]
fn the_exit_code_does_not_depend_on_standard_error() {
    let root = site(&[]);
    for arguments in [&["--config", "nowhere.json"][..], &["--no-such-option"]] {
        let mut command = wireserve();
        command.current_dir(root.path()).args(arguments);
        command.stdout(Stdio::null()).stderr(full());
        let status = command.status().expect("it ends");
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}
