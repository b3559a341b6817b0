//! How types and functions are told.

use syn::{Attribute, GenericArgument, PathArguments, PathSegment, Type, Visibility};

/// A trait's name, and what stands between angle brackets behind it.
pub(crate) fn with_argument(of_trait: &PathSegment) -> String {
    let name = &of_trait.ident;
    match argument(&of_trait.arguments) {
        Some(argument) => format!("{name}<{argument}>"),
        None => name.to_string(),
    }
}

/// The type between angle brackets.
pub(crate) fn argument(arguments: &PathArguments) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(argument) => name_of(argument),
        _ => None,
    })
}

/// A type's name without what is generic in it.
pub(crate) fn name_of(of: &Type) -> Option<String> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(reference) => name_of(&reference.elem),
        _ => None,
    }
}

pub(crate) fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    let mut configured = attributes
        .iter()
        .filter_map(|attribute| attribute.meta.require_list().ok());
    configured.any(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

/// A name in a module at the top.
pub(crate) fn within(modules: &[String], name: &str) -> String {
    let module = modules.first().map_or("", String::as_str);
    format!("{module}: {name}")
}
