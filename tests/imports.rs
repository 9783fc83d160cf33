//! What scripts import is found: stand-ins for modules that are nowhere else, and the packages of an
//! active virtual environment. (What the parity suite compares is in `tests/site/imports`.)

#![cfg(feature = "python")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::client::Client;
use support::process::Process;

fn site() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/imports_site"))
}

fn get(server: &Process, path: &str) -> (u16, String) {
    let mut client = Client::connect(server.addr());
    client.send(format!("GET {path} HTTP/1.1\r\n\r\n").as_bytes());
    let response = client.read_response("GET");
    (
        response.status,
        String::from_utf8(response.body).expect("text"),
    )
}

#[test]
fn six_is_there_for_scripts_of_2021() {
    let server = Process::wireserve(site(), [""; 0]);
    let expected = r#"['<wireserve>/six.py', True, b'\x03', [0, 1], 'a%20b', 'a=1']"#;
    assert_eq!(get(&server, "/six_stand_in.py"), (200, expected.to_owned()));
}

#[test]
fn an_active_virtual_environment_is_importable() {
    let environment = tempfile::tempdir().expect("a folder");
    let packages = environment
        .path()
        .join("lib")
        .join(python_folder())
        .join("site-packages");
    fs::create_dir_all(&packages).expect("a folder");
    let module = packages.join("only_in_the_virtual_environment.py");
    fs::write(module, "answer = 'found'\n").expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_wireserve"));
    command
        .arg(site())
        .args(["--port", "0"])
        .env("VIRTUAL_ENV", environment.path());
    let server = Process::start(command);
    assert_eq!(
        get(&server, "/virtual_environment.py"),
        (200, "found".to_owned())
    );
}

/// `pythonX.Y` of the embedded interpreter, as a script sees it.
fn python_folder() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "import sys\n\ndef main(request, response):\n    return 'python%d.%d' % sys.version_info[:2]\n";
    fs::write(folder.path().join("version.py"), script).expect("a file");
    let server = Process::wireserve(folder.path(), [""; 0]);
    get(&server, "/version.py").1
}
