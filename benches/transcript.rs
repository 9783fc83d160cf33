//! The cost of a transcript: one exchange on a persistent connection over loopback, without a transcript, with
//! one in memory, and with one in a folder. The limit for each connection is lifted, so that no recording ends
//! during a measurement.

use std::io::{Read, Write};
use std::net::TcpStream;

use criterion::{Criterion, criterion_group, criterion_main};
use wireserve::handlers::FixedHandler;
use wireserve::transcript::{Format, TranscriptLimits};
use wireserve::{Builder, Server};

criterion_group!(benches, exchanges);
criterion_main!(benches);

fn exchanges(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("transcript");
    let folder = tempfile::tempdir().expect("a folder");
    let limits = TranscriptLimits {
        connection: u64::MAX,
        folder: u64::MAX,
        ..TranscriptLimits::default()
    };
    let in_folder = |format| {
        let builder = builder().transcript_folder(folder.path(), format);
        builder.transcript_limits(limits)
    };
    let cases: [(&str, Builder); 4] = [
        ("off", builder()),
        ("memory", builder().transcripts()),
        ("folder, text", in_folder(Format::Text)),
        ("folder, JSON", in_folder(Format::Json)),
    ];
    for (name, builder) in cases {
        let server = builder.start().expect("a free port");
        let mut client = TcpStream::connect(server.address()).expect("a connection");
        client.set_nodelay(true).expect("an option");
        let length = exchange(&mut client, &mut [0; 4096]);
        let mut room = vec![0; length];
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                client.write_all(REQUEST).expect("it reads");
                client.read_exact(&mut room).expect("it answers");
            });
        });
    }
    group.finish();
}

fn builder() -> Builder {
    Server::builder()
        .route("GET", "*", FixedHandler::text(200, "hello"))
        .expect("a good pattern")
}

/// The first exchange; returns the length of a response.
fn exchange(client: &mut TcpStream, room: &mut [u8]) -> usize {
    client.write_all(REQUEST).expect("it reads");
    let mut length = 0;
    while !room[..length].ends_with(b"\r\n\r\nhello") {
        length += client.read(&mut room[length..]).expect("it answers");
    }
    length
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n";
