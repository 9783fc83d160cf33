//! `gzip` compresses the content, and says so in `Content-Encoding` and `Content-Length`. Compressing
//! is the `flate2` crate's; no time and no name go into the result, so that it is always the same.

use std::io::Read;

use flate2::Compression;
use flate2::read::GzEncoder;

use crate::exchange::Response;
use crate::exchange::content::ContentError;

use super::{PipeError, WrongArguments, whole};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Gzip;

impl Gzip {
    pub(super) fn of(arguments: &[String]) -> Result<Self, WrongArguments> {
        if arguments.is_empty() {
            return Ok(Self);
        }
        let (takes, given) = ("no arguments", arguments.len());
        Err(WrongArguments::Count { takes, given })
    }

    pub(super) fn apply(self, response: &mut Response) -> Result<(), PipeError> {
        let content = whole::take(response)?;
        response.headers.set("Content-Encoding", "gzip");
        let mut compressed = Vec::new();
        GzEncoder::new(content.as_slice(), Compression::best())
            .read_to_end(&mut compressed)
            .map_err(|error| ContentError(error.to_string()))?;
        whole::replace(response, compressed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Content;
    use flate2::read::GzDecoder;

    #[test]
    fn what_is_compressed_is_the_content() {
        for content in [String::new(), "ham ".repeat(10_000)] {
            let mut response = Response {
                content: content.as_str().into(),
                ..Response::default()
            };
            Gzip::of(&[]).unwrap().apply(&mut response).unwrap();
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
        assert!(Gzip::of(&[String::new()]).is_err());
    }
}
