//! HTTPS: handshakes, records, and the ends of connections, with clients of several kinds.
//!
//! What is easily wrong in a server that speaks TLS, and the test that notices it. A test checks that they exist.
//!
//! | if this is wrong | test |
//! | --- | --- |
//! | **Locks and the two directions** | |
//! | a thread that waits in a system call holds the lock that the other direction needs | `models::a_write_that_waits_does_not_block_a_read`, `models::a_read_that_waits_does_not_block_a_write` |
//! | what TLS answers to a record waits for a client that does not read | `models::an_answer_of_tls_blocks_no_read`, `ends::a_pipelined_client_is_read_while_a_write_waits` |
//! | threads that write mix up their records, or lose one | `models::records_keep_their_order` |
//! | a change of keys by the client, while both directions are in use | `both_directions::any_order_of_reads_and_writes` |
//! | ciphertext that the kernel has not taken is lost, or later records precede it | `both_directions::what_the_kernel_does_not_take_follows` |
//! | a write waits for a read to return | `both_directions::a_write_leaves_while_a_read_waits` |
//! | **Records** | |
//! | more than the buffer of rustls (64 KiB) is written in part | `records::large_bodies_in_both_directions`, `records::responses_in_any_partition_of_writes` |
//! | more than 16 KiB of plaintext arrive at once and are not all read | `records::requests_in_any_partition_of_records_and_segments` |
//! | a write is less than a record, or returns before the kernel has it | `records::a_write_is_one_record`, `records::a_write_has_left_when_it_returns` |
//! | head calls that were held back become records of their own | `scripts::a_head_is_one_record` |
//! | half a record, or one without plaintext, is treated as something to read | `both_directions::a_part_of_a_record_is_nothing_to_read` |
//! | plaintext that arrived with the head is missing on the writer's socket | `scripts::the_socket_speaks_tls` |
//! | **Ends** | |
//! | FIN without close_notify, which some clients report as truncation | `ends::close_notify_precedes_fin` |
//! | close_notify and FIN of the client are mistaken for a failure, or end the response | `ends::a_clients_end_does_not_prevent_the_answer` |
//! | close_notify waits for a client that reads nothing | `ends::a_client_that_reads_nothing_is_closed_all_the_same` |
//! | a reset is announced, or `SO_LINGER` of a handler has no effect | `ends::close_notify_precedes_fin`, `scripts::lingering_for_no_time_resets` |
//! | a record is cut or malformed: the thread hangs, or what came before is not answered | `ends::any_prefix_of_a_session_ends_the_connection`, `ends::a_malformed_record_ends_the_connection_with_an_alert`, `ends::records_before_a_malformed_one_are_answered` |
//! | bytes below TLS are followed by records | `scripts::ends_are_chosen`, `scripts::a_session_may_end_before_its_connection` |
//! | **Handshakes** | |
//! | a handshake that stops at any byte, or comes byte by byte | `handshakes::any_prefix_of_a_handshake_ends_the_connection`, `handshakes::a_hello_may_arrive_byte_by_byte` |
//! | a silent client keeps others out, or the server from stopping | `handshakes::silent_clients_make_room_for_others`, `handshakes::a_stopping_server_does_not_wait_for_handshakes` |
//! | a list of protocols (ALPN) refuses a client that offers only others | `handshakes::no_offer_of_protocols_is_refused` |
//! | HTTP without TLS is answered with an alert, and TLS without HTTPS with silence | `handshakes::text_on_a_tls_port_is_told_so`, `handshakes::tls_on_a_port_in_the_clear_is_a_malformed_request` |
//! | clients that break handshakes off, as browsers do, fill the log | `handshakes::failed_handshakes_are_not_logged` |
//! | sessions are not resumed, or only those of one version | `handshakes::sessions_are_resumed` |
//! | a handshake that begins before the answer to CONNECT has arrived is lost | `after_connect::the_handshake_may_begin_in_the_same_segment` |
//! | **What handlers and tools see** | |
//! | URLs, templates and redirects have the scheme `http` | `requests::urls_have_the_scheme`, `requests::templates_have_the_scheme_and_ports` |
//! | transcripts have ciphertext, or miss what arrives after the end | `ends::transcripts_have_plaintext` |
//! | `SSLKEYLOGFILE` is ignored, or has other secrets than the client's | `key_log::the_secrets_of_each_session_are_logged` |
//! | **Certificates** | |
//! | servers that start together use different ones, or names that were added are missing | `store::all_of_many_at_once_get_the_same`, `store::kept_until_half_of_its_time_is_over_or_names_change` |
//! | a client without a certificate, or with one of another root, is answered where it must be refused | `client_certificates::who_is_answered` |
//! | an expired certificate of a checkout is served | `certificates::an_expired_certificate_of_a_checkout_is_replaced` |

mod after_connect;
mod both_directions;
mod catalogue_cases;
#[cfg(feature = "python")]
mod client_certificates;
mod clients;
mod ends;
mod faulty_hosts;
mod handshakes;
mod key_log;
mod listeners;
mod pages_for_https;
mod records;
mod requests;
#[cfg(feature = "python")]
mod scripts;

use std::fs;

use crate::support::repository;

/// The file of the tests that are named with this prefix.
fn file(module: &str) -> String {
    match module {
        "models" => "models/src/wire.rs".to_owned(),
        "store" => "crates/core/src/tls/certificates/store.rs".to_owned(),
        "certificates" => "tests/command/certificates.rs".to_owned(),
        module => format!("tests/tls/{module}.rs"),
    }
}

#[test]
fn what_is_easily_wrong_has_tests() {
    let table = include_str!("mod.rs");
    let rows = table.lines().filter_map(|line| line.strip_prefix("//! | "));
    let mut named = 0;
    for row in rows {
        let (_, tests) = row.split_once(" | ").expect("two columns");
        for test in tests.split('`').filter(|part| part.contains("::")) {
            let (module, function) = test.split_once("::").expect("a module");
            let path = file(module);
            let text = fs::read_to_string(repository().join(&path)).expect(&path);
            assert!(text.contains(&format!("fn {function}() {{")), "{test}");
            named += 1;
        }
    }
    assert!(named > 40, "{named} tests are named");
}
