//! The default configuration of a checkout of web-platform-tests (reference §7.1, §7.7): host
//! names, ports, and the paths that are forbidden or rewritten.

use std::iter;
use std::path::Path;

use crate::config::{
    BuiltInRoutes, Config, Level, Logging, Openssl, Ports, Pregenerated, Rewrite, Ssl, SslKind,
};
use crate::hosts::Port;

const BROWSER_HOST: &str = "web-platform.test";
const ALTERNATE_HOST: (&str, &str) = ("alt", "not-web-platform.test");
const SUBDOMAINS: [&str; 5] = ["www", "www1", "www2", "天気の良い日", "élève"];
const NOT_SUBDOMAINS: [&str; 1] = ["nonexistent"];
const FORBIDDEN: [&str; 4] = ["/_certs/*", "/tools/*", "/{spec}/tools/*", "/results/"];

/// The folder of a checkout with its WebSocket handlers.
pub const WEBSOCKET_HANDLERS: &str = "websockets/handlers";

/// The virtual environment that `./wpt` makes for its own packages, such as `cryptography`.
const ENVIRONMENT: &str = "_venv3";

/// The file in a checkout that overrides the preset.
pub const FILE: &str = "config.json";

/// The configuration of a checkout, without its [`FILE`].
pub fn config(checkout: &Path) -> Config {
    let certificate = |extension: &str| {
        let file = format!("tools/certs/{BROWSER_HOST}.{extension}");
        checkout.join(file)
    };
    let (name, host) = ALTERNATE_HOST;
    Config {
        doc_root: Some(checkout.to_owned()),
        ws_doc_root: Some(checkout.join(WEBSOCKET_HANDLERS)),
        browser_host: Some(BROWSER_HOST.to_owned()),
        alternate_hosts: Some([(name.to_owned(), host.to_owned())].into()),
        subdomains: Some(with_pairs(&SUBDOMAINS)),
        not_subdomains: Some(with_pairs(&NOT_SUBDOMAINS)),
        ports: ports(),
        rewrites: vec![Rewrite {
            method: "GET".to_owned(),
            from: "/resources/WebIDLParser.js".to_owned(),
            to: "/resources/webidl2/lib/webidl2.js".to_owned(),
        }],
        // A cached response would change the results of tests.
        validators: Some(false),
        forbidden: FORBIDDEN.map(str::to_owned).to_vec(),
        ssl: Some(Ssl {
            kind: Some(SslKind::Pregenerated),
            encrypt_after_connect: Some(false),
            pregenerated: Pregenerated {
                host_key_path: Some(certificate("key")),
                host_cert_path: Some(certificate("pem")),
                ca_cert_path: None,
            },
            openssl: Openssl {
                base_path: Some(checkout.join("_certs")),
                ..Openssl::default()
            },
            is_preset: true,
            ..Ssl::default()
        }),
        logging: Some(Logging {
            level: Level::try_from("info".to_owned()).ok(),
            suppress_handler_traceback: Some(false),
        }),
        built_in: BuiltInRoutes::Wpt,
        environment: Some(checkout.join(ENVIRONMENT)),
        ..Config::default()
    }
}

/// Fixed ports where tests contain the number, free ports for the rest. The second port of `http`
/// is 8001 if that is free. What checkouts called `-private` until 2025 is `-local` since then; both
/// names have a port, so that the tests of any checkout find theirs.
fn ports() -> Ports {
    Ports::from_iter([
        ("http", vec![Port::Number(8000), Port::Preferred(8001)]),
        ("http-local", vec![Port::Free]),
        ("http-private", vec![Port::Free]),
        ("http-public", vec![Port::Free]),
        ("https", vec![Port::Number(8443), Port::Number(8444)]),
        ("https-local", vec![Port::Free]),
        ("https-private", vec![Port::Free]),
        ("https-public", vec![Port::Free]),
        ("ws", vec![Port::Free]),
        ("wss", vec![Port::Free]),
        ("h2", vec![Port::Number(9000)]),
        ("webtransport-h3", vec![Port::Free]),
        ("dns", vec![Port::Number(8053)]),
    ])
}

/// The subdomains, and every combination of two.
fn with_pairs(subdomains: &[&str]) -> Vec<String> {
    let pairs = subdomains.iter().flat_map(|first| {
        let below = subdomains
            .iter()
            .map(move |second| format!("{first}.{second}"));
        iter::once((*first).to_owned()).chain(below)
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_checkout() {
        let config = config(Path::new("/wpt"));
        let subdomains = config.subdomains.unwrap();
        assert_eq!(subdomains.len(), 30);
        for name in ["www", "www1.www2", "天気の良い日.élève", "www.www"] {
            assert!(subdomains.iter().any(|known| known == name), "{name}");
        }
        let expected = ["nonexistent", "nonexistent.nonexistent"];
        assert_eq!(config.not_subdomains.unwrap(), expected);
        assert_eq!(
            config.ssl.unwrap().pregenerated.host_cert_path.unwrap(),
            Path::new("/wpt/tools/certs/web-platform.test.pem")
        );
    }
}
