//! What `wireserve cert` prints: the root as PEM, its file, the hash of the server's key for Chromium, and
//! how clients are told to trust them.

use std::fmt::Write as _;
use std::path::Path;
use std::slice;

use crate::config::Settings;
use crate::hosts::{Names, Port, Subdomains, hosts_file};
use crate::text::timestamp::Date;
use crate::tls::certificates::pair::validity;
use crate::tls::certificates::pem;

use super::error::CommandError;
use super::obtained_certificate::{Obtained, Root};
use super::shell_words::quoted;

/// The port in examples if none is configured.
const EXAMPLE_PORT: u16 = 8443;

/// The host in examples if none is configured.
const EXAMPLE_HOST: &str = "localhost";

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Everything that a person needs.
    Everything,
    /// The root as PEM.
    Pem,
    /// The hash of the server's public key.
    Spki,
    /// The path of the root's file.
    Path,
    /// The root's list of revoked certificates as PEM.
    Crl,
}

/// The text, with its last line end.
pub(super) fn text(
    obtained: &Obtained,
    settings: &Settings,
    part: Part,
) -> Result<String, CommandError> {
    let root = || obtained.root.as_ref().ok_or(CommandError::NoRoot);
    let path = |root: &Root| root.path.clone().ok_or(CommandError::NoRootFile);
    let spki = || obtained.pair.spki_hash().ok_or(CommandError::NoKeyHash);
    Ok(match part {
        Part::Pem => pem(slice::from_ref(&root()?.certificate)),
        Part::Spki => spki()? + "\n",
        Part::Path => format!("{}\n", path(root()?)?.display()),
        Part::Crl => obtained.revocation_list()?,
        Part::Everything => {
            let root = root()?;
            let path = path(root)?;
            let mut text = described(obtained, root, &path);
            text.push('\n');
            text.push_str(&trusting(settings, &path, &spki()?));
            text
        }
    })
}

/// The two certificates.
fn described(obtained: &Obtained, root: &Root, path: &Path) -> String {
    let until = |certificate| match validity(certificate) {
        Some(validity) => format!("valid until {}", Date(validity.until)),
        None => "malformed".to_owned(),
    };
    let mut text = format!("Root certificate, {}:\n", until(&root.certificate));
    let _ = writeln!(text, "  {}\n", path.display());
    text.push_str(&pem(slice::from_ref(&root.certificate)));
    let _ = write!(
        text,
        "\nServer certificate, {}",
        until(obtained.pair.certificate())
    );
    match &obtained.files {
        Some(files) => {
            let _ = writeln!(text, ":\n  {}", files.certificate.display());
        }
        None => text.push_str(".\n"),
    }
    text
}

/// How clients are told to trust the server.
fn trusting(settings: &Settings, root: &Path, spki: &str) -> String {
    let names = &settings.names;
    let host = names.browser_host.as_deref().unwrap_or(EXAMPLE_HOST);
    let port = settings
        .ports
        .of("https")
        .iter()
        .find_map(|port| match port {
            Port::Number(number) | Port::Preferred(number) => Some(*number),
            Port::Free => None,
        });
    let url = format!("https://{host}:{}/", port.unwrap_or(EXAMPLE_PORT));
    let root = root.to_string_lossy();
    let root = quoted(&root);
    let mut rules = resolver_rules(names);
    if !rules.is_empty() {
        rules = format!(" \\\n    --host-resolver-rules={}", quoted(&rules));
    }
    format!(
        "\
Chromium, Chrome and Edge, for one session with a fresh profile:
  chromium --user-data-dir=\"$(mktemp -d)\" \\
    --ignore-certificate-errors-spki-list={spki}{rules} \\
    {url}
Chromium, Chrome and Edge, permanently (Linux; certutil is in the package libnss3-tools):
  certutil -A -d \"sql:$HOME/.pki/nssdb\" -n wireserve -t C,, -i {root}
Firefox, permanently: Settings > Privacy & Security > View Certificates > Authorities > Import, or
  certutil -A -d sql:PROFILE_FOLDER -n wireserve -t C,, -i {root}
curl:
  curl --cacert {root} {url}
Python (or cafile in ssl.create_default_context):
  SSL_CERT_FILE={root} python3 CLIENT.py
Node.js:
  NODE_EXTRA_CA_CERTS={root} node CLIENT.js
"
    )
}

/// Chromium's `--host-resolver-rules` for machines whose hosts file lacks the names; the first rule that
/// matches wins.
fn resolver_rules(names: &Names) -> String {
    let not_found = names.hosts().flat_map(|(_, host)| {
        let below = names.full_names(host, Subdomains::NotResolving);
        below
            .into_iter()
            .map(|(_, name)| format!("MAP {name} ~NOTFOUND"))
    });
    let found = names.hosts().flat_map(|(_, host)| {
        [host.to_owned(), format!("*.{host}")]
            .map(|pattern| format!("MAP {pattern} {}", hosts_file::LOOPBACK))
    });
    not_found.chain(found).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_for_all_names() {
        let names = Names {
            browser_host: Some("b.test".to_owned()),
            alternate_hosts: vec![("alt".to_owned(), "a.test".to_owned())],
            subdomains: vec!["www".to_owned()],
            not_subdomains: vec!["no".to_owned()],
            ..Names::default()
        };
        assert_eq!(
            resolver_rules(&names),
            "MAP no.a.test ~NOTFOUND, MAP no.b.test ~NOTFOUND, MAP a.test 127.0.0.1, \
             MAP *.a.test 127.0.0.1, MAP b.test 127.0.0.1, MAP *.b.test 127.0.0.1"
        );
        assert_eq!(resolver_rules(&Names::default()), "");
    }
}
