//! The doc root that all servers serve: the files in `site/`, and generated files that are too large for the
//! repository. Beside it is the certificate that all servers have, with an ECDSA P-256 key.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::version::TLS13;
use tempfile::TempDir;

use super::work::Work;
use crate::support::tls::Certificate;

/// Size of the large file.
const LARGE: usize = 10 * 1024 * 1024;

/// The approximate size of the page with templates.
const PAGE: usize = 10 * 1024;

/// A doc root and a certificate, removed when dropped.
pub(crate) struct Site {
    folder: TempDir,
    certificate: CertificateFiles,
    client: Arc<ClientConfig>,
}

/// A certificate as PEM.
pub(crate) struct CertificateFiles {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

impl Site {
    /// Copies and generates all files.
    pub(crate) fn make() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("root");
        fs::create_dir(&root)?;
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/site");
        for entry in fs::read_dir(kept)? {
            let entry = entry?;
            fs::copy(entry.path(), root.join(entry.file_name()))?;
        }
        fs::write(root.join("page.sub.html"), page(Text::Template))?;
        fs::write(root.join("large.bin"), large())?;
        let made = Certificate::default();
        let certificate = CertificateFiles {
            chain: folder.path().join("host.pem"),
            key: folder.path().join("host.key"),
        };
        fs::write(&certificate.chain, &made.chain)?;
        fs::write(&certificate.key, &made.key)?;
        let mut client = made.client_of(&[&TLS13]);
        client.resumption = Resumption::disabled();
        Ok(Self {
            folder,
            certificate,
            client: Arc::new(client),
        })
    }

    /// The doc root.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    pub(crate) fn certificate(&self) -> &CertificateFiles {
        &self.certificate
    }

    /// The settings of clients that trust the certificate: TLS 1.3, without resumption.
    pub(crate) fn client(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.client)
    }
}

/// The content of all responses, unless the work depends on its content.
pub(crate) const SHORT: &[u8] = b"hello";

/// The expected content of a work.
pub(crate) fn content(work: Work) -> Vec<u8> {
    match work {
        Work::Query => b"hello you".to_vec(),
        Work::Static | Work::TlsNewConnection => include_bytes!("site/static.txt").to_vec(),
        Work::Template => page(Text::Filled).into_bytes(),
        Work::Large | Work::LargeMany | Work::TlsLarge | Work::TlsLargeMany => large(),
        _ => SHORT.to_vec(),
    }
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at % 251) as u8).collect()
}

#[derive(Clone, Copy)]
enum Text {
    Template,
    Filled,
}

/// Paragraphs, with about as many placeholders as a page of a test suite.
fn page(text: Text) -> String {
    let (name, path) = match text {
        Text::Template => ("{{GET[name]}}", "{{location[path]}}"),
        Text::Filled => ("you&amp;me", "/page.sub.html"),
    };
    let filler = "The quick brown fox jumps over the lazy dog. ".repeat(10);
    let paragraph = format!("<p>{name}: {filler} <a href=\"{path}\">here</a></p>\n");
    let template = format!("<p>{{{{GET[name]}}}}: {filler} <a href=\"{{{{location[path]}}}}\">");
    paragraph.repeat(PAGE / template.len())
}
