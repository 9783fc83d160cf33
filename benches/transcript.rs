//! The cost of a transcript: one exchange on a persistent connection over loopback, without a transcript, with
//! one in memory, and with one in a folder. The limit for each connection is lifted, so that no recording ends
//! during a measurement.

#![expect(missing_docs, reason = "of a function that `benchmark_group` makes")]

use std::io::{Read, Write};
use std::net::TcpStream;

use bencher::{Bencher, benchmark_group, benchmark_main};
use wireserve::handlers::FixedHandler;
use wireserve::transcript::{Format, TranscriptLimits};
use wireserve::{Builder, Server};

benchmark_group!(exchanges, off, memory, folder_text, folder_json);
benchmark_main!(exchanges);

fn off(bencher: &mut Bencher) {
    measure(bencher, builder());
}

fn memory(bencher: &mut Bencher) {
    measure(bencher, builder().transcripts());
}

fn folder_text(bencher: &mut Bencher) {
    measure_in_folder(bencher, Format::Text);
}

fn folder_json(bencher: &mut Bencher) {
    measure_in_folder(bencher, Format::Json);
}

fn measure_in_folder(bencher: &mut Bencher, format: Format) {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = TranscriptLimits {
        connection: u64::MAX,
        folder: u64::MAX,
        ..TranscriptLimits::default()
    };
    let builder = builder().transcript_folder(folder.path(), format);
    measure(bencher, builder.transcript_limits(limits));
}

fn measure(bencher: &mut Bencher, builder: Builder) {
    let server = builder.start().expect("a free port");
    let mut client = TcpStream::connect(server.address()).expect("a connection");
    client.set_nodelay(true).expect("an option");
    let length = exchange(&mut client, &mut [0; 4096]);
    let mut room = vec![0; length];
    bencher.iter(|| {
        client.write_all(REQUEST).expect("it reads");
        client.read_exact(&mut room).expect("it answers");
    });
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
