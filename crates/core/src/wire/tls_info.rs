//! What a TLS handshake has agreed on, as plain values.

/// What a client and the server have agreed on in a TLS handshake.
///
/// ```
/// use wireserve::{Cipher, TlsInfo, TlsVersion};
///
/// fn is_modern(info: &TlsInfo) -> bool {
///     info.version == TlsVersion::V1_3 && info.cipher.bits >= 128
/// }
/// # let name = "TLS_AES_256_GCM_SHA384";
/// # let info = TlsInfo {
/// #     version: TlsVersion::V1_3,
/// #     cipher: Cipher { name, openssl_name: name, bits: 256 },
/// #     server_name: None,
/// #     alpn: None,
/// #     resumed: false,
/// #     client_certificates: Vec::new(),
/// # };
/// // What a handler finds in `exchange.request.arrival().tls`:
/// assert!(is_modern(&info) && info.server_name.is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// The version of the protocol.
    pub version: TlsVersion,
    /// The cipher suite.
    pub cipher: Cipher,
    /// The host name that the client asked for (SNI, RFC 6066 §3), if any.
    pub server_name: Option<String>,
    /// The protocol chosen from those that the client offered (ALPN, RFC 7301), if any.
    pub alpn: Option<Vec<u8>>,
    /// Whether an earlier session was resumed.
    pub resumed: bool,
    /// The client's certificates as DER, its own first; none if the listener asks for none or the client
    /// has none.
    pub client_certificates: Vec<Vec<u8>>,
}

/// A version of TLS.
///
/// ```
/// assert_eq!(wireserve::TlsVersion::V1_3.as_str(), "TLSv1.3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// RFC 5246.
    V1_2,
    /// RFC 8446.
    V1_3,
}

/// A cipher suite.
///
/// ```
/// let cipher = wireserve::Cipher {
///     name: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
///     openssl_name: "ECDHE-RSA-AES128-GCM-SHA256",
///     bits: 128,
/// };
/// assert!(cipher.name.contains(&format!("_{}_", cipher.bits)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cipher {
    /// Its name in the registry of IANA, `TLS_AES_256_GCM_SHA384` for example.
    pub name: &'static str,
    /// Its name in OpenSSL and in Python's `ssl`; in TLS 1.3 it is the same.
    pub openssl_name: &'static str,
    /// The length of its keys.
    pub bits: u16,
}

impl TlsVersion {
    /// The version as OpenSSL and Python's `ssl` write it, `TLSv1.3` for example.
    ///
    /// See the example of [`TlsVersion`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_2 => "TLSv1.2",
            Self::V1_3 => "TLSv1.3",
        }
    }
}
