//! The speed of finding and parsing a request's head: [`Scanner`] on a buffer with one head, then
//! [`Head::parse`] on a copy of its bytes, as a connection does.

#[path = "count/chromium.rs"]
mod chromium;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::message::Head;

criterion_group!(benches, heads);
criterion_main!(benches);

fn heads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("head");
    for (name, bytes) in [
        ("minimal", MINIMAL.to_vec()),
        ("chromium", chromium::HEAD.to_vec()),
        ("lenient", lenient()),
        ("100 fields", many_fields(100)),
    ] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&bytes))));
    }
    group.finish();
}

fn read(buffer: &[u8]) -> Head {
    let progress = Scanner::default().scan(buffer, &HeadLimits::default());
    let Ok(Progress::Whole(range)) = progress else {
        panic!("no whole head: {progress:?}");
    };
    Head::parse(buffer[range].to_vec()).expect("a valid head")
}

const MINIMAL: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";

/// Chromium's head with obs-fold in its last line, which httparse refuses after all other lines.
fn lenient() -> Vec<u8> {
    let head = chromium::HEAD.strip_suffix(b"\r\n").expect("an empty line");
    let head = [head, b" folded\r\n\r\n"].concat();
    let mut room = [httparse::EMPTY_HEADER; 64];
    let strict = httparse::Request::new(&mut room).parse(&head);
    assert!(strict.is_err(), "httparse accepts it: {strict:?}");
    head
}

fn many_fields(count: usize) -> Vec<u8> {
    let fields: String = (0..count)
        .map(|n| format!("X-Field-{n}: the value of field {n}\r\n"))
        .collect();
    format!("GET / HTTP/1.1\r\n{fields}\r\n").into_bytes()
}
