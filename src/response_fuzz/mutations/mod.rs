//! Every mutation there is, in lists by topic. The lists are drawn from by number, and so what each seed
//! stands for depends on their order: it is frozen, as the tests of the generator see to.

mod behind;
mod chunk_data;
mod chunk_lines;
mod coding;
mod ending;
mod field_lines;
mod field_values;
mod interim;
mod length;
mod pieces;
mod status_line;
mod transfer_coding;
mod whole;

use crate::response_fuzz::mutation::Mutation;

/// All of them.
pub(super) const LISTS: [&[Mutation]; 13] = [
    &status_line::MUTATIONS,
    &field_lines::MUTATIONS,
    &field_values::MUTATIONS,
    &length::MUTATIONS,
    &transfer_coding::MUTATIONS,
    &chunk_lines::MUTATIONS,
    &chunk_data::MUTATIONS,
    &coding::MUTATIONS,
    &interim::MUTATIONS,
    &behind::MUTATIONS,
    &ending::MUTATIONS,
    &pieces::MUTATIONS,
    &whole::MUTATIONS,
];
