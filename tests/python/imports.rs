//! What scripts import is found: stand-ins for modules that are nowhere else, and the packages of an
//! active virtual environment. (What the parity suite compares is in `tests/site/imports`.)

use crate::support::command::{FREE_TLS_PORT, wireserve};
use crate::support::folder::folder;
use crate::support::virtual_environment;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::client::Client;
use crate::support::process::Process;

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

/// A handler, or a helper, that is called as a module of the standard library is, hides that from nobody who
/// finds it with the reference, which has imported it before.
#[test]
fn names_of_the_standard_library_are_its_own() {
    const USES: &str = "
import json

def main(request, response):
    form = [request.POST.first(b'field').decode(), request.cookies.first(b'c').value.decode()]
    response.set_cookie('a', 'b', max_age=60)
    key = '00000000-0000-0000-0000-0000000000aa'
    request.server.stash.put(key, {'a': object})
    seen = [request.server.stash.take(key)['a'].__name__, bool(request.server.config['ports'])]
    queue = request.server.stash.get_queue()
    queue.put(1)
    seen += [queue.get(), request.raw_headers.get_content_type(), request.url_parts.path]
    if b'raise' in request.GET:
        raise ValueError(json.dumps(form + seen))
    return json.dumps(form + seen) + ' {{uuid()}}{{file_hash(md5, uses.py)}}{{GET[a]}}'
";
    const ALL: &str = "
import importlib.util, json, os, sys

def main(request, response):
    # Python 3.9 does not list them.
    files = {name.split('.')[0] for name in os.listdir(os.path.dirname(os.__file__))}
    listed = getattr(sys, 'stdlib_module_names', filter(str.isidentifier, files))
    # Those of other systems are not there to be found.
    names = {name for name in listed if importlib.util.find_spec(name)}
    return json.dumps(sorted(names - set(sys.builtin_module_names)))
";
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("all.py", ALL);
    write("uses.py", USES);
    write(
        "json.py",
        "import json\ndef main(request, response): return json.dumps([1])\n",
    );
    let names = {
        let server = Process::wireserve(folder.path(), [""; 0]);
        get(&server, "/all.py").1
    };
    let names: Vec<String> = serde_json::from_str(&names).expect("JSON");
    for name in names.iter().filter(|&name| name != "json") {
        write(
            &format!("{name}.py"),
            "raise ImportError(f'{__name__} of the doc root')\n",
        );
    }
    let server = Process::wireserve(folder.path(), [""; 0]);
    assert_eq!(get(&server, "/json.py"), (200, "[1]".to_owned()));
    let body = "--b\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n--b--\r\n";
    for target in [
        "/uses.py",
        "/uses.py?pipe=sub|gzip|trickle(9)",
        "/uses.py?raise",
    ] {
        let mut client = Client::connect(server.addr());
        let head = format!(
            "POST {target} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\
             Cookie: c=d\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        client.send((head + body).as_bytes());
        let answer = client.read_response("POST");
        let text = answer.text();
        assert!(!text.contains("of the doc root"), "{target}: {text}");
        let is_expected = match target.contains("raise") {
            true => answer.status == 500 && text.contains("ValueError"),
            false => answer.status == 200,
        };
        assert!(is_expected, "{target}: {text}");
    }
}

#[test]
fn what_is_left_out_is_named() {
    let folder = folder(&[(
        "server.py",
        "def main(request, response):\n    from wptserve.server import WebTestHttpd\n",
    )]);
    let server = Process::wireserve(folder.path(), [""; 0]);
    let (status, text) = get(&server, "/server.py");
    assert_eq!(status, 500);
    let reason = "ImportError: wptserve.server.WebTestHttpd is left out";
    assert!(text.contains(reason), "{text}");
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
    let mut command = wireserve();
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

/// An environment that the interpreter has made, named by an option from another folder.
#[test]
fn a_named_virtual_environment_is_importable() {
    let folder = folder(&[(
        "site/a.py",
        "def main(request, response):\n    import only_in_the_named_one\n\n    \
         return only_in_the_named_one.answer\n",
    )]);
    let made = Command::new(virtual_environment().join("bin/python"))
        .args(["-m", "venv", "--without-pip", "env"])
        .current_dir(folder.path())
        .status();
    assert!(made.expect("Python").success());
    let packages = format!("env/lib/{}/site-packages", python_folder());
    let module = folder
        .path()
        .join(packages)
        .join("only_in_the_named_one.py");
    fs::write(module, "answer = 'found'\n").expect("a file");
    let serve = |environment: &str| {
        let mut command = wireserve();
        command.args(["site", "--port", "0", "--venv", environment]);
        command.current_dir(folder.path()).env_remove("VIRTUAL_ENV");
        command
    };
    let server = Process::start(serve("env"));
    assert_eq!(get(&server, "/a.py"), (200, "found".to_owned()));
    // It takes the place of the active one.
    let active = folder.path().join("active");
    let packages = active
        .join("lib")
        .join(python_folder())
        .join("site-packages");
    fs::create_dir_all(&packages).expect("a folder");
    let module = packages.join("only_in_the_named_one.py");
    fs::write(module, "answer = 'active'\n").expect("a file");
    let mut command = serve("env");
    command.env("VIRTUAL_ENV", &active);
    let server = Process::start(command);
    assert_eq!(get(&server, "/a.py"), (200, "found".to_owned()));
    for other in ["site", "none"] {
        let message =
            format!("expected a virtual environment, a folder with pyvenv.cfg, found {other}");
        Process::spawn(&mut serve(other))
            .end()
            .is_refusal(&[&message]);
    }
}

/// `./wpt` of a checkout installs packages in `_venv3`, which the handlers of newer checkouts import.
#[test]
fn packages_of_a_checkout_are_importable() {
    let checkout = folder(&[
        ("config.json", r#"{"check_subdomains": false}"#),
        (
            "imports.py",
            "def main(request, response):\n    import only_in_the_checkout\n\n    \
             return only_in_the_checkout.answer\n",
        ),
    ]);
    let serve = || {
        let mut command = wireserve();
        command
            .arg("--wpt")
            .arg(checkout.path())
            .args(["--port", "0"])
            .args(FREE_TLS_PORT)
            .env_remove("VIRTUAL_ENV");
        Process::start_with_listeners(command, 4)
    };
    let packages = |version: &str| {
        let environment = checkout.path().join("_venv3/lib").join(version);
        fs::create_dir_all(environment.join("site-packages")).expect("a folder");
        environment.join("site-packages/only_in_the_checkout.py")
    };
    // For another version, the packages are not importable, and the log says why.
    fs::write(packages("python3.1"), "answer = 'wrong'\n").expect("a file");
    let server = serve();
    assert_eq!(get(&server, "/imports.py").0, 500);
    let stderr = server.stderr();
    let warning = stderr.lines().find(|line| line.contains("_venv3"));
    let warning = warning.expect("a warning");
    let version = python_folder();
    for named in [
        "these packages are for python3.1,",
        version.as_str(),
        "WARN",
    ] {
        assert!(warning.contains(named), "{named} in {warning}");
    }
    fs::write(packages(&version), "answer = 'found'\n").expect("a file");
    let server = serve();
    assert_eq!(get(&server, "/imports.py"), (200, "found".to_owned()));
    assert!(!server.stderr().contains("_venv3"), "{}", server.stderr());
}

/// `pythonX.Y` of the embedded interpreter, as a script sees it.
fn python_folder() -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "import sys\n\ndef main(request, response):\n    return 'python%d.%d%s' % (*sys.version_info[:2], sys.abiflags)\n";
    fs::write(folder.path().join("version.py"), script).expect("a file");
    let server = Process::wireserve(folder.path(), [""; 0]);
    get(&server, "/version.py").1
}
