//! The catalogue as far as it is part of the command: the cases of the conformance suite for clients and for
//! proxies.

use crate::conform::case::halves::Form;
use crate::conform::case::{Case, catalogue, proxies};

const RESPONSES: &str = include_str!("../catalogue/responses.json");
const PROXIES: &str = include_str!("../catalogue/proxies.json");

/// All cases for clients, in the order of the catalogue.
///
/// # Panics
/// If the data is malformed, which a unit test of the suite excludes.
pub fn cases() -> Vec<Case> {
    let read = catalogue::read(RESPONSES);
    read.unwrap_or_else(|error| panic!("catalogue/responses.json: {error}"))
}

/// All cases for proxies of either form.
///
/// # Panics
/// As [`cases`].
pub fn for_proxies() -> Vec<Case> {
    let read = proxies::read(PROXIES);
    read.unwrap_or_else(|error| panic!("catalogue/proxies.json: {error}"))
}

/// All cases for proxies of one form.
///
/// # Panics
/// As [`cases`].
pub fn for_proxy(form: Form) -> Vec<Case> {
    proxies::for_form(for_proxies(), form)
}
