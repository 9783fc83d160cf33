//! `--exit-with-parent` and `--exit-with-stdin`: a server does not outlive the program that has started it,
//! however that program ends, and lives as long as it does.

use std::fs;
use std::process::Command;
use std::thread;

use crate::support::command::{get, site, wireserve};
use crate::support::process::Process;

#[test]
fn the_end_of_standard_input_stops_it() {
    let root = site(&[]);
    let mut server = Process::wireserve(root.path(), ["--exit-with-stdin"]);
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
    server.end_input();
    assert_eq!(server.end().code, Some(0));

    // Without the option, standard input does not matter.
    let mut server = Process::wireserve(root.path(), [""; 0]);
    server.end_input();
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
}

/// The parent is a process: the thread that has started the server may end.
#[test]
fn it_lives_as_long_as_the_parent_process() {
    let root = site(&[]);
    let folder = root.path().to_owned();
    let start = move || Process::wireserve(&folder, ["--exit-with-parent"]);
    let server = thread::spawn(start).join().expect("a server");
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
    server.signal("TERM");
    assert_eq!(server.end().code, Some(0));
}

#[test]
fn the_end_of_the_parent_stops_it() {
    let root = site(&[]);
    let ready = root.path().join("ready.json");
    let shell = |script: &str, option: &str| {
        let wireserve = wireserve();
        let mut command = Command::new("sh");
        command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
        command.env("WIRESERVE", wireserve.get_program());
        let start = format!("\"$WIRESERVE\" --port 0 --ready-file ready.json {option} {script}");
        command.current_dir(root.path()).args(["-c", &start]);
        command
    };
    for option in ["--exit-with-parent", "--exit-with-parent=$$"] {
        // The shell waits for its child, and is killed meanwhile.
        let mut running = Process::spawn(&mut shell("& wait", option));
        let address = running.ready("127.0.0.1");
        assert_eq!(get(address, "/hello.txt").text(), "hello");
        running.signal("KILL");
        // The server holds standard output open as long as it runs.
        running.end();
        assert!(!ready.exists(), "the server has stopped as after a signal");
    }
    // A parent that has ended before the server looks for it, and a process that is not the parent.
    for (script, option) in [("&", "--exit-with-parent=$$"), ("", "--exit-with-parent=1")] {
        Process::spawn(&mut shell(script, option)).end();
        assert!(!ready.exists());
    }
    let shown = fs::read_dir(root.path()).expect("the folder").count();
    assert_eq!(shown, 1, "only hello.txt");
}
