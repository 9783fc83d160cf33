//! Folders (reference §7.2, §8.6). A URL without a trailing slash is redirected to the URL with
//! one, which is answered with a listing. The page has the elements of the reference's page, in the
//! same order, and also a breadcrumb, sizes, dates, links that sort, and a style. It links to every
//! entry that is served and to no other. `?sort=size&order=desc` sorts by size, the largest first.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, FileType, Stat};

use crate::exchange::{Content, Exchange};
use crate::fault::Fault;
use crate::http::query;
use crate::text::html::{beginning, breadcrumb, escaped};
use crate::text::{latin1, percent};

use crate::site::files::Found;
use crate::site::files::locate;
use crate::site::files::sorting::{is_time_to_look, sorted};

/// Answers a request for a folder.
///
/// # Errors
/// 404 if the folder cannot be read, or for the target `*`; 503 if the system has no descriptor left.
pub fn answer(exchange: &mut Exchange<'_>, folder: &Found) -> Result<(), Fault> {
    // The server as a whole, which is no folder.
    if exchange.request.request_path() == b"*" {
        return Err(Fault::no_route());
    }
    let response = &mut exchange.response;
    let url_path = exchange.request.path();
    if !url_path.ends_with(b"/") {
        // As in the reference, there is no content and no length.
        let mut location = exchange.request.url();
        let path_end = location.find(['?', '#']).unwrap_or(location.len());
        location.insert(path_end, '/');
        let location = latin1::encode(&location).expect("a URL is made of the request's bytes");
        response.status = 301;
        response.headers.append("Location", location);
        return Ok(());
    }
    let turn = Arc::clone(exchange.turn());
    let is_wanted = || turn.is_wanted();
    let sorting = Sorting::parse(exchange.request.query());
    let entries = read(folder, &is_wanted)?;
    let Some(page) = entries.and_then(|entries| page(url_path, entries, sorting, &is_wanted))
    else {
        exchange.abort_connection();
        return Ok(());
    };
    turn.hold(page.len())?;
    let response = &mut exchange.response;
    response.headers.append("Content-Type", "text/html");
    response.content = Content::Bytes(page.into_bytes());
    Ok(())
}

/// An entry of the listing.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    name: OsString,
    kind: Kind,
    changed: SystemTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Folder,
    File { size: u64 },
}

impl Entry {
    /// Folders have none, and are smaller than every file.
    fn size(&self) -> Option<u64> {
        match self.kind {
            Kind::Folder => None,
            Kind::File { size } => Some(size),
        }
    }
}

/// The entries that are served, in the order of the page; `None` if `is_wanted` ended the work.
fn read(folder: &Found, is_wanted: &dyn Fn() -> bool) -> Result<Option<Vec<Entry>>, Fault> {
    let mut entries = Vec::new();
    for (before, name) in folder.names()?.enumerate() {
        // A folder with few entries takes no time.
        if is_time_to_look(before) && !is_wanted() {
            return Ok(None);
        }
        entries.extend(entry_of(folder, name)?);
    }
    let by_name = |a: &Entry, b: &Entry| sort_key(&a.name).cmp(&sort_key(&b.name));
    Ok(sorted(entries, by_name, is_wanted))
}

/// Only links need to be opened, to find out where they lead.
fn entry_of(folder: &Found, name: OsString) -> Result<Option<Entry>, Fault> {
    if !locate::may_name(name.as_bytes()) || name == "." {
        return Ok(None);
    }
    let Ok(stat) = rustix::fs::statat(&folder.file, &name, AtFlags::SYMLINK_NOFOLLOW) else {
        return Ok(None);
    };
    let (kind, changed) = match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => match folder.listed_entry(&name) {
            Ok((_, metadata)) => match metadata.modified() {
                Ok(modified) => (Kind::of(&metadata), modified),
                Err(_) => return Ok(None),
            },
            Err(fault) if fault == Fault::not_found() => return Ok(None),
            Err(fault) => return Err(fault),
        },
        FileType::Directory => (Kind::Folder, changed(&stat)),
        FileType::RegularFile => {
            let size = stat.st_size.try_into().unwrap_or_default();
            (Kind::File { size }, changed(&stat))
        }
        _ => return Ok(None),
    };
    Ok(Some(Entry {
        name,
        kind,
        changed,
    }))
}

impl Kind {
    fn of(metadata: &Metadata) -> Self {
        if metadata.is_dir() {
            Self::Folder
        } else {
            Self::File {
                size: metadata.len(),
            }
        }
    }
}

