//! What a Rust handler answers is sent as it is made: raw bytes as they are, chunks one by one and
//! only while somebody listens, no field that is not wanted, and nothing of what is aborted.

use std::sync::{Mutex, mpsc};
use std::time::Duration;

use crate::levers::{Answer, builder};
use crate::support::client::{Client, DEADLINE, request};
use crate::support::embedded::get;
use crate::support::escape;
use wireserve::{
    Chunk, Chunks, Content, ContentError, Exchange, Fate, Fault, Handler, RequiredHeaders, Server,
};

#[test]
fn raw_bytes_are_sent_as_they_are() {
    struct Raw {
        pieces: Vec<Vec<u8>>,
        fate: Fate,
    }
    impl Handler for Raw {
        fn handle(&self, exchange: &mut Exchange<'_>) -> Answer {
            exchange.turn().mark_written();
            exchange.turn().grow_fate(self.fate.clone());
            for piece in &self.pieces {
                if exchange.turn().send(piece).is_err() {
                    break;
                }
            }
            Ok(())
        }
    }
    let all: &[u8] = &std::array::from_fn::<u8, 256, _>(|byte| byte as u8);
    let cases: [(&[&[u8]], Fate); 8] = [
        (&[b"HTTP/1.1 2OO OK\n\n"], Fate::Close),
        (&[b"HTTP/9.9 \xff\x00\r", b"\n\r\n"], Fate::Keep),
        (&[b"\0"], Fate::Keep),
        (&[&[]], Fate::Close),
        (&[], Fate::Abort),
        (&[b"not finished"], Fate::Abort),
        (&[b"a", b"b", b"c"], Fate::Keep),
        (&[all], Fate::Close),
    ];
    for (pieces, fate) in cases {
        let raw = Raw {
            pieces: pieces.iter().map(|piece| piece.to_vec()).collect(),
            fate: fate.clone(),
        };
        let server = Server::builder()
            .route("GET", "/raw", raw)
            .expect("a good pattern")
            .start()
            .expect("a free port");
        let mut client = Client::connect(server.address());
        client.send(&request("GET", "/raw"));
        let sent = pieces.concat();
        assert_eq!(client.read_exact(sent.len()), sent, "{pieces:?}");
        if fate == Fate::Keep {
            assert!(client.is_kept_open(), "{pieces:?}");
        } else {
            assert_eq!(client.read_until_close(), b"", "{pieces:?}");
        }
    }
}

#[test]
fn an_aborted_response_is_not_sent() {
    let abort = |exchange: &mut Exchange<'_>| {
        exchange.response.content = "not this".into();
        exchange.abort_connection();
        Ok(())
    };
    let server = builder([("GET", "/", abort)]).start().expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    assert_eq!(client.read_until_close(), b"");
}

#[test]
fn fields_are_left_out_on_request() {
    let bare = |exchange: &mut Exchange<'_>| {
        exchange.response.required_headers = RequiredHeaders::Omit;
        exchange.response.headers.append("only", "this");
        exchange.response.content = "text".into();
        Ok(())
    };
    let server = builder([("GET", "/", bare)]).start().expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    // Without a length the end of the connection is the end of the response.
    assert_eq!(
        client.read_until_close(),
        b"HTTP/1.1 200 OK\r\nonly: this\r\n\r\ntext"
    );
}

#[test]
fn chunks_are_sent_when_they_are_made() {
    let (piece, pieces) = mpsc::channel::<Vec<u8>>();
    let pieces = Mutex::new(Some(pieces));
    let server = Server::builder()
        .route("GET", "/stream", move |exchange: &mut Exchange<'_>| {
            let pieces = pieces.lock().expect("no panic").take();
            let pieces = pieces.ok_or_else(Fault::no_route)?;
            exchange.response.content = Content::Chunks(Box::new(pieces.into_iter()));
            Ok(())
        })
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/stream"));
    let head = client.read_until(b"\r\n\r\n");
    assert!(
        !head.windows(8).any(|word| word == b"Content-"),
        "no length"
    );
    for text in ["one", "two", "", "three"] {
        // The client has each piece before the next one exists.
        piece.send(text.into()).expect("the server asks for more");
        assert_eq!(client.read_exact(text.len()), text.as_bytes());
        assert_eq!(escape::lines(client.pending(), ""), "(nothing)");
    }
    drop(piece);
    assert_eq!(client.read_until_close(), b"");
}

#[test]
fn content_that_fails_ends_the_connection() {
    struct Failing(Vec<Result<Vec<u8>, ContentError>>);
    impl Chunks for Failing {
        fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
            Some(self.0.pop()?.map(Chunk::Bytes))
        }
    }
    let fail = |exchange: &mut Exchange<'_>| {
        let error = Err(ContentError("on purpose".to_owned()));
        let chunks = Failing(vec![Ok(b"never".into()), error, Ok(b"begun".into())]);
        exchange.response.headers.append("Content-Length", "100");
        exchange.response.content = Content::Chunks(Box::new(chunks));
        Ok(())
    };
    let server = builder([("GET", "/", fail)]).start().expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    assert!(client.read_until_close().ends_with(b"\r\n\r\nbegun"));
    assert_eq!(
        get(&server, "/none").status,
        404,
        "other requests are served"
    );
}

