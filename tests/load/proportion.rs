//! What a request costs is in proportion to its size: in memory at most six times as much for a form,
//! and a limit, with an answer that names it, wherever the proportion could be larger.

use std::fs;

use crate::support::client::Client;
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::support::watch::{grown_since, peak_memory, unread_bytes};
use tempfile::TempDir;

/// Bytes of the large forms, more than the 4 MiB from which on the allocator maps memory separately.
const SIZE: usize = 5_000_000;

/// Memory for each byte of a form.
const TIMES: u64 = 6;

/// What a request of any size may need besides, in KiB.
const BESIDES: u64 = 4 * 1024;

#[test]
fn forms_take_at_most_six_times_their_size() {
    let site = site();
    let file = |content: Vec<u8>| {
        let head = b"--B\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n";
        [&head[..], &content, b"\r\n--B--\r\n"].concat()
    };
    let text = |content: Vec<u8>| {
        let head = b"--B\r\nContent-Disposition: form-data; name=f\r\n\r\n";
        [&head[..], &content, b"\r\n--B--\r\n"].concat()
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=B";
    for (what, media_type, body) in [
        ("percent signs", urlencoded, b"%".repeat(SIZE)),
        ("escapes", urlencoded, b"%41".repeat(SIZE / 3)),
        ("blanks", urlencoded, b"+".repeat(SIZE)),
        ("raw bytes", urlencoded, b"\xff".repeat(SIZE)),
        ("ampersands", urlencoded, b"&".repeat(SIZE)),
        ("equals signs", urlencoded, b"=".repeat(SIZE)),
        ("fields", urlencoded, b"a&".repeat(SIZE / 2)),
        ("text", multipart, text(b"x".repeat(SIZE))),
        ("lines", multipart, text(b"\n".repeat(SIZE))),
        ("a file", multipart, file(b"\r\n--B-".repeat(SIZE / 6))),
        ("preamble", multipart, b"\n".repeat(SIZE)),
        (
            "a head",
            multipart,
            [b"--B\r\n", &b"a:b\r\n".repeat(SIZE / 5)[..]].concat(),
        ),
        (
            "parts",
            multipart,
            b"--B\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n".repeat(SIZE / 52),
        ),
    ] {
        let server = server(&site);
        get(server.addr(), "/post.py");
        let before = peak_memory(server.id());
        let size = body.len() as u64 / 1024;
        let answer = post(&server, media_type, &body);
        assert!(matches!(answer.0, 200 | 400), "{what}: {}", answer.1);
        let grown = grown_since(before, server.id());
        let most = TIMES * size + BESIDES;
        assert!(grown < most, "{what}: {grown} KiB for {size} KiB");
    }
}

#[test]
fn limits_answer_with_their_names() {
    let site = site();
    let limits = r#"{"doc_root": ".", "limits":
        {"body": 3000, "form": 2000, "parameters": 20, "pipes": 2}}"#;
    fs::write(site.path().join("config.json"), limits).expect("room");
    let config = site.path().join("config.json");
    let config = config.to_str().expect("UTF-8");
    let limited = Process::wireserve(site.path(), ["--log", "off", "--config", config]);
    let default = server(&site);
    let urlencoded = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=B";
    let part = b"--B\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n";
    for (server, media_type, body, status, key) in [
        (&limited, urlencoded, b"a=b&".repeat(20), 200, ""),
        (
            &limited,
            urlencoded,
            b"a=b&".repeat(21),
            400,
            "limits.parameters",
        ),
        (&limited, urlencoded, b"a".repeat(2000), 200, ""),
        (&limited, urlencoded, b"a".repeat(2001), 413, "limits.form"),
        (&limited, urlencoded, b"a".repeat(3001), 413, "limits.body"),
        (&limited, multipart, part.repeat(20), 200, ""),
        (
            &limited,
            multipart,
            part.repeat(21),
            400,
            "limits.parameters",
        ),
        (&default, urlencoded, b"a=b&".repeat(1000), 200, ""),
        (
            &default,
            urlencoded,
            b"a=b&".repeat(1001),
            400,
            "limits.parameters",
        ),
        (
            &default,
            urlencoded,
            b"a".repeat(17 << 20),
            413,
            "limits.form",
        ),
        (
            &default,
            multipart,
            part.repeat(1001),
            400,
            "limits.parameters",
        ),
    ] {
        let (found, text) = post(server, media_type, &body);
        let size = body.len();
        assert_eq!(found, status, "{media_type}, {size} bytes: {text}");
        assert!(text.contains(key), "{size} bytes: {text}");
    }
    for (server, count, status) in [
        (&limited, 20, 200),
        (&limited, 21, 400),
        (&default, 1000, 200),
        (&default, 1001, 400),
    ] {
        let pairs = |separator: &str| {
            let pairs: Vec<_> = (0..count).map(|n| format!("{n}=b")).collect();
            pairs.join(separator)
        };
        for (target, field) in [
            (format!("/get.py?{}", pairs("&")), String::new()),
            (
                "/cookies.py".to_owned(),
                format!("Cookie: {}\r\n", pairs("; ")),
            ),
        ] {
            let mut client = Client::connect(server.addr());
            client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n{field}\r\n").as_bytes());
            let answer = client.read_response("GET");
            let text = answer.text();
            assert_eq!(answer.status, status, "{count} in {}: {text}", &target[..8]);
            assert_eq!(text.contains("limits.parameters"), status == 400);
        }
    }
}

