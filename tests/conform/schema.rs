//! A JSON schema applied to a value: the keywords that the schemas of `docs/` use. A name that the schema does not
//! have is a mistake, too, although other readers must ignore it.

use serde_json::Value;

/// What is wrong with a value, by the schema in this text.
pub fn mistakes(schema: &str, value: &Value) -> Vec<String> {
    let root: Value = serde_json::from_str(schema).expect("a schema in JSON");
    let mut found = Vec::new();
    check(&root, &root, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let keywords = schema.as_object().expect("a schema is an object");
    let mut wrong = |what: String| found.push(format!("{path}: {what}"));
    for (keyword, rule) in keywords {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "$defs" | "contentEncoding" => {}
            "$ref" => {
                let pointer = rule.as_str().and_then(|text| text.strip_prefix('#'));
                let target = pointer.and_then(|pointer| root.pointer(pointer));
                check(root, target.expect("a definition"), value, path, found);
                return;
            }
            "type" if !is_of(rule, value) => wrong(format!("expected {rule}, found {value}")),
            "const" if rule != value => wrong(format!("expected {rule}, found {value}")),
            "enum" if !rule.as_array().expect("a list").contains(value) => {
                wrong(format!("expected one of {rule}, found {value}"));
            }
            "minimum" if value.as_f64() < rule.as_f64() => {
                wrong(format!("expected at least {rule}, found {value}"));
            }
            "minItems" if length(value) < rule.as_u64() => wrong(format!("too short: {value}")),
            "maxItems" if length(value) > rule.as_u64() => wrong(format!("too long: {value}")),
            "type" | "const" | "enum" | "minimum" | "minItems" | "maxItems" => {}
            "required" => {
                for name in rule.as_array().expect("a list") {
                    if value.get(name.as_str().expect("a name")).is_none() {
                        wrong(format!("expected {name}"));
                    }
                }
            }
            "items" | "properties" => {}
            other => panic!("this test does not know the keyword {other:?}"),
        }
    }
    if let (Some(items), Some(values)) = (keywords.get("items"), value.as_array()) {
        for (index, value) in values.iter().enumerate() {
            check(root, items, value, &format!("{path}[{index}]"), found);
        }
    }
    if let (Some(known), Some(values)) = (keywords.get("properties"), value.as_object()) {
        for (name, value) in values {
            let path = format!("{path}.{name}");
            match known.get(name) {
                Some(schema) => check(root, schema, value, &path, found),
                None => found.push(format!("{path}: the schema does not have it")),
            }
        }
    }
}

fn is_of(kind: &Value, value: &Value) -> bool {
    match kind.as_str().expect("one type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("this test does not know the type {other:?}"),
    }
}

fn length(value: &Value) -> Option<u64> {
    value.as_array().map(|values| values.len() as u64)
}

#[test]
fn mistakes_are_found_wherever_they_are() {
    let schema = r##"{"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/n"}}},
        "required": ["a"], "$defs": {"n": {"type": "integer", "minimum": 1}}}"##;
    for (value, mistake) in [
        (r#"{"a": [1, 2]}"#, None),
        ("[]", Some("$: expected \"object\", found []")),
        ("{}", Some("$: expected \"a\"")),
        (
            r#"{"a": [1, 0]}"#,
            Some("$.a[1]: expected at least 1, found 0"),
        ),
        (
            r#"{"a": ["x"]}"#,
            Some("$.a[0]: expected \"integer\", found \"x\""),
        ),
        (
            r#"{"a": [], "b": 1}"#,
            Some("$.b: the schema does not have it"),
        ),
    ] {
        let value = serde_json::from_str(value).expect("JSON");
        let found = mistakes(schema, &value);
        let is_found = mistake.is_none_or(|mistake| found.iter().any(|one| one == mistake));
        assert!(
            is_found && found.is_empty() == mistake.is_none(),
            "{found:?}"
        );
    }
}
