//! A file is served as it is at the time of the request: edits, headers files that come and go, another
//! file of its name, even another doc root show at once. What has been promised is kept: a file that
//! grows while it is sent sends its first length, and one that shrinks ends the connection.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;
use crate::support::wait::eventually;

/// More than the sockets' buffers hold, so that it is still being sent when it changes.
const LARGE: u64 = 64 << 20;

/// The age of a change after which the next one shows in the times of a folder.
const SETTLED: Duration = Duration::from_millis(60);

#[test]
fn edits_show_at_once() {
    edit(|_| ());
}

/// The server keeps a file once its last change is long enough ago for the next one to show, from which time
/// on its entity tag is strong.
#[test]
fn edits_of_kept_files_show_at_once() {
    edit(|client| {
        // What is no file has no tag, and is not kept.
        eventually("the file is settled", || {
            client
                .ask("GET", "/a.txt")
                .header("etag")
                .is_none_or(|tag| !tag.starts_with(b"W/"))
        });
        client.ask("GET", "/a.txt");
    });
}

/// Makes changes, and asks for the file after each of them. `before` is called before the next change.
fn edit(before: impl Fn(&mut Client)) {
    let folder = folder(&[("a.txt", "one"), ("b.txt", "b")]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    let path = |name: &str| folder.path().join(name);
    type Change<'a> = &'a dyn Fn(&dyn Fn(&str) -> PathBuf);
    let write = |name: &str, text: &str| fs::write(path(name), text).expect("a file");
    let steps: &[(Change<'_>, &str)] = &[
        (&|_| (), "200 one text/plain -"),
        (&|_| write("a.txt", "two"), "200 two text/plain -"),
        (&|_| write("a.txt", "three"), "200 three text/plain -"),
        (
            &|_| write("a.txt.headers", "X: 1"),
            "200 three text/plain 1",
        ),
        (
            &|_| write("a.txt.headers", "X: 2"),
            "200 three text/plain 2",
        ),
        (
            &|_| write("__dir__.headers", "Content-Type: a/b"),
            "200 three a/b 2",
        ),
        (
            &|path| fs::remove_file(path("a.txt.headers")).expect("it is there"),
            "200 three a/b -",
        ),
        (
            &|path| fs::remove_file(path("__dir__.headers")).expect("it is there"),
            "200 three text/plain -",
        ),
        (
            &|path| fs::rename(path("b.txt"), path("a.txt")).expect("both are there"),
            "200 b text/plain -",
        ),
        (
            &|path| fs::remove_file(path("a.txt")).expect("it is there"),
            "404",
        ),
        (&|_| write("a.txt.headers", "X: 3"), "404"),
        (
            &|path| fs::create_dir(path("a.txt")).expect("nothing there"),
            "301",
        ),
        (
            &|path| {
                fs::remove_dir(path("a.txt")).expect("it is empty");
                fs::create_dir(path("sub")).expect("nothing there");
                symlink("sub/c.txt", path("a.txt")).expect("nothing there");
            },
            "404",
        ),
        // Changes of what a link means do not show in the link's folder.
        (&|_| write("sub/c.txt", "four"), "200 four text/plain 3"),
        (&|_| write("sub/c.txt", "five"), "200 five text/plain 3"),
        (
            &|path| {
                write("sub/d.txt", "six");
                fs::rename(path("sub/d.txt"), path("sub/c.txt")).expect("both are there");
            },
            "200 six text/plain 3",
        ),
        (
            &|path| {
                write("new.headers", "X: 4");
                fs::rename(path("new.headers"), path("a.txt.headers")).expect("both are there");
            },
            "200 six text/plain 4",
        ),
        (&|_| write("a.txt.headers", "X: 5"), "200 six text/plain 5"),
        (&|_| write("a.txt.headers", "bad"), "500"),
    ];
    for (index, (change, expected)) in steps.iter().enumerate() {
        change(&path);
        let answer = client.ask("GET", "/a.txt");
        let field = |name| match answer.header(name) {
            Some(value) => String::from_utf8_lossy(value).into_owned(),
            None => "-".into(),
        };
        let seen = match answer.status {
            200 => format!(
                "200 {} {} {}",
                answer.text(),
                field("content-type"),
                field("x")
            ),
            status => status.to_string(),
        };
        assert_eq!(seen, *expected, "step {index}");
        if answer.status == 301 {
            // A redirect has no length, so the connection ends after it.
            client = Client::connect(server.addr());
            continue;
        }
        before(&mut client);
    }
}

#[test]
fn a_kept_file_that_is_replaced_by_a_link_out_is_missing() {
    let folder = folder(&[
        ("site/a.txt", "inside"),
        ("site/sub/b.txt", "inside"),
        ("site/upper/sub/c.txt", "inside"),
        ("a.txt", "secret"),
        ("sub/b.txt", "secret"),
        ("upper/sub/c.txt", "secret"),
    ]);
    let site = folder.path().join("site");
    let server = Process::wireserve(&site, ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    for (target, name) in [
        ("/a.txt", "a.txt"),
        ("/sub/b.txt", "sub"),
        ("/upper/sub/c.txt", "upper"),
        ("/upper/sub/c.txt", "upper/sub"),
    ] {
        // A link to another file, and one to the same file, which is outside now.
        for outside in [folder.path().join(name), folder.path().join("moved")] {
            eventually("the file is settled", || {
                let answer = client.ask("GET", target);
                assert_eq!(answer.text(), "inside");
                answer
                    .header("etag")
                    .is_some_and(|tag| !tag.starts_with(b"W/"))
            });
            let path = site.join(name);
            eventually("what was moved is settled", || {
                let found = fs::metadata(&path).expect("it is there");
                let changed = Duration::new(found.ctime() as u64, found.ctime_nsec() as u32);
                UNIX_EPOCH + changed + SETTLED < SystemTime::now()
            });
            assert_eq!(client.ask("GET", target).text(), "inside");
            assert_eq!(client.ask("GET", target).text(), "inside");
            fs::rename(&path, folder.path().join("moved")).expect("it is there");
            symlink(&outside, &path).expect("nothing there");
            assert_eq!(client.ask("GET", target).status, 404, "{target} {name}");
            fs::remove_file(&path).expect("it is there");
            fs::rename(folder.path().join("moved"), &path).expect("nothing there");
            assert_eq!(client.ask("GET", target).text(), "inside");
        }
    }
}

/// A file that is written to without a change of its size or its time of modification.
#[test]
fn a_kept_file_with_other_bytes_and_the_same_times_shows() {
    let folder = folder(&[("a.txt", "one")]);
    let path = folder.path().join("a.txt");
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    for text in ["two", "six"] {
        eventually("the file is settled", || {
            let tag = client.ask("GET", "/a.txt");
            tag.header("etag")
                .is_some_and(|tag| !tag.starts_with(b"W/"))
        });
        let before = client.ask("GET", "/a.txt");
        let file = File::options()
            .write(true)
            .open(&path)
            .expect("it is there");
        let modified = file.metadata().and_then(|found| found.modified());
        (&file).write_all(text.as_bytes()).expect("room");
        file.set_modified(modified.expect("a time"))
            .expect("it can");
        let after = client.ask("GET", "/a.txt");
        assert_eq!(after.text(), text);
        assert_ne!(after.header("etag"), before.header("etag"));
        assert_eq!(
            after.header("last-modified"),
            before.header("last-modified")
        );
    }
}

#[test]
fn another_doc_root_of_the_same_name_shows() {
    let folder = folder(&[("site/a.txt", "old"), ("next/a.txt", "new")]);
    let site = folder.path().join("site");
    let server = Process::wireserve(&site, ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    assert_eq!(client.ask("GET", "/a.txt").text(), "old");
    fs::rename(&site, folder.path().join("old")).expect("it is there");
    assert_eq!(client.ask("GET", "/a.txt").status, 404);
    fs::rename(folder.path().join("next"), &site).expect("both are there");
    assert_eq!(client.ask("GET", "/a.txt").text(), "new");
    fs::remove_dir_all(&site).expect("it is there");
    assert_eq!(client.ask("GET", "/a.txt").status, 404);
    fs::create_dir(&site).expect("a folder");
    fs::write(site.join("a.txt"), "again").expect("a file");
    assert_eq!(client.ask("GET", "/a.txt").text(), "again");
}

/// Begins to read a large file or a part of it, changes it, and reads the rest: the promised length and
/// what came of it.
fn sent_while(range: &str, change: impl Fn(&Path)) -> (u64, Vec<u8>) {
    let folder = folder(&[]);
    let path = folder.path().join("large.bin");
    File::create(&path)
        .and_then(|file| file.set_len(LARGE))
        .expect("room");
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    let request = format!("GET /large.bin HTTP/1.1\r\nHost: a\r\n{range}Connection: close\r\n\r\n");
    client.send(request.as_bytes());
    let head = client.read_until(b"\r\n\r\n");
    change(&path);
    let head = Response::parse(&head, "HEAD");
    let length = head.header("content-length").expect("a length");
    let length = String::from_utf8_lossy(length).parse().expect("a number");
    (length, client.read_until_close())
}

const RANGES: [&str; 3] = ["", "Range: bytes=5-\r\n", "Range: bytes=0-1,5-\r\n"];

#[test]
fn a_file_that_shrinks_ends_the_connection() {
    for range in RANGES {
        let shrink = |path: &Path| {
            let file = File::options().write(true).open(path).expect("it is there");
            file.set_len(10).expect("it can");
        };
        let (length, content) = sent_while(range, shrink);
        assert!(length >= LARGE - 5, "{range}");
        assert!((content.len() as u64) < length, "{range}");
    }
}

#[test]
fn a_file_that_grows_sends_what_was_promised() {
    for range in RANGES {
        let grow = |path: &Path| {
            let mut file = File::options()
                .append(true)
                .open(path)
                .expect("it is there");
            file.write_all(&[1; 100_000]).expect("room");
        };
        let (length, content) = sent_while(range, grow);
        assert_eq!(content.len() as u64, length, "{range}");
        assert!(!content.contains(&1), "{range}");
    }
}

#[test]
fn a_file_that_vanishes_is_sent_to_its_end() {
    for range in RANGES {
        let vanish = |path: &Path| fs::remove_file(path).expect("it is there");
        let (length, content) = sent_while(range, vanish);
        assert_eq!(content.len() as u64, length, "{range}");
    }
}
