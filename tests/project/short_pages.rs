//! The documentation of each public type fits into a screen: its methods, constants, variants and fields, a line each,
//! without what other traits add. A type that has more is divided.

use std::collections::BTreeMap;

use crate::project::exports::EXPORTED;

/// Lines of a page that are visible at once, about: on a screen of 1080 pixels.
const MOST_ENTRIES: usize = 40;

#[test]
fn the_page_of_a_type_fits_into_a_screen() {
    let mut entries: BTreeMap<_, usize> = BTreeMap::new();
    for item in EXPORTED.iter().filter(|item| !item.is_module) {
        let owner = item.name.split("::").next().expect("a name");
        let is_member = item.name.contains("::");
        // A type and its methods may be in several files. Of two types with one name, each must be short.
        *entries.entry(owner).or_default() += usize::from(is_member) + item.within.len();
    }
    let long: Vec<_> = entries
        .iter()
        .filter(|(_, count)| **count > MOST_ENTRIES)
        .collect();
    assert!(entries["Server"] > 30, "{entries:?}");
    assert!(long.is_empty(), "more than {MOST_ENTRIES}: {long:?}");
}
