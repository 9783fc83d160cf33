//! Certificates for HTTPS: made at start and kept in a folder ([`store`]), or read from files
//! ([`pair`]). Which of these a server uses is decided by its configuration, not here.
//!
//! See the example of [`Store`].

pub mod authority;
mod folder;
pub mod pair;
mod renewed;
pub mod store;
mod store_error;
mod subjects;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;

pub use pair::{Pair, PairError};
pub use renewed::Renewed;
pub use store::{Store, Stored};
pub use store_error::StoreError;
pub use subjects::Subjects;

/// Characters of a line of PEM (RFC 7468 §2).
const PEM_LINE: usize = 64;

/// Certificates as PEM.
///
/// See the example of [`Tls`](crate::tls::Tls).
pub fn pem(certificates: &[CertificateDer<'_>]) -> String {
    let mut text = String::new();
    for certificate in certificates {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = BASE64_STANDARD.encode(certificate);
        let mut rest = encoded.as_str();
        while !rest.is_empty() {
            let (line, more) = rest.split_at(PEM_LINE.min(rest.len()));
            text.push_str(line);
            text.push('\n');
            rest = more;
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
