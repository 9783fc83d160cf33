//! The certificate of HTTPS that a configuration asks for: made, or read from files.

use std::env;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;

use crate::config::{CertificateSource, Listener, ListenerCertificate, Settings, Unusable};
use crate::hosts::{Subdomains, hosts_file};
use crate::text::timestamp::Date;
use crate::tls::certificates::authority::{Authority, DAY};
use crate::tls::certificates::pair::read_chain;
use crate::tls::certificates::{Pair, PairError, Renewed, Store, StoreError, Stored, Subjects};
use crate::tls::faults::FaultyCertificate;
use crate::tls::faults::certificate::revocation_list;
use crate::tls::{CertificateFiles, Tls};

use super::error::{CommandError, with_causes};

/// A server's certificate, the root that clients have to trust, and their files.
pub(super) struct Obtained {
    pub(super) pair: Pair,
    pub(super) root: Option<Root>,
    /// The root with its key, if the certificate was made.
    pub(super) authority: Option<Authority>,
    pub(super) files: Option<CertificateFiles>,
    /// Where it is made again before it expires, if it was made.
    kept_in: Option<(Store, Subjects)>,
}

/// The root that clients have to trust.
pub(super) struct Root {
    pub(super) certificate: CertificateDer<'static>,
    /// Its file, if it has one.
    pub(super) path: Option<PathBuf>,
}

impl Obtained {
    /// The root's list of revoked certificates as PEM.
    pub(super) fn revocation_list(&self) -> Result<String, CommandError> {
        let authority = self.authority.as_ref().ok_or(CommandError::NoAuthority)?;
        let list = revocation_list(authority, SystemTime::now());
        let list = list.map_err(CommandError::CertificateStore)?;
        list.pem()
            .map_err(|error| CommandError::CertificateStore(error.into()))
    }

    /// What listeners speak TLS with.
    pub(super) fn tls(&self) -> Tls {
        let resolver = match &self.kept_in {
            Some((store, subjects)) => Renewed::resolver(store, subjects, &self.pair),
            None => self.pair.resolver(),
        };
        let tls = Tls::with_certificates(resolver);
        match &self.files {
            Some(files) => tls.files(files.clone()),
            None => tls,
        }
    }
}

/// What to do if certificates that were made cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unkept {
    /// Log a warning, and use new ones that are kept in memory.
    Warn,
    /// Fail.
    Fail,
}

/// The certificate that the settings ask for; none if they turn HTTPS off.
pub(super) fn obtain(
    settings: &Settings,
    unkept: Unkept,
) -> Result<Option<Obtained>, CommandError> {
    let subjects = subjects(settings);
    let now = SystemTime::now();
    let (files, root, unusable) = match &settings.certificates {
        CertificateSource::None => return Ok(None),
        CertificateSource::Generated { folder, days, anew } => {
            let store = store(folder.as_ref(), &subjects)
                .map(|store| store.duration(*days * DAY).anew(*anew));
            return kept(store, &subjects, unkept, now).map(Some);
        }
        CertificateSource::Files {
            certificate,
            key,
            root,
            unusable,
        } => {
            let files = CertificateFiles {
                key: key.clone(),
                certificate: certificate.clone(),
                ca: root.clone(),
            };
            (files, root, *unusable)
        }
    };
    let replaced = |problem: String| {
        log::warn!(
            "using a certificate that wireserve makes, see `wireserve cert`, not the checkout's: {problem}"
        );
        in_cache(&subjects, unkept, now).map(Some)
    };
    let pair = match (Pair::read(&files.certificate, &files.key), unusable) {
        (Ok(pair), _) => pair,
        (Err(error), Unusable::Replace) => return replaced(with_causes(&error)),
        (Err(error), Unusable::Use) => return Err(CommandError::Certificate(error)),
    };
    match (problem(&pair, settings, now), unusable) {
        (None, _) => {}
        (Some(problem), Unusable::Replace) => return replaced(problem),
        (Some(problem), Unusable::Use) => {
            log::warn!(
                "{problem}; clients refuse it: replace it, or set `ssl.type` to \"generated\""
            );
        }
    }
    let root = match root {
        Some(path) => Some(read_root(path.clone()).map_err(CommandError::Certificate)?),
        None => found_root(&pair, &files),
    };
    let files = Some(files);
    Ok(Some(Obtained {
        pair,
        root,
        authority: None,
        files,
        kept_in: None,
    }))
}

