//! What a client finds at the addresses that the certificates [`Checked`](super::FaultyCertificate::Checked) and
//! [`Revoked`](super::FaultyCertificate::Revoked) name: the root's list of revoked certificates, and an OCSP responder.
//! Both are for clients that check by themselves whether a certificate is revoked.

use std::time::SystemTime;

use super::certificate::{DURATION, REVOKED, revocation_list};
use super::ocsp::{self, Status};
use crate::tls::certificates::StoreError;
use crate::tls::certificates::authority::{Authority, Validity};

/// The list, in DER.
pub(super) fn list(root: &Authority, now: SystemTime) -> Result<Vec<u8>, StoreError> {
    Ok(revocation_list(root, now)?.der().to_vec())
}

/// The responder's answer to a request.
pub(super) fn answer(
    root: &Authority,
    request: &[u8],
    now: SystemTime,
) -> Result<Vec<u8>, StoreError> {
    let status = |serial: &[u8]| match serial == REVOKED {
        true => Status::Revoked,
        false => Status::Good,
    };
    let validity = Validity::around(now, DURATION);
    Ok(ocsp::answer(root, request, status, validity)?)
}
