//! The mutations that edition `v2` adds to `v1`, each in its own file. The list is frozen.

mod blanks_around_length;
mod close_in_one_of_two_fields;
mod content_range_unasked;
mod content_with_205;
mod control_beside_length;
mod length_without_content;
mod location_without_redirect;
mod partial_content_unasked;
mod several_cookies;

use crate::response_fuzz::mutation::Mutation;

pub(super) static MUTATIONS: [Mutation; 9] = [
    blanks_around_length::MUTATION,
    control_beside_length::MUTATION,
    length_without_content::MUTATION,
    close_in_one_of_two_fields::MUTATION,
    several_cookies::MUTATION,
    content_range_unasked::MUTATION,
    location_without_redirect::MUTATION,
    content_with_205::MUTATION,
    partial_content_unasked::MUTATION,
];
