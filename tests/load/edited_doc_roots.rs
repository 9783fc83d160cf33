//! A doc root may change while many are served from it: every answer is one whole version of what was
//! there, as its length says, or that it is not there where that was so for a while; and a file that is
//! cut off while it is sent ends its connection early. No answer is a mixture, and none breaks a framing.
//!
//! What one client sees of one change after the other is in `files/edited_files.rs`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::{self, Response};
use crate::support::wait::eventually;

const CLIENTS: usize = 8;

/// How long each change goes on.
const FOR: Duration = Duration::from_millis(1500);

/// Changes that every client must have seen something of.
const VERSIONS: usize = 8;

/// A version's content: all of its bytes are alike, and its length is its own.
fn version(number: usize) -> String {
    let digit = char::from(b'0' + (number % VERSIONS) as u8);
    digit.to_string().repeat(100_000 + number % VERSIONS)
}

/// Which version this is.
fn whole_version(content: &[u8]) -> Option<usize> {
    let number = (*content.first()?).checked_sub(b'0')? as usize;
    (number < VERSIONS && content == version(number).as_bytes()).then_some(number)
}

#[test]
fn a_replaced_file_is_served_in_one_version_or_the_other() {
    let folder = folder(&[("a.txt", &version(0))]);
    let seen = under_load(
        folder.path(),
        &["/a.txt"],
        |root, number| replace(root, "a.txt", &version(number)),
        |answer| {
            assert_eq!(answer.status, 200);
            whole_version(&answer.body).expect("one whole version")
        },
    );
    assert!(seen.len() > VERSIONS / 2, "{seen:?}");
}

#[test]
fn a_folder_that_is_removed_and_restored_is_complete_or_missing() {
    let folder = folder(&[("dir/a.txt", &version(0))]);
    let change = |root: &Path, number: usize| {
        let dir = root.join("dir");
        if number.is_multiple_of(2) {
            fs::remove_dir_all(&dir).expect("it is there");
            fs::create_dir(&dir).expect("it is not there");
        } else {
            // As a whole, as deployments do.
            let next = root.join("next");
            fs::create_dir(&next).expect("it is not there");
            fs::write(next.join("a.txt"), version(number)).expect("room");
            fs::rename(&dir, root.join("old")).expect("it is there");
            fs::rename(&next, &dir).expect("it is not there");
            fs::remove_dir_all(root.join("old")).expect("it is there");
        }
    };
    const MISSING: usize = VERSIONS;
    let seen = under_load(
        folder.path(),
        &["/dir/a.txt", "/dir/"],
        change,
        |answer| match (answer.status, answer.header("content-type")) {
            (404, _) => MISSING,
            (200, Some(b"text/html")) => {
                assert!(
                    answer.text().ends_with("</ul>\n</div></div>\n"),
                    "{}",
                    answer.text()
                );
                MISSING
            }
            (200, _) => whole_version(&answer.body).expect("one whole version"),
            (status, _) => panic!("{status}: {}", answer.text()),
        },
    );
    assert!(seen.contains(&MISSING) && seen.len() > 2, "{seen:?}");
}

#[cfg(feature = "python")]
#[test]
fn an_edited_script_runs_in_one_version_or_the_other() {
    // The longer it takes to write, the likelier it would be read half.
    let script = |number: usize| {
        let number = number % VERSIONS;
        let filling = "# filling\n".repeat(2000 + number);
        format!(
            "VALUE = {number}\n{filling}def main(request, response): return '%d' % (VALUE * {number})\n"
        )
    };
    let folder = folder(&[("a.py", &script(0))]);
    let seen = under_load(
        folder.path(),
        &["/a.py"],
        |root, number| replace(root, "a.py", &script(number)),
        |answer| {
            assert_eq!(answer.status, 200, "{}", answer.text());
            let squared: usize = answer.text().parse().expect("a number");
            let number = squared.isqrt();
            assert_eq!(number * number, squared, "two versions in one");
            number
        },
    );
    assert!(seen.len() > VERSIONS / 2, "{seen:?}");
}

#[test]
fn a_file_truncated_while_it_is_sent_ends_its_connection_early() {
    /// More than the sockets' buffers hold.
    const LARGE: u64 = 32 << 20;
    let folder = folder(&[]);
    let path = folder.path().join("large.bin");
    let fill = || {
        let filled = File::create(&path).and_then(|file| file.set_len(LARGE));
        filled.expect("room");
    };
    fill();
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    let seen = Mutex::new(BTreeSet::new());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let (promised, came) = download(server.addr(), "/large.bin");
                    assert!(
                        promised == 0 || promised == 1000 || promised == LARGE,
                        "{promised}"
                    );
                    assert!(came <= promised, "{came} bytes of {promised}");
                    seen.lock()
                        .expect("no panic")
                        .insert(came == promised && came == LARGE);
                }
            });
        }
        let until = Instant::now() + FOR;
        while Instant::now() < until || seen.lock().expect("no panic").len() < 2 {
            thread::sleep(Duration::from_millis(30));
            let file = File::options().write(true).open(&path);
            file.and_then(|file| file.set_len(1000))
                .expect("it is there");
            thread::sleep(Duration::from_millis(5));
            fill();
            assert!(Instant::now() < until + DEADLINE, "whole or cut off alone");
        }
        done.store(true, Ordering::Relaxed);
    });
    eventually("the log reports it", || {
        server.stderr().contains("/large.bin")
    });
}

/// Clients ask for these all the while, each on a connection of its own as long as that is kept, and what
/// `read` makes of the answers is collected.
fn under_load(
    root: &Path,
    targets: &[&str],
    change: impl Fn(&Path, usize),
    read: impl Fn(&Response) -> usize + Sync,
) -> BTreeSet<usize> {
    let server = Process::wireserve(root, ["--log", "error"]);
    let seen = Mutex::new(BTreeSet::new());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::connect(server.addr());
                while !done.load(Ordering::Relaxed) {
                    for target in targets {
                        client.send(&request("GET", target));
                        let number = read(&client.read_response("GET"));
                        assert_eq!(client.pending(), b"", "{target}");
                        seen.lock().expect("no panic").insert(number);
                    }
                }
            });
        }
        let until = Instant::now() + FOR;
        // Often enough for every version, however slow the machine is.
        for number in 1.. {
            change(root, number);
            if Instant::now() > until && number > 4 * VERSIONS {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    seen.into_inner().expect("no panic")
}

/// Replaces a file at once, as editors do.
fn replace(root: &Path, name: &str, text: &str) {
    // Not where it could be served from.
    let next = tempfile::NamedTempFile::new_in(root.parent().expect("a temporary folder"));
    let mut next = next.expect("a file");
    next.write_all(text.as_bytes()).expect("room");
    next.persist(root.join(name)).expect("the same file system");
}

/// The length that is promised and the one that comes.
fn download(address: SocketAddr, target: &str) -> (u64, u64) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    let request = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut begin = Vec::new();
    let mut buffer = vec![0; 256 * 1024];
    let head = loop {
        let count = stream.read(&mut buffer).expect("bytes");
        assert!(count > 0, "no head");
        begin.extend_from_slice(&buffer[..count]);
        if let Some(head) = response::head_length(&begin) {
            break head;
        }
    };
    let answer = Response::parse(&begin[..head], "HEAD");
    let length = answer.header("content-length").expect("a length");
    let promised = String::from_utf8_lossy(length).parse().expect("a number");
    let mut came = (begin.len() - head) as u64;
    loop {
        match stream.read(&mut buffer).expect("bytes or the end") {
            0 => return (promised, came),
            count => came += count as u64,
        }
    }
}
