//! Several files concatenated, with a given media type. They are read once, at the first request.
//! `.headers` files do not apply.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::exchange::{Exchange, Handler};
use crate::fault::Fault;

use crate::site::handlers::fixed::FixedHandler;

/// Sends the contents of files, concatenated.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::JoinedHandler;
///
/// let folder = tempfile::tempdir()?;
/// let (a, b) = (folder.path().join("a.js"), folder.path().join("b.js"));
/// std::fs::write(&a, "let a;")?;
/// std::fs::write(&b, "let b;")?;
/// let both = JoinedHandler::new("text/javascript", [a, b]).field("Cache-Control", "no-store");
/// let server = Server::builder().route("GET", "/all.js", both)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /all.js HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /all.js gets:
/// assert!(answer.ends_with("\r\n\r\nlet a;let b;"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JoinedHandler {
    paths: Vec<PathBuf>,
    /// The response without its content.
    response: FixedHandler,
    /// The response with its content, after the first request.
    whole: OnceLock<FixedHandler>,
}

impl JoinedHandler {
    /// A handler for these files, with a media type. They need not exist yet.
    ///
    /// See the example of [`JoinedHandler`].
    pub fn new(media_type: &str, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            paths: paths.into_iter().map(Into::into).collect(),
            response: FixedHandler::of_type(media_type, ""),
            whole: OnceLock::new(),
        }
    }

    /// Adds a header field.
    ///
    /// See the example of [`JoinedHandler`].
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.response.headers.append(name, value);
        self
    }

    fn read(&self) -> Result<FixedHandler, Fault> {
        let mut response = self.response.clone();
        for path in &self.paths {
            let bytes = read(path).map_err(|error| {
                Fault::new(500, format!("cannot read {}: {error}", path.display()))
            })?;
            response.content.extend_from_slice(&bytes);
        }
        Ok(response)
    }
}

/// The content of a regular file. Opening a named pipe does not wait for its writer.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Handler for JoinedHandler {
    /// # Errors
    /// 500 if a file cannot be read; the next request tries again.
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let whole = match self.whole.get() {
            Some(whole) => whole,
            None => {
                let whole = self.read()?;
                self.whole.get_or_init(|| whole)
            }
        };
        whole.handle(exchange)
    }
}
