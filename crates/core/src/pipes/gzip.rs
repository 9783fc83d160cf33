//! `gzip` compresses the content with the `flate2` crate, and sets `Content-Encoding` and
//! `Content-Length`. The result holds no time and no file name, so that it is always the same.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::exchange::content::ContentError;

use super::response::{replace, whole};
use super::template::Scope;
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gzip;

impl Pipe for Gzip {
    fn parse(_: &[String]) -> Result<Self, WrongArguments> {
        Ok(Self)
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        scope: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        let content = whole(response, scope)?;
        response.set_field(b"Content-Encoding", b"gzip")?;
        let failed = |error: io::Error| ContentError(error.to_string());
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        for piece in content.chunks(PIECE) {
            let mut written = Ok(());
            response.blocking(&mut || written = encoder.write_all(piece));
            written.map_err(failed)?;
            scope.hold(content.len() + encoder.get_ref().len())?;
            if !scope.is_wanted() {
                return Err(PipeError::Unwanted);
            }
        }
        replace(response, encoder.finish().map_err(failed)?)
    }
}

/// Bytes that are compressed between two looks for the client, in a few milliseconds.
const PIECE: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::exchange::{Content, Response};
    use crate::pipes::template::Fixture;
    use flate2::read::GzDecoder;

    #[test]
    fn the_content_is_compressed() {
        for content in [String::new(), "ham ".repeat(10_000)] {
            let mut response = Response {
                content: content.as_str().into(),
                ..Response::default()
            };
            let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
            let applied = Box::new(Gzip).apply(&mut response, &fixture.context());
            applied.unwrap();
            let Content::Bytes(bytes) = &response.content else {
                panic!("bytes, not {:?}", response.content);
            };
            let mut inflated = String::new();
            GzDecoder::new(bytes.as_slice())
                .read_to_string(&mut inflated)
                .unwrap();
            assert_eq!(inflated, content);
            let fields: Vec<_> = response.headers.iter().collect();
            let length = bytes.len().to_string();
            let expected: [(&[u8], &[u8]); 2] = [
                (b"Content-Encoding", b"gzip"),
                (b"Content-Length", length.as_bytes()),
            ];
            assert_eq!(fields, expected);
        }
    }
}
