//! What `src/lib.rs` exports, with its documentation: the public modules, the items in them and at the crate's root,
//! and the public methods and constants of each type. What is `#[doc(hidden)]` is no part of it.

use std::collections::BTreeSet;
use std::fs;
use std::path;
use std::sync::LazyLock;

use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, Ident, ImplItem, Item, Lit, Meta, Path, Signature, TraitItem, Type, UseTree,
    Visibility,
};

use crate::project::made_by_macros::{Made, made};
use crate::project::sources::{Module, from_top, module_of, sources};

/// A public item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exported {
    /// From the top of the repository.
    pub(crate) file: String,
    /// `Server`, `Server::get`; of modules, the whole path: `tls::faults`.
    pub(crate) name: String,
    pub(crate) is_module: bool,
    /// The lines of its documentation.
    pub(crate) docs: Vec<String>,
    /// Its public fields, or its variants, with their documentation.
    pub(crate) within: Vec<(String, Vec<String>)>,
    /// What its signature, its public fields or its variants name.
    pub(crate) mentions: BTreeSet<String>,
}

/// All of them.
pub(crate) static EXPORTED: LazyLock<BTreeSet<Exported>> = LazyLock::new(|| {
    let sources = Sources::read();
    let mut found = BTreeSet::new();
    let root = sources.source(&Module::new());
    sources.add_items(&root.items, &Module::new(), &mut found);
    let types: Vec<_> = found.iter().cloned().collect();
    for item in types {
        sources.add_members(&item, &mut found);
    }
    found
});

/// The names of all types and traits of the crate, whether or not they are exported.
pub(crate) fn all_types() -> BTreeSet<String> {
    let sources = Sources::read();
    let items = sources.0.iter().flat_map(|source| &source.items);
    let names = items.filter_map(|item| match item {
        Item::Enum(item) => Some(item.ident.to_string()),
        Item::Struct(item) => Some(item.ident.to_string()),
        Item::Trait(item) => Some(item.ident.to_string()),
        Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    });
    names.collect()
}

/// A parsed file, and its module.
struct Source {
    path: String,
    module: Module,
    docs: Vec<String>,
    items: Vec<Item>,
    made: Vec<Made>,
}

struct Sources(Vec<Source>);

impl Sources {
    fn read() -> Self {
        let mut read: Vec<_> = sources().iter().map(|file| Source::read(file)).collect();
        // The other crates export nothing by themselves.
        read.retain(|source| !source.module.is_empty() || source.path == "src/lib.rs");
        Self(read)
    }

    fn source(&self, module: &[String]) -> &Source {
        let mut sources = self.0.iter();
        let found = sources.find(|source| source.module == module);
        found.unwrap_or_else(|| panic!("expected a file for {}", module.join("::")))
    }

    /// The file that a module is in.
    fn around(&self, module: &[String]) -> &Source {
        let has_file = |length: &usize| self.0.iter().any(|one| one.module == module[..*length]);
        let length = (0..=module.len()).rev().find(has_file);
        self.source(&module[..length.unwrap_or_default()])
    }

    /// Adds the public items of a list of them: those that are there, and those that it exports.
    fn add_items(&self, items: &[Item], module: &[String], found: &mut BTreeSet<Exported>) {
        for item in items {
            match item {
                Item::Mod(item) if is_shown(&item.vis, &item.attrs) => {
                    let below = [module, &[item.ident.to_string()]].concat();
                    match &item.content {
                        None => self.add_module(&below, found),
                        Some((_, items)) => {
                            let docs = docs(&item.attrs);
                            found.insert(self.around(module).as_module(&below, docs));
                            self.add_items(items, &below, found);
                        }
                    }
                }
                Item::Use(item) if is_shown(&item.vis, &item.attrs) => {
                    let mut paths = Vec::new();
                    flatten(&item.tree, &mut Vec::new(), &mut paths);
                    for path in paths {
                        self.add_path(&path, module, found);
                    }
                }
                item if parts(item).is_some() => {
                    found.extend(self.around(module).documented(item));
                }
                _ => {}
            }
        }
    }

    /// Adds a module that has a file, and its public items.
    fn add_module(&self, module: &[String], found: &mut BTreeSet<Exported>) {
        let source = self.source(module);
        found.insert(source.as_module(module, source.docs.clone()));
        self.add_items(&source.items, module, found);
        let made = source.made.iter().filter(|made| made.of.is_none());
        found.extend(made.map(|made| source.exported(made.name.clone(), made.docs.clone())));
    }

