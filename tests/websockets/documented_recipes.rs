//! The recipes in `docs/websockets.md` work as they are printed there.

use std::fs;

use crate::recipes::run_all;
use crate::support::repository;
use crate::websockets::servers::wireserve;

#[test]
fn every_recipe() {
    let page = fs::read_to_string(repository().join("docs/websockets.md")).expect("the page");
    assert_eq!(run_all(&page, wireserve), 7);
}
