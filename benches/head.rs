//! How fast a request's head is found and read: [`Scanner`] over a buffer that holds one, then
//! [`Head::parse`] on a copy of its bytes, as a connection does.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wireserve::http::head::{Head, Limits, Progress, Scanner};

criterion_group!(benches, heads);
criterion_main!(benches);

fn heads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("head");
    for (name, bytes) in [
        ("minimal", MINIMAL.to_vec()),
        ("chromium", CHROMIUM.to_vec()),
        ("lenient", lenient()),
        ("100 fields", many_fields(100)),
    ] {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&bytes))));
    }
    group.finish();
}

fn read(buffer: &[u8]) -> Head {
    let progress = Scanner::default().scan(buffer, &Limits::default());
    let Ok(Progress::Whole(range)) = progress else {
        panic!("no whole head: {progress:?}");
    };
    Head::parse(buffer[range].to_vec()).expect("a head with a reading")
}

const MINIMAL: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";

/// What Chromium 156 sends for a `fetch` from a page.
const CHROMIUM: &[u8] = b"\
GET /handlers/control-content-type.py?type=text/plain HTTP/1.1\r\n\
Host: 127.0.0.1:8000\r\n\
Connection: keep-alive\r\n\
sec-ch-ua-platform: \"Linux\"\r\n\
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
HeadlessChrome/156.0.0.0 Safari/537.36\r\n\
sec-ch-ua: \"Not:A-Brand\";v=\"8\", \"Chromium\";v=\"156\"\r\n\
sec-ch-ua-mobile: ?0\r\n\
Accept: */*\r\n\
Sec-Fetch-Site: same-origin\r\n\
Sec-Fetch-Mode: cors\r\n\
Sec-Fetch-Dest: empty\r\n\
Referer: http://127.0.0.1:8000/test.html\r\n\
Accept-Encoding: gzip, deflate, br, zstd\r\n\
Accept-Language: en-US,en;q=0.9\r\n\
\r\n";

/// Chromium's head with a folded line at its end, which httparse refuses after all the others.
fn lenient() -> Vec<u8> {
    let head = CHROMIUM.strip_suffix(b"\r\n").expect("an empty line");
    let head = [head, b" folded\r\n\r\n"].concat();
    let mut room = [httparse::EMPTY_HEADER; 64];
    let strict = httparse::Request::new(&mut room).parse(&head);
    assert!(strict.is_err(), "httparse reads it: {strict:?}");
    head
}

fn many_fields(count: usize) -> Vec<u8> {
    let fields: String = (0..count)
        .map(|n| format!("X-Field-{n}: the value of field {n}\r\n"))
        .collect();
    format!("GET / HTTP/1.1\r\n{fields}\r\n").into_bytes()
}
