//! The key `ssl` of WPT's configuration: where the certificate of HTTPS comes from. The names of keys are
//! WPT's, so that its files can be used unchanged; `generated` is a type of our own.

use std::path::PathBuf;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::ConfigError;

/// How many days a certificate that is made is valid; as in WPT.
const DURATION: u32 = 30;

/// Where the certificate of a server comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateSource {
    /// No certificate: no port speaks TLS.
    None,
    /// It is made at start, and kept in a folder.
    Generated {
        /// The folder; by default, one in the user's cache folder.
        folder: Option<PathBuf>,
        /// How long it is valid.
        days: u32,
        /// Whether to make a new one at each start.
        anew: bool,
    },
    /// It is read from files.
    Files {
        /// The certificate, followed by intermediates.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
        /// The root that clients should trust; only shown.
        root: Option<PathBuf>,
        /// What to do if the files are missing, or the certificate has expired or lacks names.
        unusable: Unusable,
    },
}

/// What to do with a certificate in files that clients would not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Files that were configured: use the certificate if possible.
    Use,
    /// Files that a checkout may have: make another certificate, in the user's cache folder.
    Replace,
}

/// The key `ssl`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ssl {
    /// The kind in use.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<SslKind>,
    /// Whether the TLS handshake follows a `CONNECT` request, on the ports of `https` and its variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypt_after_connect: Option<bool>,
    /// Settings of the kind `openssl`.
    #[serde(skip_serializing_if = "Openssl::is_empty")]
    pub openssl: Openssl,
    /// Settings of the kind `pregenerated`.
    #[serde(skip_serializing_if = "Pregenerated::is_empty")]
    pub pregenerated: Pregenerated,
    /// Settings of the kind `none`, which has none.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub none: Map<String, Value>,
    /// Whether the files of `pregenerated` are those of a preset, which another certificate may replace.
    #[serde(skip)]
    pub is_preset: bool,
}

/// Where certificates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SslKind {
    /// No certificates, and no HTTPS.
    None,
    /// Made at start and kept in `openssl.base_path`. WPT runs the command `openssl` for this; here nothing
    /// is run.
    Openssl,
    /// Read from files.
    Pregenerated,
    /// Made at start and kept in the user's cache folder.
    Generated,
}

/// The key `ssl.openssl`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Openssl {
    /// The command that WPT runs. Shown, not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openssl_binary: Option<PathBuf>,
    /// The folder of the certificates, relative to the configuration file's folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_path: Option<PathBuf>,
    /// The password of the root's key in WPT. Shown; our key has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Whether to make new certificates at each start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub force_regenerate: Option<bool>,
    /// At least 1: how many days the server's certificate is valid.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "positive")]
    pub duration: Option<u32>,
    /// A template for OpenSSL's configuration. Shown, without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_conf_path: Option<PathBuf>,
}

/// The key `ssl.pregenerated`. The paths are relative to the configuration file's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pregenerated {
    /// The private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_key_path: Option<PathBuf>,
    /// The certificate, followed by intermediates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_cert_path: Option<PathBuf>,
    /// The root that clients should trust.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_cert_path: Option<PathBuf>,
}

impl Default for CertificateSource {
    fn default() -> Self {
        Self::Generated {
            folder: None,
            days: DURATION,
            anew: false,
        }
    }
}

impl Ssl {
    /// These keys, and those that only `base` has.
    #[must_use]
    pub(super) fn over(self, base: Self) -> Self {
        let mut none = base.none;
        none.extend(self.none);
        Self {
            is_preset: base.is_preset && self.kind.is_none() && self.pregenerated.is_empty(),
            kind: self.kind.or(base.kind),
            encrypt_after_connect: self.encrypt_after_connect.or(base.encrypt_after_connect),
            openssl: self.openssl.over(base.openssl),
            pregenerated: self.pregenerated.over(base.pregenerated),
            none,
        }
    }

    /// The paths, which are relative to the folder of the configuration file.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let files = &mut self.pregenerated;
        [
            &mut self.openssl.base_path,
            &mut files.host_key_path,
            &mut files.host_cert_path,
            &mut files.ca_cert_path,
        ]
        .into_iter()
        .flatten()
    }

    /// Where the certificate comes from; without the key `type`, from the cache folder.
    pub(super) fn source(self) -> Result<CertificateSource, ConfigError> {
        match self.kind {
            None | Some(SslKind::Generated) => Ok(CertificateSource::default()),
            Some(SslKind::None) => Ok(CertificateSource::None),
            Some(SslKind::Openssl) => Ok(CertificateSource::Generated {
                folder: self.openssl.base_path,
                days: self.openssl.duration.unwrap_or(DURATION),
                anew: self.openssl.force_regenerate.unwrap_or_default(),
            }),
            Some(SslKind::Pregenerated) => {
                let files = self.pregenerated;
                let missing = ConfigError::NoCertificateFile;
                Ok(CertificateSource::Files {
                    certificate: files
                        .host_cert_path
                        .ok_or_else(|| missing("host_cert_path"))?,
                    key: files
                        .host_key_path
                        .ok_or_else(|| missing("host_key_path"))?,
                    root: files.ca_cert_path,
                    unusable: match self.is_preset {
                        true => Unusable::Replace,
                        false => Unusable::Use,
                    },
                })
            }
        }
    }
}

