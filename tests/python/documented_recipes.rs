//! Each recipe in `docs/recipes.md` runs as printed there: its files, the command that starts the
//! server, and the commands whose output the page shows.

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::command::program;
use crate::support::process::Process;
use crate::support::{repository, virtual_environment};

/// The main port in the page.
const SHOWN_PORT: &str = "8000";

/// Not every machine has `nc`, and not every `nc` ends when the server closes.
const PRELUDE: &str = r#"
nc() {
    exec 3<>"/dev/tcp/$1/$2"
    cat >&3
    cat <&3
}
"#;

#[test]
fn packages_from_a_virtual_environment() {
    run("Packages from a virtual environment");
}

#[test]
fn limits_of_kept_connections() {
    run("Limits of kept connections");
}

#[test]
fn https_by_hand() {
    run("HTTPS by hand");
}

#[test]
fn a_socks_proxy() {
    run("A SOCKS proxy");
}

#[test]
fn a_download_to_resume() {
    run("A download to resume");
}

#[test]
fn requests_to_retry() {
    run("Requests to retry");
}

#[test]
fn failing_twice() {
    run("503 twice, then 200");
}

#[test]
fn head_without_content() {
    run("HEAD without content");
}

#[test]
fn ten_thousand_fields() {
    run("Ten thousand fields");
}

#[test]
fn where_a_handler_spends_its_time() {
    run("Where a handler spends its time");
}

// py-spy finds no free-threaded interpreter in a program that embeds one.
#[cfg(not(Py_GIL_DISABLED))]
#[test]
fn where_the_server_spends_its_time() {
    run("Where the server spends its time");
}

#[test]
fn every_recipe_has_a_test() {
    let source = include_str!("documented_recipes.rs");
    let page = page();
    let titles: Vec<_> = page.split("\n## ").skip(1).collect();
    assert_eq!(titles.len(), 11);
    for recipe in titles {
        let title = recipe.lines().next().expect("a title");
        assert!(source.contains(&format!("run({title:?});")), "{title}");
    }
}

fn page() -> String {
    fs::read_to_string(repository().join("docs/recipes.md")).expect("the page")
}

/// Runs the recipe with this title.
fn run(title: &str) {
    let page = page();
    let (_, recipe) = page
        .split_once(&format!("\n## {title}\n"))
        .expect("the recipe");
    let recipe = recipe.split("\n## ").next().expect("a recipe");
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("site")).expect("a folder");
    let (mut start, mut shown) = (None, Vec::new());
    for block in recipe.split("\n```").skip(1).step_by(2) {
        let (info, text) = block.split_once('\n').expect("a line after a fence");
        match info {
            "python" | "" => {
                let name = text.strip_prefix("# ").expect("a name");
                let name = name.lines().next().expect("a name");
                fs::write(folder.path().join(name), text).expect("a file");
            }
            "sh" => start = Some(text),
            "console" => shown.extend(text.split("\n$ ").map(|text| text.trim_start_matches("$ "))),
            info => panic!("a block of {info:?}"),
        }
    }
    let (server, ports) = serve(
        folder.path(),
        start.expect("a command that starts the server"),
    );
    assert!(!shown.is_empty());
    for command in shown {
        let (line, expected) = command.split_once('\n').unwrap_or((command, ""));
        let output = shell(folder.path(), &with_ports(line, &ports));
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim_end(),
            expected.trim_end(),
            "{line}\n{}\n{}",
            String::from_utf8_lossy(&output.stderr),
            server.stderr()
        );
    }
}

/// Ports of the page, and the addresses that take their place.
type Ports = Vec<(String, SocketAddr)>;

/// Runs the lines of a block, of which the last one starts the server.
fn serve(folder: &Path, block: &str) -> (Process, Ports) {
    let block = block.trim_end();
    let (before, line) = block.rsplit_once('\n').unwrap_or(("", block));
    let output = shell(folder, before);
    assert!(output.status.success(), "{before}\n{output:?}");

    let mut shown = vec![SHOWN_PORT.to_owned()];
    let mut words: Vec<_> = line.split(' ').collect();
    for at in 1..words.len() {
        if words[at - 1] == "--connections" {
            shown.push(words[at].to_owned());
            words[at] = "0";
        }
    }
    let program = program();
    let line = words.join(" ");
    let line = line.replace("wireserve site", &format!("{program} site --port 0"));
    let (before, last) = line.rsplit_once("; ").unwrap_or((":", &line));
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{before}; exec {last}")]);
    prepare(&mut command, folder);
    let server = Process::start_with_listeners(command, shown.len());
    let ports = shown.into_iter().zip(server.addresses().to_vec());
    let ports = ports.collect();
    (server, ports)
}

fn with_ports(line: &str, ports: &Ports) -> String {
    let mut line = line.to_owned();
    for (shown, address) in ports {
        let port = address.port();
        for separator in [':', ' '] {
            let shown = format!("127.0.0.1{separator}{shown}");
            line = line.replace(&shown, &format!("127.0.0.1{separator}{port}"));
        }
    }
    line
}

fn shell(folder: &Path, text: &str) -> Output {
    let mut command = Command::new("timeout");
    command.args(["60", "bash", "-c", &format!("{PRELUDE}{text}")]);
    prepare(&mut command, folder);
    command.output().expect("a shell")
}

/// Commands of the page find the Python of the build, and py-spy, first.
fn prepare(command: &mut Command, folder: &Path) {
    let mut path = OsString::new();
    if let Some(python) = std::env::var_os("PYO3_PYTHON") {
        path.push(Path::new(&python).parent().expect("a folder"));
        path.push(":");
    }
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path.push(":");
    path.push(virtual_environment().join("bin"));
    command
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("VIRTUAL_ENV");
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(proxy).env_remove(proxy.to_uppercase());
    }
}
