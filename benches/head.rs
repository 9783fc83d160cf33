//! The speed of finding and parsing a request's head: [`Scanner`] on a buffer with one head, then
//! [`Head::parse`] on a copy of its bytes, as a connection does.

#![expect(missing_docs, reason = "of a function that `benchmark_group` makes")]

#[path = "count/chromium.rs"]
mod chromium;

use std::hint::black_box;

use bencher::{Bencher, benchmark_group, benchmark_main};
use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::message::Head;

benchmark_group!(heads, minimal, chromium, lenient, hundred_fields);
benchmark_main!(heads);

fn minimal(bencher: &mut Bencher) {
    measure(bencher, MINIMAL);
}

fn chromium(bencher: &mut Bencher) {
    measure(bencher, chromium::HEAD);
}

fn lenient(bencher: &mut Bencher) {
    measure(bencher, &lenient_head());
}

fn hundred_fields(bencher: &mut Bencher) {
    measure(bencher, &many_fields(100));
}

fn measure(bencher: &mut Bencher, head: &[u8]) {
    bencher.bytes = head.len() as u64;
    bencher.iter(|| read(black_box(head)));
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
fn lenient_head() -> Vec<u8> {
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
