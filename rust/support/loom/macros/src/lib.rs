// SPDX-License-Identifier: GPL-2.0

//! What the kernel's prelude has as an attribute.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// A struct with `#[pin]` on some fields, without these: nothing moves here that
/// should not.
#[proc_macro_attribute]
pub fn pin_data(_: TokenStream, item: TokenStream) -> TokenStream {
    unpinned(item)
}

/// The tokens without each `#[pin]`.
fn unpinned(tokens: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let is_pin = group.delimiter() == Delimiter::Bracket
                    && group.stream().to_string() == "pin"
                    && matches!(kept.last(), Some(TokenTree::Punct(hash)) if hash.as_char() == '#');
                if is_pin {
                    kept.pop();
                    continue;
                }
                let inner = Group::new(group.delimiter(), unpinned(group.stream()));
                kept.push(TokenTree::Group(inner));
            }
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}
