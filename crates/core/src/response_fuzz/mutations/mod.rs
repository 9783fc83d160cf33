//! All mutations, in a file for each topic, and the lists of them that make the editions. A response draws
//! from these lists by index, so their order is part of an edition. A frozen list does not change: new
//! mutations go into a new edition (`../edition.rs`). The tests of `super` hold this.

mod after_response;
mod chunk_data;
mod chunk_lines;
mod coding;
mod connection_end;
mod field_lines;
mod field_values;
mod interim;
mod length;
mod new_in_v2;
mod pieces;
mod status_line;
mod transfer_coding;
mod whole;

use crate::response_fuzz::mutation::Mutation;

/// Edition `v1`.
pub(super) const V1: [&[Mutation]; 13] = [
    &status_line::MUTATIONS,
    &field_lines::MUTATIONS,
    &field_values::MUTATIONS,
    &length::MUTATIONS,
    &transfer_coding::MUTATIONS,
    &chunk_lines::MUTATIONS,
    &chunk_data::MUTATIONS,
    &coding::MUTATIONS,
    &interim::MUTATIONS,
    &after_response::MUTATIONS,
    &connection_end::MUTATIONS,
    &pieces::MUTATIONS,
    &whole::MUTATIONS,
];

/// Edition `v2`.
pub(super) const V2: [&[Mutation]; 14] = [
    &status_line::MUTATIONS,
    &field_lines::MUTATIONS,
    &field_values::MUTATIONS,
    &length::MUTATIONS,
    &transfer_coding::MUTATIONS,
    &chunk_lines::MUTATIONS,
    &chunk_data::MUTATIONS,
    &coding::MUTATIONS,
    &interim::MUTATIONS,
    &after_response::MUTATIONS,
    &connection_end::MUTATIONS,
    &pieces::MUTATIONS,
    &whole::MUTATIONS,
    &new_in_v2::MUTATIONS,
];
