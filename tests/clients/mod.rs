//! Real clients: Chromium, curl, Node.js, and those of Python.

#[cfg(feature = "tls")]
mod checkout_over_https;
#[cfg(feature = "tls")]
mod drivers;
#[cfg(feature = "tls")]
mod ends_without_close_notify;
mod examples_page;
mod handlers_of_a_checkout;
mod matrix;
mod proxies;
mod server_pages;
mod wpt_pages;
mod wpt_runner;