/// The names of a server, and the address or name that it listens on.
pub(super) fn subjects(settings: &Settings) -> Subjects {
    let names = hosts_file::sorted(&settings.names, Subdomains::Resolving);
    let mut names: Vec<_> = names.chain(settings.hosts.iter().cloned()).collect();
    let by_name = |listener: &Listener| {
        let tls = listener.tls.as_ref();
        tls.is_some_and(|tls| tls.certificate == ListenerCertificate::ByName)
    };
    if settings.listeners.iter().any(by_name) {
        names.push(FaultyCertificate::Good.host());
    }
    Subjects::new(names)
}

/// One that is made, and kept in the cache folder.
pub(super) fn in_cache(
    subjects: &Subjects,
    unkept: Unkept,
    now: SystemTime,
) -> Result<Obtained, CommandError> {
    kept(store(None, subjects), subjects, unkept, now)
}

fn store(folder: Option<&PathBuf>, subjects: &Subjects) -> Result<Store, StoreError> {
    match folder {
        Some(folder) => Ok(Store::in_folder(folder)),
        None => Store::in_cache(subjects, |name| env::var_os(name).map(PathBuf::from)),
    }
}

fn kept(
    store: Result<Store, StoreError>,
    subjects: &Subjects,
    unkept: Unkept,
    now: SystemTime,
) -> Result<Obtained, CommandError> {
    let mut kept_in = None;
    let opened = store.and_then(|store| {
        let stored = store.open(subjects, now)?;
        kept_in = Some((store.anew(false), subjects.clone()));
        Ok(stored)
    });
    let stored = match opened {
        Err(error) if unkept == Unkept::Warn => {
            log::warn!(
                "using a certificate that is lost when the server stops, since it cannot be kept: {}",
                with_causes(&error)
            );
            Stored::in_memory(subjects, now)
        }
        stored => stored,
    };
    let Stored {
        pair,
        root,
        authority,
        files,
    } = stored.map_err(CommandError::CertificateStore)?;
    let path = files.as_ref().and_then(|files| files.ca.clone());
    Ok(Obtained {
        pair,
        root: Some(Root {
            certificate: root,
            path,
        }),
        authority,
        files,
        kept_in,
    })
}

/// Why clients would not accept a certificate that was read from files, with its date or its names.
fn problem(pair: &Pair, settings: &Settings, now: SystemTime) -> Option<String> {
    let file = match &settings.certificates {
        CertificateSource::Files { certificate, .. } => certificate.display().to_string(),
        _ => return None,
    };
    let validity = pair.validity()?;
    if validity.until < now {
        return Some(format!(
            "{file}: the certificate expired on {}",
            Date(validity.until)
        ));
    }
    if validity.from > now + CLOCK_DIFFERENCE {
        return Some(format!(
            "{file}: the certificate is valid only from {}",
            Date(validity.from)
        ));
    }
    let names: Vec<_> = hosts_file::sorted(&settings.names, Subdomains::Resolving).collect();
    let missing: Vec<_> = names.iter().filter(|name| !pair.is_for(name)).collect();
    match missing.as_slice() {
        [] => None,
        [first, others @ ..] => Some(format!(
            "{file}: the certificate lacks {} of {} names, for example {first}",
            others.len() + 1,
            names.len()
        )),
    }
}

/// How far the clocks of this machine and of the one that made a certificate may differ.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(60);

fn read_root(path: PathBuf) -> Result<Root, PairError> {
    Ok(Root {
        certificate: read_chain(&path)?.swap_remove(0),
        path: Some(path),
    })
}

/// The root of a certificate for which none is configured: in `cacert.pem` beside the certificate, where
/// WPT has it, or in the chain.
fn found_root(pair: &Pair, files: &CertificateFiles) -> Option<Root> {
    let beside = read_root(files.certificate.with_file_name("cacert.pem"));
    let in_chain = Root {
        certificate: pair.last().clone(),
        path: None,
    };
    [beside.ok(), Some(in_chain)]
        .into_iter()
        .flatten()
        .find(|root| pair.is_issued_by(&root.certificate))
}
