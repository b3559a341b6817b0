//! That the program calls every public function of core: who adds one has to add its call.
//!
//! Core's source is read as syntax, and so are the calls, which stand in a module of the same name. In
//! both a function is told by its type and its name, or by its module's where it has no type. Of what
//! the compiler derives `Debug` alone is looked at.

mod macros;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ExprPath, GenericArgument, Ident, ImplItem, Item, ItemImpl, ItemTrait,
    PathArguments, PathSegment, TraitItem, Type, Visibility,
    visit::{self, Visit},
};

use self::macros::Macros;

const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../core/src");
const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/calls");

#[test]
fn every_public_function_of_core_is_called() {
    let public = Public::of(Path::new(CORE));
    let called = Called::of(Path::new(CALLS));
    assert!(
        public.len() > 200,
        "core's source is not understood: {}",
        public.len()
    );
    let missing = missing(&public, &called);
    assert!(missing.is_empty(), "not called in {CALLS}: {missing:#?}");
}

#[test]
fn a_function_that_nobody_calls_is_told() {
    let mut public = Public::default();
    public.read(
        &["outbox".to_owned(), "queue".to_owned()],
        "pub fn free() {}
         fn own() {}
         pub struct Type;
         #[derive(Clone, Debug)]
         pub enum Other { A }
         struct Hidden;
         impl<'a> Type { pub const fn method() {} fn own() {} pub(crate) fn ours() {} }
         impl Hidden { pub fn method() {} }
         impl core::fmt::Display for Type { fn fmt() {} }
         impl Clone for Type { fn clone() {} }
         impl Drop for Type { fn drop() {} }
         pub trait Signer { fn sign(); fn len() { 0 } }
         macro_rules! signer { ($name:ident, $len:literal) => {
             pub struct $name([u8; $len]);
             impl $name { pub fn new() {} }
         } }
         signer!(Made, 1);
         #[cfg(test)] mod tests { pub fn test() {} }",
    );
    let public = public.finish();
    let told = missing(&public, &Called::default());
    let expected = [
        "outbox: outbox::free",
        "outbox: Other: Debug",
        "outbox: Type::method",
        "outbox: Type: Display",
        "outbox: Type as Clone::clone",
        "outbox: Signer::len",
        "outbox: Made::new",
    ];
    assert_eq!(told, expected);

    let mut called = Called::default();
    called.read(
        "outbox",
        "fn f() {
             queue::free();
             debug::<Other>(); display::<Type<'_>>();
             Type::<3>::method(); <Type<'_> as Clone>::clone();
             Signer::len();
         }
         macro_rules! calls { ($name:ident) => { fn g() { $name::new() } } }
         calls!(Made);",
    );
    assert_eq!(missing(&public, &called), [""; 0]);
    let mut elsewhere = Called::default();
    elsewhere.read("session", "fn f() { Type::method(); }");
    assert_eq!(missing(&public, &elsewhere), expected);
}

/// Those that nobody calls.
fn missing<'f>(public: &'f [Function], called: &Called) -> Vec<&'f str> {
    let is_called =
        |function: &&Function| function.names.iter().any(|name| called.0.contains(name));
    let missing = public.iter().filter(|function| !is_called(function));
    missing.map(|function| function.names[0].as_str()).collect()
}

/// The files of a folder, each with the names of the modules that it is in.
fn sources(folder: &Path) -> Vec<(Vec<String>, String)> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }

    let mut found = Vec::new();
    files(folder, &mut found);
    found.sort();
    let module = |path: &PathBuf| {
        let inside = path.strip_prefix(folder).unwrap().with_extension("");
        let names = inside.iter().map(|name| name.to_str().unwrap().to_owned());
        let names = names
            .filter(|name| name != "mod" && name != "lib")
            .collect();
        (names, fs::read_to_string(path).unwrap())
    };
    found.iter().map(module).collect()
}

/// The public functions that are there.
#[derive(Default)]
struct Public {
    types: BTreeSet<String>,
    /// Types that are not public.
    hidden: BTreeSet<String>,
    functions: Vec<Function>,
}

struct Function {
    /// None of a function that has no type.
    of: Option<String>,
    /// Each as it can be called.
    names: Vec<String>,
}

impl Public {
    fn of(folder: &Path) -> Vec<Function> {
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

    fn read(&mut self, modules: &[String], source: &str) {
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
    fn finish(self) -> Vec<Function> {
        let Self {
            types, functions, ..
        } = self;
        let is_public =
            |function: &Function| function.of.as_ref().is_none_or(|of| types.contains(of));
        functions.into_iter().filter(is_public).collect()
    }
}

/// What is called.
#[derive(Default)]
struct Called(BTreeSet<String>);

impl Called {
    fn of(folder: &Path) -> Self {
        let mut called = Self::default();
        for (modules, source) in sources(folder) {
            if let Some(module) = modules.first() {
                called.read(module, &source);
            }
        }
        called
    }

    fn read(&mut self, module: &str, source: &str) {
        let file = syn::parse_file(source).unwrap();
        self.items(module, &file.items, &mut Macros::default());
    }

    fn items(&mut self, module: &str, items: &[Item], macros: &mut Macros) {
        for item in items {
            match item {
                Item::Mod(item) => {
                    let inside = item.content.as_ref().map(|(_, items)| items.as_slice());
                    self.items(module, inside.unwrap_or_default(), macros);
                }
                Item::Macro(item) => {
                    if let Some(expanded) = macros.take(item) {
                        self.items(module, &expanded.items, macros);
                    }
                }
                item => Paths {
                    module,
                    called: &mut self.0,
                }
                .visit_item(item),
            }
        }
    }
}

struct Paths<'c> {
    module: &'c str,
    called: &'c mut BTreeSet<String>,
}

impl Visit<'_> for Paths<'_> {
    fn visit_expr_path(&mut self, path: &ExprPath) {
        let mut names = path.path.segments.iter().rev();
        let last = names.next().unwrap();
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

/// A trait's name, and what stands between angle brackets behind it.
fn with_argument(of_trait: &PathSegment) -> String {
    let name = &of_trait.ident;
    match argument(&of_trait.arguments) {
        Some(argument) => format!("{name}<{argument}>"),
        None => name.to_string(),
    }
}

/// The type between angle brackets.
fn argument(arguments: &PathArguments) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(argument) => name_of(argument),
        _ => None,
    })
}

/// A type's name without what is generic in it.
fn name_of(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(reference) => name_of(&reference.elem),
        _ => None,
    }
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let mut configured = attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_list().ok());
    configured.any(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

/// A name in a module at the top.
fn within(modules: &[String], name: &str) -> String {
    let module = modules.first().map_or("", String::as_str);
    format!("{module}: {name}")
}
