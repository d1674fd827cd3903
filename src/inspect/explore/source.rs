//! The source that the page shows, and where in it the nodes of the tree are.
//!
//! A program that comes as a JSON tree has no source. Then its usual layout is shown: the places
//! are those of the tree that this text is read as, whose nodes are the same in the same order.

use std::mem::discriminant;

use crate::syntax::ast::{Ast, NodeId, Span};
use crate::syntax::{format, parser};

/// The text that a program's page shows, if there is one.
#[derive(Debug)]
pub struct Shown<'a> {
    text: std::borrow::Cow<'a, str>,
    /// The tree whose places lie in the text; none if it is the program's own.
    layout: Option<Ast>,
    is_there: bool,
}

impl<'a> Shown<'a> {
    /// A program's own source.
    pub fn source(text: &'a str) -> Shown<'a> {
        Shown { text: text.into(), layout: None, is_there: true }
    }

    /// The layout of a tree that has no source.
    pub fn layout(ast: &Ast) -> Shown<'static> {
        let laid_out = format::format_ast(ast).ok().and_then(|text| {
            let read = parser::parse(ast.name(), &text).ok()?;
            is_same(ast, &read).then_some((text, read))
        });
        match laid_out {
            Some((text, read)) => Shown { text: text.into(), layout: Some(read), is_there: true },
            None => Shown { text: "".into(), layout: None, is_there: false },
        }
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text was made from the tree.
    pub(super) fn is_layout(&self) -> bool {
        self.layout.is_some()
    }

    /// Where nodes are in the text, in the units that browsers count in: those of UTF-16.
    pub(super) fn spans(&self, ast: &Ast, nodes: impl Iterator<Item = NodeId>) -> Vec<[u32; 2]> {
        let ast = self.layout.as_ref().unwrap_or(ast);
        let units = Units::new(&self.text);
        let span = |node| {
            let Span { start, end, .. } = ast.span(node);
            let (start, end) = (units.before(start as usize), units.before(end as usize));
            [start, end.max(start)]
        };
        nodes.map(|node| if self.is_there { span(node) } else { [0, 0] }).collect()
    }
}

/// Whether two trees have the same nodes in the same order.
fn is_same(left: &Ast, right: &Ast) -> bool {
    let kinds = |ast: &'_ Ast, id: usize| discriminant(&ast.node(NodeId::new(id)));
    left.len() == right.len() && (0..left.len()).all(|id| kinds(left, id) == kinds(right, id))
}

/// The distance of the offsets before which units have been counted.
const STEP: usize = 256;

/// Counts the units of UTF-16 in a text.
struct Units<'a> {
    text: &'a str,
    /// How many there are before each multiple of [`STEP`].
    counted: Vec<u32>,
}

impl<'a> Units<'a> {
    fn new(text: &'a str) -> Units<'a> {
        let mut count = 0;
        let counted = text.as_bytes().chunks(STEP).map(|chunk| {
            let before = count;
            count += units(chunk);
            before
        });
        let counted = counted.collect();
        Units { text, counted }
    }

    /// How many there are before a byte; what lies outside is moved into the text.
    fn before(&self, offset: usize) -> u32 {
        let offset = self.text.floor_char_boundary(offset);
        let step = (offset / STEP).min(self.counted.len().saturating_sub(1));
        let counted = self.counted.get(step).copied().unwrap_or(0);
        counted + units(&self.text.as_bytes()[step * STEP..offset])
    }
}

/// How many units of UTF-16 begin in a piece of UTF-8: one where a character does, and a second
/// one where it is one of those that take four bytes.
fn units(bytes: &[u8]) -> u32 {
    bytes.iter().map(|&byte| u32::from(byte & 0xC0 != 0x80) + u32::from(byte >= 0xF0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::input;

    #[test]
    fn units_are_those_of_utf_16() {
        for text in ["", "abc", "é中😀x", &"😀é".repeat(200), &"a".repeat(512)] {
            let units = Units::new(text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let expected = text[..offset].encode_utf16().count();
                assert_eq!(units.before(offset) as usize, expected, "{offset} of {text}");
            }
            assert_eq!(units.before(usize::MAX) as usize, text.encode_utf16().count());
        }
    }

    #[test]
    fn a_tree_without_a_source_gets_one() {
        let json = br#"{"name":"a","expression":{"kind":"Binary","op":"Add",
            "lhs":{"kind":"Int","value":1,"location":{"start":900,"end":901,"filename":"a"}},
            "rhs":{"kind":"Str","value":"x","location":{"start":0,"end":0,"filename":"a"}},
            "location":{"start":0,"end":0,"filename":"a"}}}"#;
        let ast = input::read("a", json).expect("a tree");
        let shown = Shown::layout(&ast);
        assert!(shown.is_layout());
        let texts = shown.spans(&ast, (0..ast.len()).map(NodeId::new));
        let texts = texts.iter().map(|&[start, end]| &shown.text()[start as usize..end as usize]);
        assert_eq!(texts.collect::<Vec<_>>(), ["1", "\"x\"", "1 + \"x\""]);
    }

    #[test]
    fn what_no_source_can_express_has_none() {
        let json = br#"{"name":"a","expression":{"kind":"Int","value":-1}}"#;
        let ast = input::read("a", json).expect("a tree");
        let shown = Shown::layout(&ast);
        assert_eq!((shown.text(), shown.spans(&ast, [ast.root()].into_iter())), ("", vec![[0, 0]]));
    }
}
