//! Transcripts in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::wait::eventually;

/// The files of a folder, in the order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

/// The text of the only file, after its connection has been closed.
pub fn whole(folder: &Path) -> String {
    let mut text = String::new();
    eventually("one connection is closed", || {
        let [file] = &files(folder)[..] else {
            return false;
        };
        text = fs::read_to_string(file).expect("it is there");
        text.ends_with("-- closed\n") || text.ends_with("\"closed\"}\n")
    });
    text
}

/// The lines after the first, without their times.
pub fn lines(text: &str) -> Vec<&str> {
    text.lines().skip(1).map(|line| &line[13..]).collect()
}
