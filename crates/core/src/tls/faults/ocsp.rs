//! Responses of the Online Certificate Status Protocol (RFC 6960). A server staples one to its certificate in
//! the handshake, for clients that ask for it (RFC 6066 §8). No responder answers requests of the protocol
//! itself.

use std::time::{Duration, SystemTime};

use rcgen::{Error, SigningKey as _};
use rustls::pki_types::CertificateDer;
use sha1_smol::Sha1;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::X509Certificate;
use yasna::models::{GeneralizedTime, ObjectIdentifier};
use yasna::{DERWriter, Tag};

use crate::tls::certificates::authority::{Authority, Validity};

/// The type of a response with one status for each certificate (RFC 6960 §4.2.1).
const BASIC: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 1];

/// SHA-1 (RFC 8017 §A.2.4), with which names and keys are only told apart. Some clients know no other
/// algorithm for that.
const SHA1: &[u64] = &[1, 3, 14, 3, 2, 26];

/// ecdsa-with-SHA256 (RFC 5758 §3.2), by which an [`Authority`] signs.
const ECDSA_WITH_SHA256: &[u64] = &[1, 2, 840, 10045, 4, 3, 2];

/// The status "successful" of a response (RFC 6960 §4.2.1).
const SUCCESSFUL: i64 = 0;

/// The reason "keyCompromise" (RFC 5280 §5.3.1).
const KEY_COMPROMISE: i64 = 1;

/// What a response states about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is not revoked.
    Good,
    /// It has been revoked since the response applies.
    Revoked,
}

/// A response about a certificate of this issuer, signed by the issuer.
///
/// # Errors
/// When a certificate is malformed, or the system has no randomness.
pub(super) fn response(
    issuer: &Authority,
    certificate: &CertificateDer<'_>,
    status: Status,
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let about = About {
        certificate: &parsed(certificate)?,
        issuer: &parsed(issuer.certificate())?,
        status,
        validity,
    };
    let data = yasna::construct_der(|writer| about.write_data(writer));
    let signature = issuer.issuer().key().sign(&data)?;
    let basic = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_der(&data);
            write_algorithm(writer.next(), ECDSA_WITH_SHA256);
            let bits = signature.len() * 8;
            writer.next().write_bitvec_bytes(&signature, bits);
        });
    });
    Ok(yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            writer.next().write_enum(SUCCESSFUL);
            writer.next().write_tagged(Tag::context(0), |writer| {
                writer.write_sequence(|writer| {
                    write_oid(writer.next(), BASIC);
                    writer.next().write_bytes(&basic);
                });
            });
        });
    }))
}

fn parsed<'c>(certificate: &'c CertificateDer<'_>) -> Result<X509Certificate<'c>, Error> {
    match parse_x509_certificate(certificate) {
        Ok((_, parsed)) => Ok(parsed),
        Err(_) => Err(Error::CouldNotParseCertificate),
    }
}

/// What is signed.
struct About<'c> {
    certificate: &'c X509Certificate<'c>,
    issuer: &'c X509Certificate<'c>,
    status: Status,
    validity: Validity,
}

