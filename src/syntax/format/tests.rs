use super::super::ast::Node;
use super::*;

fn formatted(source: &str) -> String {
    format_source("t", source).unwrap_or_else(|errors| panic!("{source}: {errors:#?}"))
}

/// `source` is formatted as `expected`, which formatting leaves as it is.
#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(formatted(source), expected);
    assert_eq!(formatted(expected), expected);
}

fn expression(build: impl FnOnce(&mut Ast) -> Node) -> Ast {
    let mut ast = Ast::new("t.json");
    let span = ast.file_span();
    let node = build(&mut ast);
    ast.push(node, span);
    ast.finish("t.json", span);
    ast
}

#[test]
fn functions_and_conditions_take_lines() {
    check(
        "let fib=fn(n)=>{if(n<2){n}else{fib(n-1)+fib(n-2)}};print(fib(10))",
        "let fib = fn (n) => {\n  if (n < 2) { n } else { fib(n - 1) + fib(n - 2) }\n};\n\
         print(fib(10))\n",
    );
    check(
        "fn(n)=>{if(n<2){n}else{if(n<3){1}else{2}}}",
        "fn (n) => {\n  if (n < 2) {\n    n\n  } else {\n    \
         if (n < 3) { 1 } else { 2 }\n  }\n}\n",
    );
    check("let f = fn(x)=>x; f(if (a) {1} else {2},)", {
        "let f = fn (x) => { x };\nf(if (a) { 1 } else { 2 })\n"
    });
    check("fn()=>fn(a,b,)=>fn(_)=>a", "fn () => fn (a, b) => fn (_) => { a }\n");
}

#[test]
fn parentheses_stand_where_the_grammar_needs_them() {
    check("((a)) + ((b*c)) - (d)", "a + b * c - d\n");
    check("(a - b) - c", "(a - b) - c\n");
    check("(a && b) == c", "(a && b) == c\n");
    check("(a + b) * c", "(a + b) * c\n");
    check(
        "(((1, 2))) + 1",
        "((1, 2)) + 1
",
    );
}

#[test]
fn parentheses_that_say_how_operators_are_grouped_stay() {
    check("a - (b - (c))", "a - (b - c)\n");
    check("a - b - c", "a - b - c\n");
    check("(a && b) == ((c || d))", "(a && b) == (c || d)\n");
    check("a / (b * c) + (d + e)", "a / (b * c) + (d + e)\n");
    check("a && (b && (c || d))", "a && b && (c || d)\n");
}

#[test]
fn terms_that_are_no_operands_are_parenthesised() {
    check("((1, (2, 3)))(x)", "((1, (2, 3)))(x)\n");
    check("(fn () => 1)() + (if (a) {1} else {2})", {
        "(fn () => { 1 })() + (if (a) { 1 } else { 2 })\n"
    });
    check("1 + (let a = 2; a)", "1 +\n  (\n    let a = 2;\n    a\n  )\n");
}

#[test]
fn lets_inside_of_terms_stand_in_blocks() {
    check("let a = let b = 1; b; a", "let a = {\n  let b = 1;\n  b\n};\na\n");
    check("f({let b = 1; b})", "f({\n  let b = 1;\n  b\n})\n");
}

#[test]
fn long_lines_are_broken() {
    let (a, b) = ("a".repeat(50), "b".repeat(50));
    check(&format!("f({a},{b})"), &format!("f(\n  {a},\n  {b}\n)\n"));
    check(&format!("print({a}+{b}+1)"), &format!("print({a} +\n  {b} +\n  1)\n"));
    check(&format!("fn({a},{b})=>1"), &format!("fn (\n  {a},\n  {b}\n) => {{ 1 }}\n"));
    check(&format!("(({a},{b}))"), &format!("(\n  {a},\n  {b}\n)\n"));
    check(&format!("fn()=>f({a},{a})"), &{
        format!("fn () => {{\n  f(\n    {a},\n    {a}\n  )\n}}\n")
    });
}

