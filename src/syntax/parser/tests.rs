use super::super::diagnostic::Severity;
use super::*;

/// The source's tree as one line, fully parenthesised, each node with its place.
fn tree(source: &str) -> String {
    let ast = parse("t", source).unwrap_or_else(|errors| panic!("{source}: {errors:#?}"));
    render(&ast)
}

fn render(ast: &Ast) -> String {
    let mut texts: Vec<String> = Vec::new();
    for index in 0..ast.len() {
        let id = NodeId::new(index);
        let of = |id: NodeId| &texts[id.index()];
        let names = |names| {
            let names: Vec<_> = ast.names(names).iter().map(|name| ast.text(name.text)).collect();
            names.join(" ")
        };
        let text = match ast.node(id) {
            Node::Int(value) => value.to_string(),
            Node::Str(text) => format!("{:?}", ast.text(text)),
            Node::Bool(value) => value.to_string(),
            Node::Var(name) => ast.text(name).to_owned(),
            Node::Let { name, value, next } => {
                let Span { start, end, .. } = name.span;
                format!("(let {}@{start}-{end} {} {})", ast.text(name.text), of(value), of(next))
            }
            Node::Function { parameters, body } => {
                format!("(fn [{}] {})", names(parameters), of(body))
            }
            Node::Call { callee, arguments } => {
                let arguments: String =
                    ast.list(arguments).iter().map(|&id| format!(" {}", of(id))).collect();
                format!("(call {}{arguments})", of(callee))
            }
            Node::If { condition, then, otherwise } => {
                format!("(if {} {} {})", of(condition), of(then), of(otherwise))
            }
            Node::Binary { op, lhs, rhs } => format!("({} {} {})", op.symbol(), of(lhs), of(rhs)),
            Node::Tuple { first, second } => format!("(tuple {} {})", of(first), of(second)),
            Node::First(value) => format!("(first {})", of(value)),
            Node::Second(value) => format!("(second {})", of(value)),
            Node::Print(value) => format!("(print {})", of(value)),
        };
        let Span { start, end, .. } = ast.span(id);
        texts.push(format!("{text}@{start}-{end}"));
    }
    texts.pop().expect("a tree has a root")
}

