//! The macros that make a type of core, or the calls of one: its name is their first parameter.

use std::collections::BTreeMap;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::{File, ItemMacro};

/// The macros of a file that came by.
#[derive(Default)]
pub(crate) struct Macros(BTreeMap<String, Rule>);

struct Rule {
    parameter: String,
    body: TokenStream,
}

impl Macros {
    /// Keeps a definition; gives what a call becomes, where the macro is one that was kept.
    pub(crate) fn take(&mut self, item: &ItemMacro) -> Option<File> {
        let tokens = item.mac.tokens.clone();
        if let Some(name) = &item.ident {
            let rule = Rule::read(tokens)?;
            self.0.insert(name.to_string(), rule);
            return None;
        }
        let rule = self.0.get(&item.mac.path.get_ident()?.to_string())?;
        let TokenTree::Ident(argument) = tokens.into_iter().next()? else {
            return None;
        };
        let expanded = replaced(rule.body.clone(), &rule.parameter, &argument);
        let parsed = syn::parse2(expanded);
        // What repeats something is not understood, and makes nothing that is public.
        let is_public = rule.body.to_string().contains("pub ");
        assert!(
            parsed.is_ok() || !is_public,
            "a macro is not understood: {}",
            rule.body
        );
        parsed.ok()
    }
}

impl Rule {
    /// `($name:kind…) => { body }`
    fn read(definition: TokenStream) -> Option<Self> {
        let mut groups = definition.into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        let (pattern, body) = (groups.next()?, groups.next()?);
        let parameter = pattern.into_iter().nth(1)?.to_string();
        Some(Self { parameter, body })
    }
}

/// The body with the argument in the place of its first parameter. Of the others the names stay.
fn replaced(body: TokenStream, parameter: &str, argument: &Ident) -> TokenStream {
    let mut tokens = body.into_iter();
    let mut replacement = TokenStream::new();
    while let Some(token) = tokens.next() {
        replacement.extend(match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(name)) if name == parameter => {
                    Some(TokenTree::Ident(argument.clone()))
                }
                other => other,
            },
            TokenTree::Group(group) => {
                let inside = replaced(group.stream(), parameter, argument);
                Some(TokenTree::Group(Group::new(group.delimiter(), inside)))
            }
            token => Some(token),
        });
    }
    replacement
}
