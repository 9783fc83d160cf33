//! The certificates of all listeners, also the faulty ones. Most have the server's certificate
//! (`obtained_certificate.rs`).

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::sign::SingleCertAndKey;
use serde_json::Value;

use crate::config::{ListenerCertificate, ListenerTls, Settings};
use crate::hosts::port;
use crate::http::scheme::Scheme;
use crate::tls::faults::{FaultyCertificate, FaultyHosts, HandshakeFault};
use crate::tls::{CertificateFiles, ClientCertificates, Tls};

use super::certificate_warnings;
use super::client_certificates;
use super::error::CommandError;
use super::obtained_certificate::{self, Obtained, Unkept, subjects};

/// The certificates of a server's listeners; made only if a listener needs them.
pub(super) struct Certificates {
    /// None if HTTPS is off, or no listener uses the server's certificate.
    obtained: Option<Obtained>,
    faulty: Option<Arc<FaultyHosts>>,
    /// The fault of the certificate on the ports of `https`.
    fault: Option<FaultyCertificate>,
    /// Whether there are such ports.
    has_ports: bool,
    /// Whether TLS begins after a request with CONNECT on them.
    after_connect: bool,
    /// What they ask of clients.
    of_clients: ClientCertificates,
}

/// The key `ssl.encrypt_after_connect` of the configuration.
fn encrypts_after_connect(settings: &Settings) -> bool {
    let ssl = settings.names.settings.get("ssl");
    let value = ssl.and_then(|ssl| ssl.get("encrypt_after_connect"));
    value.and_then(Value::as_bool) == Some(true)
}

impl Certificates {
    /// Those that the listeners of these settings need.
    pub(super) fn of(settings: &Settings, doc_root: &Path) -> Result<Self, CommandError> {
        let of_listeners = || {
            let listeners = settings.listeners.iter();
            listeners.filter_map(|listener| Some(&listener.tls.as_ref()?.certificate))
        };
        let fault = settings
            .certificate_fault
            .as_deref()
            .map(fault)
            .transpose()?;
        let has_faults =
            fault.is_some() || of_listeners().any(|one| *one != ListenerCertificate::Server);
        let has_ports = settings.ports.iter().any(|(scheme, ports)| {
            port::spoken(scheme) == Some(Scheme::Https) && !ports.is_empty()
        });
        if fault.is_some() && !has_ports {
            return Err(CommandError::NoPortForCertificate);
        }
        let of_clients = match &settings.client_certificates {
            None => ClientCertificates::None,
            Some(_) if !has_ports => return Err(CommandError::NoTlsPort),
            Some(files) => client_certificates::read(files)?,
        };
        let is_shown = has_ports && fault.is_none();
        let mut certificates = Self {
            obtained: None,
            faulty: None,
            fault,
            has_ports,
            after_connect: encrypts_after_connect(settings),
            of_clients,
        };
        if is_shown || of_listeners().any(|one| *one == ListenerCertificate::Server) {
            certificates.obtained = obtained_certificate::obtain(settings, Unkept::Warn)?;
            if let Some(files) = certificates.files() {
                certificate_warnings::warn_of_exposure(settings, doc_root, &files.key);
            }
        }
        if has_faults {
            certificates.faulty = Some(Arc::new(faulty(settings, certificates.obtained.as_ref())?));
        }
        Ok(certificates)
    }

    /// What the ports of `https` and its variants speak TLS with; `None` without such ports, or if HTTPS is off.
    pub(super) fn of_schemes(&self) -> Option<Tls> {
        if !self.has_ports {
            return None;
        }
        let tls = match (&self.faulty, self.fault) {
            (Some(faulty), Some(fault)) => one(faulty, fault),
            _ => self.obtained.as_ref().map(Obtained::tls)?,
        };
        let tls = tls.client_certificates(self.of_clients.clone());
        Some(match self.after_connect {
            true => tls.encrypt_after_connect(),
            false => tls,
        })
    }

    /// The hosts with faults, if there are any.
    pub(super) fn faulty(&self) -> Option<&Arc<FaultyHosts>> {
        self.faulty.as_ref()
    }

    /// The files of the server's certificate.
    pub(super) fn files(&self) -> Option<&CertificateFiles> {
        self.obtained.as_ref()?.files.as_ref()
    }

    /// What a listener speaks TLS with.
    pub(super) fn of_listener(&self, listener: &ListenerTls) -> Result<Tls, CommandError> {
        let mut tls = self.with_certificate(&listener.certificate)?;
        if let Some(name) = &listener.handshake {
            let fault = HandshakeFault::named(name);
            let found = || CommandError::HandshakeFault {
                found: name.clone(),
            };
            tls = tls.faulty_handshakes(fault.ok_or_else(found)?);
        }
        if let Some(files) = &listener.client_certificates {
            tls = tls.client_certificates(client_certificates::read(files)?);
        }
        Ok(tls)
    }

    fn with_certificate(&self, certificate: &ListenerCertificate) -> Result<Tls, CommandError> {
        match (certificate, &self.faulty) {
            (ListenerCertificate::Faulty(name), Some(faulty)) => Ok(one(faulty, fault(name)?)),
            (ListenerCertificate::ByName, Some(faulty)) => {
                Ok(Tls::with_faulty_hosts(Arc::clone(faulty)))
            }
            _ => match &self.obtained {
                Some(obtained) => Ok(obtained.tls()),
                None => Err(CommandError::NoCertificates),
            },
        }
    }
}

/// One faulty certificate for all clients.
fn one(faulty: &FaultyHosts, fault: FaultyCertificate) -> Tls {
    Tls::with_certificates(Arc::new(SingleCertAndKey::from(faulty.with(fault))))
}

fn fault(name: &str) -> Result<FaultyCertificate, CommandError> {
    FaultyCertificate::named(name).ok_or_else(|| CommandError::CertificateFault {
        found: name.to_owned(),
    })
}

/// The faulty hosts, whose root is that of certificates that are made.
fn faulty(settings: &Settings, obtained: Option<&Obtained>) -> Result<FaultyHosts, CommandError> {
    let now = SystemTime::now();
    let subjects = subjects(settings);
    let made;
    let obtained = match obtained {
        Some(obtained) if obtained.authority.is_some() => obtained,
        _ => {
            made = obtained_certificate::in_cache(&subjects, Unkept::Warn, now)?;
            &made
        }
    };
    let authority = obtained
        .authority
        .as_ref()
        .ok_or(CommandError::NoAuthority)?;
    let good = Arc::clone(obtained.pair.certified());
    FaultyHosts::new(authority, good, &subjects, now).map_err(CommandError::CertificateStore)
}
