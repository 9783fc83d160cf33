//! The command `wireserve`: options, configuration, listeners, log, signals.

#[cfg(feature = "tls")]
mod certificates;
mod configuration_file;
mod failing_targets;
mod hosts_and_ports;
mod lifetimes;
#[cfg(feature = "python")]
mod listeners;
mod listening;
mod log_lines;
mod ready_file;
mod refused_arguments;
mod routes;
mod safe_defaults;
mod signals;
mod unix_sockets;
mod unread_log_pipe;
mod unwritable_output;
mod wpt_preset;
mod wpt_serve_options;
