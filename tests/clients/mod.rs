//! Real clients: Chromium, curl, Node.js, hyper, and two of Python.

mod broken_responses;
#[cfg(feature = "tls")]
mod checkout_over_https;
mod drivers;
#[cfg(feature = "tls")]
mod ends_without_close_notify;
mod examples_page;
mod server_pages;
mod wpt_pages;
mod wpt_runner;