#[test]
fn content_is_no_longer_made_when_the_client_is_gone() {
    struct Endless(mpsc::Sender<()>);
    impl Iterator for Endless {
        type Item = Vec<u8>;
        fn next(&mut self) -> Option<Vec<u8>> {
            Some(vec![b'.'; 100_000])
        }
    }
    impl Drop for Endless {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (gone, seen) = mpsc::channel();
    let server = Server::builder()
        .route("GET", "/", move |exchange: &mut Exchange<'_>| {
            exchange.response.content = Content::Chunks(Box::new(Endless(gone.clone())));
            Ok(())
        })
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", "/"));
    client.read_exact(1_000_000);
    assert_eq!(seen.try_recv(), Err(mpsc::TryRecvError::Empty));
    drop(client);
    seen.recv_timeout(DEADLINE).expect("it is let go of");
}

#[test]
fn a_pause_ends_when_the_client_is_gone_or_the_server_stops() {
    struct Endless(mpsc::Sender<()>);
    impl Chunks for Endless {
        fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
            Some(Ok(Chunk::Pause(Duration::MAX)))
        }
    }
    impl Drop for Endless {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let (gone, seen) = mpsc::channel();
    let server = Server::builder()
        .route("GET", "/", move |exchange: &mut Exchange<'_>| {
            exchange.response.content = Content::Chunks(Box::new(Endless(gone.clone())));
            Ok(())
        })
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let mut clients = [(); 2].map(|()| Client::connect(server.address()));
    for client in &mut clients {
        client.send(&request("GET", "/"));
        client.read_exact(b"HTTP/1.1 200 OK\r\n".len());
    }
    let [reset, _stays] = clients;
    reset.reset();
    seen.recv_timeout(DEADLINE).expect("the client has left");
    assert_eq!(seen.try_recv(), Err(mpsc::TryRecvError::Empty));
    drop(server);
    seen.try_recv().expect("the server has stopped");
}

/// How content ends that is not complete.
#[test]
fn the_client_can_tell_that_content_broke_off() {
    /// Pieces, then a failure or the end; with the length that they are said to have.
    struct Pieces(Vec<&'static str>, Option<u64>, Option<&'static str>);
    impl Chunks for Pieces {
        fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
            match (self.0.pop(), self.2.take()) {
                (Some(piece), failure) => {
                    self.2 = failure;
                    Some(Ok(Chunk::Bytes(piece.into())))
                }
                (None, Some(failure)) => Some(Err(ContentError(failure.to_owned()))),
                (None, None) => None,
            }
        }
        fn length(&self) -> Option<u64> {
            self.1
        }
    }
    let fails = Some("on purpose");
    for (length, failure, field, is_reset) in [
        (None, fails, None, true),
        (None, fails, Some(("Connection", "close")), true),
        (None, fails, Some(("Transfer-Encoding", "gzip")), true),
        (None, fails, Some(("Content-Length", "9")), false),
        (
            None,
            fails,
            Some(("transfer-encoding", "gzip , CHUNKED")),
            false,
        ),
        (Some(9), fails, None, false),
        // Fewer or more bytes than announced.
        (Some(9), None, None, false),
        (Some(3), None, None, false),
        (None, None, None, false),
    ] {
        let server = Server::builder()
            .route("GET", "/", move |exchange: &mut Exchange<'_>| {
                if let Some((name, value)) = field {
                    exchange.response.headers.append(name, value);
                }
                let pieces = Pieces(vec!["lf", "ha"], length, failure);
                exchange.response.content = Content::Chunks(Box::new(pieces));
                Ok(())
            })
            .expect("a good pattern")
            .start()
            .expect("a free port");
        let case = format!("{length:?} {failure:?} {field:?}");
        let mut client = Client::connect(server.address());
        client.send(&request("GET", "/"));
        let bytes = client.read_until_close();
        assert!(bytes.ends_with(b"\r\n\r\nhalf"), "{case}");
        assert_eq!(client.was_reset(), is_reset, "{case}");
    }
}

#[test]
fn a_handler_that_fails_after_it_has_begun_resets_the_connection() {
    let fail = |exchange: &mut Exchange<'_>| {
        exchange.turn().mark_written();
        let sent = exchange.turn().send(b"HTTP/1.1 200 OK\r\n\r\nhalf");
        assert!(sent.is_ok(), "the client reads");
        Err(Fault::new(500, "on purpose"))
    };
    let panic = |exchange: &mut Exchange<'_>| {
        exchange.turn().mark_written();
        let sent = exchange.turn().send(b"HTTP/1.1 200 OK\r\n\r\nhalf");
        panic!("on purpose: {sent:?}");
    };
    let server = builder([("GET", "/fails", fail), ("GET", "/panics", panic)]);
    let server = server.start().expect("a free port");
    for target in ["/fails", "/panics"] {
        let mut client = Client::connect(server.address());
        client.send(&request("GET", target));
        let bytes = client.read_until_close();
        assert_eq!(bytes, b"HTTP/1.1 200 OK\r\n\r\nhalf", "{target}");
        assert!(client.was_reset(), "{target}");
    }
    let failed = server.verify().expect_err("a panic").to_string();
    assert!(
        failed.starts_with("GET /panics: the handler panicked: on purpose"),
        "{failed}"
    );
    server.reset();
}
