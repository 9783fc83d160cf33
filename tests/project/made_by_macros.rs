//! The public items that the `macro_rules!` of a file make, with their documentation: types, and methods and
//! constants of a type. syn sees such rules as tokens, so they are searched as text.

use std::sync::LazyLock;

use regex::Regex;
use syn::{Item, ItemMacro, Lit};

/// A public item that a macro makes.
pub(crate) struct Made {
    /// The type that it is a method or a constant of.
    pub(crate) of: Option<String>,
    pub(crate) name: String,
    /// The lines of its documentation.
    pub(crate) docs: Vec<String>,
}

/// Those of a file. If the name of an item is a parameter of the macro, each row that the macro is called with makes
/// one.
pub(crate) fn made(items: &[Item]) -> Vec<Made> {
    let macros: Vec<_> = items.iter().filter_map(as_macro).collect();
    let mut found = Vec::new();
    // Items that stand in a call as they are.
    for call in macros.iter().filter(|one| one.ident.is_none()) {
        let tokens = call.mac.tokens.to_string();
        found.extend(ITEM.captures_iter(&tokens).map(|item| Made {
            of: None,
            name: item[3].to_owned(),
            docs: docs(&item[1]),
        }));
    }
    for rules in macros.iter().filter(|one| one.ident.is_some()) {
        let tokens = rules.mac.tokens.to_string();
        for item in ITEM.captures_iter(&tokens) {
            let before = item.get(0).map_or("", |all| &tokens[..all.start()]);
            let of = OWNER.captures_iter(before).last();
            let of = of.filter(|_| !["enum", "struct"].contains(&&item[2]));
            let of = of.map(|owner| owner[1].to_owned());
            if !item[3].starts_with('$') {
                let (name, docs) = (item[3].to_owned(), docs(&item[1]));
                found.push(Made { of, name, docs });
                continue;
            }
            let is_of_rules =
                |call: &&&ItemMacro| call.mac.path.get_ident() == rules.ident.as_ref();
            for call in macros.iter().filter(is_of_rules) {
                let rows = call.mac.tokens.to_string();
                found.extend(ROW.captures_iter(&rows).map(|row| Made {
                    of: of.clone(),
                    name: row[2].to_owned(),
                    docs: docs(&row[1]),
                }));
            }
        }
    }
    found
}

fn as_macro(item: &Item) -> Option<&ItemMacro> {
    match item {
        Item::Macro(item) => Some(item),
        _ => None,
    }
}

/// A line of documentation, as tokens are printed.
const DOC: &str = r#"# \[doc = ("(?:[^"\\]|\\.)*"|r"[^"]*")\] ?"#;

static LINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(DOC).expect("a pattern"));

/// Documentation, other attributes, then a public item.
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    let lines = DOC.replacen("(\"", "(?:\"", 1);
    let item = r"(?:# \[[^\]]*\] ?)*pub (fn|const|enum|struct) (\$ ?\w+|\w+)";
    Regex::new(&format!("((?:{lines})*){item}")).expect("a pattern")
});

/// Documentation, then the name that begins a row.
static ROW: LazyLock<Regex> = LazyLock::new(|| {
    let lines = DOC.replacen("(\"", "(?:\"", 1);
    Regex::new(&format!(r"((?:{lines})+)(\w+) ?:")).expect("a pattern")
});

static OWNER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"impl (\w+) \{").expect("a pattern"));

fn docs(tokens: &str) -> Vec<String> {
    let lines = LINE.captures_iter(tokens).map(|line| {
        let literal = syn::parse_str(&line[1]).expect("a literal");
        match literal {
            Lit::Str(line) => line.value(),
            _ => panic!("expected a text, found {}", &line[1]),
        }
    });
    lines.collect()
}
