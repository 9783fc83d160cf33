//! Files, whole or in ranges, with the header fields of their `.headers` files. Responses have a
//! `Content-Length`, and the connection stays open; the reference sends plain files without one and
//! closes the connection (reference §1, §7.3). A file is sent while it is read, so that its size
//! costs no memory. A file with `Transfer-Encoding` among its fields has no `Content-Length` (RFC 9112
//! §6.2). `directory.rs` answers for folders.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use crate::exchange::{Content, Exchange, Handler, Request};
use crate::fault::Fault;
use crate::http::headers::Headers;
use crate::pipes::{self, Context};

use crate::site::files::content_of_range;
use crate::site::files::directory;
use crate::site::files::dot_headers;
use crate::site::files::kept::KeptFiles;
use crate::site::files::media_type;
use crate::site::files::needs_https;
use crate::site::files::validators::{self, Conditions};
use crate::site::files::{Files, Found};

/// Serves files.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::{FileHandler, Files};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("page.html"), "0123456789")?;
/// let pages = FileHandler::new(Files::below(folder.path()));
/// let server = Server::builder().route("GET", "*.html", pages)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /page.html HTTP/1.1\r\nRange: bytes=3-4\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for bytes 3 and 4 of /page.html gets:
/// assert!(answer.starts_with("HTTP/1.1 206 Partial Content\r\n") && answer.ends_with("\r\n\r\n34"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileHandler {
    files: Files,
    kept: KeptFiles,
}

impl FileHandler {
    /// A handler for these files.
    ///
    /// See the example of [`FileHandler`].
    pub fn new(files: Files) -> Self {
        Self {
            files,
            kept: KeptFiles::default(),
        }
    }
}

impl Handler for FileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let request = Arc::clone(&exchange.request);
        let name = self.files.name(request.path())?;
        if let Some(answered) = self.answer_kept(exchange, &name) {
            return answered;
        }
        let began = SystemTime::now();
        let found = self.files.open_name(name.into_owned())?;
        if found.is_folder() {
            return directory::answer(exchange, &found);
        }
        let requested = pipes::requested(found.name(), request.query());
        let is_plain = requested.is_none() && exchange.response.headers.is_empty();
        self.add_fields(exchange, &found)?;
        let has_validators = exchange.server().validators;
        // Pipes change the content for each request.
        if has_validators && requested.is_none() {
            validators::add(&mut exchange.response, &found.metadata);
        }
        if is_plain && !exchange.response.headers.contains(b"Transfer-Encoding") {
            let fields = &exchange.response.headers;
            self.kept.keep(&found, began, fields, has_validators);
        }
        let answered = match has_validators {
            true => answer(exchange, found, requested.is_none())?,
            false => {
                needs_https::report(exchange);
                answer_as_reference(exchange, found)?
            }
        };
        match requested {
            Some(pipeline) if answered == Answered::WithFile => {
                pipeline.answer(exchange, self.files.mount())?;
                match exchange.server().validators {
                    true => validators::apply_without(exchange),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn serves(&self, request: &Request) -> bool {
        self.files.open(request.path()).is_ok()
    }
}

const CONTENT_TYPE: &[u8] = b"Content-Type";

/// Whether the response has content of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    WithFile,
    WithoutFile,
}

/// Answers as RFC 9110 §13 and §14 ask.
fn answer(
    exchange: &mut Exchange<'_>,
    found: Found,
    has_validators: bool,
) -> Result<Answered, Fault> {
    let is_whole = match has_validators {
        true => match validators::evaluate(exchange, found.metadata.len())? {
            Conditions::Answered => return Ok(Answered::WithoutFile),
            Conditions::SendWhole => true,
            Conditions::Send => false,
        },
        false => exchange.request.head().first("If-Range").is_some(),
    };
    let length = found.metadata.len();
    let request = &exchange.request;
    let response = &mut exchange.response;
    match request.head().first("Range") {
        // A range is defined for GET alone.
        Some(range) if !is_whole && request.method() == b"GET" => {
            content_of_range::set(response, found.file, length, range.trim_ascii())?;
        }
        _ => response.content = Content::File(found.file, length),
    }
    Ok(match response.status {
        416 => Answered::WithoutFile,
        _ => Answered::WithFile,
    })
}

/// Answers as the reference does, except that `If-Range`, which no validator can match, is evaluated.
fn answer_as_reference(exchange: &mut Exchange<'_>, found: Found) -> Result<Answered, Fault> {
    let length = found.metadata.len();
    let head = exchange.request.head();
    match head.first("Range") {
        Some(range) if head.first("If-Range").is_none() => {
            content_of_range::set_as_reference(&mut exchange.response, found.file, length, range)?;
        }
        _ => exchange.response.content = Content::File(found.file, length),
    }
    Ok(Answered::WithFile)
}

impl FileHandler {
    /// Answers with a file that has been kept; `None` if it is not kept, if it has changed, or if only a part
    /// of it or another response is asked for.
    fn answer_kept(&self, exchange: &mut Exchange<'_>, name: &Path) -> Option<Result<(), Fault>> {
        let kept = self.kept.get(name)?;
        let request = &exchange.request;
        let is_plain = exchange.response.headers.is_empty()
            && kept.has_validators == exchange.server().validators
            && request.head().first("Range").is_none()
            && pipes::requested(name, request.query()).is_none();
        if !is_plain {
            return None;
        }
        if !kept.is_unchanged() {
            self.kept.forget(name);
            return None;
        }
        let content = kept.content()?;
        exchange.response.headers = kept.fields();
        let conditions = match kept.has_validators {
            true => validators::evaluate(exchange, kept.length()),
            false => {
                needs_https::report(exchange);
                Ok(Conditions::Send)
            }
        };
        Some(conditions.map(|conditions| match conditions {
            Conditions::Send | Conditions::SendWhole => {
                exchange.response.content = Content::Bytes(content);
            }
            Conditions::Answered => {}
        }))
    }

    /// Adds the media type, unless a `.headers` file has one, then the fields of the `.headers`
    /// files.
    fn add_fields(&self, exchange: &mut Exchange<'_>, found: &Found) -> Result<(), Fault> {
        let context = Context {
            request: &exchange.request,
            hosts: exchange.hosts(),
            mount: self.files.mount(),
            missing: pipes::Missing::Empty,
            turn: Some(exchange.turn()),
        };
        let mut fields = Headers::default();
        fields.push(CONTENT_TYPE, media_type::of(found.name()));
        let mut is_by_name = true;
        dot_headers::load(found.root(), found.name(), &context, |name, value| {
            if is_by_name && name.eq_ignore_ascii_case(CONTENT_TYPE) {
                fields.remove(CONTENT_TYPE);
                is_by_name = false;
            }
            fields.append(name, value);
        })?;
        exchange.response.headers.append_all(fields);
        Ok(())
    }
}