impl Openssl {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn over(self, base: Self) -> Self {
        Self {
            openssl_binary: self.openssl_binary.or(base.openssl_binary),
            base_path: self.base_path.or(base.base_path),
            password: self.password.or(base.password),
            force_regenerate: self.force_regenerate.or(base.force_regenerate),
            duration: self.duration.or(base.duration),
            base_conf_path: self.base_conf_path.or(base.base_conf_path),
        }
    }
}

impl Pregenerated {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn over(self, base: Self) -> Self {
        Self {
            host_key_path: self.host_key_path.or(base.host_key_path),
            host_cert_path: self.host_cert_path.or(base.host_cert_path),
            ca_cert_path: self.ca_cert_path.or(base.ca_cert_path),
        }
    }
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match Option::deserialize(deserializer)? {
        Some(0) => Err(D::Error::invalid_value(
            Unexpected::Unsigned(0),
            &"at least 1",
        )),
        days => Ok(days),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Ssl {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn keys_of_the_upper_layer_win() {
        let base = parse(
            r#"{"type": "pregenerated",
                "pregenerated": {"host_key_path": "a", "host_cert_path": "b"},
                "openssl": {"duration": 1, "password": "p"}}"#,
        );
        let over = parse(
            r#"{"pregenerated": {"host_key_path": "c"}, "openssl": {"duration": 2},
                "encrypt_after_connect": true}"#,
        );
        let both = parse(
            r#"{"type": "pregenerated",
                "pregenerated": {"host_key_path": "c", "host_cert_path": "b"},
                "openssl": {"duration": 2, "password": "p"}, "encrypt_after_connect": true}"#,
        );
        assert_eq!(over.over(base), both);
    }

    #[test]
    fn files_that_a_layer_names_are_not_replaced() {
        let preset = Ssl {
            is_preset: true,
            ..parse(
                r#"{"type": "pregenerated",
                    "pregenerated": {"host_key_path": "k", "host_cert_path": "c"}}"#,
            )
        };
        for (layer, expected) in [
            ("{}", Unusable::Replace),
            (r#"{"encrypt_after_connect": false}"#, Unusable::Replace),
            (r#"{"type": "pregenerated"}"#, Unusable::Use),
            (r#"{"pregenerated": {"ca_cert_path": "x"}}"#, Unusable::Use),
        ] {
            let source = parse(layer).over(preset.clone()).source().unwrap();
            let CertificateSource::Files { unusable, .. } = source else {
                panic!("{layer}: {source:?}");
            };
            assert_eq!(unusable, expected, "{layer}");
        }
    }

    #[test]
    fn sources() {
        for (text, expected) in [
            ("{}", CertificateSource::default()),
            (r#"{"type": "generated"}"#, CertificateSource::default()),
            (r#"{"type": "openssl"}"#, CertificateSource::default()),
            (r#"{"type": "none"}"#, CertificateSource::None),
            (
                r#"{"type": "openssl", "openssl": {"base_path": "f"}}"#,
                CertificateSource::Generated {
                    folder: Some("f".into()),
                    days: 30,
                    anew: false,
                },
            ),
            (
                r#"{"type": "openssl",
                    "openssl": {"base_path": "f", "duration": 7, "force_regenerate": true,
                                "openssl_binary": "o", "password": "p", "base_conf_path": null}}"#,
                CertificateSource::Generated {
                    folder: Some("f".into()),
                    days: 7,
                    anew: true,
                },
            ),
        ] {
            assert_eq!(parse(text).source().unwrap(), expected, "{text}");
        }
        for (text, named) in [
            (
                r#"{"type": "pregenerated", "pregenerated": {"host_key_path": "k"}}"#,
                "ssl.pregenerated.host_cert_path",
            ),
            (
                r#"{"type": "pregenerated", "pregenerated": {"host_cert_path": "k"}}"#,
                "ssl.pregenerated.host_key_path",
            ),
        ] {
            let error = parse(text).source().unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
        let error = serde_json::from_str::<Ssl>(r#"{"openssl": {"duration": 0}}"#);
        let error = error.unwrap_err().to_string();
        assert!(error.contains("at least 1"), "{error}");
    }
}
