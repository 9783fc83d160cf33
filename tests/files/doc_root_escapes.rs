//! Nothing outside the doc root is served, listed or run, however it is asked for: by dots, escapes,
//! absolute paths, or links of every kind, be it as a file, a headers file, an `.asis` file, a script or
//! the page of the doc root. Links within it work. An option allows links to lead out.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::client::{Client, request};
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use wireserve::handlers::{FileHandler, Files};
use wireserve::{Links, Mount, Server, Site};

/// A doc root with what may be served, beside what may not.
fn place() -> (TempDir, PathBuf) {
    const SCRIPT: &str = "def main(request, response):\n    return 'ran'\n";
    const SECRET: &str = "def main(request, response):\n    return 'SECRET'\n";
    let folder = folder(&[
        ("secret.txt", "SECRET"),
        ("secret.py", SECRET),
        ("secret.headers", "X-SECRET: yes"),
        (
            "secret.asis",
            "HTTP/1.1 200 SECRET\r\nContent-Length: 0\r\n\r\n",
        ),
        ("folder/SECRET.txt", "SECRET"),
        ("folder/default.py", SECRET),
        ("site2/secret.txt", "SECRET"),
        ("site/a.txt", "a"),
        ("site/b.txt", "b"),
        ("site/sub/c.txt", "c"),
        ("site/real.py", SCRIPT),
        (
            "site/real.asis",
            "HTTP/1.1 200 Fine\r\nContent-Length: 0\r\n\r\n",
        ),
        ("site/real.headers", "X-Ham: eggs"),
        ("site/scripts.py/other.txt", ""),
    ]);
    let site = folder.path().join("site");
    let absolute = site.join("a.txt");
    let outside = folder.path().join("secret.txt");
    for (link, target) in [
        ("out.txt", Path::new("../secret.txt")),
        ("out_absolute.txt", &outside),
        ("out.asis", Path::new("../secret.asis")),
        ("out.py", Path::new("../secret.py")),
        ("outside", Path::new("../folder")),
        ("outside.py", Path::new("../folder")),
        ("top", Path::new("..")),
        ("etc", Path::new("/etc")),
        ("twice.txt", Path::new("out.txt")),
        ("sub/deep.txt", Path::new("../../secret.txt")),
        ("a.txt.headers", Path::new("../secret.headers")),
        ("sub/__dir__.headers", Path::new("../../secret.headers")),
        ("scripts.py/default.py", Path::new("../../secret.py")),
        ("index.html", Path::new("../secret.txt")),
        ("inside.txt", Path::new("b.txt")),
        ("inside_absolute.txt", &absolute),
        ("inside", Path::new("sub")),
        ("inside.py", Path::new("real.py")),
        ("inside.asis", Path::new("real.asis")),
        ("b.txt.headers", Path::new("real.headers")),
        ("sub/up.txt", Path::new("../a.txt")),
        ("round.txt", Path::new("../site/b.txt")),
    ] {
        symlink(target, site.join(link)).expect("a link");
    }
    (folder, site)
}

const REFUSED: &[&str] = &[
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/.%2e/secret.txt",
    "/%2e./secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub/../../secret.txt",
    "/sub%2f..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    r"/..\secret.txt",
    "/%5c..%5csecret.txt",
    "/%2fetc/passwd",
    "//etc/passwd",
    "/%2f%2fetc/passwd",
    "/etc/passwd",
    "/etc/",
    "/etc",
    "/./%2e%2e/secret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/%252e%252e/secret.txt",
    "/a.txt%00/../../secret.txt",
    "/%00/../secret.txt",
    "/out.txt",
    "/out.txt?pipe=sub",
    "/out%2etxt",
    "/out_absolute.txt",
    "/out.asis",
    "/out.py",
    "/out%2Epy",
    "/outside/SECRET.txt",
    "/outside/",
    "/outside",
    "/outside.py",
    "/outside%2fSECRET.txt",
    "/top/",
    "/top/secret.txt",
    "/twice.txt",
    "/sub/deep.txt",
    "/a.txt.headers",
    "/sub/__dir__.headers",
    "/scripts.py",
    "/scripts.py/default.py",
    "/index.html",
    "/",
];

#[test]
fn files_outside_the_doc_root_are_not_found() {
    let (_folder, site) = place();
    let server = Process::wireserve(&site, ["--log", "off"]);
    let absolute = site.parent().expect("a folder").join("site2/secret.txt");
    let absolute = format!("/%2f{}", absolute.display());
    for target in REFUSED.iter().chain([&absolute.as_str()]) {
        // Without scripts it is a folder like any other, and in the doc root.
        if cfg!(not(feature = "python")) && *target == "/scripts.py" {
            continue;
        }
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", target));
        let response = client.read_response("GET");
        let is_index = *target == "/" || *target == "/index.html";
        assert_eq!(response.status, 404, "{target}: {}", response.text());
        assert!(!response.text().contains("SECRET"), "{target}");
        assert!(is_index || client.is_kept_open(), "{target}");
    }
}

#[test]
fn links_within_the_doc_root_work() {
    let (_folder, site) = place();
    let server = Process::wireserve(&site, ["--log", "off"]);
    for (target, text) in [
        ("/a.txt", "a"),
        ("/b.txt", "b"),
        ("/inside.txt", "b"),
        ("/inside_absolute.txt", "a"),
        ("/inside/c.txt", "c"),
        ("/inside/up.txt", "a"),
        ("/sub/up.txt", "a"),
        ("/sub%2fup.txt", "a"),
        ("/round.txt", "b"),
        ("/top/site/b.txt", "b"),
        ("/real.py", "ran"),
        ("/inside.py", "ran"),
    ] {
        if cfg!(not(feature = "python")) && target.ends_with(".py") {
            continue;
        }
        let response = get(server.addr(), target);
        assert_eq!(
            (response.status, response.text()),
            (200, text.to_owned()),
            "{target}"
        );
        assert_eq!(response.header("x-secret"), None, "{target}");
    }
    assert_eq!(get(server.addr(), "/inside.asis").reason, b"Fine");
    assert_eq!(
        get(server.addr(), "/b.txt").header("x-ham"),
        Some(&b"eggs"[..])
    );
}

