//! Crowds, large files and exhausted resources. These tests limit, count or use up what a process has, and
//! need much of the machine.

#[path = "../support/mod.rs"]
mod support;

mod bounded_pipes;
#[cfg(feature = "python")]
mod disconnects_at_any_byte;
mod edited_doc_roots;
mod exhausted_resources;
mod gone_clients;
mod idle_crowds;
mod large_files;
#[cfg(feature = "python")]
mod linear_time;
#[cfg(feature = "python")]
mod many_handlers_at_once;
#[cfg(feature = "python")]
mod proportion;
mod slow_crowds;
mod stop_on_drop;
#[cfg(feature = "python")]
mod streamed_responses;
#[cfg(feature = "python")]
mod waiting_handlers;