/// The body is refused whoever reads it, at the latest when it has become too large.
#[test]
fn a_body_beyond_the_limit_is_not_read() {
    let site = site();
    let limits = r#"{"doc_root": ".", "limits": {"body": 3000}}"#;
    fs::write(site.path().join("config.json"), limits).expect("room");
    let config = site.path().join("config.json");
    let config = config.to_str().expect("UTF-8");
    let server = Process::wireserve(site.path(), ["--log", "off", "--config", config]);
    let chunks = |size: usize| {
        let chunk = format!("3e8\r\n{}\r\n", "a".repeat(1000));
        format!(
            "Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
            chunk.repeat(size)
        )
    };
    for (target, rest, status) in [
        ("/body.py", chunks(3), 200),
        ("/body.py", chunks(4), 413),
        ("/none.txt", "Content-Length: 3001\r\n\r\n".to_owned(), 413),
        ("/body.py", "Content-Length: 3001\r\n\r\n".to_owned(), 413),
    ] {
        let mut client = Client::connect(server.addr());
        client.send(format!("POST {target} HTTP/1.1\r\nHost: a\r\n{rest}").as_bytes());
        let answer = client.read_response("POST");
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        if status == 413 {
            assert!(answer.text().contains("limits.body"), "{}", answer.text());
            client.read_until_close();
        }
    }
    // Not read by a handler either.
    let mut client = Client::connect(server.addr());
    client.send(format!("POST /no.txt HTTP/1.1\r\nHost: a\r\n{}", chunks(4)).as_bytes());
    assert_eq!(client.read_response("POST").status, 404);
    client.read_until_close();
}

/// Sixteen heads of 30 MB, which never end.
#[test]
fn heads_do_not_add_up() {
    const ROOM: u64 = 64 * 1024;
    let site = site();
    let server = server(&site);
    let line = format!("X: {}\r\n", "a".repeat(60_000));
    get(server.addr(), "/get.py");
    let before = peak_memory(server.id());
    let mut clients: Vec<_> = (0..16)
        .map(|_| {
            let mut client = Client::connect(server.addr());
            client.send(b"GET / HTTP/1.1\r\n");
            // The server answers before it has taken all of it.
            for _ in 0..500 {
                client.send(line.as_bytes());
            }
            client
        })
        .collect();
    for client in &mut clients {
        let answer = client.read_response("GET");
        assert_eq!(answer.status, 431);
        assert!(answer.text().contains("limits.head"), "{}", answer.text());
    }
    let grown = grown_since(before, server.id());
    assert!(grown < ROOM, "{grown} KiB");

    // A whole head may be a little shorter.
    let mut client = Client::connect(server.addr());
    let whole = format!("GET /get.py HTTP/1.1\r\n{}\r\n", line.repeat(17));
    client.send(whole.as_bytes());
    assert_eq!(client.read_response("GET").status, 200);
}

