//! The public functions of core.

use std::{collections::BTreeSet, path::Path};

use syn::{Attribute, Ident, ImplItem, Item, ItemImpl, ItemTrait, TraitItem, Visibility};

use crate::{
    macros::Macros,
    names::{argument, is_for_tests, is_public, name_of, with_argument, within},
    sources,
};

/// The public functions that are there.
#[derive(Debug, Default)]
pub(crate) struct Public {
    types: BTreeSet<String>,
    /// Types that are not public.
    hidden: BTreeSet<String>,
    functions: Vec<Function>,
}

/// A public function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// None of a function that has no type.
    of: Option<String>,
    /// Each as it can be called.
    pub(crate) names: Vec<String>,
}

impl Function {
    /// The module at the top that has it.
    pub fn module(&self) -> &str {
        self.first().0
    }

    /// As one would write it: `outbox::Outbox::push`, `<json::Fault as Debug>::fmt`.
    pub fn path(&self) -> String {
        let (module, name) = self.first();
        if let Some((of, shown)) = name.split_once(": ") {
            return format!("<{module}::{of} as {shown}>::fmt");
        }
        match name.split_once(" as ") {
            Some((of, method)) => {
                let (of_trait, name) = method.rsplit_once("::").unwrap_or((method, ""));
                format!("<{module}::{of} as {of_trait}>::{name}")
            }
            None if name.split("::").next() == Some(module) => name.to_owned(),
            None => format!("{module}::{name}"),
        }
    }

    /// As [`path`](Self::path), with the innermost module: where another has the same.
    pub fn long_path(&self) -> String {
        let last = self.names.last().and_then(|name| name.split_once(": "));
        match (&self.of, last) {
            (None, Some((module, name))) => format!("{module}::{name}"),
            _ => self.path(),
        }
    }

    fn first(&self) -> (&str, &str) {
        let first = self.names.first().map_or("", String::as_str);
        first.split_once(": ").unwrap_or(("", first))
    }
}

impl Public {
    pub(crate) fn of(folder: &Path) -> Vec<Function> {
        let sources = sources(folder);
        let read = |mut public: Self| {
            for (modules, source) in &sources {
                public.read(modules, source);
            }
            public
        };
        // Twice, for what is hidden may stand behind what takes it.
        let public = read(Self {
            hidden: read(Self::default()).hidden,
            ..Self::default()
        });
        public.finish()
    }

    pub(crate) fn read(&mut self, modules: &[String], source: &str) {
        let file = syn::parse_file(source).unwrap();
        let mut macros = Macros::default();
        self.items(modules, &file.items, &mut macros);
    }

    fn items(&mut self, modules: &[String], items: &[Item], macros: &mut Macros) {
        for item in items {
            match item {
                Item::Struct(item) => self.type_(modules, &item.vis, &item.ident, &item.attrs),
                Item::Enum(item) => self.type_(modules, &item.vis, &item.ident, &item.attrs),
                Item::Fn(item) if is_public(&item.vis) => {
                    let name = &item.sig.ident;
                    let names = modules.iter().map(|module| format!("{module}::{name}"));
                    let names = names.map(|name| within(modules, &name)).collect();
                    self.functions.push(Function { of: None, names });
                }
                Item::Impl(item) => self.implementation(modules, item),
                Item::Trait(item) if is_public(&item.vis) => self.provided(modules, item),
                Item::Mod(item) if !is_for_tests(&item.attrs) => {
                    let inside = item.content.as_ref().map(|(_, items)| items.as_slice());
                    self.items(modules, inside.unwrap_or_default(), macros);
                }
                Item::Macro(item) => {
                    if let Some(expanded) = macros.take(item) {
                        self.items(modules, &expanded.items, macros);
                    }
                }
                _ => {}
            }
        }
    }

    fn type_(&mut self, modules: &[String], vis: &Visibility, ident: &Ident, attrs: &[Attribute]) {
        if !is_public(vis) {
            self.hidden.insert(within(modules, &ident.to_string()));
            return;
        }
        self.types.insert(within(modules, &ident.to_string()));
        let derives = attrs.iter().filter(|attr| attr.path().is_ident("derive"));
        for derive in derives {
            let derived = derive.meta.require_list().unwrap().tokens.to_string();
            if derived.split(", ").any(|name| name == "Debug") {
                self.push(modules, &ident.to_string(), format!("{ident}: Debug"));
            }
        }
    }

    fn push(&mut self, modules: &[String], of: &str, name: String) {
        self.functions.push(Function {
            of: Some(within(modules, of)),
            names: vec![within(modules, &name)],
        });
    }

    fn implementation(&mut self, modules: &[String], item: &ItemImpl) {
        let Some(of) = name_of(&item.self_ty) else {
            return;
        };
        let of_trait = item.trait_.as_ref().map(|(path, _)| path);
        let of_trait = of_trait.and_then(|path| path.segments.last());
        let with = of_trait.and_then(|of_trait| argument(&of_trait.arguments));
        let with = with.map(|name| within(modules, &name));
        let of_trait = of_trait.map(with_argument);
        match of_trait.as_deref() {
            // Dropping is what becomes of each value, and of `defmt` nothing is linked here.
            Some("Drop" | "Format") => return,
            Some(shown @ ("Debug" | "Display")) => {
                return self.push(modules, &of, format!("{of}: {shown}"));
            }
            _ => {}
        }
        for function in &item.items {
            let ImplItem::Fn(function) = function else {
                continue;
            };
            let name = &function.sig.ident;
            match &of_trait {
                Some(_) if with.as_ref().is_some_and(|with| self.hidden.contains(with)) => {}
                Some(of_trait) => self.push(modules, &of, format!("{of} as {of_trait}::{name}")),
                None if is_public(&function.vis) => {
                    self.push(modules, &of, format!("{of}::{name}"));
                }
                None => {}
            }
        }
    }

    /// What a trait itself does.
    fn provided(&mut self, modules: &[String], item: &ItemTrait) {
        let functions = item.items.iter().filter_map(|item| match item {
            TraitItem::Fn(function) if function.default.is_some() => Some(&function.sig.ident),
            _ => None,
        });
        for name in functions {
            let names = vec![within(modules, &format!("{}::{name}", item.ident))];
            self.functions.push(Function { of: None, names });
        }
    }

    /// Those whose type is public.
    pub(crate) fn finish(self) -> Vec<Function> {
        let Self {
            types, functions, ..
        } = self;
        let is_public =
            |function: &Function| function.of.as_ref().is_none_or(|of| types.contains(of));
        functions.into_iter().filter(is_public).collect()
    }
}
