//! Answers: what a handler returns, and how each type becomes a response or a wire script.

use std::borrow::Cow;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::exchange::{Content, Response};
use crate::fault::Fault;
use crate::site::files::media_type;
use crate::wire_script::WireScript;

/// The answer to a request: a response, steps on the connection, or the error of its handler. Made by
/// [`IntoAnswer`].
///
/// ```
/// # use std::io::Write;
/// use wireserve::{IntoAnswer, Server};
///
/// let server = Server::start();
/// // Branches may return different types.
/// server.get("/{name}", |x| match &*x.param("name") {
///     "text" => "text".into_answer(),
///     _ => 404.into_answer(),
/// });
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /text HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /text gets:
/// assert!(answer.ends_with("\r\n\r\ntext"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Debug)]
pub struct Answer(pub(super) Kind);

impl Answer {
    pub(super) fn is_script(&self) -> bool {
        matches!(self.0, Kind::Script(_))
    }

    /// The same with another response, if it is one.
    #[doc(hidden)]
    #[cfg(all(feature = "control", feature = "python"))]
    pub fn map_response(self, change: impl FnOnce(Response) -> Response) -> Self {
        match self.0 {
            Kind::Response(response) => change(*response).into_answer(),
            other => Self(other),
        }
    }
}

#[derive(Debug)]
pub(super) enum Kind {
    Response(Box<Response>),
    Script(WireScript),
    Failed(Error),
}

/// Types that handlers return, and that can be queued.
///
/// | type | answer |
/// | --- | --- |
/// | `&str`, `String`, `Cow<str>` | 200 with this text, as `text/plain` |
/// | `Vec<u8>`, `&[u8]`, `[u8; N]` | 200 with these bytes, as `application/octet-stream` |
/// | `serde_json::Value` | 200 with this JSON; [`json`] takes any `Serialize` |
/// | `u16` | this status, without content; after an informational one, the client waits for another response |
/// | `(u16, T)` | the response of `T` with this status, and its content whatever the status: 204 with content breaks the framing. A wire script has a status of its own |
/// | `()` | 200 without content |
/// | [`Response`] | the response |
/// | [`WireScript`] | these steps instead of a response |
/// | `PathBuf`, `&Path` | the file, with the media type of its name |
/// | [`Fault`] | its status and message |
/// | `Option<T>` | 404 for `None` |
/// | `Result<T, Error>` | for an [`Error`], 500; it is logged, and fails the test when the server is dropped |
///
/// ```
/// use std::time::Duration;
///
/// use wireserve::{Response, Server, json, raw};
///
/// let server = Server::start();
/// server.get("/text", |_| "hello");
/// server.get("/status", |_| 204);
/// server.post("/items", |_| (201, "created"));
/// server.get("/json", |_| json(&[1, 2, 3]));
/// server.get("/moved", |_| Response::new(302).field("Location", "/text"));
/// server.get("/broken", |_| raw("HTTP/1.1 2OO OK\n\n"));
/// server.post("/upper", |x| Ok(x.text()?.to_uppercase()));
/// server.post("/echo", |x| x.body());
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # use std::io::{Read, Write};
/// # client.write_all(b"GET /status HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer)?;
/// # assert!(answer.starts_with("HTTP/1.1 204 No Content\r\n"), "{answer}");
/// # Ok::<(), wireserve::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an answer",
    label = "expected a text, bytes, a status (`u16`), `json(&value)`, a `Response` or a `WireScript`",
    note = "`wireserve::json` makes an answer of any value that implements `serde::Serialize`"
)]
pub trait IntoAnswer {
    /// The answer.
    ///
    /// See the example of [`Answer`].
    fn into_answer(self) -> Answer;
}

impl IntoAnswer for Answer {
    fn into_answer(self) -> Answer {
        self
    }
}

impl IntoAnswer for Response {
    fn into_answer(self) -> Answer {
        Answer(Kind::Response(Box::new(self)))
    }
}

impl IntoAnswer for WireScript {
    fn into_answer(self) -> Answer {
        Answer(Kind::Script(self))
    }
}

impl IntoAnswer for Fault {
    fn into_answer(self) -> Answer {
        Response::from(self).into_answer()
    }
}

impl IntoAnswer for Error {
    fn into_answer(self) -> Answer {
        Answer(Kind::Failed(self))
    }
}

impl IntoAnswer for &str {
    fn into_answer(self) -> Answer {
        self.to_owned().into_answer()
    }
}

impl IntoAnswer for String {
    fn into_answer(self) -> Answer {
        typed("text/plain; charset=utf-8", self.into_bytes()).into_answer()
    }
}

impl IntoAnswer for Cow<'_, str> {
    fn into_answer(self) -> Answer {
        self.into_owned().into_answer()
    }
}

impl IntoAnswer for Value {
    fn into_answer(self) -> Answer {
        json(&self).into_answer()
    }
}

