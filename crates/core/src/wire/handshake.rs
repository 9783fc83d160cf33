//! The TLS handshake, in the thread of the connection. It waits for the client as long as a request head
//! would be waited for.

use std::io;
use std::mem::{self, MaybeUninit};
use std::sync::Arc;

use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{CipherSuite, HandshakeKind, ProtocolVersion, ServerConnection};

use crate::tls::Configs;
use crate::tls::faults::HandshakeFault;
use crate::tls::faults::handshake::alert_record;

use super::Wire;
use super::secured::Secured;
use super::session::Session;
use super::socket::{Blocking, Socket};
use super::tls_info::{Cipher, TlsInfo, TlsVersion};

/// Bytes read from the socket at once. A ClientHello has a few hundred, with certificates a few thousand
/// follow.
const READ_SIZE: usize = 16 * 1024;

/// The first byte of a record with a part of a handshake (RFC 8446 §5.1).
const HANDSHAKE_RECORD: u8 = 22;

/// The alert for a record of a type that is not expected (RFC 8446 §5).
const UNEXPECTED_MESSAGE: u8 = 10;

/// Why a connection has no TLS session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The client sent text, which HTTP without TLS begins with. Nothing was sent to it.
    #[error("expected a TLS handshake, found text")]
    Text,
    /// The client ended the connection, or another thread did.
    #[error("the connection ended within the TLS handshake")]
    Ended,
    /// The handshake was broken off, as its listener does, or the host that the client asked for.
    #[error("the TLS handshake was broken off on purpose")]
    Faulty,
    /// The connection failed.
    #[error("the connection failed within the TLS handshake: {0}")]
    Io(#[from] io::Error),
    /// The handshake failed, and an alert has reported it to the client.
    #[error("the TLS handshake failed: {0}")]
    Tls(#[from] rustls::Error),
}

impl Wire {
    /// Does the handshake. Everything that is sent or received afterwards goes through TLS. Called once. What
    /// was read in the clear before must have been answered; bytes after it belong to the handshake.
    ///
    /// # Errors
    /// [`HandshakeError`]: the connection stays in the clear.
    pub fn handshake(&self, configs: &Configs) -> Result<(), HandshakeError> {
        let socket = self.stream.socket();
        // Reads in the clear may have been limited before.
        socket.unlimit_reads();
        let mut input = Input {
            socket,
            early: self.take_early(),
        };
        let (accepted, mut arrived) = self.client_hello(&mut input)?;
        let mut output_to = Output { socket, left: None };
        match configs.fault(&accepted.client_hello()) {
            None => {}
            Some(HandshakeFault::Stall) => loop {
                input.receive()?;
            },
            Some(HandshakeFault::Alert(code)) => {
                output_to.send(&alert_record(code))?;
                return Err(HandshakeError::Faulty);
            }
            Some(HandshakeFault::CutAfter(count)) => output_to.left = Some(count),
        }
        let config = configs.choose(&accepted.client_hello());
        let connection = accepted
            .into_connection(config)
            .map_err(|(error, alert)| refused(socket, error, alert))?;
        let mut session = Session::new(connection);
        let mut plaintext = Vec::new();
        let sending = loop {
            let decrypted = session.try_decrypt(&arrived, &mut plaintext);
            let mut output = Vec::new();
            session.take_output(&mut output);
            output_to.send(&output)?;
            let sending = decrypted?;
            if !session.connection().is_handshaking() {
                break sending;
            }
            arrived = input.receive()?;
        };
        let info = info(session.connection());
        let secured = Secured::new(session, Arc::new(info), plaintext, sending);
        self.stream.secure(secured);
        Ok(())
    }

    /// What a client has sent before its last answer in the clear had arrived.
    fn take_early(&self) -> Vec<u8> {
        let mut inbound = self.inbound();
        let early = inbound.buffered().to_vec();
        inbound.consume(early.len());
        early
    }

    /// The first message of the client, and the bytes after it.
    fn client_hello(&self, input: &mut Input<'_>) -> Result<(Accepted, Vec<u8>), HandshakeError> {
        let mut acceptor = Acceptor::default();
        let mut is_first = true;
        loop {
            let arrived = input.receive()?;
            if is_first && arrived.first().copied().is_some_and(is_text) {
                if let Some(tape) = self.tape() {
                    tape.received(&arrived, arrived.len() as u64);
                }
                return Err(HandshakeError::Text);
            }
            is_first = false;
            let mut left = &arrived[..];
            while !left.is_empty() {
                acceptor.read_tls(&mut left)?;
                let accepted = acceptor
                    .accept()
                    .map_err(|(error, alert)| refused(input.socket, error, alert))?;
                if let Some(accepted) = accepted {
                    return Ok((accepted, left.to_vec()));
                }
            }
        }
    }
}

/// What the client sends in a handshake.
struct Input<'s> {
    socket: &'s Socket,
    /// What has been read in the clear, and not been taken yet.
    early: Vec<u8>,
}

