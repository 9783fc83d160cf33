//! Addresses in certificates, at which clients look for themselves whether one is revoked (RFC 5280 §4.2.1.13,
//! §4.2.2.1).

use rcgen::{CertificateParams, CrlDistributionPoint, CustomExtension};
use yasna::Tag;
use yasna::models::ObjectIdentifier;

/// The path of the list, in DER (RFC 5280 §4.2.1.13).
pub const LIST_PATH: &str = "/.wireserve/revoked.crl";

/// The path of the responder, to which requests are posted (RFC 6960 §A.1).
pub const RESPONDER_PATH: &str = "/.wireserve/ocsp";

/// The addresses of a list and a responder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    list: String,
    responder: String,
}

impl Addresses {
    /// Those at this origin, such as `http://127.0.0.1:8000`.
    pub(super) fn at(origin: &str) -> Self {
        Self {
            list: format!("{origin}{LIST_PATH}"),
            responder: format!("{origin}{RESPONDER_PATH}"),
        }
    }

    /// Adds them to a certificate.
    pub(super) fn apply(&self, params: &mut CertificateParams) {
        params.crl_distribution_points = vec![CrlDistributionPoint {
            uris: vec![self.list.clone()],
        }];
        params.custom_extensions.push(self.information());
    }

    /// The extension "authority information access", with the responder (RFC 5280 §4.2.2.1).
    fn information(&self) -> CustomExtension {
        const INFORMATION: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 1];
        const OCSP: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1];
        const URI: u64 = 6;
        let accesses = yasna::construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_sequence(|writer| {
                    writer.next().write_oid(&ObjectIdentifier::from_slice(OCSP));
                    writer
                        .next()
                        .write_tagged_implicit(Tag::context(URI), |writer| {
                            writer.write_ia5_string(&self.responder);
                        });
                });
            });
        });
        CustomExtension::from_oid_content(INFORMATION, accesses)
    }
}
