//! Responses of the Online Certificate Status Protocol (RFC 6960). A server staples one to its certificate in
//! the handshake, for clients that ask for it (RFC 6066 §8). Clients that ask by themselves send a request to the
//! address in the certificate, which [`answer`] reads.

use std::time::{Duration, SystemTime};

use rcgen::{Error, SigningKey as _};
use rustls::pki_types::CertificateDer;
use sha1_smol::Sha1;
use x509_parser::parse_x509_certificate;
use x509_parser::prelude::X509Certificate;
use yasna::models::{GeneralizedTime, ObjectIdentifier};
use yasna::{ASN1Result, BERReader, DERWriter, Tag};

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

/// The status "malformedRequest", without a response.
const MALFORMED_REQUEST: i64 = 1;

/// The reason "keyCompromise" (RFC 5280 §5.3.1).
const KEY_COMPROMISE: i64 = 1;

/// What a response states about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It is not revoked.
    Good,
    /// It has been revoked since the response applies.
    Revoked,
    /// Another issuer has made it.
    Unknown,
}

/// The answer to a request about certificates of this issuer (RFC 6960 §4.1.1): `status` is that of a serial number. A
/// nonce is not repeated.
///
/// # Errors
/// When the issuer's certificate is malformed, or the system has no randomness.
pub(super) fn answer(
    issuer: &Authority,
    request: &[u8],
    status: impl Fn(&[u8]) -> Status,
    validity: Validity,
) -> Result<Vec<u8>, Error> {
    let Ok(asked) = read_request(request) else {
        return Ok(yasna::construct_der(|writer| {
            writer.write_sequence(|writer| writer.next().write_enum(MALFORMED_REQUEST));
        }));
    };
    let of_issuer = parsed(issuer.certificate())?;
    let key = Sha1::from(&of_issuer.public_key().subject_public_key.data);
    let key = key.digest().bytes();
    let statuses = asked.into_iter().map(|asked| {
        let is_other = asked.algorithm == ObjectIdentifier::from_slice(SHA1) && asked.key != key;
        let status = match is_other {
            true => Status::Unknown,
            false => status(&asked.serial),
        };
        (asked.id, status)
    });
    let statuses = statuses.collect();
    signed(
        issuer,
        &About {
            statuses,
            issuer: &of_issuer,
            validity,
        },
    )
}

/// A certificate that a request asks about.
struct Asked {
    /// The `CertID`, as it came.
    id: Vec<u8>,
    /// How `key` is hashed.
    algorithm: ObjectIdentifier,
    /// The hash of the issuer's key.
    key: Vec<u8>,
    serial: Vec<u8>,
}

/// `OCSPRequest` (RFC 6960 §4.1.1). Its signature, its extensions and the name of the requestor are ignored.
fn read_request(request: &[u8]) -> ASN1Result<Vec<Asked>> {
    let ignored = |reader: BERReader<'_, '_>| reader.read_der().map(drop);
    let ids = yasna::parse_der(request, |reader| {
        reader.read_sequence(|reader| {
            let ids = reader.next().read_sequence(|reader| {
                for tag in 0..=1 {
                    reader
                        .read_optional(|reader| reader.read_tagged(Tag::context(tag), ignored))?;
                }
                let ids = reader.next().collect_sequence_of(|reader| {
                    reader.read_sequence(|reader| {
                        let id = reader.next().read_der()?;
                        reader
                            .read_optional(|reader| reader.read_tagged(Tag::context(0), ignored))?;
                        Ok(id)
                    })
                })?;
                reader.read_optional(|reader| reader.read_tagged(Tag::context(2), ignored))?;
                Ok(ids)
            })?;
            reader.read_optional(|reader| reader.read_tagged(Tag::context(0), ignored))?;
            Ok(ids)
        })
    })?;
    ids.into_iter().map(read_id).collect()
}