impl Input<'_> {
    /// Reads once; never 0 bytes. Not within its callers, whose stacks would have the room.
    #[inline(never)]
    fn receive(&mut self) -> Result<Vec<u8>, HandshakeError> {
        if !self.early.is_empty() {
            return Ok(mem::take(&mut self.early));
        }
        let mut room = [MaybeUninit::uninit(); READ_SIZE];
        loop {
            match self.socket.read_into(&mut room, Blocking::Wait) {
                Ok([]) => return Err(HandshakeError::Ended),
                Ok(arrived) => return Ok(arrived.to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What the server sends in a handshake, all of it or only the beginning.
struct Output<'s> {
    socket: &'s Socket,
    /// The bytes after which the handshake is cut, if it should be.
    left: Option<usize>,
}

impl Output<'_> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), HandshakeError> {
        let count = self.left.map_or(bytes.len(), |left| left.min(bytes.len()));
        send(self.socket, &bytes[..count])?;
        if let Some(left) = &mut self.left {
            *left -= count;
        }
        match count < bytes.len() {
            true => Err(HandshakeError::Faulty),
            false => Ok(()),
        }
    }
}

/// Whether these could be the first bytes of a request without TLS.
fn is_text(first: u8) -> bool {
    first != HANDSHAKE_RECORD && (first.is_ascii_graphic() || matches!(first, b'\r' | b'\n' | b' '))
}

fn send(socket: &Socket, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.send([&[], bytes], Blocking::Wait) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn refused(socket: &Socket, error: rustls::Error, mut alert: AcceptedAlert) -> HandshakeError {
    let mut bytes = Vec::new();
    // Writing to a vector does not fail, and a client that is gone needs no alert.
    let _ = alert.write_all(&mut bytes);
    if bytes.is_empty() {
        // rustls has none for a first record that is not a handshake.
        bytes.extend_from_slice(&alert_record(UNEXPECTED_MESSAGE));
    }
    let _ = send(socket, &bytes);
    error.into()
}

fn info(connection: &ServerConnection) -> TlsInfo {
    let suite = connection.negotiated_cipher_suite();
    let certificates = connection.peer_certificates().unwrap_or_default();
    TlsInfo {
        version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => TlsVersion::V1_2,
            _ => TlsVersion::V1_3,
        },
        cipher: suite.map_or(UNKNOWN, |suite| cipher(suite.suite())),
        server_name: connection.server_name().map(str::to_owned),
        alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        client_certificates: certificates.iter().map(|der| der.to_vec()).collect(),
    }
}

/// A suite that is missing in the table below.
const UNKNOWN: Cipher = Cipher {
    name: "unknown",
    openssl_name: "unknown",
    bits: 0,
};

/// The names and the key length of a suite that the server supports.
fn cipher(suite: CipherSuite) -> Cipher {
    let (name, openssl_name, bits) = match suite {
        CipherSuite::TLS13_AES_256_GCM_SHA384 => {
            ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", 256)
        }
        CipherSuite::TLS13_AES_128_GCM_SHA256 => {
            ("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", 128)
        }
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => (
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            256,
        ),
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => (
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            256,
        ),
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => (
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            128,
        ),
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => (
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            256,
        ),
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => (
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            256,
        ),
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => (
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            128,
        ),
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => (
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
            "ECDHE-RSA-CHACHA20-POLY1305",
            256,
        ),
        _ => return UNKNOWN,
    };
    Cipher {
        name,
        openssl_name,
        bits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_supported_suite_has_names() {
        for suite in crate::tls::provider().cipher_suites {
            assert_ne!(cipher(suite.suite()), UNKNOWN, "{suite:?}");
        }
    }

    #[test]
    fn text_and_records() {
        for (first, expected) in [(b'G', true), (b'\r', true), (22, false), (0x80, false)] {
            assert_eq!(is_text(first), expected, "{first}");
        }
    }
}
