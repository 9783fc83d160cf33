//! Transcripts as whoever runs a server wishes and sees them: where they go, what there is of them, and
//! a guard that shows them when a test fails.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::transcript::{Folder, Format, Memory, Recorder, Transcript, TranscriptLimits};

use super::{Builder, Server};

/// Connections that a failing test shows, the last ones.
const ON_PANIC: usize = 8;

/// Where transcripts are to go.
#[derive(Debug, Default)]
pub(super) struct TranscriptOptions {
    memory: Memory,
    folder: Option<(PathBuf, Format)>,
    limits: TranscriptLimits,
}

impl TranscriptOptions {
    /// What they come to; nothing when there are none.
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
    /// Keeps the transcripts of the last connections in memory, for [`Server::transcripts`].
    #[must_use]
    pub fn transcripts(mut self) -> Self {
        self.transcripts.memory = Memory::On;
        self
    }

    /// Writes the transcript of every connection to a file of its own in this folder, which is made if
    /// it is not there.
    #[must_use]
    pub fn transcript_folder(mut self, path: impl Into<PathBuf>, format: Format) -> Self {
        self.transcripts.folder = Some((path.into(), format));
        self
    }

    /// Replaces the limits of transcripts.
    #[must_use]
    pub fn transcript_limits(mut self, limits: TranscriptLimits) -> Self {
        self.transcripts.limits = limits;
        self
    }
}

impl Server {
    /// The transcripts in memory, oldest connection first; none without [`Builder::transcripts`]. What a
    /// client has received of the wire is in them.
    ///
    /// ```
    /// use std::io::{Read, Write};
    /// use std::net::TcpStream;
    ///
    /// use wireserve::Server;
    /// use wireserve::transcript::Side;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::builder().transcripts().start()?;
    /// // Should this test fail, it shows what was on the wire.
    /// let _shown = server.transcript_on_panic();
    ///
    /// let mut client = TcpStream::connect(server.address())?;
    /// client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// client.read_to_end(&mut Vec::new())?;
    ///
    /// let transcript = &server.transcripts()[0];
    /// let first = &transcript.entries()[0];
    /// assert_eq!((first.exchange, first.from()), (1, Some(Side::Client)));
    /// assert!(first.bytes().starts_with(b"GET / "));
    /// assert!(transcript.bytes(Side::Server).starts_with(b"HTTP/1.1 404 "));
    /// assert!(transcript.to_string().contains(r#"1  < "#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn transcripts(&self) -> Vec<Transcript> {
        transcripts(self.shared.recorder.as_deref())
    }

    /// Prints the last transcripts on standard error if it is dropped by a panic, which is how a test
    /// fails.
    #[must_use = "it is dropped at once"]
    pub fn transcript_on_panic(&self) -> TranscriptOnPanic {
        TranscriptOnPanic {
            recorder: self.shared.recorder.clone(),
        }
    }
}

/// Shows the last transcripts when its thread panics; see [`Server::transcript_on_panic`].
#[derive(Debug)]
pub struct TranscriptOnPanic {
    recorder: Option<Arc<Recorder>>,
}

impl Drop for TranscriptOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            // A test's standard error is shown with its failure only if this macro writes it.
            eprint!("{}", shown(&transcripts(self.recorder.as_deref())));
        }
    }
}

fn transcripts(recorder: Option<&Recorder>) -> Vec<Transcript> {
    recorder.map(Recorder::transcripts).unwrap_or_default()
}

fn shown(transcripts: &[Transcript]) -> String {
    let last = &transcripts[transcripts.len().saturating_sub(ON_PANIC)..];
    if last.is_empty() {
        return "no transcripts: without a connection, or without Builder::transcripts\n"
            .to_owned();
    }
    let of = transcripts.len();
    let texts: String = last.iter().map(|one| format!("\n{one}")).collect();
    format!("the last {} of {of} transcripts:\n{texts}", last.len())
}
