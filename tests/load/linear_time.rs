//! Four times the input takes about four times the time, not sixteen, whatever the input is. The limits, which
//! would hide that, are raised.

use std::fs;
use std::time::Duration;

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::watch::processor_time;

/// How much larger the second input is. With twice the input, a machine's noise can look like a square.
const GROWTH: usize = 4;

/// The time for the larger input, in times of the time for the input. Squares are sixteen.
const RATIO: f64 = 8.0;

/// Processor time that is long enough to be compared, in the kernel's ticks of 10 ms.
const LONG: Duration = Duration::from_millis(60);

/// How often a ratio is measured before it counts as too high.
const ATTEMPTS: usize = 5;

#[test]
fn four_times_the_input_takes_four_times_the_time() {
    let script = |body: &str| format!("def main(request, response):\n    {body}\n");
    let fields = script(
        "for n in range(int(request.GET.first('n'))):\n        \
         response.headers.append('X-%d' % n, 'v')\n        \
         response.headers.set('Y-%d' % n, 'v')\n    \
         for n in range(int(request.GET.first('n'))):\n        \
         del response.headers['Y-%d' % n]",
    );
    let folder = folder(&[
        ("a.txt", "0123456789"),
        ("headers.py", &script("return str(len(request.headers))")),
        ("fields.py", &fields),
        ("cookies.py", &script("return str(len(request.cookies))")),
        ("get.py", &script("return str(len(request.GET))")),
        ("post.py", &script("return str(len(request.POST))")),
        (
            "lines.py",
            &script("request.body; return str(sum(1 for _ in request.raw_input))"),
        ),
        ("chunks.py", &script("return str(len(request.chunks))")),
        (
            "few.sub.txt",
            &"{{uuid()}}{{GET[a]}}{{$a:host}}".repeat(5_000),
        ),
        (
            "more.sub.txt",
            &"{{uuid()}}{{GET[a]}}{{$a:host}}".repeat(GROWTH * 5_000),
        ),
    ]);
    fs::write(folder.path().join("large.bin"), vec![b'x'; 1 << 20]).expect("room");
    let large = 100_000_000;
    let config = format!(
        r#"{{"doc_root": ".", "limits": {{"request_line": {large}, "field_line": {large},
            "field_lines": {large}, "head": {large}, "heads": {large}, "parameters": {large},
            "form": {large}, "pipes": {large}}}}}"#
    );
    let file = folder.path().join("config.json");
    fs::write(&file, config).expect("room");
    let file = file.to_str().expect("UTF-8");
    let server = Process::wireserve(folder.path(), ["--log", "off", "--config", file]);

    let get = |target: &str, field: &str| {
        format!("GET {target} HTTP/1.1\r\nHost: a\r\n{field}\r\n").into_bytes()
    };
    let post = |path: &str, media_type: &str, body: &str| {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    };
    let numbered = |count: usize, make: &dyn Fn(usize) -> String, between: &str| {
        (0..count).map(make).collect::<Vec<_>>().join(between)
    };
    let urlencoded = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=B";
    let part = "--B\r\nContent-Disposition: form-data; name=f\r\n\r\n\r\n";
    let pair = |n: usize| format!("{n}=v");
    type Make<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let cases: &[(&str, usize, u16, Make<'_>)] = &[
        ("fields", 4_000, 200, &|n| {
            get(
                "/headers.py",
                &numbered(n, &|n| format!("X-{n}: v\r\n"), ""),
            )
        }),
        ("fields of a response", 5_000, 200, &|n| {
            get(&format!("/fields.py?n={n}"), "")
        }),
        ("cookies", 2_000, 200, &|n| {
            get(
                "/cookies.py",
                &format!("Cookie: {}\r\n", numbered(n, &pair, ";")),
            )
        }),
        ("parameters", 10_000, 200, &|n| {
            get(&format!("/get.py?{}", numbered(n, &pair, "&")), "")
        }),
        ("fields of a form", 10_000, 200, &|n| {
            post("/post.py", urlencoded, &numbered(n, &pair, "&"))
        }),
        ("escapes", 200_000, 200, &|n| {
            post("/post.py", urlencoded, &"%41+".repeat(n))
        }),
        ("parts", 500, 200, &|n| {
            post("/post.py", multipart, &part.repeat(n))
        }),
        ("lines", 5_000, 200, &|n| {
            post("/lines.py", "a/b", &"x\n".repeat(n))
        }),
        ("ranges", 5_000, 206, &|n| {
            let ranges = numbered(n, &|n| format!("{}-{}", 3 * n, 3 * n), ",");
            get("/large.bin", &format!("Range: bytes={ranges}\r\n"))
        }),
        ("overlapping ranges", 20_000, 206, &|n| {
            get(
                "/large.bin",
                &format!("Range: bytes={}0-0\r\n", "1-9,".repeat(n)),
            )
        }),
        ("segments", 50_000, 404, &|n| {
            get(&format!("/{}", "a/".repeat(n)), "")
        }),
        ("empty segments", 50_000, 404, &|n| {
            get(&format!("{}x", "/.".repeat(n)), "")
        }),
        ("pipes", 5_000, 200, &|n| {
            get(
                &format!("/a.txt?pipe={}", vec!["slice(0)"; n].join("|")),
                "",
            )
        }),
        ("fields of pipes", 2_000, 200, &|n| {
            let pipes = numbered(n, &|n| format!("header(X-{n},v)"), "|");
            get(&format!("/a.txt?pipe={pipes}"), "")
        }),
        ("template functions", 5_000, 200, &|n| match n {
            5_000 => get("/few.sub.txt?a=b", ""),
            _ => get("/more.sub.txt?a=b", ""),
        }),
        ("chunks", 5_000, 200, &|n| {
            let head = "POST /chunks.py HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            format!("{head}{}0\r\n\r\n", "1\r\nx\r\n".repeat(n)).into_bytes()
        }),
    ];
    for &(what, count, status, make) in cases {
        let [small, large] = [count, GROWTH * count].map(make);
        let run = |request: &[u8], repeats: u32| {
            let before = processor_time(server.id());
            for _ in 0..repeats {
                let mut client = Client::connect(server.addr());
                client.send(request);
                let answer = client.read_response("GET");
                assert_eq!(answer.status, status, "{what}: {}", answer.text());
            }
            processor_time(server.id()) - before
        };
        run(&small, 1);
        let mut repeats = 1;
        while run(&small, repeats) < LONG {
            repeats *= 2;
        }
        // The best of several: neighbours on a busy machine empty the processor's caches.
        let mut best = [Duration::MAX; 2];
        let mut ratio = f64::INFINITY;
        for _ in 0..ATTEMPTS {
            for (best, request) in best.iter_mut().zip([&small, &large]) {
                *best = run(request, repeats).min(*best);
            }
            ratio = best[1].as_secs_f64() / best[0].as_secs_f64();
            if ratio < RATIO {
                break;
            }
        }
        let [small, large] = best;
        println!("{what}: {small:?}, {large:?}, {ratio:.1}");
        assert!(ratio < RATIO, "{what}: {small:?}, then {large:?}");
    }
}
