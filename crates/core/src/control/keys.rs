//! JSON objects with known keys. Serde would also accept a list of the values in order, and would not say which key has
//! a wrong value.

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// A value from a JSON object, and from nothing else.
#[derive(Default)]
pub(super) struct Keys<T>(pub(super) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Keys<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = Map::<String, Value>::deserialize(deserializer)?;
        let value = serde_path_to_error::deserialize(Value::Object(map));
        value.map(Self).map_err(|error| {
            let key = error.path().to_string();
            let reason = error.inner();
            D::Error::custom(match key.as_str() {
                "." => reason.to_string(),
                key => format!("`{key}`: {reason}"),
            })
        })
    }
}

/// The value of a key that may have any JSON: `null` is not the same as a missing key.
pub(super) fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Pair {
        a: u8,
        #[serde(default, deserialize_with = "present")]
        b: Option<Value>,
    }

    #[test]
    fn only_objects_have_keys() {
        let pair = |json| serde_json::from_str::<Keys<Pair>>(json);
        let Keys(Pair { a, b }) = pair(r#"{"a": 1, "b": null}"#).unwrap();
        assert_eq!((a, b), (1, Some(Value::Null)));
        assert_eq!(pair(r#"{"a": 1}"#).unwrap().0.b, None);
        assert!(pair("[1, 2]").is_err());
        assert!(
            serde_json::from_str::<Pair>("[1, 2]").is_ok(),
            "serde accepts it"
        );
    }
}
