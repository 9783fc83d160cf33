//! Transcripts in the public API: options of the builder, the transcripts in memory, and a guard
//! that prints them when a test fails.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use crate::transcript::{Folder, Format, Memory, Recorder, Transcript, TranscriptLimits};

use super::shared::Shared;
use super::{Builder, Server};

/// The most recent connections that a failing test prints.
const ON_PANIC: usize = 8;

/// Where transcripts are kept.
#[derive(Debug, Default)]
pub(super) struct TranscriptOptions {
    memory: Memory,
    folder: Option<(PathBuf, Format)>,
    limits: TranscriptLimits,
}

impl TranscriptOptions {
    /// The recorder, unless transcripts are off.
    pub(super) fn recorder(&self) -> io::Result<Option<Arc<Recorder>>> {
        let open = |(path, format): &(PathBuf, Format)| Folder::open(path, *format, self.limits);
        let folder = self.folder.as_ref().map(open).transpose()?;
        if self.memory == Memory::Off && folder.is_none() {
            return Ok(None);
        }
        let recorder = Recorder::new(self.memory, folder, self.limits);
        Ok(Some(Arc::new(recorder)))
    }
}

impl Builder {
    /// Keeps the transcripts of the most recent connections in memory, for [`Server::transcripts`].
    ///
    /// See the example of [`Server::transcripts`].
    #[must_use]
    pub fn transcripts(mut self) -> Self {
        self.transcripts.memory = Memory::On;
        self
    }

    /// Writes the transcript of every connection to a separate file in this folder. The folder is
    /// created if it does not exist.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::Server;
    /// use wireserve::transcript::Format;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let server = Server::builder().transcript_folder(folder.path(), Format::Text).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # std::io::read_to_string(client)?;
    /// # drop(server);
    /// // After one connection of a client:
    /// let files = std::fs::read_dir(folder.path())?;
    /// assert_eq!(files.count(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn transcript_folder(mut self, path: impl Into<PathBuf>, format: Format) -> Self {
        self.transcripts.folder = Some((path.into(), format));
        self
    }

    /// Replaces the limits of transcripts.
    ///
    /// See the example of [`TranscriptLimits`].
    #[must_use]
    pub fn transcript_limits(mut self, limits: TranscriptLimits) -> Self {
        self.transcripts.limits = limits;
        self
    }
}

impl Server {
    /// The transcripts in memory, oldest connection first; empty without [`Builder::transcripts`].
    /// They include every byte that a client has received by now.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::net::TcpStream;
    /// use wireserve::Server;
    /// use wireserve::transcript::Side;
    ///
    /// let server = Server::builder().transcripts().start()?;
    /// // If this test fails, it prints what was on the wire.
    /// let _guard = server.transcript_on_panic();
    /// # let mut client = TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # std::io::read_to_string(client)?;
    /// // After a request of a client:
    /// let transcript = &server.transcripts()[0];
    /// assert!(transcript.bytes(Side::Client).starts_with(b"GET / "));
    /// assert!(transcript.bytes(Side::Server).starts_with(b"HTTP/1.1 404 "));
    /// assert!(transcript.to_string().contains(r#"1  < "#));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn transcripts(&self) -> Vec<Transcript> {
        transcripts(self.shared.recorder.as_deref())
    }

    /// Returns a guard that prints the most recent transcripts on stderr if a panic drops it, as
    /// when a test fails. From now on, an expectation that is not met when the server is dropped prints them as well:
    /// the guard, which was made after the server, is dropped before it.
    ///
    /// See the example of [`Server::transcripts`].
    #[must_use = "without a binding, the guard is dropped at once"]
    pub fn transcript_on_panic(&self) -> TranscriptOnPanic {
        self.shared.shows_transcripts.store(true, Ordering::Relaxed);
        TranscriptOnPanic {
            recorder: self.shared.recorder.clone(),
        }
    }
}

/// Prints the most recent transcripts when its thread panics; see [`Server::transcript_on_panic`].
///
/// ```
/// use wireserve::{Server, TranscriptOnPanic};
///
/// let server = Server::builder().transcripts().start()?;
/// let shown: TranscriptOnPanic = server.transcript_on_panic();
/// assert!(server.transcripts().is_empty());
/// drop(shown); // prints nothing: there was no panic
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TranscriptOnPanic {
    recorder: Option<Arc<Recorder>>,
}

impl Drop for TranscriptOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            // Test harnesses capture what this macro writes.
            eprint!("{}", shown(&transcripts(self.recorder.as_deref())));
        }
    }
}

/// What a failed expectation prints, if a guard was asked for.
pub(super) fn shown_at_end(shared: &Shared) -> String {
    match shared.shows_transcripts.load(Ordering::Relaxed) {
        true => shown(&transcripts(shared.recorder.as_deref())),
        false => String::new(),
    }
}

fn transcripts(recorder: Option<&Recorder>) -> Vec<Transcript> {
    recorder.map(Recorder::transcripts).unwrap_or_default()
}

fn shown(transcripts: &[Transcript]) -> String {
    let last = &transcripts[transcripts.len().saturating_sub(ON_PANIC)..];
    if last.is_empty() {
        return "no transcripts: add `.transcripts()` to the builder, or no client has connected\n"
            .to_owned();
    }
    let of = transcripts.len();
    let texts: String = last.iter().map(|one| format!("\n{one}")).collect();
    format!("the last {} of {of} transcripts:\n{texts}", last.len())
}
