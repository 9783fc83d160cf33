//! Folders and files have places of their own in a site, from Rust and from a configuration: a later
//! one wins over an earlier one, what is forbidden wins over all of them, and routes win over that.

use std::path::Path;

use crate::support;
use crate::support::client::Client;
use crate::support::command::{ask, get, site};
use crate::support::embedded;
use crate::support::folder::folder;
use crate::support::process::Process;
use wireserve::{Links, Mount, Server, Site};

#[test]
fn a_site_has_mounts() {
    let folder = folder(&[
        ("root/a.txt", "root a"),
        ("root/x/b.txt", "root b"),
        ("root/x/c.txt", "root c"),
        ("root/x/y/d.txt", "root d"),
        ("mount/b.txt", "mount b"),
        ("mount/y/d.txt", "mount d"),
        ("mount/as.asis", "HTTP/1.1 222 Two\n\n2"),
        ("later/d.txt", "later d"),
        ("one/named.txt", "one"),
    ]);
    let at = |name: &str| folder.path().join(name);
    let mut site = Site::new(at("root"));
    for (name, url_base) in [("mount", "/x/"), ("later", "/x/y/")] {
        site.mount(&Mount::new(at(name), url_base))
            .expect("a good pattern");
    }
    site.mount_file("/deep/named.txt", at("one"), Links::Within)
        .expect("a good pattern");
    site.forbid("/x/secret/*").expect("a good pattern");
    assert!(site.mount(&Mount::new(at("mount"), "/{/")).is_err());
    let server = Server::builder().site(site).start().expect("a free port");
    for (target, status, text) in [
        ("/a.txt", 200, "root a"),
        ("/x/b.txt", 200, "mount b"),
        ("/x/c.txt", 404, ""),
        ("/x/as.asis", 222, "2"),
        ("/x/y/d.txt", 200, "later d"),
        ("/x//b.txt", 404, ""),
        ("/x/../a.txt", 404, ""),
        ("/deep/named.txt", 200, "one"),
        ("/deep/other.txt", 404, ""),
        ("/named.txt", 404, ""),
    ] {
        let response = embedded::get(&server, target);
        assert_eq!(response.status, status, "{target}");
        if status != 404 {
            assert_eq!(response.text(), text, "{target}");
        }
    }
    for method in ["GET", "POST", "HAM"] {
        let mut client = Client::connect(server.address());
        let response = client.ask(method, "/x/secret/file");
        let nothing = r#"{"error": {"code": 404, "message": ""}}"#;
        assert_eq!((response.status, response.text().as_str()), (404, nothing));
    }
}

/// The files of a site with aliases, whose doc root is `root`.
fn aliases() -> tempfile::TempDir {
    site(&[
        ("root/x/a.txt", "root"),
        ("root/secret/a.txt", "secret"),
        ("root/words.py", "WORD = 'word'\n"),
        ("beside/a.txt", "beside"),
        ("beside/named.txt", "named"),
        ("beside/as.asis", "HTTP/1.1 222 Two\n\n2"),
        (
            "beside/deep/where.py",
            "from words import WORD\n\n\ndef main(request, response):\n    \
             return '%s %s %s' % (request.doc_root, request.url_base, WORD)\n",
        ),
        ("later/a.txt", "later"),
        (
            "server.json",
            r#"{"doc_root": "root", "ports": [0],
                "aliases": [{"url-path": "/x/", "local-dir": "../beside"},
                            {"url-path": "/y/", "local-dir": "../beside"},
                            {"url-path": "/y/", "local-dir": "../later"},
                            {"url-path": "/one/two/named.txt", "local-dir": "../beside"}],
                "forbidden": ["/secret/*", "/x/{any}/forbidden"],
                "routes": [{"method": "GET", "pattern": "/secret/but", "target": "200:routed"}]}"#,
        ),
    ])
}

fn serve(folder: &Path) -> Process {
    let mut command = support::command::wireserve();
    command.arg("--config").arg(folder.join("server.json"));
    Process::start(command)
}

#[test]
fn a_configuration_has_aliases() {
    let folder = aliases();
    let server = serve(folder.path());
    for (target, status, text) in [
        ("/x/a.txt", 200, "beside"),
        ("/x/as.asis", 222, "2"),
        ("/y/a.txt", 200, "later"),
        ("/y/named.txt", 404, ""),
        ("/one/two/named.txt", 200, "named"),
        ("/one/two/a.txt", 404, ""),
        ("/secret/a.txt", 404, ""),
        ("/x/deep/forbidden", 404, ""),
        ("/secret/but", 200, "routed"),
    ] {
        let response = get(server.addr(), target);
        assert_eq!(response.status, status, "{target}");
        if status != 404 {
            assert_eq!(response.text(), text, "{target}");
        }
    }
    assert_eq!(ask(server.addr(), "POST", "/secret/a.txt").status, 404);
}

#[cfg(feature = "python")]
#[test]
fn scripts_see_where_they_are_mounted() {
    let folder = aliases();
    let server = serve(folder.path());
    let beside = folder.path().join("beside").canonicalize();
    let expected = format!("{} /x/ word", beside.expect("it is there").display());
    for method in ["GET", "POST"] {
        let response = ask(server.addr(), method, "/x/deep/where.py");
        assert_eq!(response.text(), expected);
    }
    // `/y/` has a later mount, and where that has no file nothing else is looked for.
    assert_eq!(get(server.addr(), "/y/deep/where.py").status, 404);
}
