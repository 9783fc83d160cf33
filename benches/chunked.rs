//! The speed of decoding a chunked body, in pieces as the wire delivers them.

#![expect(missing_docs, reason = "of a function that `benchmark_group` makes")]

use std::hint::black_box;

use bencher::{Bencher, benchmark_group, benchmark_main};
use wireserve::internals::http::chunked::Decoder;

benchmark_group!(bodies, chunks_of_1_b, chunks_of_16_b, chunks_of_32_kib);
benchmark_main!(bodies);

/// Bytes of a body's data.
const BODY: usize = 1024 * 1024;

/// Bytes that arrive at once.
const PIECE: usize = 64 * 1024;

fn chunks_of_1_b(bencher: &mut Bencher) {
    measure(bencher, 1);
}

fn chunks_of_16_b(bencher: &mut Bencher) {
    measure(bencher, 16);
}

fn chunks_of_32_kib(bencher: &mut Bencher) {
    measure(bencher, 32 * 1024);
}

fn measure(bencher: &mut Bencher, size: usize) {
    let body = encode(size);
    let mut out = Vec::with_capacity(BODY);
    bencher.bytes = body.len() as u64;
    bencher.iter(|| decode(black_box(&body), &mut out));
}

fn decode(body: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut decoder = Decoder::default();
    for piece in body.chunks(PIECE) {
        decoder.decode(piece, out).expect("a chunked body");
    }
    assert!(decoder.is_done());
    assert_eq!(out.len(), BODY);
}

/// A body of [`BODY`] bytes in chunks of `size`, which divides it.
fn encode(size: usize) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..BODY / size {
        body.extend_from_slice(format!("{size:x}\r\n").as_bytes());
        body.resize(body.len() + size, b'x');
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"0\r\n\r\n");
    body
}
