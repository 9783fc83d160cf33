//! Every type, trait and function that `src/lib.rs` exports at the crate's root has an example in its
//! documentation, which `cargo test --doc` runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, Meta, UseTree, Visibility};

use crate::support::repository;

#[test]
fn every_root_item_has_an_example() {
    let source = repository().join("src");
    let mut exported = Vec::new();
    for item in parse(&source.join("lib.rs")).items {
        if let Item::Use(item) = item
            && matches!(item.vis, Visibility::Public(_))
            && !is_hidden(&item.attrs)
        {
            flatten(&item.tree, &mut Vec::new(), &mut exported);
        }
    }
    // Without modules, which are exported whole.
    let is_module = |path: &[String]| path[0] == "internals";
    exported.retain(|path| !is_module(path));
    assert!(exported.len() > 40, "{}", exported.len());
    let mut missing = Vec::new();
    for path in exported {
        let (module, name) = (&path[0], path.last().expect("a name"));
        match items(&source, module).get(name) {
            Some(true) => {}
            Some(false) => missing.push(path.join("::")),
            None => panic!("expected {} in src/{module}", path.join("::")),
        }
    }
    assert_eq!(missing, [""; 0], "items without an example");
}

/// The public items of a module of the first level, and whether they have examples.
fn items(source: &Path, module: &str) -> BTreeMap<String, bool> {
    let mut items = BTreeMap::new();
    for file in files(source, module) {
        for item in parse(&file).items {
            let (name, visibility, attributes) = match item {
                Item::Struct(item) => (item.ident, item.vis, item.attrs),
                Item::Enum(item) => (item.ident, item.vis, item.attrs),
                Item::Trait(item) => (item.ident, item.vis, item.attrs),
                Item::Fn(item) => (item.sig.ident, item.vis, item.attrs),
                _ => continue,
            };
            if matches!(visibility, Visibility::Public(_)) {
                let has_example = has_example(&attributes);
                // Names occur twice where one of them is not exported.
                *items.entry(name.to_string()).or_default() |= has_example;
            }
        }
    }
    items
}

fn files(source: &Path, module: &str) -> Vec<PathBuf> {
    let mut files = vec![source.join(format!("{module}.rs"))];
    files.retain(|file| file.is_file());
    let mut folders = vec![source.join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            match path.extension().is_some_and(|ending| ending == "rs") {
                true => files.push(path),
                false => folders.push(path),
            }
        }
    }
    files
}

fn parse(file: &Path) -> syn::File {
    let text = fs::read_to_string(file).expect("a source file");
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The paths of a `use`.
fn flatten(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            paths.push(before.iter().cloned().chain([name]).collect());
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before, paths);
            }
        }
        UseTree::Rename(_) | UseTree::Glob(_) => panic!("expected names in `pub use`"),
    }
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc") && matches!(attribute.meta, Meta::List(_))
    })
}

fn has_example(attributes: &[Attribute]) -> bool {
    let docs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    let mut lines = docs.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => Some(&pair.value),
        _ => None,
    });
    lines.any(|value| {
        let syn::Expr::Lit(literal) = value else {
            return false;
        };
        let syn::Lit::Str(line) = &literal.lit else {
            return false;
        };
        // The fence of Rust code, not of text.
        line.value().trim() == "```"
    })
}
