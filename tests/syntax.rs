//! The front end as a whole: the trees of the contest's own tool, and what holds of
//! every program and of every text that is none.

use std::fs;
use std::path::Path;

use galo::syntax::ast::{Ast, BinaryOp, Name, Node, NodeId};
use galo::syntax::format::{format_ast, format_source, snippet};
use galo::syntax::json;
use galo::syntax::lexer::{Lexer, TokenKind};
use galo::syntax::parser::parse;
use proptest::prelude::*;

/// Each source in `tests/syntax` has the JSON that the contest's tool writes for it.
#[test]
fn trees_are_those_of_the_contests_tool() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax");
    let mut compared = 0;
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "rinha") {
            continue;
        }
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let source = fs::read_to_string(&path).expect("readable");
        let expected = fs::read_to_string(path.with_extension("json")).expect("its tree");
        let ast = parse(name, &source).unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
        let mut written = Vec::new();
        json::write(&ast, &mut written).expect("memory takes it");
        let written = String::from_utf8(written).expect("JSON is text");
        assert_eq!(written.trim_end(), expected.trim_end(), "{name}");
        compared += 1;
    }
    assert!(compared >= 20, "{compared} trees compared");
}

/// The tree without places; in post-order, the nodes in sequence say it all.
fn shape(ast: &Ast) -> Vec<String> {
    let text = |name: &Name| ast.text(name.text).to_owned();
    (0..ast.len())
        .map(|index| match ast.node(NodeId::new(index)) {
            Node::Var(name) => format!("var {}", ast.text(name)),
            Node::Str(value) => format!("str {}", ast.text(value)),
            Node::Let { name, value, next } => format!("let {} {value:?} {next:?}", text(&name)),
            Node::Function { parameters, body } => {
                let names: Vec<_> = ast.names(parameters).iter().map(text).collect();
                format!("fn {names:?} {body:?}")
            }
            Node::Call { callee, arguments } => format!("{callee:?} {:?}", ast.list(arguments)),
            node => format!("{node:?}"),
        })
        .collect()
}

fn comments(source: &str) -> Vec<&str> {
    let mut lexer = Lexer::new(source);
    let mut comments = Vec::new();
    loop {
        let token = lexer.next_token();
        match token.kind {
            TokenKind::Eof => return comments,
            TokenKind::LineComment | TokenKind::BlockComment => {
                comments.push(source[token.range()].trim_end());
            }
            _ => {}
        }
    }
}

/// What formatting must keep: tree, comments, and its own result.
fn check_formatting(source: &str) -> Result<(), TestCaseError> {
    let ast = parse("t", source)
        .map_err(|errors| TestCaseError::fail(format!("{source:?} does not parse: {errors:?}")))?;
    let once = format_source("t", source).expect("it parses");
    let again = parse("t", &once).map_err(|errors| {
        TestCaseError::fail(format!("formatted as {once:?}, which does not parse: {errors:?}"))
    })?;
    prop_assert_eq!(shape(&ast), shape(&again), "{}", once);
    prop_assert_eq!(comments(source), comments(&once), "{}", once);
    prop_assert_eq!(format_source("t", &once).expect("it parses"), once);
    prop_assert!(snippet(&ast, ast.root(), 30).chars().count() <= 30);
    Ok(())
}