#[test]
fn heads_of_all_connections_have_a_limit() {
    let site = site();
    let limits = r#"{"doc_root": ".", "limits": {"heads": 200000}}"#;
    fs::write(site.path().join("config.json"), limits).expect("room");
    let config = site.path().join("config.json");
    let config = config.to_str().expect("UTF-8");
    let server = Process::wireserve(site.path(), ["--log", "off", "--config", config]);
    let begin = |lines: usize| {
        let mut client = Client::connect(server.addr());
        let line = format!("X: {}\r\n", "a".repeat(50_000));
        client.send(format!("GET /get.py HTTP/1.1\r\n{}", line.repeat(lines)).as_bytes());
        client
    };
    let mut one = begin(2);
    let mut other = begin(1);
    eventually("both are read", || unread_bytes(server.addr()) == 0);
    let answer = begin(2).read_response("GET");
    assert_eq!(answer.status, 431);
    assert!(answer.text().contains("limits.heads"), "{}", answer.text());
    // Small heads are not refused because of large ones, and large ones are answered.
    assert_eq!(get(server.addr(), "/get.py").status, 200);
    for client in [&mut one, &mut other] {
        client.send(b"\r\n");
        assert_eq!(client.read_response("GET").status, 200);
    }
    eventually("both are idle, and hold nothing", || {
        let mut third = begin(3);
        third.send(b"\r\n");
        third.read_response("GET").status == 200
    });
}

