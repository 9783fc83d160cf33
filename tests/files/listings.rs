//! A listing can be sorted by its links, and shows its path as links.

use std::fs::{self, File};
use std::time::{Duration, UNIX_EPOCH};

use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;

/// The entries of a page, in order.
fn names(page: &str) -> String {
    let items = page.lines().filter(|line| line.starts_with("<li "));
    let names = items.filter_map(|line| line.split_once("\">")?.1.split_once("\">"));
    let names = names.map(|(_, rest)| rest.split_once('<').expect("a link").0);
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn links_sort_by_name_size_and_time() {
    let folder = folder(&[
        ("s/a", "22"),
        ("s/b", "333"),
        ("s/c", "1"),
        ("s/c.headers", "A: b"),
    ]);
    fs::create_dir(folder.path().join("s/d")).expect("a folder");
    for (name, day) in [("a", 3), ("b", 1), ("c", 4), ("d", 2)] {
        let file = File::open(folder.path().join("s").join(name)).expect("the file");
        let time = UNIX_EPOCH + Duration::from_secs(86_400 * day);
        file.set_modified(time).expect("a time");
    }
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut seen = Vec::new();
    let mut to_follow = vec![String::new()];
    while let Some(query) = to_follow.pop() {
        let page = get(server.addr(), &format!("/s/{query}")).text();
        for link in page.split("class=\"sort\" href=\"").skip(1) {
            let link = link
                .split_once('"')
                .expect("a link")
                .0
                .replace("&amp;", "&");
            if !seen.iter().any(|(query, _)| *query == link) && !to_follow.contains(&link) {
                to_follow.push(link);
            }
        }
        seen.retain(|(known, _)| *known != query);
        seen.push((query, names(&page)));
    }
    seen.sort();
    let expected = [
        ("", ".. a b c d"),
        ("?sort=changed", ".. b d a c"),
        ("?sort=changed&order=desc", ".. c a d b"),
        ("?sort=name", ".. a b c d"),
        ("?sort=name&order=desc", ".. d c b a"),
        ("?sort=size", ".. d c a b"),
        ("?sort=size&order=desc", ".. b a c d"),
    ];
    let mut expected = expected.map(|(query, names)| (query.to_owned(), names.to_owned()));
    expected.sort();
    assert_eq!(seen, expected);
}

#[test]
fn the_path_is_links_to_the_folders_above() {
    let folder = folder(&[("a b/<c>/d", "")]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let page = get(server.addr(), "/a%20b/%3Cc%3E/").text();
    let breadcrumb = "<a class=\"up\" href=\"/\">doc root</a> \
                      <a class=\"up\" href=\"/a%20b/\">a b</a> <b>&lt;c&gt;</b></nav>";
    assert!(page.contains(breadcrumb), "{page}");
    let above = get(server.addr(), "/a%20b/").text();
    assert_eq!(names(&above), ".. &lt;c&gt;");
}