    /// Adds what a path of a `pub use` names: a module, or an item in a file at or below the path.
    fn add_path(&self, path: &[String], module: &[String], found: &mut BTreeSet<Exported>) {
        let absolute = match path[0].as_str() {
            "crate" | "internals" => path[1..].to_vec(),
            _ => [module, path].concat(),
        };
        let (name, parent) = absolute.split_last().expect("a name");
        if self.0.iter().any(|source| source.module == absolute) {
            return self.add_module(&absolute, found);
        }
        let below = self
            .0
            .iter()
            .filter(|source| source.module.starts_with(parent));
        let mut below: Vec<_> = below.flat_map(|source| source.named(name)).collect();
        // A file has what its folder exports, unless the folder itself has it.
        below.sort_by_key(|item| item.file.matches('/').count());
        let first = below.into_iter().next();
        found.insert(first.unwrap_or_else(|| panic!("expected `{name}` in {}", parent.join("::"))));
    }

    /// Adds the public methods and constants of a type.
    fn add_members(&self, owner: &Exported, found: &mut BTreeSet<Exported>) {
        for source in &self.0 {
            // A type of the same name in another file has its own methods.
            if source.path == owner.file || source.named(&owner.name).is_empty() {
                found.extend(source.members(&owner.name));
            }
        }
    }
}

impl Source {
    fn read(file: &path::Path) -> Self {
        let text = fs::read_to_string(file).expect("a source");
        let path = from_top(file);
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self {
            module: module_of(&path),
            docs: docs(&parsed.attrs),
            made: made(&parsed.items),
            items: parsed.items,
            path,
        }
    }

    fn exported(&self, name: String, docs: Vec<String>) -> Exported {
        let file = self.path.clone();
        Exported {
            file,
            name,
            is_module: false,
            docs,
            within: Vec::new(),
            mentions: BTreeSet::new(),
        }
    }

    fn as_module(&self, path: &[String], docs: Vec<String>) -> Exported {
        Exported {
            is_module: true,
            ..self.exported(path.join("::"), docs)
        }
    }

    /// The types, traits, functions and constants with this name, private ones included.
    fn named(&self, name: &str) -> Vec<Exported> {
        let has_name = |item: &&Item| parts(item).is_some_and(|(ident, ..)| ident == name);
        let items = self.items.iter().filter(has_name);
        let items = items.filter_map(|item| self.whole(item));
        let made = self.made.iter();
        let made = made.filter(|made| made.of.is_none() && made.name == name);
        let made = made.map(|made| self.exported(made.name.clone(), made.docs.clone()));
        items.chain(made).collect()
    }

    /// An item as it is exported.
    fn whole(&self, item: &Item) -> Option<Exported> {
        let (name, _, attributes) = parts(item)?;
        Some(Exported {
            within: within(item),
            mentions: of_item(item),
            ..self.exported(name.to_string(), docs(attributes))
        })
    }

    /// The same, if it is public.
    fn documented(&self, item: &Item) -> Option<Exported> {
        let (_, visibility, attributes) = parts(item)?;
        is_shown(visibility, attributes)
            .then(|| self.whole(item))
            .flatten()
    }

