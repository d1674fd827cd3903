//! The JSON reader and writer, from outside: the official form to the byte, keys in
//! any order, errors with their place and path, depth, and arbitrary input.

use galo::syntax::ast::{Ast, Node, NodeId, Span};
use galo::syntax::diagnostic::Diagnostic;
use galo::syntax::json;
use proptest::prelude::*;
use serde_json::{Map, Value};

/// What the official tool prints for a program with every kind of node.
const EVERY_KIND: &str = include_str!("json/every_kind.json");
/// The same with its option `--pretty`.
const EVERY_KIND_PRETTY: &str = include_str!("json/every_kind_pretty.json");

fn compact(ast: &Ast) -> String {
    let mut out = Vec::new();
    json::write(ast, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read(text: &str) -> Ast {
    json::read("input.json", text).unwrap_or_else(|error| panic!("{error:#?}\n{text}"))
}

/// The one error in `text`, and the part of the text that it points at.
fn error(text: &str) -> (Box<Diagnostic>, &str) {
    let error = json::read("input.json", text).expect_err("an error");
    let Span { start, end, .. } = error.primary.span;
    (error, &text[start as usize..end as usize])
}

/// A program that is `expression` and nothing else.
fn program(expression: &str) -> String {
    format!(r#"{{"name":"a","expression":{expression},"location":{LOCATION}}}"#)
}

const LOCATION: &str = r#"{"start":0,"end":1,"filename":"a"}"#;

/// A node with `fields` and a location.
fn node(fields: &str) -> String {
    format!(r#"{{{fields},"location":{LOCATION}}}"#)
}

#[test]
fn writes_what_it_read() {
    assert_eq!(compact(&read(EVERY_KIND.trim_end())), EVERY_KIND.trim_end());
    assert_eq!(compact(&read(EVERY_KIND_PRETTY)), EVERY_KIND.trim_end());
}

#[test]
fn writes_pretty_what_it_read() {
    let mut out = Vec::new();
    json::write_pretty(&read(EVERY_KIND), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), EVERY_KIND_PRETTY.trim_end());
}

#[test]
fn children_stand_before_their_parents() {
    let ast = read(EVERY_KIND);
    for index in 0..ast.len() {
        let id = NodeId::new(index);
        let before = |child: NodeId| assert!(child < id, "{child:?} < {id:?}");
        match ast.node(id) {
            Node::Let { value, next, .. } => [value, next].map(before),
            Node::Binary { lhs, rhs, .. } => [lhs, rhs].map(before),
            Node::Function { body, .. } => [body, body].map(before),
            Node::Print(value) => [value, value].map(before),
            _ => continue,
        };
    }
}

#[test]
fn knows_the_name_the_places_and_the_literals() {
    let ast = read(&program(&node(r#""kind":"Int","value":-2147483648"#)));
    assert_eq!((ast.name(), ast.len()), ("a", 1));
    assert_eq!(ast.node(ast.root()), Node::Int(i32::MIN));
    let span = ast.span(ast.root());
    assert_eq!((span.start, span.end, ast.file(span.file)), (0, 1, "a"));
}

#[test]
fn a_location_may_lie() {
    let lies = [
        (r#"{"start":7,"end":3,"filename":"b"}"#, (7, 7, "b")),
        (r#"{"end":-1,"start":-9223372036854775808}"#, (0, 0, "input.json")),
        (r#"{"start":3,"end":18446744073709551615,"line":[1]}"#, (3, u32::MAX, "input.json")),
    ];
    for (location, (start, end, file)) in lies {
        let text = format!(r#"{{"kind":"Int","value":1,"location":{location}}}"#);
        let ast = read(&program(&text));
        let span = ast.span(ast.root());
        assert_eq!((span.start, span.end, ast.file(span.file)), (start, end, file));
    }
}

#[test]
fn locations_may_be_missing_or_a_number() {
    let name = r#"{"text":"x"}"#;
    let one = r#"{"kind":"Int","value":1,"location":0}"#;
    let text = format!(r#"{{"kind":"Let","name":{name},"value":{one},"next":{one}}}"#);
    let ast = read(&format!(r#"{{"name":"a","expression":{text}}}"#));
    let span = ast.span(ast.root());
    assert_eq!((span.start, span.end, ast.file(span.file)), (0, 0, "input.json"));
}

#[test]
fn ignores_keys_that_mean_nothing() {
    let text = node(r#""kind":"Var","type":{"deep":[[{}]]},"text":"x","start":null"#);
    assert_eq!(compact(&read(&program(&text))), program(&node(r#""kind":"Var","text":"x""#)));
}

/// What is wrong with the tree, where it points, and the path.
#[test]
fn errors_of_the_tree() {
    let deep = |inner: &str| node(&format!(r#""kind":"Print","value":{inner}"#));
    let cases = [
        (
            r#"[1]"#.to_owned(),
            "expected an object with `name`, `expression` and `location`, found an array",
            "]",
            "$",
        ),
        (r#"{"name":"a"}"#.to_owned(), "a program needs the field `expression`", "}", "$"),
        (program("7"), "expected a node, found `7`", "7", "$.expression"),
        (program("null"), "expected a node, found `null`", "null", "$.expression"),
        (
            program(&node(r#""kind":"Whle""#)),
            "there is no kind of node called \"Whle\"",
            "\"Whle\"",
            "$.expression.kind",
        ),
        (program(&node(r#""text":"x""#)), "a node needs the field `kind`", "}", "$.expression"),
        (program(&node(r#""kind":"Var""#)), "a `Var` needs the field `text`", "}", "$.expression"),
        (
            program(&node(r#""kind":"If""#)),
            "an `If` needs the fields `condition`, `then`, `otherwise`",
            "}",
            "$.expression",
        ),
        (
            program(&node(r#""kind":"Int","value":2147483648"#)),
            "the integer `2147483648` does not fit 32 bits (-2147483648 to 2147483647)",
            "2147483648",
            "$.expression.value",
        ),
        (
            program(&node(r#""kind":"Int","value":1.5"#)),
            "expected an integer, found `1.5`",
            "1.5",
            "$.expression.value",
        ),
        (
            program(&node(r#""kind":"Str","value":true"#)),
            "expected a string, found `true`",
            "true",
            "$.expression.value",
        ),
        (
            program(&node(r#""kind":"Bool","value":"tr\"ue\\""#)),
            r#"expected `true` or `false`, found the string "tr\"ue\\""#,
            r#""tr\"ue\\""#,
            "$.expression.value",
        ),
        (
            program(&node(r#""value":{},"kind":"Int""#)),
            "a node needs the field `kind`",
            "}",
            "$.expression.value",
        ),
        (
            program(&node(r#""value":"x","kind":"Int""#)),
            "the `value` of an `Int` must be an integer",
            "}",
            "$.expression",
        ),
        (
            program(&node(r#""kind":"Int","value":1,"value":2"#)),
            "the key `value` occurs twice in one object",
            "2",
            "$.expression",
        ),
        (
            program(&node(r#""kind":"Int","value":1,"text":"x""#)),
            "an `Int` has no field `text`",
            "}",
            "$.expression",
        ),
        (
            program(&node(r#""text":"x","kind":"Int","value":1"#)),
            "an `Int` has no field `text`",
            "}",
            "$.expression",
        ),
        (
            program(&deep(&deep(&node(r#""kind":"Var","text":[]"#)))),
            "expected a string, found an array",
            "]",
            "$.expression.value.value.text",
        ),
        (
            program(&node(r#""kind":"Binary","op":"Pow""#)),
            "there is no operator called \"Pow\"",
            "\"Pow\"",
            "$.expression.op",
        ),
        (
            program(&node(r#""kind":"Call","arguments":[{"kind":"Int"}]"#)),
            "an `Int` needs the field `value`",
            "}",
            "$.expression.arguments[0]",
        ),
        (
            program(&node(r#""kind":"Function","parameters":[{"text":1}]"#)),
            "expected a string, found `1`",
            "1",
            "$.expression.parameters[0].text",
        ),
        (
            program(r#"{"location":{"start":"0"}}"#),
            "expected a byte offset, found the string \"0\"",
            "\"0\"",
            "$.expression.location.start",
        ),
        (
            program(r#"{"location":{"start":0}}"#),
            "a location needs the field `end`",
            "}",
            "$.expression.location",
        ),
    ];
    for (text, message, place, path) in cases {
        let (error, pointed) = error(&text);
        assert_eq!((error.code, error.message.as_str()), ("json-ast", message), "{text}");
        assert_eq!(pointed, place, "{text}");
        assert_eq!(error.primary.text, format!("at `{path}`"), "{text}");
    }
}

#[test]
fn unknown_names_come_with_the_known_ones() {
    let text = program(&node(r#""kind":"Binary","op":"Pow""#));
    let (error, _) = error(&text);
    let operators = "one of: Add, Sub, Mul, Div, Rem, Eq, Neq, Lt, Gt, Lte, Gte, And, Or";
    assert_eq!(error.help, [operators]);
}

#[test]
fn errors_of_json_itself() {
    let cases = [
        ("", "this is not JSON: EOF while parsing a value", ""),
        ("{\"name\": \"é\",\n  oops}", "this is not JSON: key must be a string", "o"),
        ("{\"name\": \"\\x\"}", "this is not JSON: invalid escape", "x"),
        ("{\"name\": 01}", "this is not JSON: invalid number", "1"),
    ];
    for (text, message, place) in cases {
        let (error, pointed) = error(text);
        assert_eq!((error.code, error.message.as_str()), ("json-syntax", message), "{text}");
        assert_eq!(pointed, place, "{text}");
    }
    let twice = format!("{} 1", program(&node(r#""kind":"Int","value":1"#)));
    assert_eq!(error(&twice).0.message, "this is not JSON: trailing characters");
}

#[test]
fn messages_stay_small() {
    let name = "x".repeat(100_000);
    let text = program(&node(&format!(r#""kind":"{name}""#)));
    let (error, _) = error(&text);
    assert!(error.message.len() < 100, "{}", error.message);
}

/// `depth` prints around `inner`.
fn nested(depth: usize, inner: &str) -> String {
    const OPEN: &str = r#"{"kind":"Print","location":{"start":0,"end":1},"value":"#;
    program(&format!("{}{inner}{}", OPEN.repeat(depth), "}".repeat(depth)))
}

#[test]
fn reads_and_writes_deep_trees() {
    let ast = read(&nested(200_000, &node(r#""kind":"Int","value":1"#)));
    assert_eq!(ast.len(), 200_001);
    let again = read(&compact(&ast));
    assert_eq!(again.len(), 200_001);
}

#[test]
fn deep_errors_have_a_short_path() {
    let text = nested(100_000, "null");
    let (error, pointed) = error(&text);
    assert_eq!(pointed, "null");
    let value = ".value".repeat(5);
    assert_eq!(
        error.primary.text,
        format!("at `$.expression{value} … 99989 more … .value{value}`")
    );
}

#[test]
fn too_deep_is_an_error() {
    let text = nested(json::MAX_DEPTH + 1, "null");
    assert_eq!(error(&text).0.message, "nodes are nested more than 500000 deep");
}

#[test]
fn a_deep_text_that_is_cut_is_an_error_at_its_end() {
    let whole = nested(json::MAX_DEPTH, "1");
    let cut = &whole[..whole.len() / 2];
    let (error, _) = error(cut);
    assert_eq!((error.code, error.primary.span.end as usize), ("json-syntax", cut.len()));
}

/// A document with the keys of each object in another order.
fn shuffled(value: &Value, order: &mut impl FnMut() -> usize) -> String {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_cached_key(|_| order());
            let fields: Vec<_> = fields
                .into_iter()
                .map(|(key, value)| format!("{key:?}:{}", shuffled(value, order)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(|value| shuffled(value, order)).collect();
            format!("[{}]", values.join(","))
        }
        scalar => scalar.to_string(),
    }
}

/// Anything that JSON can say, with the words of the tree more often than others.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "kind",
        "location",
        "value",
        "text",
        "name",
        "next",
        "parameters",
        "arguments",
        "callee",
        "lhs",
        "rhs",
        "op",
        "expression",
        "start",
        "end",
        "filename",
        "Int",
        "Let",
        "Binary",
        "Call",
        "Function",
        "Add",
        "other",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        let fields = prop::collection::vec((word.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            fields.prop_map(|fields| {
                let owned = fields.into_iter().map(|(key, value)| (key.to_owned(), value));
                Value::Object(Map::from_iter(owned))
            }),
        ]
    })
}

/// Trees of the contest's form.
fn any_tree() -> impl Strategy<Value = String> {
    let name = || "[a-z_\\n\"é]{0,3}".prop_map(|text| serde_json::to_string(&text).unwrap());
    let binding =
        move || name().prop_map(|text| format!(r#"{{"text":{text},"location":{LOCATION}}}"#));
    let leaf = prop_oneof![
        any::<i32>().prop_map(|value| node(&format!(r#""kind":"Int","value":{value}"#))),
        any::<bool>().prop_map(|value| node(&format!(r#""kind":"Bool","value":{value}"#))),
        name().prop_map(|value| node(&format!(r#""kind":"Str","value":{value}"#))),
        name().prop_map(|text| node(&format!(r#""kind":"Var","text":{text}"#))),
    ];
    leaf.prop_recursive(8, 64, 4, move |inner| {
        let two = (inner.clone(), inner.clone());
        let unary = prop::sample::select(vec!["Print", "First", "Second"]);
        prop_oneof![
            (unary, inner.clone())
                .prop_map(|(kind, value)| node(&format!(r#""kind":"{kind}","value":{value}"#))),
            (binding(), two.clone()).prop_map(|(name, (value, next))| {
                node(&format!(r#""kind":"Let","name":{name},"value":{value},"next":{next}"#))
            }),
            (prop::collection::vec(binding(), 0..3), inner.clone()).prop_map(|(names, body)| {
                let names = names.join(",");
                node(&format!(r#""kind":"Function","parameters":[{names}],"value":{body}"#))
            }),
            (inner.clone(), prop::collection::vec(inner.clone(), 0..3)).prop_map(
                |(callee, arguments)| {
                    let arguments = arguments.join(",");
                    node(&format!(r#""kind":"Call","callee":{callee},"arguments":[{arguments}]"#))
                }
            ),
            (inner.clone(), two.clone()).prop_map(|(condition, (then, otherwise))| {
                let branches = format!(r#""then":{then},"otherwise":{otherwise}"#);
                node(&format!(r#""kind":"If","condition":{condition},{branches}"#))
            }),
            (prop::sample::select(vec!["Add", "Or", "Rem"]), two.clone()).prop_map(
                |(op, (lhs, rhs))| {
                    node(&format!(r#""kind":"Binary","lhs":{lhs},"op":"{op}","rhs":{rhs}"#))
                }
            ),
            two.prop_map(|(first, second)| {
                node(&format!(r#""kind":"Tuple","first":{first},"second":{second}"#))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(text in any::<String>()) {
        let _ = json::read("any", &text);
    }

    #[test]
    fn arbitrary_json_never_panics(value in any_json()) {
        let _ = json::read("any", &value.to_string());
        let _ = json::read("any", &program(&value.to_string()));
    }

    #[test]
    fn a_cut_tree_is_an_error_at_its_end(tree in any_tree(), at in any::<prop::sample::Index>()) {
        let whole = program(&tree);
        let cut = &whole[..whole.floor_char_boundary(at.index(whole.len()))];
        let (error, _) = error(cut);
        prop_assert_eq!(error.code, "json-syntax");
        prop_assert_eq!(error.primary.span.end as usize, cut.len());
    }

    #[test]
    fn trees_survive(tree in any_tree()) {
        let text = program(&tree);
        prop_assert_eq!(compact(&read(&text)), text);
    }

    #[test]
    fn the_order_of_keys_does_not_matter(tree in any_tree(), seed in any::<u64>()) {
        let text = program(&tree);
        let mut state = seed | 1;
        let mut order = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        let other = shuffled(&serde_json::from_str(&text).unwrap(), &mut order);
        prop_assert_eq!(compact(&read(&other)), text);
    }
}
