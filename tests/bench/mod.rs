//! `wireserve bench`: its numbers agree with what handlers are known to do, whatever is wrong with a path is said, and
//! its files have the documented form.

mod ended_servers;
mod files;
mod findings;
mod kept_connections;
mod numbers;
mod server_process;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::command::wireserve;
use crate::support::process::{Ended, Process};

/// A short run: what handlers do is known, so that no time needs to be exact.
const SHORT: &[&str] = &["-c", "2", "-d", "0.2", "--rounds", "2"];

/// The command in this folder, which is the doc root.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = wireserve();
    command.current_dir(folder).arg("bench").args(arguments);
    command
}

fn bench(folder: &Path, arguments: &[&str]) -> Ended {
    Process::spawn(&mut command(folder, arguments)).end()
}

/// What a short run of these paths, with more options, has written to its JSON file; it must exit with this code.
fn results(folder: &Path, arguments: &[&str], code: i32) -> Value {
    let all = [SHORT, &["--json", "results.json"], arguments].concat();
    let ended = bench(folder, &all);
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    read(&folder.join("results.json"))
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the file");
    serde_json::from_str(&text).expect("JSON")
}

/// A number of the first path.
fn number(results: &Value, keys: &str) -> f64 {
    let value = results["paths"][0].pointer(keys);
    let value = value.and_then(Value::as_f64);
    value.unwrap_or_else(|| panic!("no number at {keys} in {results:#}"))
}