#[test]
fn a_listing_shows_what_would_be_served() {
    let (_folder, site) = place();
    fs::write(site.join("dots..txt"), "").expect("a file");
    symlink("nowhere", site.join("broken")).expect("a link");
    fs::remove_file(site.join("index.html")).expect("the link");
    let server = Process::wireserve(&site, ["--log", "off"]);
    let listed = |target| {
        let page = get(server.addr(), target).text();
        let items = page
            .lines()
            .filter_map(|line| line.split_once("<a href=\""));
        let links = items.map(|(_, rest)| rest.split_once('"').expect("a link").0.to_owned());
        links.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        listed("/"),
        "a.txt b.txt inside/ inside.asis inside.py inside.txt inside_absolute.txt \
         real.headers real.asis real.py round.txt scripts.py/ sub/"
    );
    assert_eq!(listed("/sub/"), "/ c.txt up.txt");
}

#[test]
fn links_may_be_allowed_to_lead_out() {
    let (_folder, site) = place();
    let server = Server::builder()
        .site(Site::with_links(&*site, Links::Anywhere))
        .start()
        .expect("a free port");
    for target in [
        "/out.txt",
        "/out_absolute.txt",
        "/outside/SECRET.txt",
        "/top/secret.txt",
        "/twice.txt",
        "/sub/deep.txt",
        "/index.html",
        "/",
    ] {
        let response = get(server.address(), target);
        assert_eq!(
            (response.status, response.text()),
            (200, "SECRET".into()),
            "{target}"
        );
    }
    let response = get(server.address(), "/a.txt");
    assert_eq!(response.header("x-secret"), Some(&b"yes"[..]));
    for target in ["/../secret.txt", "/%2e%2e/secret.txt", "/%2fetc/passwd"] {
        assert_eq!(get(server.address(), target).status, 404, "{target}");
    }
}

#[test]
fn a_mount_is_a_doc_root_of_its_own() {
    let (folder, site) = place();
    let sub = site.join("sub");
    let mount = |links| FileHandler::new(Files::mounted(Mount::new(&*sub, "/m/").follow(links)));
    for (links, up) in [(Links::Within, 404), (Links::Anywhere, 200)] {
        let server = Server::builder()
            .route("GET", "/m/*", mount(links))
            .expect("a good pattern")
            .start()
            .expect("a free port");
        for (target, status) in [
            ("/m/c.txt", 200),
            ("/m/", 200),
            // The same path (RFC 3986 §6.2.2.2).
            ("/%6d/c.txt", 200),
            ("/m/up.txt", up),
            ("/m/deep.txt", up),
            ("/m/../a.txt", 404),
            ("/m/%2e%2e/a.txt", 404),
            ("/m/%2fetc/passwd", 404),
        ] {
            assert_eq!(
                get(server.address(), target).status,
                status,
                "{target} {links:?}"
            );
        }
    }
    drop(folder);
}

/// `%FF` is how a listing writes such a name.
#[test]
fn a_name_that_is_not_utf_8_is_found_by_its_bytes() {
    let folder = folder(&[("a.txt", "a")]);
    for name in [&b"\xff.txt"[..], b"h\xe4m \xc3.txt"] {
        fs::write(folder.path().join(OsStr::from_bytes(name)), "found").expect("a file");
    }
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let page = get(server.addr(), "/").text();
    for link in ["%FF.txt", "h%E4m%20%C3.txt"] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{page}");
        let response = get(server.addr(), &format!("/{link}"));
        assert_eq!(
            (response.status, response.text()),
            (200, "found".into()),
            "{link}"
        );
        assert_eq!(response.header("content-type"), Some(&b"text/plain"[..]));
    }
    assert_eq!(get(server.addr(), "/%EF%BF%BD.txt").status, 404);
}

/// Every link of a listing leads to what it names, and no name breaks the page.
#[test]
fn the_links_of_a_listing_lead_to_its_files() {
    let names = [
        "a b",
        "a\"b",
        "a'b",
        "a<b",
        "a>b",
        "a&amp;b",
        "a#b",
        "a?b",
        "a%20b",
        "a%b",
        "a:b",
        "a\\b",
        "a;b=c,d",
        "a+b",
        "~",
        ".hidden",
        "-",
        "häm",
        "日本",
        "a\nb",
        "\t",
        " ",
        "x.headers",
        "<script>",
        "{{host}}",
    ];
    let files = names.map(|name| (name, "found"));
    let folder = folder(&files);
    fs::create_dir(folder.path().join("a folder#")).expect("a folder");
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let page = get(server.addr(), "/").text();
    assert!(
        !page.contains("<script>") && !page.contains("a<b"),
        "{page}"
    );
    let links: Vec<_> = page
        .split("<a href=\"")
        .skip(1)
        .map(|rest| rest.split_once('"').expect("a link").0)
        .collect();
    assert_eq!(links.len(), names.len() + 1, "{page}");
    for link in links {
        let response = get(server.addr(), &format!("/{link}"));
        assert_eq!(response.status, 200, "{link}");
        if link != "a%20folder%23/" {
            assert_eq!(response.text(), "found", "{link}");
        }
    }
}