/// While one request holds 3 MB, others may hold no more than a little; later they may.
#[test]
fn bodies_and_content_of_all_requests_have_a_limit() {
    let site = site();
    fs::write(site.path().join("large.txt"), "ham ".repeat(100_000)).expect("room");
    let folder_of_many = site.path().join("many");
    fs::create_dir(&folder_of_many).expect("room");
    for name in 0..1500 {
        fs::write(folder_of_many.join(name.to_string()), "").expect("room");
    }
    let limits = r#"{"doc_root": ".", "limits": {"memory": 2000000}}"#;
    fs::write(site.path().join("config.json"), limits).expect("room");
    let config = site.path().join("config.json");
    let config = config.to_str().expect("UTF-8");
    let server = Process::wireserve(site.path(), ["--log", "off", "--config", config]);

    let mut holder = Client::connect(server.addr());
    holder.send(b"POST /holds.py HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n");
    holder.send(&b"x".repeat(3_000_000));
    assert_eq!(holder.read_exact(7), b"3000000");

    let urlencoded = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=B";
    let file = b"--B\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n";
    let files = [&file[..], &b"x".repeat(100_000), b"\r\n"]
        .concat()
        .repeat(5);
    let large = vec![b'x'; 1_000_000];
    let post = |target: &str, media_type: &str, body: &[u8]| {
        let mut client = Client::connect(server.addr());
        let length = body.len();
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
        );
        client.send(head.as_bytes());
        client.send(body);
        client.read_response("POST")
    };
    let refused = [
        post("/body.py", urlencoded, &large),
        post("/post.py", urlencoded, &large),
        post("/post.py", multipart, &files),
        get(server.addr(), "/large.txt?pipe=gzip"),
        get(server.addr(), "/large.txt?pipe=sub"),
        get(server.addr(), "/large.py?pipe=gzip"),
        get(server.addr(), "/many/"),
    ];
    for (number, answer) in refused.iter().enumerate() {
        assert_eq!(answer.status, 503, "{number}: {}", answer.text());
        assert!(answer.text().contains("limits.memory"), "{}", answer.text());
    }
    let answered = [
        post("/body.py", urlencoded, &large[..10_000]),
        post("/pieces.py", urlencoded, &large),
        post("/post.py", urlencoded, b"a=b"),
        get(server.addr(), "/large.txt"),
        get(server.addr(), "/large.txt?pipe=slice(0,9)"),
        get(server.addr(), "/get.py?pipe=gzip"),
    ];
    for (number, answer) in answered.iter().enumerate() {
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
    }

    holder.send(b".");
    holder.read_until_close();
    for answer in [
        post("/body.py", urlencoded, &large),
        post("/post.py", urlencoded, &large),
        post("/post.py", multipart, &files),
        get(server.addr(), "/large.txt?pipe=gzip"),
        get(server.addr(), "/many/"),
    ] {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[test]
fn values_in_the_stash_have_a_limit() {
    let site = site();
    let limits = r#"{"doc_root": ".", "limits": {"stash": 3000}}"#;
    fs::write(site.path().join("config.json"), limits).expect("room");
    let config = site.path().join("config.json");
    let config = config.to_str().expect("UTF-8");
    let server = Process::wireserve(site.path(), ["--log", "off", "--config", config]);
    for target in ["/stash.py", "/queue.py"] {
        let text = get(server.addr(), target).text();
        assert!(text.starts_with("2 "), "{target}: {text}");
        assert!(text.contains("limits.stash"), "{target}: {text}");
        // What was taken out has made room.
        assert!(get(server.addr(), target).text().starts_with("2 "));
    }
}

fn site() -> TempDir {
    folder(&[
        (
            "holds.py",
            "def main(request, response):\n    \
             response.writer.write(str(len(request.body)))\n    \
             response.writer.read(1)\n    \
             response.close_connection = True\n",
        ),
        (
            "pieces.py",
            "def main(request, response):\n    \
             while request.raw_input.read(10_000):\n        pass\n    \
             return 'read'\n",
        ),
        (
            "large.py",
            "def main(request, response):\n    return b'x' * 1_000_000\n",
        ),
        (
            "stash.py",
            "import uuid\n\n\n\
             def main(request, response):\n    \
             keys = [str(uuid.uuid4()) for _ in range(9)]\n    \
             put = 0\n    \
             try:\n        \
             for key in keys:\n            \
             request.server.stash.put(key, b'x' * 1000)\n            \
             put += 1\n    \
             except Exception as error:\n        \
             for key in keys:\n            \
             request.server.stash.take(key)\n        \
             return '%d %s: %s' % (put, type(error).__name__, error)\n",
        ),
        (
            "queue.py",
            "def main(request, response):\n    \
             queue = request.server.stash.get_queue()\n    \
             try:\n        \
             for _ in range(9):\n            \
             queue.put(b'x' * 1000)\n    \
             except Exception as error:\n        \
             return '%d %s: %s' % (queue.qsize(), type(error).__name__, error)\n",
        ),
        (
            "post.py",
            "def main(request, response):\n    return str(len(request.POST))\n",
        ),
        (
            "get.py",
            "def main(request, response):\n    return str(len(request.GET))\n",
        ),
        (
            "cookies.py",
            "def main(request, response):\n    return str(len(request.cookies))\n",
        ),
        (
            "body.py",
            "def main(request, response):\n    return str(len(request.body))\n",
        ),
    ])
}

fn server(site: &TempDir) -> Process {
    Process::wireserve(site.path(), ["--log", "off"])
}

fn post(server: &Process, media_type: &str, body: &[u8]) -> (u16, String) {
    let mut client = Client::connect(server.addr());
    let head = format!(
        "POST /post.py HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    client.send(head.as_bytes());
    client.send(body);
    let answer = client.read_response("POST");
    let text = answer.text();
    (answer.status, text.chars().take(200).collect())
}
