//! Errors of serde in the words of JSON, for people who have not written Rust.

/// Replaces the names of Rust's types in a message.
pub fn without_type_names(reason: &str) -> String {
    const WORDS: [(&str, &str); 10] = [
        ("expected u64", "expected a whole number, 0 or more"),
        ("expected usize", "expected a whole number, 0 or more"),
        ("expected i64", "expected a whole number"),
        ("expected u16", "expected a whole number from 0 to 65535"),
        ("expected a map", "expected an object"),
        ("expected a sequence", "expected a list"),
        ("expected a tuple of size 2", "expected a list of 2 values"),
        ("invalid type: map", "invalid type: object"),
        ("invalid type: sequence", "invalid type: list"),
        ("invalid type: floating point `", "invalid type: number `"),
    ];
    let words = WORDS.iter();
    words.fold(reason.to_owned(), |text, (rust, json)| {
        text.replace(rust, json)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_json() {
        fn error<T: serde::de::DeserializeOwned>(json: &str) -> String {
            let error = serde_json::from_str::<T>(json).err();
            without_type_names(&error.map(|error| error.to_string()).unwrap_or_default())
        }
        for (found, expected) in [
            (error::<u16>("70000"), "a whole number from 0 to 65535"),
            (error::<u64>("-1"), "a whole number, 0 or more"),
            (error::<i64>("1.5"), "number `1.5`, expected a whole number"),
            (error::<Vec<u8>>("{}"), "object, expected a list"),
            (error::<(u8, u8)>("1"), "expected a list of 2 values"),
            (
                error::<std::collections::BTreeMap<String, u8>>("[]"),
                "list, expected an object",
            ),
        ] {
            assert!(found.contains(expected), "{found}");
        }
    }
}
