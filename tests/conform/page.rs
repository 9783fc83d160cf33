//! The page of `--report`, in Chromium: filters, addresses of cases, and words of a client that are markup.

use std::path::Path;

use wireserve::WireScript;

use super::reports::run;
use crate::support::devtools::Page;

const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);

/// How many cases are shown.
const SHOWN: &str = "document.querySelectorAll('.case:not([hidden])').length";

fn url(folder: &Path, end: &str) -> String {
    format!("file://{}/out/index.html{end}", folder.display())
}

fn text(page: &mut Page, element: &str) -> String {
    let text = page.value(&format!("document.querySelector({element:?}).innerText"));
    text.as_str().expect("text").to_owned()
}

#[test]
fn cases_are_filtered_and_have_addresses() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--only", "SL-01,SL-02,CL-02,CL-21,KA-01", "--report", "out"];
    run(folder.path(), &arguments);
    let mut page = Page::open(&url(folder.path(), ""), DESKTOP);
    assert_eq!(page.value(SHOWN), 5);
    assert_eq!(text(&mut page, "h1"), "<b>x</b> & \"y\" 1");

    // By group, verdict, level and words; the address has them.
    page.value("document.querySelector('.group[value=CL]').click(); 0");
    assert_eq!(page.value(SHOWN), 2);
    assert_eq!(page.value("location.hash"), "#group=CL");
    page.value("document.getElementById('tile-fail').click(); 0");
    assert_eq!(text(&mut page, "#shown"), "1 of 5 cases");
    assert_eq!(page.value("location.hash"), "#verdict=fail&group=CL");
    page.value("document.getElementById('clear').click(); 0");
    assert_eq!(page.value(SHOWN), 5);
    page.value("location.hash = '#level=MAY'; 0");
    page.wait_until(&format!("{SHOWN} < 5"));
    page.value("location.hash = ''; 0");
    page.wait_until(&format!("{SHOWN} === 5"));
    page.press("/");
    for key in "cl-21".chars() {
        page.press(&key.to_string());
    }
    assert_eq!(page.value(SHOWN), 1);
    page.value("location.hash = '#words=nothing-has-this'; 0");
    page.wait_until("!document.getElementById('empty').hidden");

    // A case has its address, whatever is filtered.
    page.value("location.hash = '#CL-21'; 0");
    page.wait_until("document.getElementById('CL-21').open");
    let detail = text(&mut page, "#CL-21");
    for part in [
        "RFC 9112 §6.3",
        "it must fail, and returned 200 \"okXX\"",
        "A client fails.",
        "# CL-21: two different",
        "client →",
        "GET /c/CL-21 HTTP/1.1\\r\\n",
        "← server",
        "HTTP/1.1 200 OK\\r\\n",
        "<script>document.title = 'broken'</script>",
    ] {
        assert!(detail.contains(part), "no {part:?} in {detail}");
    }
    // What is saved can be played.
    let saved =
        "decodeURIComponent(document.querySelector('#CL-21 a[download]').href.split(',')[1])";
    let saved = page.value(saved);
    let script = WireScript::parse(saved.as_str().expect("text").as_bytes());
    assert_eq!(script.map(|script| script.steps().len()), Ok(2));
    // It is closed, and an address that is neither a case nor a filter is no mistake.
    page.value("document.querySelector('#CL-21 summary').click(); 0");
    page.wait_until("location.hash === ''");
    page.value("location.hash = '#100%'; 0");
    page.wait_until(&format!("{SHOWN} === 5"));
    let loaded = page.value("performance.getEntriesByType('resource').length");
    assert_eq!(loaded, 0);
    assert_eq!(page.errors(), [] as [String; 0]);

    let mut page = Page::open(&url(folder.path(), "#SL-02"), DESKTOP);
    assert_eq!(page.value("document.getElementById('SL-02').open"), true);
    page.value("document.activeElement.blur(); 0");
    page.press("j");
    assert_eq!(
        page.value("document.activeElement.parentElement.id"),
        "SL-01"
    );
    assert_eq!(page.errors(), [] as [String; 0]);
}

#[test]
fn a_clients_words_are_text_and_no_other_script_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &["--only", "SL-02", "--report", "out"]);
    let mut page = Page::open(&url(folder.path(), "#SL-02"), DESKTOP);
    let detail = text(&mut page, "#SL-02");
    assert!(
        detail.contains("</script><img src=x onerror=alert(1)>"),
        "{detail}"
    );
    assert_eq!(page.value("document.querySelectorAll('img').length"), 0);
    assert_eq!(
        page.value("document.title"),
        "HTTP/1.1 conformance of <b>x</b> & \"y\" 1"
    );
    assert_eq!(page.errors(), [] as [String; 0]);
    // Markup that a mistake let in would still run no script.
    page.value("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran = 1\">'); 0");
    page.wait_until("document.querySelector('img').complete");
    assert_eq!(page.value("window.ran === undefined"), true);
    assert!(!page.errors().is_empty());
}

#[test]
fn it_fits_a_phone_and_dark_rooms() {
    let folder = tempfile::tempdir().expect("a folder");
    run(folder.path(), &["--only", "SL,CL-21", "--report", "out"]);
    let mut page = Page::open(&url(folder.path(), "#CL-21"), PHONE);
    // The window may have a scroll bar.
    assert_eq!(
        page.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
        true
    );
    let light = page.value("getComputedStyle(document.body).backgroundColor");
    page.prefer("dark");
    assert_ne!(
        page.value("getComputedStyle(document.body).backgroundColor"),
        light
    );
    // The list of groups is a menu there.
    page.value("const menu = document.getElementById('group'); menu.value = 'CL'; menu.dispatchEvent(new Event('input')); 0");
    assert_eq!(page.value(SHOWN), 1);
    assert_eq!(page.errors(), [] as [String; 0]);
}