/// The tokens of a program, which white space and comments may separate.
fn term() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[0-9]{1,5}",
        "[a-e][/0-9_]{0,3}".prop_map(|name| name + " "),
        Just("_ ".to_owned()),
        Just("true ".to_owned()),
        "\"([a-z \n(){};=/*é]|\\\\\\\\|\\\\\"){0,6}\"",
    ];
    leaf.prop_recursive(6, 60, 4, |inner| {
        let operand =
            (inner.clone(), gap()).prop_map(|(term, gap)| format!("({gap}{term})")).boxed();
        let op = (0..BinaryOp::ALL.len()).prop_map(|index| BinaryOp::ALL[index].symbol());
        let name = prop_oneof![Just("_"), Just("a"), Just("f/g")].boxed();
        let list = prop::collection::vec((gap(), inner.clone()), 0..4).boxed();
        // Boxed, or generating the parts would take a large frame a level.
        prop_oneof![
            (operand.clone(), gap(), op, gap(), operand.clone())
                .prop_map(|(lhs, a, op, b, rhs)| format!("{lhs}{a}{op}{b}{rhs}"))
                .boxed(),
            (name.clone(), gap(), inner.clone(), gap(), gap(), inner.clone())
                .prop_map(|(name, a, value, b, c, next)| {
                    format!("let {a}{name} ={value}{b};{c}{next}")
                })
                .boxed(),
            (inner.clone(), gap(), inner.clone(), gap(), gap(), inner.clone())
                .prop_map(|(c, a, then, b, d, otherwise)| {
                    format!("if({c}{a}){{{then}{b}}}{d}else{{{otherwise}}}")
                })
                .boxed(),
            (prop::collection::vec((name, gap()), 0..3), gap(), inner.clone())
                .prop_map(|(names, gap, body)| {
                    let names: String =
                        names.iter().map(|(name, gap)| format!("{name} {gap},")).collect();
                    format!("fn({names}){gap}=>{body}")
                })
                .boxed(),
            (operand, list, gap())
                .prop_map(|(callee, list, end)| {
                    let list: String =
                        list.iter().map(|(gap, term)| format!("{gap}{term},")).collect();
                    format!("{callee}({list}{end})")
                })
                .boxed(),
            (inner.clone(), gap(), inner.clone(), gap())
                .prop_map(|(a, gap, b, end)| format!("({a},{gap}{b}{end})"))
                .boxed(),
            (inner.clone(), gap(), gap())
                .prop_map(|(term, a, b)| format!("{{{a}{term}{b}}}"))
                .boxed(),
            (prop_oneof![Just("print"), Just("first"), Just("second")], gap(), inner)
                .prop_map(|(word, gap, term)| format!("{word}({gap}{term})"))
                .boxed(),
        ]
    })
}

fn gap() -> BoxedStrategy<&'static str> {
    prop_oneof![
        6 => Just(""),
        2 => Just(" "),
        2 => Just("\n"),
        1 => Just("\n\n\n"),
        1 => Just(" // trailing \n"),
        1 => Just("\n // own\n"),
        1 => Just(" /* inline */"),
        1 => Just("\n\n/* of\n two lines */\n"),
        1 => Just("\r\n//\r\u{a0}"),
    ]
    .boxed()
}

/// Bits of source, in no good order.
fn soup() -> impl Strategy<Value = String> {
    let bit = prop::sample::select(vec![
        "let",
        "if",
        "else",
        "fn",
        "print",
        "first",
        "true",
        "external",
        "a",
        "_",
        "1",
        "9999999999",
        "\"s\"",
        "\"",
        "\\",
        "(",
        ")",
        "{",
        "}",
        ",",
        ";",
        ".",
        "=",
        "=>",
        "+",
        "-",
        "*",
        "/",
        "==",
        "!=",
        "<=",
        "&&",
        "&",
        "@",
        "//",
        "/*",
        "*/",
        "\n",
        " ",
        "é",
        "\0",
        "\u{feff}",
        "n/",
    ]);
    prop::collection::vec((bit, prop_oneof![Just(""), Just(" ")]), 0..60)
        .prop_map(|bits| bits.into_iter().flat_map(|(bit, space)| [bit, space]).collect())
}

/// Whatever a text is, the answer is a tree or errors with places in it.
fn check_answer(source: &str) -> Result<(), TestCaseError> {
    let Err(errors) = parse("t", source) else { return check_formatting(source) };
    prop_assert!(!errors.is_empty());
    for error in errors {
        let labels = error.secondary.iter().chain([&error.primary]);
        for span in labels.map(|label| label.span) {
            let range = span.start as usize..span.end as usize;
            prop_assert!(source.get(range).is_some(), "{:?}", error);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn programs_survive_formatting(source in term()) {
        check_formatting(&source)?;
    }

    #[test]
    fn trees_survive_printing(source in term()) {
        let ast = parse("t", &source).expect("generated programs parse");
        let printed = format_ast(&ast).expect("it came from source");
        let again = parse("t", &printed).expect("printed trees parse");
        prop_assert_eq!(shape(&ast), shape(&again));
    }

    #[test]
    fn arbitrary_tokens_get_an_answer(source in soup()) {
        check_answer(&source)?;
    }

    #[test]
    fn arbitrary_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_answer(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn damaged_programs_get_an_answer(source in term(), at in any::<prop::sample::Index>(), with in soup()) {
        let mut at = at.index(source.len() + 1);
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        check_answer(&format!("{}{with}{}", &source[..at], &source[at..]))?;
    }
}
