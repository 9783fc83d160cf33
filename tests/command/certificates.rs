//! `wireserve cert` prints the certificate that a server with the same options uses: the root, its file, the
//! hash of the server's key, and how to trust them. Certificates are made once and kept; given ones are checked.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::{Ended, Process};
use crate::support::wait::eventually;

/// `wireserve cert` with these arguments in a folder, with a cache of its own.
fn cert(cache: &Path, folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = wireserve();
    command
        .env("XDG_CACHE_HOME", cache)
        .current_dir(folder)
        .arg("cert")
        .args(arguments);
    Process::spawn(&mut command).end()
}

/// What it prints if it succeeds without a word on standard error.
fn printed(cache: &Path, folder: &Path, arguments: &[&str]) -> String {
    let ended = cert(cache, folder, arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    ended.stdout.concat()
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// A certificate that is valid for these names until so many days from now, and its key.
fn made(names: &[&str], days: i64) -> (String, String) {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    let day = Duration::from_secs(24 * 60 * 60);
    params.not_before = (SystemTime::now() - 3000 * day).into();
    params.not_after = match u32::try_from(days) {
        Ok(days) => SystemTime::now() + days * day,
        Err(_) => SystemTime::now() - u32::try_from(-days).expect("days") * day,
    }
    .into();
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn all_parts_describe_one_certificate() {
    let (cache, folder) = (temporary(), temporary());
    let print = |arguments: &[&str]| printed(cache.path(), folder.path(), arguments);
    let pem = print(&["--pem"]);
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    assert!(pem.ends_with("\n-----END CERTIFICATE-----\n"), "{pem}");
    let path = print(&["--path"]);
    let path = path.strip_suffix('\n').expect("a line");
    assert!(
        path.starts_with(cache.path().to_str().expect("a path")),
        "{path}"
    );
    assert_eq!(fs::read_to_string(path).expect("the root"), pem);
    let spki = print(&["--spki"]);
    let spki = spki.strip_suffix('\n').expect("a line");
    assert_eq!(spki.len(), 44, "{spki}");
    let all = print(&[]);
    for part in [
        pem.as_str(),
        path,
        &format!("--ignore-certificate-errors-spki-list={spki} "),
        "https://localhost:8443/",
        &format!("curl --cacert {path} "),
        &format!("SSL_CERT_FILE={path} "),
        &format!("NODE_EXTRA_CA_CERTS={path} "),
        &format!("-t C,, -i {path}\n"),
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    // Nothing but the owner can read the keys.
    for file in fs::read_dir(Path::new(path).parent().expect("a folder")).expect("files") {
        let file = file.expect("a file");
        let is_key = file
            .path()
            .extension()
            .is_some_and(|extension| extension == "key");
        let mode = file.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(
            mode == 0o600,
            is_key || file.file_name() == ".lock",
            "{file:?}"
        );
    }
}

#[test]
fn names_of_a_checkout() {
    let (cache, folder) = (temporary(), temporary());
    let ended = cert(cache.path(), folder.path(), &["--wpt", "."]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("web-platform.test.pem: No such file"),
        "{}",
        ended.stderr
    );
    let all = ended.stdout.concat();
    for part in [
        "MAP nonexistent.web-platform.test ~NOTFOUND, ",
        "MAP web-platform.test 127.0.0.1, MAP *.web-platform.test 127.0.0.1'",
        "https://web-platform.test:8443/\n",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    // Other hosts have another root, other subdomains have not.
    let config = |subdomains: &str| {
        let text = format!(r#"{{"browser_host": "a.test", "subdomains": {subdomains}}}"#);
        let file = folder.path().join("names.json");
        fs::write(file, text).expect("a file");
        printed(
            cache.path(),
            folder.path(),
            &["--config", "names.json", "--pem"],
        )
    };
    let root = config("[]");
    assert_ne!(root, printed(cache.path(), folder.path(), &["--pem"]));
    assert_eq!(root, config(r#"["www"]"#));
    assert_ne!(
        root,
        printed(
            cache.path(),
            folder.path(),
            &["--config", "names.json", "--host", "192.0.2.1", "--pem"]
        )
    );
}

#[test]
fn certificates_in_files() {
    let cache = temporary();
    let (certificate, key) = made(&["a.test"], 10);
    let (_, other_key) = made(&["a.test"], 10);
    let (expired, expired_key) = made(&["a.test"], -3);
    let config = |files: &str| {
        format!(
            r#"{{"browser_host": "a.test", "ssl": {{"type": "pregenerated", "pregenerated": {{{files}}}}}}}"#
        )
    };
    let folder = folder(&[
        ("in/a.pem", &certificate),
        ("in/a.key", &key),
        ("in/b.key", &other_key),
        ("in/old.pem", &expired),
        ("in/old.key", &expired_key),
        (
            "in/good.json",
            &config(
                r#""host_cert_path": "a.pem", "host_key_path": "a.key", "ca_cert_path": "a.pem""#,
            ),
        ),
        ("in/half.json", &config(r#""host_cert_path": "a.pem""#)),
        (
            "in/other.json",
            &config(r#""host_cert_path": "a.pem", "host_key_path": "b.key""#),
        ),
        (
            "in/old.json",
            &config(
                r#""host_cert_path": "old.pem", "host_key_path": "old.key", "ca_cert_path": "old.pem""#,
            ),
        ),
        ("none.json", r#"{"ssl": {"type": "none"}}"#),
        (
            "made.json",
            r#"{"ssl": {"type": "openssl", "openssl": {"base_path": "certs/here", "duration": 3}}}"#,
        ),
    ]);
    let here = |arguments: &[&str]| cert(cache.path(), folder.path(), arguments);
    let print = |arguments: &[&str]| printed(cache.path(), folder.path(), arguments);

    assert_eq!(print(&["--config", "in/good.json", "--pem"]), certificate);
    let path = print(&["--config", "in/good.json", "--path"]);
    assert!(path.ends_with("/in/a.pem\n"), "{path}");
    let spki = print(&["--cert", "in/a.pem", "--key", "in/a.key", "--spki"]);
    assert_eq!(spki, print(&["--config", "in/good.json", "--spki"]));
    assert!(
        fs::read_dir(cache.path())
            .expect("the cache")
            .next()
            .is_none()
    );

    let path = print(&["--config", "made.json", "--path"]);
    assert!(path.ends_with("/certs/here/cacert.pem\n"), "{path}");
    assert!(folder.path().join("certs/here/localhost.key").exists());

    // An expired certificate is used, since the configuration asks for it.
    let ended = here(&["--config", "in/old.json", "--pem"]);
    assert_eq!((ended.code, ended.stdout.concat()), (Some(0), expired));
    for part in [
        "old.pem: the certificate expired on 20",
        "`ssl.type`",
        "\"generated\"",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {}", ended.stderr);
    }

    for (arguments, named) in [
        (
            &["--config", "none.json"][..],
            &["`ssl.type` is \"none\""][..],
        ),
        (
            &["--config", "in/half.json"],
            &["ssl.pregenerated.host_key_path"],
        ),
        (
            &["--config", "in/other.json"],
            &[
                "expected the private key of the certificate in",
                "a.pem, found another key in",
                "b.key",
            ],
        ),
        (
            &["--cert", "in/a.key", "--key", "in/a.key"],
            &["a.key: expected a certificate in PEM, found `PRIVATE KEY`"],
        ),
        (
            &["--cert", "in/a.pem", "--key", "in/a.pem"],
            &[
                "a.pem: expected a private key in PEM",
                "found `CERTIFICATE`",
            ],
        ),
        (
            &["--cert", "none.pem", "--key", "in/a.key"],
            &["cannot read", "none.pem", "No such file"],
        ),
    ] {
        here(arguments).is_refusal(named);
    }
    let ended = here(&["--cert", "in/a.pem"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("--key <FILE>"), "{}", ended.stderr);
}

/// A checkout that is older than a year has an expired certificate.
#[test]
fn an_expired_certificate_of_a_checkout_is_replaced() {
    let cache = temporary();
    let names = ["web-platform.test", "not-web-platform.test"];
    let config = r#"{"subdomains": []}"#;
    let checkout = |days: i64, config: &str| {
        let (certificate, key) = made(&names, days);
        let folder = folder(&[
            ("tools/certs/web-platform.test.pem", &certificate),
            ("tools/certs/web-platform.test.key", &key),
            ("config.json", config),
        ]);
        (folder, certificate)
    };
    let (fresh, certificate) = checkout(10, config);
    let pem = printed(cache.path(), fresh.path(), &["--wpt", "--pem"]);
    assert_eq!(pem, certificate);

    let (old, certificate) = checkout(-2000, config);
    let ended = cert(cache.path(), old.path(), &["--wpt", "--pem"]);
    let pem = ended.stdout.concat();
    assert_ne!(pem, certificate);
    for part in [
        "tools/certs/web-platform.test.pem: the certificate expired on 20",
        "wireserve cert",
    ] {
        assert!(ended.stderr.contains(part), "{part} in {}", ended.stderr);
    }
    // The checkout's file says that it must be used.
    let (old, certificate) = checkout(
        -2000,
        r#"{"subdomains": [], "ssl": {"type": "pregenerated"}}"#,
    );
    let ended = cert(cache.path(), old.path(), &["--wpt", "--pem"]);
    assert_eq!(ended.stdout.concat(), certificate);
    // It lacks the names of the subdomains.
    let (fewer, certificate) = checkout(10, "{}");
    let ended = cert(cache.path(), fewer.path(), &["--wpt", "--pem"]);
    assert_ne!(ended.stdout.concat(), certificate);
    assert!(
        ended.stderr.contains("lacks 60 of 62 names"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_cache_that_cannot_be_used_is_named() {
    let folder = folder(&[("file", "")]);
    let cache = folder.path().join("file");
    cert(&cache, folder.path(), &[]).is_refusal(&["cannot keep certificates", "file/wireserve"]);
}

/// `--wpt` serves HTTPS on all ports of the preset, with certificates that are made.
#[cfg(feature = "python")]
#[test]
fn https_of_a_checkout() {
    use serde_json::{Value, json};

    let cache = temporary();
    let script = "import json\n\n\ndef main(request, response):\n    config = request.server.config\n    \
                  return json.dumps([config['ports'], config.ssl_config, request.url])\n";
    let checkout = folder(&[
        ("config.json", r#"{"check_subdomains": false}"#),
        ("seen.py", script),
        ("ports.sub.txt", "{{ports[https][0]}} {{location[scheme]}}"),
    ]);
    let mut command = wireserve();
    command
        .env("XDG_CACHE_HOME", cache.path())
        .current_dir(checkout.path())
        .args(["--wpt", "--port=0", "--tls-port=0", "--tls-port=0"]);
    let mut running = Process::spawn(&mut command);
    let lines: Vec<_> = (0..9).map(|_| running.line().expect("a line")).collect();
    let port = |line: &String| -> u16 {
        let (_, rest) = line.split_once("127.0.0.1:").expect("an address");
        rest.split_once('/')
            .expect("a path")
            .0
            .parse()
            .expect("a port")
    };
    let https: Vec<_> = lines
        .iter()
        .filter(|line| line.contains(" https://127.0.0.1:"))
        .collect();
    let notes = https
        .iter()
        .map(|line| line.split_once(" (").expect("a note").1);
    let kinds = [
        "tls-port",
        "tls-port",
        "https-local",
        "https-private",
        "https-public",
    ];
    for ((note, line), kind) in notes.zip(&https).zip(kinds) {
        let expected = format!("{kind}, https://web-platform.test:{}/)\n", port(line));
        assert_eq!(note, expected);
    }
    let ports: Vec<_> = https.iter().map(|line| port(line)).collect();
    assert_eq!(ports.len(), 5, "{lines:?}");

    let root = printed_after_warning(cache.path(), checkout.path(), &["--wpt", "--path"]);
    let root = root.trim_end();
    let get = |host: &str, port: u16, path: &str| {
        let mut command = Command::new("curl");
        command.args(["-sS", "--cacert", root, "--resolve"]);
        command.arg(format!("{host}:{port}:127.0.0.1"));
        command.arg(format!("https://{host}:{port}{path}"));
        let ended = Process::spawn(&mut command).end();
        assert_eq!(ended.code, Some(0), "{host}:{port} {}", ended.stderr);
        ended.stdout.concat()
    };
    for &port in &ports {
        let text = get("web-platform.test", port, "/ports.sub.txt");
        assert_eq!(text, format!("{} https", ports[0]));
    }
    for host in [
        "www1.www2.not-web-platform.test",
        "xn--lve-6lad.web-platform.test",
        "localhost",
    ] {
        get(host, ports[1], "/ports.sub.txt");
    }
    let seen = get("web-platform.test", ports[0], "/seen.py");
    let seen: Value = serde_json::from_str(&seen).expect("JSON");
    let folder = Path::new(root).parent().expect("a folder");
    for (pointer, expected) in [
        ("/0/https", json!([ports[0], ports[1]])),
        ("/0/https-private", json!([ports[3]])),
        ("/1/key_path", json!(folder.join("web-platform.test.key"))),
        ("/1/cert_path", json!(folder.join("web-platform.test.pem"))),
        ("/1/ca_cert_path", json!(root)),
        ("/1/encrypt_after_connect", json!(false)),
        (
            "/2",
            json!(format!("https://web-platform.test:{}/seen.py", ports[0])),
        ),
    ] {
        assert_eq!(seen.pointer(pointer), Some(&expected), "{pointer}");
    }
}

/// The checkout has no certificate, as a warning says.
#[cfg(feature = "python")]
fn printed_after_warning(cache: &Path, folder: &Path, arguments: &[&str]) -> String {
    let ended = cert(cache, folder, arguments);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout.concat()
}

/// The type `none` turns HTTPS off; a certificate in files is used by the server.
#[test]
fn certificates_of_a_server() {
    let cache = temporary();
    let (certificate, key) = made(&["localhost"], 10);
    let folder = folder(&[
        ("a.pem", &certificate),
        ("a.key", &key),
        ("hello.txt", "hello"),
        (
            "none.json",
            r#"{"ssl": {"type": "none"}, "ports": {"http": [0], "https": [0]}}"#,
        ),
    ]);
    let serve = |arguments: &[&str]| {
        let mut command = wireserve();
        command
            .env("XDG_CACHE_HOME", cache.path())
            .current_dir(folder.path())
            .args(arguments);
        Process::spawn(&mut command)
    };
    let mut running = serve(&["--config", "none.json"]);
    let first = running.line().expect("a line");
    assert!(first.contains(" http://"), "{first}");
    running.signal("TERM");
    assert_eq!(running.end().stdout.len(), 1);

    let mut running = serve(&["--port=0", "--tls-port=0", "--cert=a.pem", "--key=a.key"]);
    running.ready("127.0.0.1");
    let port = running.ready("127.0.0.1").port();
    let mut command = Command::new("curl");
    command
        .args(["-sS", "--cacert", "a.pem"])
        .arg(format!("https://localhost:{port}/hello.txt"));
    let ended = Process::spawn(command.current_dir(folder.path())).end();
    assert_eq!(
        (ended.code, ended.stdout.concat().as_str()),
        (Some(0), "hello"),
        "{}",
        ended.stderr
    );
    assert!(
        fs::read_dir(cache.path())
            .expect("the cache")
            .next()
            .is_none()
    );

    // A cache that cannot be used is only a warning.
    let mut command = wireserve();
    command
        .env("XDG_CACHE_HOME", folder.path().join("hello.txt"))
        .current_dir(folder.path())
        .args(["--port=0", "--tls-port=0"]);
    let mut running = Process::spawn(&mut command);
    running.ready("127.0.0.1");
    running.ready("127.0.0.1");
    eventually("it warns", || {
        running.stderr().contains("is lost when the server stops")
    });
    let mut command = serve(&[
        "--port=0",
        "--tls-port=0",
        "--cert=a.pem",
        "--key=hello.txt",
    ]);
    assert!(command.line().is_none());
    command
        .end()
        .is_refusal(&["hello.txt: expected a private key in PEM"]);
}

/// Keys as OpenSSL writes them: PKCS #8, and the older formats of RSA (PKCS #1) and of elliptic curves (SEC1).
#[test]
fn keys_of_all_formats() {
    let (cache, folder) = (temporary(), temporary());
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        let ended = Process::spawn(command.current_dir(folder.path()).args(arguments)).end();
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
    };
    openssl(&["genrsa", "-traditional", "-out", "pkcs1", "2048"]);
    openssl(&[
        "ecparam",
        "-name",
        "prime256v1",
        "-genkey",
        "-noout",
        "-out",
        "sec1",
    ]);
    openssl(&[
        "pkcs8", "-topk8", "-nocrypt", "-in", "pkcs1", "-out", "pkcs8",
    ]);
    for (key, kind) in [
        ("pkcs1", "RSA PRIVATE KEY"),
        ("sec1", "EC PRIVATE KEY"),
        ("pkcs8", "PRIVATE KEY"),
    ] {
        let text = fs::read_to_string(folder.path().join(key)).expect("a key");
        assert!(
            text.starts_with(&format!("-----BEGIN {kind}-----\n")),
            "{text}"
        );
        openssl(&[
            "req",
            "-x509",
            "-new",
            "-key",
            key,
            "-subj",
            "/CN=localhost",
            "-out",
            "cert.pem",
        ]);
        let arguments = ["--cert", "cert.pem", "--key", key, "--spki"];
        let hash = printed(cache.path(), folder.path(), &arguments);
        // The same hash as OpenSSL computes.
        openssl(&[
            "pkey", "-in", key, "-pubout", "-outform", "der", "-out", "public",
        ]);
        openssl(&["dgst", "-sha256", "-binary", "-out", "digest", "public"]);
        openssl(&["base64", "-in", "digest", "-out", "encoded"]);
        let expected = fs::read_to_string(folder.path().join("encoded")).expect("a hash");
        assert_eq!(hash, expected, "{key}");
    }
}
