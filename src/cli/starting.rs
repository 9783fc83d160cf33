//! A running server from [`Settings`], and what the process needs for it: the working directory,
//! enough descriptors, and no signal for files that are too large.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{ControlSettings, Settings, TranscriptFolder};
use crate::control::Control;
use crate::hosts::Port;
use crate::record::RecordLimits;
use crate::server::{Builder, Server};
#[cfg(feature = "redis")]
use crate::stash::RedisStash;
use crate::stash::Stash;
use crate::transcript::TranscriptLimits;

use super::assembly;
#[cfg(feature = "tls")]
use super::certificates::Certificates;
use super::error::CommandError;
use super::python;

/// Descriptors besides those of connections: listeners, files being sent, what handlers open.
const OTHER_DESCRIPTORS: u64 = 512;

/// Starts a server.
pub(super) fn start(settings: &Settings) -> Result<Server, CommandError> {
    builder(settings)?.start().map_err(CommandError::Start)
}

/// A server that can be started, and the process prepared for it.
pub(super) fn builder(settings: &Settings) -> Result<Builder, CommandError> {
    let doc_root = enter(&settings.doc_root)?;
    if settings.environment.is_some() {
        python::replace_active_environment();
    }
    #[cfg_attr(not(feature = "tls"), expect(unused_mut))]
    let mut site = assembly::assemble(settings, &doc_root)?;
    if let Some(processor) = settings.python_cpu {
        python::run_scripts_on(processor).map_err(CommandError::PythonCpu)?;
    }
    raise_descriptor_limit(settings.limits.connections);
    ignore_file_size_signal();
    #[cfg(feature = "tls")]
    let certificates = Certificates::of(settings, &doc_root)?;
    #[cfg(feature = "tls")]
    if let Some(hosts) = certificates.faulty() {
        site.serve_revocation(hosts);
    }
    let mut server = Server::builder()
        .site(site)
        .hosts(settings.hosts.clone())
        .names(settings.names.clone())
        .limits(settings.limits)
        .validators(settings.validators)
        .latency(settings.latency);
    if let Some(handler) = assembly::websockets(settings, &doc_root)? {
        server = server.websockets(handler);
    }
    #[cfg(feature = "tls")]
    match (certificates.of_schemes(), certificates.files()) {
        // With ports of `wss` alone, there are none of `https`.
        (Some(tls), _) => server = server.tls(tls).scheme("https", []),
        (None, Some(files)) => server = server.show_certificate(files),
        (None, None) => {}
    }
    for listener in &settings.listeners {
        let listening = assembly::listening(settings, &doc_root, listener)?;
        server = match &listener.tls {
            None => server.listener(listener.port, listening),
            #[cfg(feature = "tls")]
            Some(tls) => {
                let tls = certificates.of_listener(tls)?;
                server.tls_listener(listener.port, listening, tls)
            }
            #[cfg(not(feature = "tls"))]
            Some(_) => return Err(CommandError::NoTls),
        };
    }
    for path in &settings.unix {
        server = server.unix(path);
    }
    if let Some(folder) = &settings.transcripts {
        server = server
            .transcript_folder(&folder.path, folder.format)
            .transcript_limits(folder.limits);
    }
    if let Some(url) = &settings.stash {
        server = server.stash(stash(url)?);
    }
    if let Some(control) = &settings.control {
        server = recorded(server, control, settings.transcripts.as_ref());
    }
    // With a Unix socket, there may be none.
    server = server.ports([]);
    for (scheme, ports) in settings.ports.iter() {
        server = server.scheme(scheme, ports);
    }
    Ok(server)
}

/// The stash on this Redis server, which must answer now.
#[cfg(feature = "redis")]
fn stash(url: &str) -> Result<Arc<dyn Stash>, CommandError> {
    let stash = RedisStash::new(url).map_err(CommandError::StashUrl)?;
    stash.check()?;
    Ok(Arc::new(stash))
}

#[cfg(not(feature = "redis"))]
fn stash(_url: &str) -> Result<Arc<dyn Stash>, CommandError> {
    Err(CommandError::NoRedis)
}

/// Records requests and transcripts for the control interface.
fn recorded(
    server: Builder,
    control: &ControlSettings,
    folder: Option<&TranscriptFolder>,
) -> Builder {
    let mut requests = RecordLimits::default();
    requests.requests = control.requests;
    requests.bytes = control.bytes;
    let of_folder = folder.map(|folder| folder.limits);
    let transcripts = TranscriptLimits {
        kept_connections: control.requests,
        // A connection that is kept open may carry all requests.
        kept_bytes: control.bytes,
        kept_in_all: control.bytes,
        ..of_folder.unwrap_or_default()
    };
    server
        .record(requests)
        .transcripts()
        .transcript_limits(transcripts)
}

/// Starts the control interface, if it is on.
pub(super) fn control(
    server: &Server,
    settings: &Settings,
) -> Result<Option<Control>, CommandError> {
    let Some(control) = &settings.control else {
        return Ok(None);
    };
    let port = match control.port {
        Port::Free => 0,
        Port::Number(number) | Port::Preferred(number) => number,
    };
    let started = server.control_on(port).map_err(CommandError::Control)?;
    Ok(Some(started))
}

/// Makes the doc root the working directory, as the reference does: some handlers open files
/// relative to it. Returns its absolute path.
fn enter(path: &Path) -> Result<PathBuf, CommandError> {
    let cannot_open = |source| CommandError::DocRoot {
        path: path.to_owned(),
        source,
    };
    let folder = path.canonicalize().map_err(cannot_open)?;
    if !folder.is_dir() {
        return Err(CommandError::DocRootIsFile(path.to_owned()));
    }
    std::env::set_current_dir(&folder).map_err(cannot_open)?;
    Ok(folder)
}

/// Shells start programs with fewer descriptors than they may have, often 1,024.
fn raise_descriptor_limit(connections: usize) {
    let wanted = (connections as u64).saturating_add(OTHER_DESCRIPTORS);
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit >= wanted => {}
        Ok(limit) => {
            log::debug!(
                "limits.connections is {connections}, but only {limit} descriptors are available"
            );
        }
        Err(error) => log::debug!("cannot raise the limit of descriptors: {error}"),
    }
}

/// With a limit on the size of files (`ulimit -f`), a write beyond it raises SIGXFSZ, which ends
/// the process by default. With a handler for the signal, the write fails as on a full disk.
fn ignore_file_size_signal() {
    // Unlike an ignored signal, a handler is not inherited by programs that scripts start.
    if let Err(error) = signal_hook::flag::register(libc::SIGXFSZ, Arc::default()) {
        log::debug!("cannot handle SIGXFSZ: {error}");
    }
}
