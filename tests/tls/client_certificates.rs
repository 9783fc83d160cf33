//! `--client-ca` and `--client-cert`: which clients get an answer over HTTPS, and what handlers see of them. The clients
//! are curl and Python's `ssl`; each tries a certificate of the right root, one of another root, and none.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair,
};
use tempfile::TempDir;

use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::Certificate;

/// What a client has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// A certificate of the root that the server knows.
    Known,
    /// One of another root.
    Unknown,
    Nothing,
}

/// The answers of two servers, one of which requires certificates: what the handler has seen, or the alert.
const EXPECTED: [(Shown, &str, &str); 3] = [
    (Shown::Known, "a client", "a client"),
    (Shown::Unknown, "unknown ca", "unknown ca"),
    (Shown::Nothing, "nobody", "certificate required"),
];

const SCRIPT: &str = r#"def main(request, response):
    found = request.tls.client_certificates
    if not found:
        return "nobody"
    certificate = response.writer.socket.getpeercert()
    return "".join(value for ((key, value),) in certificate["subject"] if key == "commonName")
"#;

/// Prints what it gets, or the alert.
const PYTHON: &str = r#"import http.client, ssl, sys
port, ca, shown = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if shown:
    context.load_cert_chain(shown)
connection = http.client.HTTPSConnection("tls.test", int(port), context=context, timeout=30)
connection._create_connection = lambda address, *_: __import__("socket").create_connection(("127.0.0.1", address[1]))
try:
    connection.request("GET", "/who.py")
    print(connection.getresponse().read().decode(), end="")
except ssl.SSLError as error:
    print(error.reason.split("_ALERT_")[1].replace("_", " ").lower(), end="")
"#;

struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let certificate = Certificate::default();
        let (root, known) = issued("a client");
        let (_, unknown) = issued("a stranger");
        let folder = folder(&[
            ("site/who.py", SCRIPT),
            ("host.pem", &certificate.chain),
            ("host.key", &certificate.key),
            ("clients.pem", &root),
            ("known.pem", &known),
            ("unknown.pem", &unknown),
            ("client.py", PYTHON),
            (
                "site.json",
                r#"{"client_certificates": {"request": "clients.pem"}}"#,
            ),
        ]);
        Self { folder }
    }

    /// A server with these options, its address, and what distinguishes it.
    fn serve(&self, options: &[&str]) -> (Process, SocketAddr, String) {
        let mut command = wireserve();
        command.current_dir(self.folder.path());
        command.args(["site", "--port=0", "--tls-port=0", "--log=warn"]);
        command.args(["--cert=host.pem", "--key=host.key"]);
        command.args(options);
        let mut server = Process::spawn(&mut command);
        server.ready("127.0.0.1");
        let (address, note) = server.ready_with_note("127.0.0.1");
        (server, address, note)
    }

    fn path(&self, shown: Shown) -> Option<std::path::PathBuf> {
        let name = match shown {
            Shown::Known => "known.pem",
            Shown::Unknown => "unknown.pem",
            Shown::Nothing => return None,
        };
        Some(self.folder.path().join(name))
    }
}

/// A root, and a certificate for a client with its key, as PEM.
fn issued(name: &str) -> (String, String) {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name
        .push(DnType::CommonName, format!("root of {name}"));
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let mut client = CertificateParams::default();
    client.distinguished_name = rcgen::DistinguishedName::new();
    client.distinguished_name.push(DnType::CommonName, name);
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().unwrap();
    let client = client.signed_by(&key, &root).unwrap();
    (root.pem(), client.pem() + &key.serialize_pem())
}

fn by_curl(address: SocketAddr, root: &Path, shown: Option<&Path>) -> String {
    let mut command = Command::new("curl");
    command.args(["-sS", "--cacert"]).arg(root);
    if let Some(path) = shown {
        command.arg("--cert").arg(path);
    }
    let port = address.port();
    command.args(["--resolve", &format!("tls.test:{port}:127.0.0.1")]);
    command.arg(format!("https://tls.test:{port}/who.py"));
    let ended = Process::spawn(&mut command).end();
    match ended.code {
        Some(0) => ended.stdout.concat(),
        _ => {
            let (_, alert) = ended.stderr.split_once(" alert ").expect("an alert");
            let end = alert.find([',', '\n']).unwrap_or(alert.len());
            alert[..end].to_owned()
        }
    }
}

fn by_python(address: SocketAddr, root: &Path, shown: Option<&Path>, client: &Path) -> String {
    let mut command = Command::new("python3");
    command.arg(client).arg(address.port().to_string());
    command
        .arg(root)
        .arg(shown.unwrap_or_else(|| Path::new("")));
    let ended = Process::spawn(&mut command).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout.concat()
}

#[test]
fn who_is_answered() {
    let site = Site::new();
    let root = site.folder.path().join("host.pem");
    let client = site.folder.path().join("client.py");
    for (options, requires) in [
        (
            &["--client-ca=clients.pem", "--client-cert=request"][..],
            false,
        ),
        (&["--config=site.json"], false),
        (&["--client-ca=clients.pem", "--client-cert=require"], true),
        (&["--client-ca=clients.pem"], true),
        // Options win over files.
        (&["--config=site.json", "--client-ca=clients.pem"], true),
    ] {
        let (_server, address, note) = site.serve(options);
        let asked = if requires { "require" } else { "request" };
        assert_eq!(note, format!("(tls-port, client_certificates: {asked})"));
        for (shown, if_requested, if_required) in EXPECTED {
            let expected = if requires { if_required } else { if_requested };
            let path = site.path(shown);
            let found = by_curl(address, &root, path.as_deref());
            assert_eq!(found, expected, "curl, {options:?}, {shown:?}");
            let found = by_python(address, &root, path.as_deref(), &client);
            assert_eq!(found, expected, "Python, {options:?}, {shown:?}");
        }
    }
}

#[test]
fn ports_without_the_option_ask_for_nothing() {
    let site = Site::new();
    let root = site.folder.path().join("host.pem");
    let (_server, address, note) = site.serve(&[]);
    assert_eq!(note, "(tls-port)");
    let known = site.path(Shown::Known);
    assert_eq!(by_curl(address, &root, known.as_deref()), "nobody");
}

#[test]
fn what_cannot_be_used_is_refused() {
    let site = Site::new();
    for (options, named) in [
        (
            &["--client-ca=clients.pem"][..],
            &["add --tls-port PORT"][..],
        ),
        (
            &["--tls-port=0", "--client-ca=nothing.pem"],
            &[
                "cannot read the roots for client certificates from ",
                "nothing.pem",
            ],
        ),
        (
            &["--tls-port=0", "--client-ca=client.py"],
            &["client.py", "no certificate in the PEM data"],
        ),
    ] {
        let mut command = wireserve();
        command.current_dir(site.folder.path());
        command.args(["site", "--port=0"]).args(options);
        Process::spawn(&mut command).end().is_refusal(named);
    }
    let mut command = wireserve();
    command.current_dir(site.folder.path());
    command.args(["site", "--port=0", "--certificate=expired"]);
    let named = ["--certificate", "add --tls-port PORT"];
    Process::spawn(&mut command).end().is_refusal(&named);
    for (option, named) in [
        (
            "--client-cert=demand",
            "[possible values: request, require]",
        ),
        ("--client-cert=request", "--client-ca <FILE>"),
    ] {
        let mut command = wireserve();
        command.args(["--tls-port=0", option]);
        let ended = Process::spawn(&mut command).end();
        assert_eq!(ended.code, Some(2), "{option}");
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
}
