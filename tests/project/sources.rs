//! The files of the repository that tests read, and which paths and names a Rust source uses.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;
use syn::visit::{self, Visit};
use syn::{Ident, ItemMod, ItemUse, Macro, UseTree};

use crate::support::{repository, source_folders};

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

/// All Rust sources of the crates.
pub(crate) fn sources() -> Vec<PathBuf> {
    let folders = source_folders();
    let files = folders.iter().map(|folder| files_below(folder, "rs"));
    files.flatten().collect()
}

/// The path of a file from the top of the repository.
pub(crate) fn from_top(path: &Path) -> String {
    let path = path.strip_prefix(repository()).expect("below");
    path.to_string_lossy().into_owned()
}

/// What `crate` names in a file: the conformance suite is one module of the list of layers, and the modules of
/// the other crates are in the list themselves.
pub(crate) fn root_of(path: &str) -> Module {
    match path.starts_with("crates/conform/") {
        true => vec!["conform".to_owned()],
        false => Module::new(),
    }
}

/// A path within a macro call, as tokens are printed.
static PATH_IN_TOKENS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:crate|self|super|wireserve_core)(?: :: \w+)+").expect("a pattern")
});

pub(crate) type Module = Vec<String>;

/// A source of one of the crates, and what it names.
#[derive(Default)]
pub(crate) struct File {
    /// From the top of the repository.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The module that the walk is in; after it, the file's.
    pub(crate) module: Module,
    /// What `crate` names.
    root: Module,
    /// Absolute paths within the crates; and those that only unit tests use.
    pub(crate) paths: BTreeSet<Module>,
    pub(crate) test_paths: BTreeSet<Module>,
    pub(crate) idents: BTreeSet<String>,
}

/// The module of a source.
pub(crate) fn module_of(path: &str) -> Module {
    let (_, within) = path.split_once("src/").expect("below a folder of sources");
    let parts = within.trim_end_matches(".rs").split('/');
    let parts = parts.filter(|part| !["mod", "lib", "main"].contains(part));
    root_of(path)
        .into_iter()
        .chain(parts.map(str::to_owned))
        .collect()
}

impl File {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a source");
        let path = from_top(path);
        let mut file = Self {
            module: module_of(&path),
            root: root_of(&path),
            path,
            ..Self::default()
        };
        file.visit_file(&syn::parse_file(&text).expect("Rust"));
        Self { text, ..file }
    }

    /// Keeps a path that begins with `crate`, `self`, `super` or another one of the crates.
    fn add(&mut self, path: &[String]) {
        let mut absolute = self.module.clone();
        for part in path {
            match part.as_str() {
                "crate" => absolute.clone_from(&self.root),
                "wireserve_core" => absolute.clear(),
                "super" => drop(absolute.pop()),
                "self" => {}
                name => absolute.push(name.to_owned()),
            }
        }
        let is_rooted = matches!(
            path[0].as_str(),
            "crate" | "self" | "super" | "wireserve_core"
        );
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
