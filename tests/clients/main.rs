//! Real clients: Chromium, curl, Node.js, hyper, and two of Python.

// A test exports nothing: `pub` means "for the other files" here.
#![allow(unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod broken_responses;
#[cfg(feature = "tls")]
mod checkout_over_https;
mod drivers;
mod examples_page;
mod server_pages;
mod wpt_pages;
mod wpt_runner;
