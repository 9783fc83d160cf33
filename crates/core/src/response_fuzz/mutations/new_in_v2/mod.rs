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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response_fuzz::delivery::ConnectionEnd;
    use crate::response_fuzz::draft::{Draft, Framing};
    use crate::response_fuzz::random::Random;
    use crate::response_fuzz::valid;

    /// Seeds that each mutation is tried with.
    const SEEDS: u64 = 300;

    /// What a mutation of this name does to a draft, where it applies.
    fn is_done(name: &str, draft: &Draft) -> bool {
        let code = &draft.status_line.code[..];
        let length = draft.content.len();
        let length_value = values(draft, "Content-Length").pop();
        let range = values(draft, "Content-Range").pop();
        match name {
            "blanks-around-length" => length_value.is_some_and(|value| {
                let number = value.trim_matches([' ', '\t']);
                number.len() < value.len() && number == length.to_string()
            }),
            "control-beside-length" => length_value.is_some_and(|value| {
                let number = value.trim_matches(['\x0b', '\x0c', '\x01', '\x7f']);
                number.len() + 1 == value.len() && number == length.to_string()
            }),
            "length-without-content" => {
                let has_content = draft.framing != Framing::NoContent || length > 0;
                !has_content && length_value.is_some_and(|value| value.parse::<u64>().is_ok())
            }
            "close-in-one-of-two-fields" => {
                let options = values(draft, "Connection");
                let is_open = draft.delivery.end == ConnectionEnd::KeepOpen;
                let closes = options.iter().filter(|option| *option == "close");
                is_open && options.len() == 2 && closes.count() == 1
            }
            "several-cookies" => values(draft, "Set-Cookie").len() > 1,
            "content-range-unasked" => range.is_some() && code != b"206" && code != b"416",
            "location-without-redirect" => {
                !values(draft, "Location").is_empty() && !code.starts_with(b"3")
            }
            "content-with-205" => code == b"205" && length > 0,
            "partial-content-unasked" => {
                let first_part = format!("bytes 0-{}/", length - 1);
                code == b"206" && range.is_some_and(|range| range.starts_with(&first_part))
            }
            name => panic!("add a row for {name}"),
        }
    }

    fn values(draft: &Draft, name: &str) -> Vec<String> {
        let fields = draft.fields.iter().filter(|field| field.is(name));
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).expect("ASCII");
        fields.map(|field| text(&field.value)).collect()
    }

    #[test]
    fn each_does_what_it_says() {
        for mutation in &MUTATIONS {
            let name = mutation.name;
            let mut applied = 0;
            for seed in 0..SEEDS {
                let mut random = Random::new(seed);
                let mut draft = valid::response(&mut random);
                let before = draft.clone();
                if (mutation.apply)(&mut draft, &mut random).is_some() {
                    assert!(is_done(name, &draft), "{name} of {seed}: {draft:?}");
                    assert_eq!(draft.content, before.content, "{name} of {seed}");
                    applied += 1;
                }
            }
            assert!(applied > 3, "{name} applies to {applied} responses");
        }
    }
}
