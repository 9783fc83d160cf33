//! `examples/conform`: its client has exactly the deviations that it says are known, and its configurations for CI
//! run the same script.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::command::program;
use crate::support::process::{Ended, Process};
use crate::support::repository;

/// A copy of the example, whose reports are not written into the repository.
fn copy(folder: &Path) {
    for entry in fs::read_dir(repository().join("examples/conform")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let name = path.file_name().expect("a name");
            fs::copy(&path, folder.join(name)).expect("a copy");
        }
    }
}

fn check(folder: &Path) -> Ended {
    let built = Path::new(program()).parent();
    let own = env::var_os("PATH").unwrap_or_default();
    let folders = built
        .map(Path::to_owned)
        .into_iter()
        .chain(env::split_paths(&own));
    let mut script = Command::new(folder.join("check.sh"));
    script.args(["--only", "CL,CH,HS-23,TR-09"]);
    script.env("PATH", env::join_paths(folders).expect("folders"));
    Process::spawn(&mut script).end()
}

#[test]
fn its_client_has_the_known_deviations_and_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    copy(folder);
    let ended = check(folder);
    let printed = ended.stdout.concat();
    assert_eq!(ended.code, Some(0), "{printed}{}", ended.stderr);
    assert!(printed.contains(", 2 known deviations\n"), "{printed}");
    fs::rename(folder.join("report"), folder.join("baseline")).expect("a folder");
    let printed = check(folder).stdout.concat();
    assert!(
        printed.contains("compared with example client 1.0, "),
        "{printed}"
    );
    assert!(printed.contains(": no differences\n"), "{printed}");
}

#[test]
fn three_ci_systems_run_the_script_and_keep_the_reports() {
    for name in ["github-actions.yml", "gitlab-ci.yml", "circleci.yml"] {
        let path = repository().join("examples/conform").join(name);
        let text = fs::read_to_string(path).expect("a configuration");
        for part in [
            "check.sh",
            "examples/conform/report",
            "examples/conform/baseline",
            "cargo install --git",
        ] {
            let is_there =
                text.contains(part) || text.replace("$FOLDER", "examples/conform").contains(part);
            assert!(is_there, "{name}: {part}");
        }
    }
}
