//! Making certificates: a root, and certificates that it or an intermediate issues. All keys are
//! ECDSA P-256. Nothing here reads the clock or a file.
//!
//! See the example of [`Authority`].

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, DistinguishedName, DnType,
    Error, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};
use rustls::pki_types::CertificateDer;
use uuid::Uuid;

use super::Subjects;

/// A day.
///
/// See the example of [`Authority`].
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long before its making a certificate begins to be valid, for clients whose clocks are slow.
const EARLIER: Duration = DAY;

/// The longest common name that X.520 permits, in characters.
const MAX_COMMON_NAME: usize = 64;

/// The validity of a certificate.
///
/// See the example of [`Authority`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub from: SystemTime,
    /// The last second.
    pub until: SystemTime,
}

impl Validity {
    /// From a day before `now` until `duration` after it.
    ///
    /// See the example of [`Authority`].
    pub fn around(now: SystemTime, duration: Duration) -> Self {
        Self {
            from: now - EARLIER,
            until: now + duration,
        }
    }

    fn apply(self, params: &mut CertificateParams) {
        params.not_before = self.from.into();
        params.not_after = self.until.into();
    }
}

/// A new key.
///
/// See the example of [`Authority`].
pub fn new_key() -> Result<KeyPair, Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

/// A certificate that issues others, with its key.
///
/// ```
/// # use std::time::SystemTime;
/// # use wireserve::tls::Tls;
/// # use wireserve::tls::certificates::authority::{Authority, DAY, Validity, named, new_key, server_params};
/// # use wireserve::tls::certificates::{Subjects, pem};
/// let (subjects, key) = (Subjects::new(["web.test"]), new_key()?);
/// let validity = Validity::around(SystemTime::now(), 30 * DAY);
/// let root = Authority::root(&subjects, validity)?;
/// let intermediate = root.intermediate(&subjects, validity)?;
/// // A certificate whose name is in its subject only, which clients must refuse:
/// let mut params = server_params(&subjects, validity)?;
/// params.subject_alt_names.clear();
/// params.distinguished_name = named("web.test");
/// let chain = [intermediate.issue(&params, &key)?, intermediate.certificate().clone()];
/// let tls = Tls::from_pem(pem(&chain).as_bytes(), key.serialize_pem().as_bytes())?;
/// # assert!(wireserve::Server::builder().tls(tls).start()?.tls_address().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Authority {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new root. It is confined to the hosts and addresses of `subjects` (RFC 5280 §4.2.1.10): a
    /// client that trusts it accepts none of its certificates for other names.
    ///
    /// See the example of [`Authority`].
    pub fn root(subjects: &Subjects, validity: Validity) -> Result<Self, Error> {
        let key = new_key()?;
        let params = authority_params(subjects, validity, None);
        let root = CertifiedIssuer::self_signed(params.clone(), &key)?;
        let certificate = root.der().clone();
        Ok(Self {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }

    /// A new intermediate, which can issue certificates but no further intermediates.
    ///
    /// See the example of [`Authority`].
    pub fn intermediate(&self, subjects: &Subjects, validity: Validity) -> Result<Self, Error> {
        let key = new_key()?;
        let mut params = authority_params(subjects, validity, Some(0));
        params.name_constraints = None;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Self {
            certificate: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        })
    }

    /// A root that was made before.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use wireserve::tls::certificates::Subjects;
    /// # use wireserve::tls::certificates::authority::{Authority, DAY, Validity, server_params};
    /// # let subjects = Subjects::new(["web.test"]);
    /// # let validity = Validity::around(SystemTime::now(), 30 * DAY);
    /// # let root = Authority::root(&subjects, validity)?;
    /// let key = rcgen::KeyPair::from_pem(&root.key_pem())?;
    /// let same = Authority::existing(root.certificate().clone(), key)?;
    /// assert_eq!(same.certificate(), root.certificate());
    /// let params = server_params(&subjects, validity)?;
    /// let issued = params.signed_by(&rcgen::KeyPair::generate()?, same.issuer())?;
    /// assert_ne!(issued.der(), root.certificate());
    /// # Ok::<(), rcgen::Error>(())
    /// ```
    pub fn existing(certificate: CertificateDer<'static>, key: KeyPair) -> Result<Self, Error> {
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self {
            certificate,
            issuer,
        })
    }

    /// The certificate.
    ///
    /// See the example of [`Authority`].
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// The key, as PEM.
    ///
    /// See the example of [`Authority::existing`].
    pub fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// The issuer, to sign other things.
    ///
    /// See the example of [`Authority::existing`].
    pub fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    /// Issues a certificate for this key.
    ///
    /// See the example of [`Authority`].
    pub fn issue(
        &self,
        params: &CertificateParams,
        key: &KeyPair,
    ) -> Result<CertificateDer<'static>, Error> {
        Ok(params.signed_by(key, &self.issuer)?.der().clone())
    }
}

fn authority_params(
    subjects: &Subjects,
    validity: Validity,
    path_length: Option<u8>,
) -> CertificateParams {
    let serial = Uuid::new_v4();
    let kind = match path_length {
        None => "root",
        Some(_) => "intermediate",
    };
    // Two roots of one name would confuse clients that know both.
    let tag = serial.as_fields().0;
    let mut params = CertificateParams::default();
    params.distinguished_name = named(&format!(
        "wireserve {kind} {tag:08x} for {}",
        subjects.main_host()
    ));
    params.serial_number = Some(serial_number(serial));
    params.is_ca = IsCa::Ca(match path_length {
        None => BasicConstraints::Unconstrained,
        Some(length) => BasicConstraints::Constrained(length),
    });
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: confined_to(subjects),
        excluded_subtrees: Vec::new(),
    });
    params.use_authority_key_identifier_extension = path_length.is_some();
    validity.apply(&mut params);
    params
}

fn confined_to(subjects: &Subjects) -> Vec<GeneralSubtree> {
    let hosts = subjects
        .hosts()
        .map(|host| GeneralSubtree::DnsName(host.to_owned()));
    let addresses = subjects.addresses().map(|address| {
        let bits = match address {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        };
        GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, bits))
    });
    hosts.chain(addresses).collect()
}

/// What a server's certificate contains, before it is issued.
///
/// See the example of [`Authority`].
pub fn server_params(subjects: &Subjects, validity: Validity) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(subjects.main_host());
    params.serial_number = Some(serial_number(Uuid::new_v4()));
    for name in subjects.names() {
        let name = SanType::DnsName(name.try_into()?);
        params.subject_alt_names.push(name);
    }
    let addresses = subjects.addresses().map(SanType::IpAddress);
    params.subject_alt_names.extend(addresses);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    validity.apply(&mut params);
    Ok(params)
}

/// A subject with this common name.
///
/// See the example of [`Authority`].
pub fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    let name: String = name.chars().take(MAX_COMMON_NAME).collect();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Random, so that a key's next certificate has another one: clients refuse two certificates of one
/// issuer with the same number. Its first bit is 0, since it is a positive INTEGER.
fn serial_number(uuid: Uuid) -> SerialNumber {
    let mut bytes = uuid.into_bytes();
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}
