//! Content codings of the model client.

use std::io::Read as _;

use flate2::read::{MultiGzDecoder, ZlibDecoder};

use super::message::{Failure, Head};

/// The most codings of one response, and the most bytes of decoded content.
const MAX_CODINGS: usize = 5;
const MAX_CONTENT: u64 = 1024 * 1024;

/// The content without its codings, the last one first (RFC 9110 §8.4).
pub fn decoded(mut content: Vec<u8>, head: &Head) -> Result<Vec<u8>, Failure> {
    let codings: Vec<_> = head
        .values("content-encoding")
        .flat_map(|value| value.split(','))
        .collect();
    if codings.len() > MAX_CODINGS {
        return Err(Failure::Invalid("many content codings"));
    }
    for coding in codings.iter().rev() {
        let mut out = Vec::new();
        let read = match coding.trim().to_ascii_lowercase().as_str() {
            // Nothing is not a stream of anything; servers send it all the same.
            _ if content.is_empty() => continue,
            "gzip" | "x-gzip" => MultiGzDecoder::new(&content[..])
                .take(MAX_CONTENT)
                .read_to_end(&mut out),
            "deflate" => ZlibDecoder::new(&content[..])
                .take(MAX_CONTENT)
                .read_to_end(&mut out),
            _ => continue,
        };
        if read.is_err() || out.len() as u64 == MAX_CONTENT {
            return Err(Failure::Invalid("a content coding"));
        }
        content = out;
    }
    Ok(content)
}
