//! Texts for users are in plain words: documents, examples, help texts, messages in the sources, and the
//! documentation of public items. A short list of words that readers stumbled over is denied.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use regex::Regex;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, ItemMod, Lit, LitStr, Macro, Meta, Visibility};

use crate::project::documents::{documents, other_texts};
use crate::project::sources::{from_top, sources};
use crate::support::command::wireserve;

static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"[Bb]ehind|[Nn]obody|[Ww]hoever|[Ff]or\s+ever|how-manieth|(?:is|are)\s+none|has\s+no\s+reading";
    Regex::new(&format!(r"\b(?:{words})\b")).expect("a pattern")
});

/// What is allowed, and why.
const ALLOWED: [(&str, &[&str]); 3] = [
    (
        "CONTRIBUTING.md lists the denied words",
        &[
            "*behind*",
            "*nobody*, *whoever*",
            "*is none*, *are none*",
            "*has no reading*",
            "*for ever*",
        ],
    ),
    (
        "names of mutations, and texts that are printed with seeds, are stable across releases",
        &[
            "-behind",
            "199 Nobody Knows",
            "more line end behind the response",
            "interim response stands behind the final",
            "the final response behind it is HTTP/1.1",
            "no reason behind the code",
            "the space behind the code is required",
            "closed behind a whole response",
        ],
    ),
    (
        "idioms, not of time or order",
        &[
            "left behind",
            "lag behind",
            "behind a lock",
            "behind a mutex",
            "behind one trait",
            "objects behind them",
            "if there is none",
            "If there are none",
        ],
    ),
];

/// A string literal within a macro call, as tokens are printed.
static STRING_IN_TOKENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*""#).expect("a pattern"));

#[test]
fn documents_and_examples_are_in_plain_words() {
    let texts = documents().into_iter().chain(other_texts());
    assert_plain(texts.map(|text| (text.name(), text.text)));
}

#[test]
fn help_is_in_plain_words() {
    let helps = [
        &["--help"][..],
        &["hosts", "--help"],
        &["cert", "--help"],
        &["fuzz", "--help"],
        &["bench", "--help"],
        &["conform", "--help"],
    ];
    assert_plain(
        helps
            .into_iter()
            .map(|arguments| (arguments.join(" "), help(arguments))),
    );
}

#[test]
fn messages_and_public_documentation_are_in_plain_words() {
    assert_plain(sources().into_iter().flat_map(|path| {
        let source = fs::read_to_string(&path).expect("a source");
        let mut texts = Texts::default();
        let file = syn::parse_file(&source).expect("Rust");
        texts.add_docs(&file.attrs);
        texts.visit_file(&file);
        let name = from_top(&path);
        texts
            .found
            .into_iter()
            .map(move |text| (name.clone(), text))
    }));
}

#[test]
fn a_denied_word_is_found_wherever_it_stands() {
    let source = r#"
        /// It is behind.
        pub fn public() { log::warn!("waits for  ever: {}", 1); }
        /// Nobody reads this.
        fn private() { error("nobody is there"); format!("fine") }
        pub enum Kind { /// A number, or what is none.
            None }
        mod tests { const TEXT: &str = "whoever"; }
    "#;
    let file = syn::parse_file(source).expect("Rust");
    let mut texts = Texts::default();
    texts.visit_file(&file);
    let denied: Vec<_> = texts
        .found
        .iter()
        .filter(|text| DENIED.is_match(text))
        .collect();
    assert_eq!(denied.len(), 4, "{denied:?}");
}

/// The help of the real command.
fn help(arguments: &[&str]) -> String {
    let output = wireserve().args(arguments).output();
    let text = output.expect("the command runs").stdout;
    assert!(!text.is_empty(), "{arguments:?} prints a help text");
    String::from_utf8(text).expect("UTF-8")
}

fn assert_plain(texts: impl Iterator<Item = (String, String)>) {
    let mut found = BTreeSet::new();
    for (name, text) in texts {
        let allowed = ALLOWED.iter().flat_map(|(_, texts)| *texts);
        let text = allowed.fold(text, |text, allowed| text.replace(allowed, ""));
        for denied in DENIED.find_iter(&text) {
            let start = text[..denied.start()].char_indices().rev().take(30).last();
            let context = &text[start.map_or(0, |(at, _)| at)..denied.end()];
            found.insert(format!("{name}: …{}", context.replace('\n', " ")));
        }
    }
    let found: Vec<_> = found.into_iter().collect();
    assert!(
        found.is_empty(),
        "{} denied words:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// The string literals of a source outside its tests, and the documentation of its public items.
#[derive(Default)]
struct Texts {
    found: Vec<String>,
}

impl Texts {
    /// All lines of one comment as one text.
    fn add_docs(&mut self, attributes: &[Attribute]) {
        let lines = attributes
            .iter()
            .filter_map(|attribute| match &attribute.meta {
                Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                    Expr::Lit(value) => match &value.lit {
                        Lit::Str(line) => Some(line.value()),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            });
        self.found.push(lines.collect::<Vec<_>>().join("\n"));
    }

    fn add_public(&mut self, visibility: &Visibility, attributes: &[Attribute]) {
        if matches!(visibility, Visibility::Public(_)) {
            self.add_docs(attributes);
        }
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.add_public(&item.vis, &item.attrs),
            Item::Enum(item) => self.add_public(&item.vis, &item.attrs),
            Item::Fn(item) => self.add_public(&item.vis, &item.attrs),
            Item::Static(item) => self.add_public(&item.vis, &item.attrs),
            Item::Struct(item) => self.add_public(&item.vis, &item.attrs),
            Item::Trait(item) => self.add_public(&item.vis, &item.attrs),
            Item::Type(item) => self.add_public(&item.vis, &item.attrs),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.add_public(&field.vis, &field.attrs);
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.add_docs(&variant.attrs);
        visit::visit_variant(self, variant);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add_public(&function.vis, &function.attrs);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.add_docs(&function.attrs);
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.found.push(literal.value());
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let tokens = call.tokens.to_string();
        let strings = STRING_IN_TOKENS.find_iter(&tokens);
        self.found
            .extend(strings.map(|string| string.as_str().to_owned()));
    }

    /// Documentation is read with its item.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            visit::visit_attribute(self, attribute);
        }
    }
}