fn changed(stat: &Stat) -> SystemTime {
    let seconds = u64::try_from(stat.st_mtime).unwrap_or_default();
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or(UNIX_EPOCH)
}

/// Sorts `X.headers` directly after `X`, even if `X-Y` exists.
fn sort_key(name: &OsStr) -> (&[u8], &[u8]) {
    let name = name.as_bytes();
    (name.strip_suffix(HEADERS).unwrap_or(name), name)
}

const HEADERS: &[u8] = b".headers";

/// A line of the page: an entry and its headers file.
type Row = (Entry, Option<Entry>);

/// Joins entries in the order of [`sort_key`] with their headers files.
fn rows(entries: Vec<Entry>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(entries.len());
    let mut entries = entries.into_iter().peekable();
    while let Some(entry) = entries.next() {
        let headers = entries.next_if(|next| {
            next.name.as_bytes().strip_suffix(HEADERS) == Some(entry.name.as_bytes())
        });
        rows.push((entry, headers));
    }
    rows
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sorting {
    column: Column,
    is_descending: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Column {
    #[default]
    Name,
    Size,
    Changed,
}

impl Column {
    const ALL: [(Self, &str, &str); 3] = [
        (Self::Name, "name", "Name"),
        (Self::Size, "size", "Size"),
        (Self::Changed, "changed", "Changed"),
    ];
}

impl Sorting {
    /// The order that a query asks for. Queries that ask for none sort by name, as the reference does.
    fn parse(query: &[u8]) -> Self {
        let mut sorting = Self::default();
        for (key, value) in query::pairs(query) {
            match &key[..] {
                b"sort" => {
                    let named = Column::ALL
                        .iter()
                        .find(|(_, name, _)| name.as_bytes() == value);
                    sorting.column = named.map_or_else(Column::default, |(column, ..)| *column);
                }
                b"order" => sorting.is_descending = value == b"desc",
                _ => {}
            }
        }
        sorting
    }

    /// Sorts rows that are in the order of their names, in which equal rows stay; `None` if `is_wanted`
    /// ended the work.
    fn apply(self, mut rows: Vec<Row>, is_wanted: &dyn Fn() -> bool) -> Option<Vec<Row>> {
        let compare = |(a, _): &Row, (b, _): &Row| match self.column {
            Column::Name => Ordering::Equal,
            Column::Size => a.size().cmp(&b.size()),
            Column::Changed => a.changed.cmp(&b.changed),
        };
        match (self.column, self.is_descending) {
            (Column::Name, false) => Some(rows),
            (Column::Name, true) => {
                rows.reverse();
                Some(rows)
            }
            (_, false) => sorted(rows, compare, is_wanted),
            (_, true) => sorted(rows, |a, b| compare(b, a), is_wanted),
        }
    }

    /// The titles of the columns, as links that sort by them; the current one reverses the order.
    fn titles(self) -> String {
        let mut titles = String::from("<p>");
        for (column, name, title) in Column::ALL {
            let is_current = column == self.column;
            let (order, current) = match (is_current, self.is_descending) {
                (false, _) => ("", ""),
                (true, false) => ("&amp;order=desc", " aria-current=\"true\""),
                (true, true) => ("", " aria-current=\"true\""),
            };
            let arrow = match (is_current, self.is_descending) {
                (false, _) => "",
                (true, false) => " \u{2191}",
                (true, true) => " \u{2193}",
            };
            // Writing to a string cannot fail.
            let _ = write!(
                titles,
                "<a class=\"sort\" href=\"?sort={name}{order}\"{current}>{title}{arrow}</a>"
            );
        }
        titles.push_str("</p>\n");
        titles
    }
}

/// The listing; `None` if `is_wanted` ended the work.
fn page(
    url_path: &[u8],
    entries: Vec<Entry>,
    sorting: Sorting,
    is_wanted: &dyn Fn() -> bool,
) -> Option<String> {
    let rows = sorting.apply(rows(entries), is_wanted)?;
    let path = latin1::decode(url_path);
    let title = format!("Directory listing for {path}");
    let mut page = beginning(&title, STYLE);
    page.push_str(&breadcrumb(url_path));
    let _ = write!(
        page,
        "<h1>{}</h1>\n<div class=\"sheet\"><div class=\"table\">\n{}<ul>\n",
        escaped(&title),
        sorting.titles()
    );
    if let Some(parent) = parent(&path) {
        let parent = escaped(&parent);
        let _ = writeln!(page, r#"<li class="dir"><a href="{parent}">..</a></li>"#);
    }
    for (before, (entry, headers)) in rows.iter().enumerate() {
        if is_time_to_look(before) && !is_wanted() {
            return None;
        }
        append_row(&mut page, entry, headers.as_ref());
    }
    page.push_str("</ul>\n</div></div>\n");
    Some(page)
}

fn append_row(page: &mut String, entry: &Entry, headers: Option<&Entry>) {
    let link = percent::encode_segment(entry.name.as_bytes());
    let name = escaped(&entry.name.to_string_lossy());
    let (class, slash) = match entry.kind {
        Kind::Folder => ("dir", "/"),
        Kind::File { .. } => ("file", ""),
    };
    let size = entry.size().map(readable).unwrap_or_default();
    let _ = write!(
        page,
        r#"<li class="{class}"><a href="{link}{slash}">{name}</a>"#
    );
    if let Some(headers) = headers {
        let link = percent::encode_segment(headers.name.as_bytes());
        let _ = write!(page, r#" (<a href="{link}">.headers</a>)"#);
    }
    let _ = writeln!(
        page,
        " <small>{size}</small> <small>{}</small></li>",
        day(entry.changed)
    );
}

/// The path without its last segment, as a browser resolves `..`; none for `/`.
fn parent(url_path: &str) -> Option<String> {
    if url_path == "/" {
        return None;
    }
    let mut segments: Vec<_> = url_path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != ".")
        .collect();
    segments.pop();
    let mut path = String::from("/");
    for segment in segments {
        path.push_str(segment);
        path.push('/');
    }
    Some(path)
}

/// `999 B`, `1.2 kB`, `34 MB`.
fn readable(size: u64) -> String {
    let mut unit = 1;
    for name in ["B", "kB", "MB", "GB", "TB"] {
        match size / unit {
            whole @ 0..10 if unit > 1 => {
                let tenth = (size - whole * unit) * 10 / unit;
                return format!("{whole}.{tenth} {name}");
            }
            whole @ 0..1000 => return format!("{whole} {name}"),
            _ => unit *= 1000,
        }
    }
    format!("{} PB", size / unit)
}

/// `06 Nov 1994 08:49 UTC`.
fn day(time: SystemTime) -> String {
    let latest = UNIX_EPOCH + LATEST;
    let date = httpdate::fmt_http_date(time.clamp(UNIX_EPOCH, latest));
    // `Sun, 06 Nov 1994 08:49:37 GMT`
    format!("{} UTC", &date[5..22])
}

/// The last second of the year 9999, the last year of four digits.
const LATEST: Duration = Duration::from_secs(253_402_300_799);

const STYLE: &str = "\
.table { display: table; width: 100%; border-collapse: collapse; }
.table p, li { display: table-row; }
ul { display: table-row-group; }
li { border-top: 1px solid var(--rule); }
li:hover { background: var(--soft); }
.sort, small { display: table-cell; padding: .45rem 0; }
.sort { color: var(--quiet); font-size: .85rem; font-weight: 600; text-decoration: none; }
.sort:hover, .sort[aria-current] { color: var(--accent); }
.sort + .sort, small { width: 1%; padding-left: 1.5rem; text-align: right; white-space: nowrap; }
li > a { display: inline-block; padding: .35rem 0; text-decoration: none; }
li > a:hover { text-decoration: underline; }
.dir > a:first-child { font-weight: 600; }
.dir > a:first-child::after { content: \"/\"; }
small { color: var(--quiet); font-size: .86rem; font-variant-numeric: tabular-nums; }
@media (max-width: 36rem) {
  .table, ul, li { display: block; }
  .table p { display: flex; gap: 1.2rem; margin: 0; }
  ul { margin: 0; padding: 0; }
  li { padding-bottom: .45rem; list-style: none; }
  .sort + .sort, small { display: inline; width: auto; padding-left: 0; }
  .sort + .sort { padding: .45rem 0; }
  small:first-of-type::before { content: \"\\a\"; white-space: pre; }
  small:not(:empty) + small::before { content: \"\\b7\\20\"; }
}
";

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn file(name: &[u8], size: u64) -> Entry {
        Entry {
            name: OsString::from_vec(name.to_vec()),
            kind: Kind::File { size },
            changed: UNIX_EPOCH + Duration::from_secs(784_111_777),
        }
    }

    #[test]
    fn names_are_safe_in_links_and_text() {
        for (name, line) in [
            (
                &b"a b"[..],
                r#"<li class="file"><a href="a%20b">a b</a> <small>1.5 kB</small> <small>06 Nov 1994 08:49 UTC</small></li>"#,
            ),
            (
                b"<\"'&>",
                r#"<a href="%3C%22%27%26%3E">&lt;&quot;&#x27;&amp;&gt;</a>"#,
            ),
            (b"a?b#c%d:e", r#"<a href="a%3Fb%23c%25d%3Ae">a?b#c%d:e</a>"#),
            ("hä".as_bytes(), r#"<a href="h%C3%A4">hä</a>"#),
            (b"\xff", "<a href=\"%FF\">\u{fffd}</a>"),
        ] {
            let page = page(b"/", vec![file(name, 1536)], Sorting::default(), &|| true).unwrap();
            assert!(page.contains(line), "{line} in {page}");
        }
    }

    #[test]
    fn headers_files_are_folded_in() {
        let mut entries: Vec<_> = ["x-y", "x.headers", "x", "y.headers", "y.headers.headers"]
            .map(|name| file(name.as_bytes(), 0))
            .into();
        entries.sort_by(|a, b| sort_key(&a.name).cmp(&sort_key(&b.name)));
        let page = page(b"/", entries, Sorting::default(), &|| true).unwrap();
        let lines: Vec<_> = page
            .lines()
            .filter_map(|line| {
                Some(
                    line.strip_prefix(r#"<li class="file">"#)?
                        .split_once(" <small>")?
                        .0,
                )
            })
            .collect();
        let expected = [
            r#"<a href="x">x</a> (<a href="x.headers">.headers</a>)"#,
            r#"<a href="x-y">x-y</a>"#,
            r#"<a href="y.headers">y.headers</a> (<a href="y.headers.headers">.headers</a>)"#,
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn sorted() {
        let entries = || {
            let mut entries = vec![
                file(b"a", 2),
                file(b"a.headers", 9),
                file(b"b", 3),
                file(b"c", 2),
            ];
            entries[2].changed = UNIX_EPOCH;
            entries.push(Entry {
                name: "d".into(),
                kind: Kind::Folder,
                changed: UNIX_EPOCH + LATEST,
            });
            entries
        };
        for (query, expected) in [
            ("", "abcd"),
            ("sort=name", "abcd"),
            ("order=asc&x", "abcd"),
            ("order=desc", "dcba"),
            ("sort=size", "dacb"),
            ("sort=size&order=desc", "bacd"),
            ("sort=changed", "bacd"),
            ("order=desc&sort=changed", "dacb"),
            ("sort=nothing", "abcd"),
        ] {
            let sorting = Sorting::parse(query.as_bytes());
            let rows = sorting.apply(rows(entries()), &|| true).unwrap();
            let names = rows.iter().map(|(entry, _)| entry.name.to_string_lossy());
            assert_eq!(names.collect::<String>(), expected, "{query}");
        }
    }

    #[test]
    fn titles_reverse_the_current_order() {
        for (query, current, others) in [
            (
                "",
                "<a class=\"sort\" href=\"?sort=name&amp;order=desc\" aria-current=\"true\">Name ↑</a>",
                ["size", "changed"],
            ),
            (
                "sort=size&order=desc",
                "<a class=\"sort\" href=\"?sort=size\" aria-current=\"true\">Size ↓</a>",
                ["name", "changed"],
            ),
        ] {
            let titles = Sorting::parse(query.as_bytes()).titles();
            assert!(titles.contains(current), "{titles}");
            for other in others {
                assert!(
                    titles.contains(&format!("href=\"?sort={other}\">")),
                    "{titles}"
                );
            }
        }
    }

    #[test]
    fn parents() {
        for (path, expected) in [
            ("/", None),
            ("/a/", Some("/")),
            ("/a/b/", Some("/a/")),
            ("/a//b/", Some("/a/")),
            ("/a/./", Some("/")),
            ("/./", Some("/")),
        ] {
            assert_eq!(parent(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn sizes_and_days() {
        for (size, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9999, "9.9 kB"),
            (10_000, "10 kB"),
            (1 << 30, "1.0 GB"),
            (u64::MAX, "18446 PB"),
        ] {
            assert_eq!(readable(size), text);
        }
        for (time, text) in [
            (UNIX_EPOCH, "01 Jan 1970 00:00 UTC"),
            (UNIX_EPOCH - Duration::from_secs(1), "01 Jan 1970 00:00 UTC"),
            (UNIX_EPOCH + 2 * LATEST, "31 Dec 9999 23:59 UTC"),
        ] {
            assert_eq!(day(time), text);
        }
    }
}
