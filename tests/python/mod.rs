//! Python scripts: what they see of a request, what they write and when, and what they cannot break.

mod connection_isolation;
mod cpu_pinning;
mod documented_handlers;
mod documented_recipes;
mod documented_signatures;
mod error_pages;
mod failing_content;
mod generators_and_gone_clients;
mod imports;
mod independent_servers;
mod library_handler;
mod library_unit_tests;
mod misbehaving_handlers;
mod raw_requests;
mod replaced_writer_methods;
mod request_bodies;
mod response_writer;
mod returned_values;
mod script_socket;
mod shown_configuration;
mod stash_queues;
mod transcripts;
mod unread_prints;
mod wire_script_calls;
mod write_segments;
mod writes_to_gone_and_slow_clients;
