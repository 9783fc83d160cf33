//! The speed of decoding a chunked body, in pieces as the wire delivers them.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wireserve::internals::http::chunked::Decoder;

criterion_group!(benches, bodies);
criterion_main!(benches);

/// Bytes of a body's data.
const BODY: usize = 1024 * 1024;

/// Bytes that arrive at once.
const PIECE: usize = 64 * 1024;

fn bodies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chunked");
    let sizes = [
        ("1 B chunks", 1),
        ("16 B chunks", 16),
        ("32 KiB chunks", 32 * 1024),
    ];
    for (name, size) in sizes {
        let body = encode(size);
        let mut out = Vec::with_capacity(BODY);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| decode(black_box(&body), &mut out));
        });
    }
    group.finish();
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