#[test]
fn comments_keep_their_place() {
    check(
        "// head\n\nlet a = 1; // one\n// two\nlet b = /* inner */ 2; // three\n\n\n\na // end\n// last",
        "// head\n\nlet a = 1; // one\n// two\nlet b = /* inner */ 2; // three\n\na // end\n// last\n",
    );
    check("fn () => { // open\n a\n // dangling\n}", "fn () => { // open\n  a\n  // dangling\n}\n");
    check("if (a) { b /* x */ } else { // y\n c }", {
        "if (a) {\n  b /* x */\n} else { // y\n  c\n}\n"
    });
    check("f(/* none */)", "f(/* none */)\n");
    check("f(a, // first\n b /* second */)", "f(\n  a, // first\n  b /* second */\n)\n");
    check("a + // why\n b", "a + // why\n  b\n");
    check("(/* c */ a) * b", "/* c */\na * b\n");
    check("print((/* c */ a) * b)", "print(/* c */ a * b)\n");
    check("let a = { let b = 1; b /* x */ }; a", {
        "let a = {\n  let b = 1;\n  b /* x */\n};\na\n"
    });
    check("fn (a /* x */, /* y */ b) => 1", "fn (a, /* x */ /* y */ b) => { 1 }\n");
    check("( // c\n /* d */ x )", "// c\n/* d */\nx\n");
}

#[test]
fn names_and_strings_are_kept() {
    check("let _ = \"a\\\"\\\\\nb\"; n//c / _", "let _ = \"a\\\"\\\\\nb\";\nn//c / _\n");
    check("007", "7\n");
}

#[test]
fn what_source_cannot_express_is_refused() {
    type Build = fn(&mut Ast) -> Node;
    let cases: [(Build, &str); 6] = [
        (|_| Node::Int(-1), "the literal -1 is negative"),
        (|ast| Node::Str(ast.intern("a\"b")), "the string holds a bare quote or backslash"),
        (|ast| Node::Str(ast.intern("a\\n")), "the string holds a bare quote or backslash"),
        (|ast| Node::Var(ast.intern("a b")), "\"a b\" is not a name"),
        (|ast| Node::Var(ast.intern("if")), "\"if\" is not a name"),
        (|ast| Node::Var(ast.intern("")), "\"\" is not a name"),
    ];
    for (build, message) in cases {
        let errors = format_ast(&expression(build)).expect_err(message);
        assert_eq!(errors[0].message, message);
    }
    let fine = expression(|ast| Node::Str(ast.intern("\\\\\\\"")));
    assert_eq!(format_ast(&fine).as_deref(), Ok("\"\\\\\\\"\"\n"));
}

#[test]
fn snippets_are_one_line_and_short() {
    let of = |source: &str, room| {
        let ast = parse("t", source).expect("parses");
        snippet(&ast, ast.root(), room)
    };
    assert_eq!(of("let f = fn (a, b) => {a}; f(1, \"x\ny\")", 60), {
        "let f = fn (a, b) => { a }; f(1, \"x y\")"
    });
    assert_eq!(of("if (a) {b} else {c}", 19), "if (a) { b } else…");
    assert_eq!(of("abc", 3), "abc");
    assert_eq!(of("abcd", 3), "ab…");
    assert_eq!(of("a", 0), "…");
    let ast = expression(|_| Node::Int(i32::MIN));
    assert_eq!(snippet(&ast, ast.root(), 20), "-2147483648");
}

#[test]
fn snippets_of_deep_trees_visit_little() {
    let mut ast = Ast::new("t");
    let span = ast.file_span();
    let name = ast.intern("f");
    let mut node = ast.push(Node::Var(name), span);
    let none = ast.push_list(&[]);
    for _ in 0..1_000_000 {
        node = ast.push(Node::Call { callee: node, arguments: none }, span);
    }
    assert_eq!(snippet(&ast, node, 10), "…");
    assert_eq!(snippet(&ast, NodeId::new(2), 10), "f()()");
}

#[test]
fn depth_is_no_matter() {
    const DEPTH: usize = 50_000;
    for (open, middle, close) in [
        ("let a = b; ", "a", ""),
        ("let a = ", "a", "; a"),
        ("fn (a) => ", "a", ""),
        ("fn (a) => { (b, ", "a", ") }"),
        ("if (a) { b } else { ", "a", " }"),
        ("if (", "a", ") { b } else { c }"),
        ("a + ", "a", ""),
        ("(", "a", " * a)"),
        ("(", "/* c */ a", " * a)"),
        ("f(/* c */ ", "a", ", b)"),
        ("", "f", "(a)"),
        ("", "f // c\n", "(/* d */ a)"),
        ("(a, ", "a", ")"),
        ("f((let a = 1; a), ", "a", ")"),
    ] {
        let source = format!("{}{middle}{}", open.repeat(DEPTH), close.repeat(DEPTH));
        let once = formatted(&source);
        assert!(once.len() < 200 * source.len(), "{open}");
        assert!(formatted(&once) == once, "{open}");
    }
}
