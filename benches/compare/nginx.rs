//! nginx with the same doc root and a worker process for each processor, configured for static files only:
//! `sendfile`, no logs, no limit for requests on a connection. Through TLS, it has the same certificate and speaks
//! TLS 1.3 only; `sendfile` has no effect then.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use super::Complaint;
use super::server::{self, Ready, Recipe};
use super::site::CertificateFiles;

pub(crate) fn recipe(root: &Path, tls: Option<&CertificateFiles>) -> Result<Recipe, Complaint> {
    let fail = |error: std::io::Error| format!("nginx: {error}");
    let folder = tempfile::tempdir().map_err(fail)?;
    let address = server::free_address().map_err(fail)?;
    let configuration = folder.path().join("nginx.conf");
    fs::write(
        &configuration,
        configured(address, root, folder.path(), tls),
    )
    .map_err(fail)?;
    let mut command = command();
    command.arg("-c").arg(&configuration);
    command.arg("-p").arg(folder.path());
    Ok(Recipe {
        command,
        ready: Ready::At(address),
        folder: Some(folder),
    })
}

/// Its version, if it is installed.
pub(crate) fn version() -> Result<String, Complaint> {
    let output = command().arg("-v").output().map_err(|error| {
        format!("nginx: {error}; Debian's package is `nginx-light`, and `./dev bench` installs it")
    })?;
    // "nginx version: nginx/1.22.1"
    let text = String::from_utf8_lossy(&output.stderr);
    Ok(text
        .trim()
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned())
}

/// Debian installs it in `/usr/sbin`, which is not on every user's `PATH`.
fn command() -> Command {
    let mut command = Command::new("nginx");
    let search = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin";
    command.env("PATH", search);
    command
}

fn configured(
    address: SocketAddr,
    root: &Path,
    folder: &Path,
    tls: Option<&CertificateFiles>,
) -> String {
    let (root, folder) = (root.display(), folder.display());
    let (ssl, files) = match tls {
        None => ("", String::new()),
        Some(CertificateFiles { chain, key }) => {
            let (chain, key) = (chain.display(), key.display());
            let files = format!(
                "ssl_protocols TLSv1.3; ssl_certificate {chain}; ssl_certificate_key {key};"
            );
            (" ssl", files)
        }
    };
    format!(
        "daemon off; worker_processes auto; pid {folder}/pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 100000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen {address}{ssl}; root {root}; {files} }}
}}
"
    )
}
