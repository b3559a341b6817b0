//! The calls of core's public functions.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use syn::{
    Expr, ExprPath, Item, ItemConst,
    visit::{self, Visit},
};

use crate::{
    macros::Macros,
    names::{argument, name_of, with_argument},
    sources,
};

/// What is called, by each function that calls: its modules and its name.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) by: BTreeMap<String, BTreeSet<String>>,
    /// Those that the program itself calls, list by list.
    pub(crate) lists: Vec<Vec<String>>,
}

impl Calls {
    pub(crate) fn of(folder: &Path) -> Self {
        let mut calls = Self::default();
        for (modules, source) in sources(folder) {
            if !modules.is_empty() {
                calls.read(&modules, &source);
            }
        }
        calls
    }

    pub(crate) fn read(&mut self, modules: &[String], source: &str) {
        let file = syn::parse_file(source).expect("a call's source is Rust");
        self.items(modules, &file.items, &mut Macros::default());
    }

    fn items(&mut self, modules: &[String], items: &[Item], macros: &mut Macros) {
        let path = modules.join("::");
        for item in items {
            match item {
                Item::Mod(item) => {
                    let inside = item.content.as_ref().map(|(_, items)| items.as_slice());
                    let modules = [modules, &[item.ident.to_string()]].concat();
                    self.items(&modules, inside.unwrap_or_default(), macros);
                }
                Item::Macro(item) => {
                    if let Some(expanded) = macros.take(item) {
                        self.items(modules, &expanded.items, macros);
                    }
                }
                Item::Const(item) => self.list(&path, item),
                item => {
                    let by = match item {
                        Item::Fn(function) => format!("{path}::{}", function.sig.ident),
                        _ => path.clone(),
                    };
                    let mut paths = Paths {
                        module: modules.first().map_or("", String::as_str),
                        called: BTreeSet::new(),
                    };
                    paths.visit_item(item);
                    self.by.entry(by).or_default().extend(paths.called);
                }
            }
        }
    }

    /// `const CALLS: &[Call] = &[one, inside::another];`
    fn list(&mut self, path: &str, item: &ItemConst) {
        let Expr::Reference(reference) = &*item.expr else {
            return;
        };
        let Expr::Array(array) = &*reference.expr else {
            return;
        };
        let paths = array.elems.iter().filter_map(|element| match element {
            Expr::Path(element) => {
                let names = element.path.segments.iter();
                let names: Vec<_> = names.map(|name| name.ident.to_string()).collect();
                Some(format!("{path}::{}", names.join("::")))
            }
            _ => None,
        });
        self.lists.push(paths.collect());
    }
}

struct Paths<'c> {
    module: &'c str,
    called: BTreeSet<String>,
}

impl Visit<'_> for Paths<'_> {
    fn visit_expr_path(&mut self, path: &ExprPath) {
        let mut names = path.path.segments.iter().rev();
        let last = names.next().expect("a path has a name");
        let before = names.next();
        let of = path.qself.as_ref().and_then(|qself| name_of(&qself.ty));
        let name = match (of, before, last.ident.to_string().as_str()) {
            (Some(of), Some(of_trait), last) => {
                format!("{of} as {}::{last}", with_argument(of_trait))
            }
            (None, Some(before), last) => format!("{}::{last}", before.ident),
            (_, None, shown @ ("debug" | "display")) => {
                let of = argument(&last.arguments).expect("it names its type");
                let shown = shown.replace("de", "De").replace("di", "Di");
                format!("{of}: {shown}")
            }
            _ => return visit::visit_expr_path(self, path),
        };
        self.called.insert(format!("{}: {name}", self.module));
        visit::visit_expr_path(self, path);
    }
}
