//! Handshakes that do not come to their end, by the names of the hosts that have them.
//!
//! See the example of [`HandshakeFault`].

/// What a server does after the client's first message.
///
/// ```
/// # use std::net::TcpStream;
/// # use std::time::SystemTime;
/// # use wireserve::Server;
/// # use wireserve::tls::certificates::{Stored, Subjects};
/// use wireserve::tls::Tls;
/// use wireserve::tls::faults::{HandshakeFault, handshake_fault};
///
/// assert_eq!(HandshakeFault::named("cut-after-100"), Some(HandshakeFault::CutAfter(100)));
/// assert_eq!(handshake_fault(Some("stall.tls.localhost")), Some(HandshakeFault::Stall));
/// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// let tls = Tls::with_certificates(made.pair.resolver()).faulty_handshakes(HandshakeFault::Alert(40));
/// let server = Server::builder().tls(tls).start()?;
/// # let config = rustls::ClientConfig::builder_with_provider(wireserve::tls::provider().into())
/// #     .with_safe_default_protocol_versions()?
/// #     .with_root_certificates(rustls::RootCertStore::empty())
/// #     .with_no_client_auth();
/// # let mut client = rustls::ClientConnection::new(config.into(), "web.test".try_into()?)?;
/// # let mut socket = TcpStream::connect(server.tls_address().ok_or("no TLS")?)?;
/// # let error = client.complete_io(&mut socket).expect_err("the handshake fails");
/// // What a client of rustls reports:
/// assert!(error.to_string().contains("HandshakeFailure"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeFault {
    /// It sends nothing, and waits until the client leaves: `stall`.
    Stall,
    /// It sends so many bytes of its handshake, then ends the connection: `cut-after-100`.
    CutAfter(usize),
    /// It sends an alert and ends the connection: `alert-handshake-failure`, `alert-40`.
    Alert(u8),
}

/// The alerts of RFC 8446 §6 and of RFC 5246 §7.2, with hyphens, since names of hosts have no underscores.
const ALERTS: [(&str, u8); 34] = [
    ("close-notify", 0),
    ("unexpected-message", 10),
    ("bad-record-mac", 20),
    ("decryption-failed", 21),
    ("record-overflow", 22),
    ("decompression-failure", 30),
    ("handshake-failure", 40),
    ("no-certificate", 41),
    ("bad-certificate", 42),
    ("unsupported-certificate", 43),
    ("certificate-revoked", 44),
    ("certificate-expired", 45),
    ("certificate-unknown", 46),
    ("illegal-parameter", 47),
    ("unknown-ca", 48),
    ("access-denied", 49),
    ("decode-error", 50),
    ("decrypt-error", 51),
    ("export-restriction", 60),
    ("protocol-version", 70),
    ("insufficient-security", 71),
    ("internal-error", 80),
    ("inappropriate-fallback", 86),
    ("user-canceled", 90),
    ("no-renegotiation", 100),
    ("missing-extension", 109),
    ("unsupported-extension", 110),
    ("certificate-unobtainable", 111),
    ("unrecognized-name", 112),
    ("bad-certificate-status-response", 113),
    ("bad-certificate-hash-value", 114),
    ("unknown-psk-identity", 115),
    ("certificate-required", 116),
    ("no-application-protocol", 120),
];

/// The alerts that are warnings in TLS 1.2.
const WARNINGS: [u8; 3] = [0, 90, 100];

/// The type of a record with an alert (RFC 8446 §5.1).
const ALERT_RECORD: u8 = 21;

impl HandshakeFault {
    /// The alert `unrecognized_name`.
    pub(super) const UNRECOGNIZED: Self = Self::Alert(112);

    /// The fault with this name.
    ///
    /// See the example of [`HandshakeFault`].
    pub fn named(name: &str) -> Option<Self> {
        if name == "stall" {
            return Some(Self::Stall);
        }
        if let Some(count) = name.strip_prefix("cut-after-") {
            return count.parse().ok().map(Self::CutAfter);
        }
        let alert = name.strip_prefix("alert-")?;
        let known = ALERTS.iter().find(|(name, _)| *name == alert);
        let code = known.map(|(_, code)| *code).or_else(|| alert.parse().ok());
        code.map(Self::Alert)
    }
}

/// The record of an alert before any keys are agreed on.
///
/// ```
/// use wireserve::tls::faults::handshake::alert_record;
///
/// // `handshake_failure` (RFC 8446 §6), which is fatal:
/// assert_eq!(alert_record(40), [21, 3, 3, 0, 2, 2, 40]);
/// ```
pub fn alert_record(code: u8) -> [u8; 7] {
    let level = match WARNINGS.contains(&code) {
        true => 1,
        false => 2,
    };
    [ALERT_RECORD, 3, 3, 0, 2, level, code]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, fault) in [
            ("stall", Some(HandshakeFault::Stall)),
            ("cut-after-0", Some(HandshakeFault::CutAfter(0))),
            ("cut-after-517", Some(HandshakeFault::CutAfter(517))),
            ("cut-after-", None),
            ("cut-after--1", None),
            ("alert-handshake-failure", Some(HandshakeFault::Alert(40))),
            ("alert-255", Some(HandshakeFault::Alert(255))),
            ("alert-256", None),
            ("alert-", None),
            ("", None),
        ] {
            assert_eq!(HandshakeFault::named(name), fault, "{name}");
        }
        assert_eq!(alert_record(40), *b"\x15\x03\x03\x00\x02\x02\x28");
        assert_eq!(alert_record(0), *b"\x15\x03\x03\x00\x02\x01\x00");
    }
}
