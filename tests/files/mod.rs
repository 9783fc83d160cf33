//! Doc roots: which file answers a path, what a site adds to its files, and what stays out of reach.

mod built_in_handlers;
mod conditional_requests;
mod doc_root_escapes;
mod edited_files;
mod error_pages;
mod listings;
mod mounts;
mod test_wrappers;
