//! No public signature names a hidden type: what a public method takes or returns, and the types of public fields and
//! variants, are public, too. Methods that macros make are not looked at.

use crate::project::exports::{EXPORTED, all_types};

/// Names of ours that public signatures only mean as those of other crates: `serde_json::Value`.
const OTHERS: [&str; 1] = ["Value"];

#[test]
fn no_public_signature_names_a_hidden_type() {
    let hidden: Vec<_> = all_types()
        .into_iter()
        .filter(|name| !OTHERS.contains(&name.as_str()))
        .filter(|name| !EXPORTED.iter().any(|item| item.name == *name))
        .collect();
    let findings: Vec<_> = EXPORTED
        .iter()
        .flat_map(|item| {
            let named = hidden.iter().filter(|name| item.mentions.contains(*name));
            named.map(move |name| format!("src/{}: {}: {name}", item.file, item.name))
        })
        .collect();
    assert!(hidden.iter().any(|name| name == "Turn"), "{hidden:?}");
    assert!(
        findings.is_empty(),
        "hidden types in public signatures:\n{}\n",
        findings.join("\n")
    );
}