/// The errors of a source, as `code line:column found`.
fn errors(source: &str) -> Vec<String> {
    let errors = parse("t", source).err().unwrap_or_default();
    let place = |span: Span| {
        let before = &source[..span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        format!("{line}:{column}")
    };
    errors
        .iter()
        .map(|error| {
            assert_eq!(error.severity, Severity::Error);
            assert!(!error.message.ends_with('.'), "{}", error.message);
            format!("{} {}", error.code, place(error.primary.span))
        })
        .collect()
}

#[test]
fn operators_associate_to_the_right_on_three_levels() {
    assert_eq!(tree("1 - 2 - 3"), "(- 1@0-1 (- 2@4-5 3@8-9)@4-9)@0-9");
    assert_eq!(tree("a*b+c"), "(+ (* a@0-1 b@2-3)@0-3 c@4-5)@0-5");
    assert_eq!(tree("a+b*c"), "(+ a@0-1 (* b@2-3 c@4-5)@2-5)@0-5");
    assert_eq!(
        tree("a == 1 && b == 2"),
        "(== a@0-1 (&& 1@5-6 (== b@10-11 2@15-16)@10-16)@5-16)@0-16"
    );
    assert_eq!(tree("a<b*c+d<e"), "(< a@0-1 (< (+ (* b@2-3 c@4-5)@2-5 d@6-7)@2-7 e@8-9)@2-9)@0-9");
}

#[test]
fn parentheses_count_for_what_is_around_them_only() {
    assert_eq!(tree("((a)) + (b)"), "(+ a@2-3 b@9-10)@0-11");
    assert_eq!(tree("(f)(x)(y)"), "(call (call f@1-2 x@4-5)@0-6 y@7-8)@0-9");
    assert_eq!(tree("{ (a) }"), "a@3-4");
}

#[test]
fn braces_belong_to_the_term_around_them() {
    assert_eq!(tree("fn () => { 1 }"), "(fn [] 1@11-12)@0-14");
    assert_eq!(tree("let a = {1}; {a}"), "(let a@4-5 1@9-10 a@14-15)@0-16");
    assert_eq!(tree("if ({a}) { 1 } else { {2} }"), "(if a@5-6 1@11-12 2@23-24)@0-27");
}

#[test]
fn commas_may_trail_in_lists() {
    assert_eq!(tree("fn (a, b,) => a"), "(fn [a b] a@14-15)@0-15");
    assert_eq!(tree("f(a, b,)"), "(call f@0-1 a@2-3 b@5-6)@0-8");
    assert_eq!(tree("f()"), "(call f@0-1)@0-3");
    assert_eq!(errors("f(,)"), ["expected-term 1:3"]);
    assert_eq!(errors("fn (,) => 1"), ["expected-parameters 1:5"]);
}

#[test]
fn builtins_are_operands_and_tuples_are_terms() {
    assert_eq!(
        tree("print (first((1, 2)))(3)"),
        "(call (print (first (tuple 1@14-15 2@17-18)@13-19)@7-20)@0-21 3@22-23)@0-24"
    );
    assert_eq!(tree("(1, (2, 3))"), "(tuple 1@1-2 (tuple 2@5-6 3@8-9)@4-10)@0-11");
    assert_eq!(tree("(let a = 1; a) * 2"), "(* (let a@5-6 1@9-10 a@12-13)@1-13 2@17-18)@0-18");
}

#[test]
fn strings_keep_their_text_and_files_begin_at_their_first_token() {
    assert_eq!(tree(r#""a\"\\b""#), r#""a\\\"\\\\b"@0-8"#);
    let ast = parse("dir/f.rinha", "\u{feff} // c\n {1} /* d */").expect("parses");
    let Span { start, end, .. } = ast.file_span();
    assert_eq!((ast.name(), start, end), ("dir/f.rinha", 10, 13));
}

#[test]
fn integers_end_at_the_largest_of_32_bits() {
    assert_eq!(tree("2147483647"), "2147483647@0-10");
    assert_eq!(tree("0000000000002147483647"), "2147483647@0-22");
    assert_eq!(
        errors("1 + 2147483648 + 99999999999999999999"),
        ["integer-out-of-range 1:5", "integer-out-of-range 1:18"]
    );
}

#[test]
fn usual_mistakes_are_named() {
    for (source, expected) in [
        ("", "empty-program 1:1"),
        (" // nothing\n", "empty-program 2:1"),
        ("let x = 1;", "missing-term-after-let 1:11"),
        ("fn () => { let x = 1; }", "missing-term-after-let 1:23"),
        ("print(1);", "stray-semicolon 1:9"),
        ("fn () => { 1; }", "stray-semicolon 1:13"),
        ("print(1); print(2)", "stray-semicolon 1:9"),
        ("if (a) { 1 }", "missing-else 1:13"),
        ("let x = if (a) { 1 }; x", "missing-else 1:21"),
        ("if (a) { 1 } else if (b) { 2 } else { 3 }", "else-if 1:19"),
        ("if a < b { 1 } else { 2 }", "expected-condition 1:4"),
        ("if (a < b { 1 } else { 2 }", "unexpected-token 1:11"),
        ("if (a) 1 else 2", "expected-branch 1:8"),
        ("let f = fn (x) =>; f", "missing-body 1:18"),
        ("let f = fn (x) { x }; f", "expected-arrow 1:16"),
        ("let f = fn x => x; f", "expected-parameters 1:12"),
        ("fn f(x) => x", "expected-parameters 1:4"),
        ("fn (a b) => a", "expected-parameters 1:7"),
        ("if (a = 1) { 2 } else { 3 }", "assignment 1:7"),
        ("f(-1) + 2", "unary-minus 1:3"),
        ("2 * -x", "unary-minus 1:5"),
        ("print(\"a\\n\")", "invalid-escape 1:9"),
        ("a.b + 1", "record-access 1:2"),
        ("f(1, (2)", "unexpected-token 1:9"),
        ("fn () => { 1", "unexpected-token 1:13"),
        ("1 + (2, 3)", "bare-operand 1:7"),
        ("(2, 3) + 1", "bare-operand 1:8"),
        ("1 + let x = 1; x", "bare-operand 1:5"),
        ("1 + fn () => 1", "bare-operand 1:5"),
        ("if (a) { 1 } else { 2 } + 3", "bare-operand 1:25"),
        ("fn () => { 1 }()", "bare-operand 1:15"),
        ("let external = 1; 2", "reserved-word 1:5"),
        ("fn (print) => 1", "reserved-word 1:5"),
        ("external", "reserved-word 1:1"),
        ("a & b", "invalid-character 1:3"),
        ("let x = \"abc; x", "unterminated-string 1:9"),
        ("1 /* ", "unterminated-comment 1:3"),
        ("n/ 2", "unexpected-token 1:4"),
        ("1)", "unexpected-token 1:2"),
        ("print 1", "expected-argument 1:7"),
        ("print(1, 2)", "unexpected-token 1:8"),
        ("let = 1; 2", "expected-name 1:5"),
        ("let x 1; 2", "expected-assign 1:7"),
        ("let x = 1\nlet y = 2; y", "unexpected-token 2:1"),
        ("let x = 1\nx", "unexpected-token 2:1"),
        ("print(1)\nprint(2)", "unexpected-token 2:1"),
        ("f(a\nlet x = 1; x", "unexpected-token 2:1"),
        ("()", "expected-term 1:2"),
        ("{}", "expected-term 1:2"),
        ("1 +", "expected-operand 1:4"),
        ("@ 1", "invalid-character 1:1"),
        ("1\0", "invalid-character 1:2"),
    ] {
        assert_eq!(errors(source), [expected], "{source}");
    }
}

#[test]
fn each_of_several_mistakes_is_found_once() {
    let source =
        "let a = 1 +;\nlet b = f(2;\nlet c = { 3 4 };\nlet d = -a;\nif (d) { ] } else { a. } ;";
    assert_eq!(
        errors(source),
        [
            "expected-operand 1:12",
            "unexpected-token 2:12",
            "unexpected-token 3:13",
            "unary-minus 4:9",
            "invalid-character 5:10",
            "record-access 5:22",
            "stray-semicolon 5:26"
        ]
    );
}

#[test]
fn sources_beyond_32_bits_are_refused() {
    let span = Ast::new("t").file_span();
    let error = mistakes::source_too_large(5_000_000_000, span);
    assert_eq!(error.message, "the source has 5000000000 bytes, the limit is 4294967295");
}

#[test]
fn an_unclosed_bracket_is_pointed_out() {
    let errors = parse("t", "let f = fn (x) => {\n  print((x)\n};\nf(1)").expect_err("unclosed");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].message, "expected an operator or `)`, found `}`");
    assert_eq!(errors[0].secondary[0].span.start, 27);
}

#[test]
fn help_says_what_to_write() {
    let help = |source: &str| parse("t", source).expect_err(source)[0].help.join("; ");
    assert!(help("-1").contains("0 - x"));
    assert!(help("n/ 2").contains("put a space before it"));
    assert!(help("print(1); print(2)").contains("let _ = print(1); print(2)"));
    assert!(help("1 + (2, 3)").contains("((a, b))"));
    assert!(help("!a").contains("== false"));
}

#[test]
fn the_parser_gives_up_after_many_errors() {
    let source = "let x = ;".repeat(1000);
    assert_eq!(errors(&source).len(), MAX_ERRORS);
    let parameters = format!("fn ({}) => 1", "print,".repeat(1000));
    assert_eq!(errors(&parameters).len(), MAX_ERRORS);
}

#[test]
fn depth_is_no_matter() {
    const DEPTH: usize = 1_000_000;
    let nested = |open: &str, middle: &str, close: &str| {
        format!("{}{middle}{}", open.repeat(DEPTH), close.repeat(DEPTH))
    };
    for source in [
        nested("(", "a", ")"),
        nested("{", "a", "}"),
        nested("let a = b; ", "a", ""),
        nested("let a = ", "a", "; a"),
        nested("fn (a) => ", "a", ""),
        nested("if (a) { b } else { ", "a", " }"),
        nested("if (", "a", ") { b } else { c }"),
        nested("a + ", "a", ""),
        nested("(", "a", " * a)"),
        nested("f(", "a", ")"),
        nested("", "f", "(a)"),
        nested("(a, ", "a", ")"),
        nested("print(", "a", ")"),
    ] {
        assert!(parse("t", &source).is_ok(), "{}", &source[..40]);
    }
    for source in [
        nested("(", "", ""),
        nested("{", "", ")"),
        nested("(", "", "}"),
        nested("let a = (", "", ";"),
        nested("fn (", "", ""),
        nested("-", "1", ""),
        nested("(", "1 2", ","),
        nested("a", "", ";;;"),
        nested("\u{0}", "", "}"),
    ] {
        assert!(parse("t", &source).is_err(), "{}", &source[..40]);
    }
}

#[test]
fn a_huge_string_is_one_token() {
    let source = format!("\"{}\"", "x".repeat(100_000_000));
    let ast = parse("t", &source).expect("parses");
    assert_eq!(ast.len(), 1);
    assert_eq!(errors(&source[..source.len() - 1]), ["unterminated-string 1:1"]);
}
