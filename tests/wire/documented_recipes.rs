//! The examples in `docs/wire.md` work: each recipe runs as printed there, on the real binary, and a client
//! sees what the page shows. The page's other scripts and settings can be parsed.

use std::fs;

use crate::recipes::{blocks, run_all};
use crate::support;
use crate::support::command::wireserve;
use crate::support::folder::folder;
use wireserve::WireScript;
use wireserve::internals::config::Config;

#[test]
fn every_recipe() {
    let page = page();
    assert_eq!(run_all(&page, wireserve), 12, "the page has twelve recipes");
}

#[test]
fn every_other_script() {
    let page = page();
    let scripts =
        blocks(&page).filter(|block| block.info.is_empty() && block.text.contains("send "));
    let mut count = 0;
    for script in scripts {
        WireScript::parse(script.text.as_bytes())
            .unwrap_or_else(|error| panic!("{error} of:\n{}", script.text));
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn every_setting() {
    let page = page();
    let settings: Vec<_> = blocks(&page).filter(|block| block.info == "json").collect();
    assert_eq!(settings.len(), 2);
    for setting in settings {
        let folder = folder(&[("config.json", setting.text)]);
        let config = Config::read(&folder.path().join("config.json")).expect("good settings");
        assert_eq!(config.listeners.len(), 1);
    }
}

fn page() -> String {
    fs::read_to_string(support::repository().join("docs/wire.md")).expect("the page")
}