/// `CertID` (RFC 6960 §4.1.1).
fn read_id(id: Vec<u8>) -> ASN1Result<Asked> {
    let (algorithm, key, serial) = yasna::parse_der(&id, |reader| {
        reader.read_sequence(|reader| {
            let algorithm = reader.next().read_sequence(|reader| {
                let algorithm = reader.next().read_oid()?;
                reader.read_optional(|reader| reader.read_der())?;
                Ok(algorithm)
            })?;
            // The hash of the issuer's name says no more than that of its key.
            reader.next().read_bytes()?;
            let key = reader.next().read_bytes()?;
            let (serial, _) = reader.next().read_bigint_bytes()?;
            Ok((algorithm, key, serial))
        })
    })?;
    Ok(Asked {
        id,
        algorithm,
        key,
        serial,
    })
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
    let of_issuer = parsed(issuer.certificate())?;
    let id = id(&parsed(certificate)?, &of_issuer);
    signed(
        issuer,
        &About {
            statuses: vec![(id, status)],
            issuer: &of_issuer,
            validity,
        },
    )
}

/// `OCSPResponse` (RFC 6960 §4.2.1).
fn signed(issuer: &Authority, about: &About<'_>) -> Result<Vec<u8>, Error> {
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
    /// For each `CertID`.
    statuses: Vec<(Vec<u8>, Status)>,
    issuer: &'c X509Certificate<'c>,
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
                for (id, status) in &self.statuses {
                    self.write_status(writer.next(), id, *status);
                }
            });
        });
    }

    /// `SingleResponse` (RFC 6960 §4.2.1).
    fn write_status(&self, writer: DERWriter<'_>, id: &[u8], status: Status) {
        writer.write_sequence(|writer| {
            writer.next().write_der(id);
            match status {
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
                Status::Unknown => {
                    let writer = writer.next();
                    writer.write_tagged_implicit(Tag::context(2), |writer| writer.write_null());
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
}

/// `CertID` (RFC 6960 §4.1.1).
fn id(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> Vec<u8> {
    let name = issuer.subject().as_raw();
    let key = &issuer.public_key().subject_public_key.data;
    yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            write_algorithm(writer.next(), SHA1);
            for hashed in [name, key] {
                let digest = Sha1::from(hashed).digest().bytes();
                writer.next().write_bytes(&digest);
            }
            let serial = certificate.raw_serial();
            writer.next().write_bigint_bytes(serial, true);
        });
    })
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

    #[test]
    fn what_a_request_asks_about() {
        let subjects = Subjects::new(["a.test"]);
        let validity = Validity::around(SystemTime::UNIX_EPOCH + 20_000 * DAY, 30 * DAY);
        let [root, other] = [(); 2].map(|()| Authority::root(&subjects, validity).unwrap());
        let params = server_params(&subjects, validity).unwrap();
        let certificate = root.issue(&params, &new_key().unwrap()).unwrap();
        let parsed_certificate = parsed(&certificate).unwrap();
        let id = |issuer: &Authority| {
            let issuer = parsed(issuer.certificate()).unwrap();
            id(&parsed_certificate, &issuer)
        };
        let request = |ids: &[Vec<u8>]| {
            yasna::construct_der(|writer| {
                writer.write_sequence(|writer| {
                    writer.next().write_sequence(|writer| {
                        writer.next().write_sequence_of(|writer| {
                            for id in ids {
                                writer
                                    .next()
                                    .write_sequence(|writer| writer.next().write_der(id));
                            }
                        });
                    });
                });
            })
        };
        let serial = parsed_certificate.raw_serial().to_vec();
        let status = |asked: &[u8]| match asked == serial {
            true => Status::Revoked,
            false => Status::Good,
        };
        let both = request(&[id(&root), id(&other)]);
        let answered = answer(&root, &both, status, validity).unwrap();
        let find = |part: &[u8]| answered.windows(part.len()).position(|at| at == part);
        let (revoked, unknown) = (find(b"\xa1\x16\x18"), find(b"\x82\x00"));
        assert!(
            revoked < unknown && revoked.is_some(),
            "{revoked:?} {unknown:?}"
        );
        for malformed in [
            &b""[..],
            b"\x30",
            &both[..both.len() - 1],
            &[&both[..], b"\0"].concat(),
        ] {
            let refused = answer(&root, malformed, status, validity);
            assert_eq!(refused.unwrap(), b"\x30\x03\x0a\x01\x01");
        }
    }
}
