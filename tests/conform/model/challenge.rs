//! Challenges for the model client, which knows Basic (RFC 9110 §11.6.1, §11.3).

/// Whether one of the challenges is for Basic. Quoted strings may contain commas and names of schemes.
pub fn has_basic<'v>(values: impl Iterator<Item = &'v str>) -> bool {
    values.flat_map(members).any(|member| {
        let scheme = member.split([' ', '\t']).next().unwrap_or_default();
        scheme.eq_ignore_ascii_case("basic")
    })
}

/// The members of a list, divided at commas outside quoted strings.
fn members(value: &str) -> Vec<String> {
    let mut members = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in value.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                members.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = members.last_mut() {
            last.push(character);
        }
    }
    members
        .iter()
        .map(|member| member.trim().to_owned())
        .collect()
}

#[test]
fn quoted_strings_hide_commas_and_names() {
    for (value, wanted) in [
        ("Basic realm=\"a\"", true),
        ("basic realm=\"a\"", true),
        (
            "Odd title=\"a, \\\"Basic\\\" b\", x=1, Basic realm=\"a\"",
            true,
        ),
        ("Odd title=\"a, Basic b\"", false),
        ("Bearer", false),
    ] {
        assert_eq!(has_basic([value].into_iter()), wanted, "{value}");
    }
}