impl IntoAnswer for Vec<u8> {
    fn into_answer(self) -> Answer {
        typed("application/octet-stream", self).into_answer()
    }
}

impl IntoAnswer for &[u8] {
    fn into_answer(self) -> Answer {
        self.to_vec().into_answer()
    }
}

impl<const N: usize> IntoAnswer for [u8; N] {
    fn into_answer(self) -> Answer {
        self.to_vec().into_answer()
    }
}

impl<const N: usize> IntoAnswer for &[u8; N] {
    fn into_answer(self) -> Answer {
        self.to_vec().into_answer()
    }
}

impl IntoAnswer for () {
    fn into_answer(self) -> Answer {
        200.into_answer()
    }
}

impl IntoAnswer for u16 {
    fn into_answer(self) -> Answer {
        let response = Response::new(self.into());
        match self {
            // These end with their head.
            100..200 | 204 | 304 => response.into_answer(),
            _ => response.content(Vec::new()).into_answer(),
        }
    }
}

impl<T: IntoAnswer> IntoAnswer for (u16, T) {
    fn into_answer(self) -> Answer {
        let (status, answer) = self;
        match answer.into_answer() {
            // A 404 for `None`, and a 500 for an error, stay what they are.
            Answer(Kind::Response(mut response)) if response.fault.is_none() => {
                response.status = status.into();
                Answer(Kind::Response(response))
            }
            other => other,
        }
    }
}

impl<T: IntoAnswer> IntoAnswer for Option<T> {
    fn into_answer(self) -> Answer {
        self.map_or_else(|| Fault::not_found().into_answer(), T::into_answer)
    }
}

impl<T: IntoAnswer> IntoAnswer for Result<T, Error> {
    fn into_answer(self) -> Answer {
        self.map_or_else(Error::into_answer, T::into_answer)
    }
}

impl IntoAnswer for PathBuf {
    fn into_answer(self) -> Answer {
        self.as_path().into_answer()
    }
}

impl IntoAnswer for &Path {
    fn into_answer(self) -> Answer {
        file_content(self)
            .map(|content| {
                Response::new(200)
                    .field("Content-Type", media_type::of(self))
                    .content(content)
            })
            .into_answer()
    }
}

fn file_content(path: &Path) -> Result<Content, Error> {
    let open = || {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Content::File(file, length))
    };
    open().map_err(|error: std::io::Error| {
        Error::caused_by(format!("cannot open the file {}", path.display()), error)
    })
}

fn typed(media_type: &str, content: Vec<u8>) -> Response {
    Response::new(200)
        .field("Content-Type", media_type)
        .content(content)
}

/// A response with a value as JSON.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Server, json};
///
/// let server = Server::start();
/// server.get("/items", |_| json(&["a", "b"]));
/// server.post("/items", |_| json(&serde_json::json!({"id": 7})).status(201));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"POST /items HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that posts to /items gets:
/// assert!(answer.starts_with("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"));
/// assert!(answer.ends_with("\r\n\r\n{\"id\":7}"));
/// # Ok::<(), wireserve::Error>(())
/// ```
///
/// # Panics
/// If the value cannot be JSON: a map whose keys are not texts, or a `Serialize` that fails.
#[track_caller]
pub fn json(value: &(impl Serialize + ?Sized)) -> Response {
    match serde_json::to_vec(value) {
        Ok(text) => typed("application/json", text),
        Err(error) => panic!("expected a value that can be JSON: {error}"),
    }
}

/// Sends exactly these bytes instead of a response, then closes the connection. A client that waits for `100 Continue`
/// gets them in its place.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Server, raw};
///
/// let server = Server::start();
/// server.any("/broken", |_| raw(b"HTTP/1.1 2OO OK\n\n"));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /broken HTTP/1.1\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// assert_eq!(answer, "HTTP/1.1 2OO OK\n\n"); // what a client gets
/// # Ok::<(), wireserve::Error>(())
/// ```
pub fn raw(bytes: impl AsRef<[u8]>) -> WireScript {
    WireScript::new().send(bytes.as_ref()).close()
}

/// Plays a wire script, written as in a `.wire` file, instead of a response.
///
/// ```
/// # use std::io::{Read, Write};
/// use wireserve::{Server, script};
///
/// let server = Server::start();
/// server.enqueue(script("send \"HTTP/1.1 200 OK\\r\\n\"\nreset"));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// # let end = client.read_to_end(&mut Vec::new());
/// assert!(end.is_err()); // what a client sees after the status line: the connection is reset
/// # Ok::<(), wireserve::Error>(())
/// ```
///
/// # Panics
/// If the script is malformed. [`WireScript::parse`] returns the error instead.
#[track_caller]
pub fn script(text: &str) -> WireScript {
    match WireScript::parse(text.as_bytes()) {
        Ok(script) => script,
        Err(error) => panic!("malformed wire script: {error}"),
    }
}