    /// The public methods and constants of a type, or the items of a trait.
    fn members(&self, owner: &str) -> Vec<Exported> {
        let mut found = Vec::new();
        let mut add = |name: String, docs, mentions| {
            found.push(Exported {
                mentions,
                ..self.exported(format!("{owner}::{name}"), docs)
            });
        };
        for item in &self.items {
            match item {
                Item::Impl(item) if item.trait_.is_none() && is_named(&item.self_ty, owner) => {
                    for item in &item.items {
                        match item {
                            ImplItem::Fn(item) if is_shown(&item.vis, &item.attrs) => {
                                let name = item.sig.ident.to_string();
                                add(name, docs(&item.attrs), of_signature(&item.sig));
                            }
                            ImplItem::Const(item) if is_shown(&item.vis, &item.attrs) => {
                                let name = item.ident.to_string();
                                add(name, docs(&item.attrs), of_type(&item.ty));
                            }
                            _ => {}
                        }
                    }
                }
                Item::Trait(item) if item.ident == owner => {
                    for item in &item.items {
                        match item {
                            TraitItem::Fn(item) if !is_hidden(&item.attrs) => {
                                let name = item.sig.ident.to_string();
                                add(name, docs(&item.attrs), of_signature(&item.sig));
                            }
                            TraitItem::Type(item) if !is_hidden(&item.attrs) => {
                                let name = item.ident.to_string();
                                add(name, docs(&item.attrs), BTreeSet::new());
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        for Made { of, name, docs } in &self.made {
            if of.as_deref() == Some(owner) {
                add(name.clone(), docs.clone(), BTreeSet::new());
            }
        }
        found
    }
}

/// Name, visibility and attributes of an item that needs documentation.
fn parts(item: &Item) -> Option<(&Ident, &Visibility, &[Attribute])> {
    let (name, visibility, attributes) = match item {
        Item::Const(item) => (&item.ident, &item.vis, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.vis, &item.attrs),
        Item::Fn(item) => (&item.sig.ident, &item.vis, &item.attrs),
        Item::Static(item) => (&item.ident, &item.vis, &item.attrs),
        Item::Struct(item) => (&item.ident, &item.vis, &item.attrs),
        Item::Trait(item) => (&item.ident, &item.vis, &item.attrs),
        Item::Type(item) => (&item.ident, &item.vis, &item.attrs),
        _ => return None,
    };
    Some((name, visibility, attributes))
}

/// The public fields of a struct, or the variants of an enum, with those of their fields.
fn within(item: &Item) -> Vec<(String, Vec<String>)> {
    match item {
        Item::Struct(item) => {
            let fields = item.fields.iter();
            let public = fields.filter(|field| is_shown(&field.vis, &field.attrs));
            let named = public.filter_map(|field| Some((field.ident.as_ref()?, &field.attrs)));
            named
                .map(|(name, attributes)| (name.to_string(), docs(attributes)))
                .collect()
        }
        Item::Enum(item) => {
            let variants = item.variants.iter().map(|variant| {
                let fields = variant.fields.iter().flat_map(|field| docs(&field.attrs));
                let all = docs(&variant.attrs).into_iter().chain(fields);
                (variant.ident.to_string(), all.collect())
            });
            variants.collect()
        }
        _ => Vec::new(),
    }
}

/// The names that a type, a trait's head, a constant or a function shows, without those of hidden fields.
fn of_item(item: &Item) -> BTreeSet<String> {
    let mut names = Mentions::default();
    match item {
        Item::Const(item) => names.visit_type(&item.ty),
        Item::Static(item) => names.visit_type(&item.ty),
        Item::Type(item) => names.visit_type(&item.ty),
        Item::Fn(item) => names.visit_signature(&item.sig),
        Item::Trait(item) => {
            names.visit_generics(&item.generics);
            for bound in &item.supertraits {
                names.visit_type_param_bound(bound);
            }
        }
        Item::Struct(item) => {
            names.visit_generics(&item.generics);
            let fields = item.fields.iter();
            let public = fields.filter(|field| is_shown(&field.vis, &field.attrs));
            public.for_each(|field| names.visit_type(&field.ty));
        }
        Item::Enum(item) => {
            names.visit_generics(&item.generics);
            let shown = item
                .variants
                .iter()
                .filter(|variant| !is_hidden(&variant.attrs));
            let fields = shown.flat_map(|variant| &variant.fields);
            fields.for_each(|field| names.visit_type(&field.ty));
        }
        _ => {}
    }
    names.0
}

fn of_signature(signature: &Signature) -> BTreeSet<String> {
    let mut names = Mentions::default();
    names.visit_signature(signature);
    names.0
}

fn of_type(shown: &Type) -> BTreeSet<String> {
    let mut names = Mentions::default();
    names.visit_type(shown);
    names.0
}

/// The last names of all paths in what is visited.
#[derive(Default)]
struct Mentions(BTreeSet<String>);

impl<'ast> Visit<'ast> for Mentions {
    fn visit_path(&mut self, path: &'ast Path) {
        self.0
            .extend(path.segments.last().map(|last| last.ident.to_string()));
        visit::visit_path(self, path);
    }
}

/// The lines of the documentation.
fn docs(attributes: &[Attribute]) -> Vec<String> {
    let docs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"));
    let lines = docs.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(line) => Some(line.value()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect()
}

fn is_named(of: &Type, name: &str) -> bool {
    match of {
        Type::Path(of) => of
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == name),
        _ => false,
    }
}

fn is_shown(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !is_hidden(attributes)
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if attribute.path().is_ident("doc") => list.tokens.to_string() == "hidden",
        _ => false,
    })
}

/// The paths of a `use`.
fn flatten(tree: &UseTree, before: &mut Module, paths: &mut Vec<Module>) {
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