impl About<'_> {
    /// `ResponseData` (RFC 6960 §4.2.1).
    fn write_data(&self, writer: DERWriter<'_>) {
        writer.write_sequence(|writer| {
            // responderID, by name
            writer.next().write_tagged(Tag::context(1), |writer| {
                writer.write_der(self.issuer.subject().as_raw());
            });
            write_time(writer.next(), self.validity.from);
            writer.next().write_sequence(|writer| {
                self.write_status(writer.next());
            });
        });
    }

    /// `SingleResponse` (RFC 6960 §4.2.1).
    fn write_status(&self, writer: DERWriter<'_>) {
        writer.write_sequence(|writer| {
            self.write_certificate(writer.next());
            match self.status {
                Status::Good => {
                    let writer = writer.next();
                    writer.write_tagged_implicit(Tag::context(0), |writer| writer.write_null());
                }
                Status::Revoked => {
                    let writer = writer.next();
                    writer.write_tagged_implicit(Tag::context(1), |writer| {
                        self.write_revocation(writer);
                    });
                }
            }
            write_time(writer.next(), self.validity.from);
            writer.next().write_tagged(Tag::context(0), |writer| {
                write_time(writer, self.validity.until);
            });
        });
    }

    /// `RevokedInfo` (RFC 6960 §4.2.1).
    fn write_revocation(&self, writer: DERWriter<'_>) {
        writer.write_sequence(|writer| {
            write_time(writer.next(), self.validity.from);
            writer.next().write_tagged(Tag::context(0), |writer| {
                writer.write_enum(KEY_COMPROMISE);
            });
        });
    }

    /// `CertID` (RFC 6960 §4.1.1).
    fn write_certificate(&self, writer: DERWriter<'_>) {
        let name = self.issuer.subject().as_raw();
        let key = &self.issuer.public_key().subject_public_key.data;
        writer.write_sequence(|writer| {
            write_algorithm(writer.next(), SHA1);
            for hashed in [name, key] {
                let digest = Sha1::from(hashed).digest().bytes();
                writer.next().write_bytes(&digest);
            }
            let serial = self.certificate.raw_serial();
            writer.next().write_bigint_bytes(serial, true);
        });
    }
}

/// An `AlgorithmIdentifier` without parameters (RFC 5280 §4.1.1.2).
fn write_algorithm(writer: DERWriter<'_>, algorithm: &[u64]) {
    writer.write_sequence(|writer| write_oid(writer.next(), algorithm));
}

fn write_oid(writer: DERWriter<'_>, oid: &[u64]) {
    writer.write_oid(&ObjectIdentifier::from_slice(oid));
}

/// A `GeneralizedTime`, which has no fractions of seconds (RFC 5280 §4.1.2.5.2).
fn write_time(writer: DERWriter<'_>, time: SystemTime) {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = Duration::from_secs(since.unwrap_or_default().as_secs());
    let time = SystemTime::UNIX_EPOCH + seconds;
    writer.write_generalized_time(&GeneralizedTime::from_datetime(time.into()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::certificates::Subjects;
    use crate::tls::certificates::authority::{DAY, new_key, server_params};

    /// Clients read them in `tests/tls/faulty_hosts.rs`; this is what they do not look at.
    #[test]
    fn what_a_response_states() {
        let subjects = Subjects::new(["a.test"]);
        let now = SystemTime::UNIX_EPOCH + 20_000 * DAY;
        let validity = Validity::around(now + Duration::from_nanos(1), 30 * DAY);
        let root = Authority::root(&subjects, validity).unwrap();
        let params = server_params(&subjects, validity).unwrap();
        let certificate = root.issue(&params, &new_key().unwrap()).unwrap();
        let of = |status| response(&root, &certificate, status, validity).unwrap();
        let has = |response: &[u8], part: &[u8]| response.windows(part.len()).any(|at| at == part);
        let [good, revoked] = [Status::Good, Status::Revoked].map(of);
        let serial = parsed(&certificate).unwrap().raw_serial().to_vec();
        for response in [&good, &revoked] {
            assert!(has(response, &serial));
            // thisUpdate and nextUpdate
            assert!(has(
                response,
                b"\x18\x0f20241003000000Z\xa0\x11\x18\x0f20241103000000Z"
            ));
        }
        let reason = b"\xa1\x16\x18\x0f20241003000000Z\xa0\x03\x0a\x01\x01";
        assert!(has(&good, b"\x80\x00") && !has(&good, reason));
        assert!(has(&revoked, reason));
        let malformed = CertificateDer::from(vec![0x30]);
        let refused = response(&root, &malformed, Status::Good, validity);
        assert_eq!(refused, Err(Error::CouldNotParseCertificate));
    }
}
