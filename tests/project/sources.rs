//! The files of the repository that tests read, and which paths and names a Rust source uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use syn::visit::{self, Visit};
use syn::{Ident, ItemMod, ItemUse, Macro, UseTree};

use crate::support::repository;

/// All files below a folder that have this extension, in order.
pub(crate) fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).expect("a folder of the repository");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            found.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A path within a macro call, as tokens are printed.
static PATH_IN_TOKENS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b(?:crate|self|super)(?: :: \w+)+").expect("a pattern"));

pub(crate) type Module = Vec<String>;

/// A file of `src/`, and what it names.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// The module that the walk is in; after it, the file's.
    pub(crate) module: Module,
    /// Absolute paths within the crate; and those that only unit tests use.
    pub(crate) paths: BTreeSet<Module>,
    pub(crate) test_paths: BTreeSet<Module>,
    pub(crate) idents: BTreeSet<String>,
}

impl File {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a source");
        let path = path.strip_prefix(repository().join("src")).expect("below");
        let path = path.to_string_lossy().into_owned();
        let parts = path.trim_end_matches(".rs").split('/');
        let parts = parts.filter(|part| !["mod", "lib", "main"].contains(part));
        let module = parts.map(str::to_owned).collect();
        let mut file = Self {
            path,
            module,
            ..Self::default()
        };
        file.visit_file(&syn::parse_file(&text).expect("Rust"));
        Self { text, ..file }
    }

    /// Keeps a path that begins with `crate`, `self` or `super`.
    fn add(&mut self, path: &[String]) {
        let mut absolute = self.module.clone();
        for part in path {
            match part.as_str() {
                "crate" => absolute.clear(),
                "super" => drop(absolute.pop()),
                "self" => {}
                name => absolute.push(name.to_owned()),
            }
        }
        let is_rooted = matches!(path[0].as_str(), "crate" | "self" | "super");
        if is_rooted && !absolute.is_empty() {
            let in_tests = self.module.iter().any(|part| part == "tests");
            let kept = if in_tests {
                &mut self.test_paths
            } else {
                &mut self.paths
            };
            kept.insert(absolute);
        }
    }

    fn add_tree(&mut self, tree: &UseTree, mut path: Module) {
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.add_tree(&part.tree, path);
            }
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.add_tree(tree, path.clone()));
            }
            UseTree::Name(name) => path.push(name.ident.to_string()),
            UseTree::Rename(name) => path.push(name.ident.to_string()),
            UseTree::Glob(_) => {}
        }
        self.add(&path);
    }

    pub(crate) fn layer(&self) -> Option<&String> {
        self.module.first()
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_tree(&item.tree, Vec::new());
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        self.add(&parts.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        let tokens = call.tokens.to_string();
        for path in PATH_IN_TOKENS.find_iter(&tokens) {
            let parts = path.as_str().split(" :: ").map(str::to_owned);
            self.add(&parts.collect::<Vec<_>>());
        }
        self.idents.extend(tokens.split(' ').map(str::to_owned));
        visit::visit_macro(self, call);
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        self.idents.insert(ident.to_string());
    }
}
