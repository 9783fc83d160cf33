//! Why the command cannot do what it was asked to: mistakes of the operator, each reported in one
//! line before the command exits with 2, and output that cannot be written (1).

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::{ConfigError, Place};
use crate::site::routing::method_name::MethodError;
use crate::site::routing::pattern::PatternError;
#[cfg(feature = "tls")]
use crate::tls::TlsError;
#[cfg(feature = "tls")]
use crate::tls::certificates::{PairError, StoreError};
#[cfg(feature = "tls")]
use crate::tls::faults::FaultyCertificate;

/// Why the command cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("cannot open the checkout {path}")]
    Checkout { path: PathBuf, source: io::Error },
    #[error("cannot open the doc root {path}")]
    DocRoot { path: PathBuf, source: io::Error },
    #[error("expected a folder as doc root, found the file {0}")]
    DocRootIsFile(PathBuf),
    #[error("cannot use the script {path}, which every page should get")]
    InjectedScript { path: PathBuf, source: io::Error },
    #[error("cannot use the transcript folder {path}")]
    Transcript { path: PathBuf, source: io::Error },
    #[error("--control")]
    Control(#[source] crate::error::Error),
    #[cfg(feature = "redis")]
    #[error("stash")]
    StashUrl(#[source] crate::stash::RedisUrlError),
    #[cfg(feature = "redis")]
    #[error(transparent)]
    Stash(#[from] crate::stash::Unavailable),
    #[cfg(not(feature = "redis"))]
    #[error("stash: expected a build with the feature `redis`")]
    NoRedis,
    #[error("a worker has ended before it was ready: {0}")]
    Worker(String),
    #[error("cannot start a worker")]
    WorkerChannel(#[source] io::Error),
    #[error("--venv: expected a virtual environment, a folder with pyvenv.cfg, found {0}")]
    VirtualEnvironment(PathBuf),
    #[error("cannot use the Unix socket {path}")]
    UnixSocket { path: PathBuf, source: io::Error },
    #[error("--ready-file: cannot write {path}")]
    ReadyFile { path: PathBuf, source: io::Error },
    #[error("--exit-with-parent: cannot wait for the parent process; use --exit-with-stdin")]
    Parent(#[source] io::Error),
    #[error("bench: {0}")]
    Bench(String),
    #[error("bench: cannot use {path}: {reason}")]
    BenchFile { path: PathBuf, reason: String },
    #[error("bench: cannot measure")]
    BenchServer(#[source] io::Error),
    #[error("conform: {0}")]
    Case(String),
    #[error("conform: expected a client after `--`: a command with {{url}}, or a driver")]
    NoClient,
    #[error(
        "conform: expected `show`, `limits`, `serve`, or `--` and the client's command, found {0:?}"
    )]
    OtherWord(OsString),
    #[error("conform: no case could be judged; the first: {0}")]
    NothingJudged(String),
    #[error("conform: add --origin 127.0.0.1:PORT, the address that the reverse proxy forwards to")]
    NoOrigin,
    #[error("conform: {0} is for a proxy: add --proxy URL")]
    NoProxy(&'static str),
    #[error("conform: --origin: cannot listen")]
    Origin(#[source] io::Error),
    #[error("conform: --proxy: cannot connect to {address}")]
    Proxy {
        address: SocketAddr,
        source: io::Error,
    },
    #[error(
        "conform: --proxy: no request reached the origin at {origin} through the proxy at {address}; \
         the last answer: {answer}"
    )]
    NotForwarding {
        address: SocketAddr,
        origin: SocketAddr,
        answer: String,
    },
    #[error("conform: cannot run the client")]
    Client(#[source] io::Error),
    #[error("conform: cannot use {path}: {reason}")]
    Expected { path: PathBuf, reason: String },
    #[error("conform: cannot compare with {path}: {reason}")]
    Compared { path: PathBuf, reason: String },
    #[error("conform: cannot make the folder {path}")]
    ReportFolder { path: PathBuf, source: io::Error },
    #[error("conform: cannot write the report")]
    Report(#[source] io::Error),
    #[error("conform limits: no limit could be measured; the first: {0}")]
    NothingMeasured(String),
    #[error("conform limits: --only: expected limits of a {of}: {expected}; found {found}")]
    OtherLimit {
        of: &'static str,
        expected: String,
        found: &'static str,
    },
    #[error("conform: expected the placeholder {{url}} in the client's command, found {0}")]
    Placeholder(String),
    #[error("conform limits: --json: cannot write {path}")]
    Limits { path: PathBuf, source: io::Error },
    #[error("conform: cannot serve the case")]
    Serve(#[source] io::Error),
    #[error("--connections: expected a port from 0 to 65535, found {0:?}")]
    Port(String),
    #[error("--route")]
    Method(#[from] MethodError),
    #[error(
        "no host names to print: add `--wpt`, or `--config` with a file that has `browser_host`"
    )]
    NoHostNames,
    #[error("invalid `--python-cpu` or `python_cpu`")]
    PythonCpu(#[source] BoxError),
    #[error("route {pattern:?}")]
    Route {
        pattern: String,
        source: PatternError,
    },
    #[error("forbidden path {pattern:?}")]
    Forbidden {
        pattern: String,
        source: PatternError,
    },
    #[error("alias {url_path:?}")]
    Alias {
        url_path: String,
        source: AliasError,
    },
    #[error("{}route {pattern:?}", beginning(.place.as_ref()))]
    RouteTarget {
        /// Where the target is, if it comes from a file.
        place: Option<Place>,
        pattern: String,
        source: TargetError,
    },
    #[error("cannot listen on ports for WebSockets")]
    WebSockets(#[source] BoxError),
    #[error("{0}: add --ws-port PORT or --wss-port PORT")]
    NoWebSocketPort(&'static str),
    #[error("cannot use the folder of WebSocket handlers {path}")]
    WebSocketFolder { path: PathBuf, source: io::Error },
    #[error("{}connections to {target}", beginning(.place.as_ref()))]
    ConnectionTarget {
        /// Where the target is, if it comes from a file.
        place: Option<Place>,
        target: String,
        source: TargetError,
    },
    #[cfg(feature = "tls")]
    #[error("cannot use {path}")]
    CertificateFile { path: PathBuf, source: io::Error },
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Certificate(PairError),
    #[cfg(feature = "tls")]
    #[error("cannot keep certificates")]
    CertificateStore(#[source] StoreError),
    #[cfg(feature = "tls")]
    #[error("no certificates: `ssl.type` is \"none\"")]
    NoCertificates,
    #[cfg(feature = "tls")]
    #[error(
        "expected the name of a certificate's fault ({}), found {found:?}",
        FaultyCertificate::ALL.map(FaultyCertificate::name).join(", ")
    )]
    CertificateFault { found: String },
    #[cfg(feature = "tls")]
    #[error(
        "expected a faulty handshake (stall, cut-after-N, alert-NAME with a name of RFC 8446 §6, alert-NUMBER), found {found:?}"
    )]
    HandshakeFault { found: String },
    #[cfg(feature = "tls")]
    #[error("certificates of clients: add --tls-port PORT, or a port to `ports.https`")]
    NoTlsPort,
    #[cfg(feature = "tls")]
    #[error(
        "--certificate (`certificate` in the configuration) needs a port for HTTPS: add --tls-port PORT"
    )]
    NoPortForCertificate,
    #[cfg(feature = "tls")]
    #[error("cannot read the roots for client certificates from {path}")]
    ClientRootsFile { path: PathBuf, source: io::Error },
    #[cfg(feature = "tls")]
    #[error("cannot use the roots for client certificates in {path}")]
    ClientRoots { path: PathBuf, source: TlsError },
    #[cfg(feature = "tls")]
    #[error(
        "cannot read the key of the root certificate, to issue others: remove the certificates"
    )]
    NoAuthority,
    #[cfg(not(feature = "tls"))]
    #[error(
        "a listener has a key for TLS (`tls`, `certificate`, `handshake` or `client_certificates`): this command was built without the feature `tls`"
    )]
    NoTls,
    #[cfg(feature = "tls")]
    #[error("no root certificate: add `ssl.pregenerated.ca_cert_path`")]
    NoRoot,
    #[cfg(feature = "tls")]
    #[error("no file with the root certificate: add `ssl.pregenerated.ca_cert_path`")]
    NoRootFile,
    #[cfg(feature = "tls")]
    #[error("expected an X.509 certificate with a public key, found a malformed one")]
    NoKeyHash,
    #[error("cannot serve scripts")]
    Python(#[source] BoxError),
    /// The message names the address or the folder.
    #[error(transparent)]
    Start(io::Error),
    /// The command's own output, not a response.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    #[error("cannot wait for signals")]
    Signals(#[source] io::Error),
}

/// The beginning of an error at this place.
fn beginning(place: Option<&Place>) -> String {
    place.map(|place| format!("{place}: ")).unwrap_or_default()
}

/// What is wrong with an alias.
#[derive(Debug, thiserror::Error)]
pub(super) enum AliasError {
    #[error("expected a url-path that begins with '/'")]
    RelativeUrlPath,
    #[error("cannot open its local-dir {path}")]
    LocalDir { path: PathBuf, source: io::Error },
    #[error("expected a folder as local-dir, found the file {0}")]
    LocalDirIsFile(PathBuf),
    #[error(transparent)]
    Mount(BoxError),
}

/// Why a target cannot answer anything.
#[derive(Debug, thiserror::Error)]
pub(super) enum TargetError {
    #[error("cannot open {path}")]
    Unopened { path: PathBuf, source: io::Error },
    #[error("{path} is a link that leads out of {root}: add --follow-links-out")]
    LeadsOut { path: PathBuf, root: PathBuf },
    #[error("expected a regular file, found another kind of file: {0}")]
    NotFile(PathBuf),
    #[error("expected a default*.py in the folder {0}, found none")]
    NoDefaultScript(PathBuf),
    /// The reason begins with the line.
    #[error("{path}: {reason}")]
    WireScript { path: PathBuf, reason: String },
    #[error(transparent)]
    WebSockets(BoxError),
    #[error("cannot run the script {path}")]
    Script { path: PathBuf, source: BoxError },
    #[error(
        "expected a .wire, .py or .asis file, found {0}: only these can write before a request"
    )]
    NeedsRequest(&'static str),
}

/// An error of the site or the interpreter, which the command only prints.
pub(super) type BoxError = Box<dyn Error + Send + Sync>;

/// An error and its causes, on one line.
pub(super) fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let reason = error.to_string();
        // Some errors include the text of their cause.
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_follow_the_error() {
        let error = CommandError::Alias {
            url_path: "/x/".to_owned(),
            source: AliasError::LocalDir {
                path: "y".into(),
                source: io::Error::other("no such folder"),
            },
        };
        assert_eq!(
            with_causes(&error),
            "alias \"/x/\": cannot open its local-dir y: no such folder"
        );
    }
}
