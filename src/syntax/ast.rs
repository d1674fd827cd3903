//! The syntax tree, as the contest's JSON has it: an arena of nodes in post-order.
//!
//! Children always stand before their parents, so that whoever walks the tree
//! bottom-up needs one loop and no recursion, however deep the program is; the
//! arena is dropped in one go for the same reason.

use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// A node of an [`Ast`], by its place in the arena.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(u32);

impl NodeId {
    /// The id of the `index`th node.
    ///
    /// # Panics
    /// If `index` does not fit 32 bits; [`Ast::push`] never lets a tree grow that large.
    pub fn new(index: usize) -> Self {
        NodeId(u32::try_from(index).expect("an arena holds fewer than 2^32 nodes"))
    }

    /// The place in the arena.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An interned text of an [`Ast`]: a name or the contents of a string literal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(u32);

/// An interned file name of an [`Ast`], as locations name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FileId(u32);

/// A half-open range of bytes in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The file; a JSON tree may name several, a source has one.
    pub file: FileId,
}

/// A name where it is bound: `let name` or a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name {
    /// The text.
    pub text: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// A run of [`Name`]s in the arena: the parameters of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Names {
    start: u32,
    len: u32,
}

/// A run of [`NodeId`]s in the arena: the arguments of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Nodes {
    start: u32,
    len: u32,
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
    /// `==`
    Eq,
    /// `!=`
    Neq,
    /// `<`
    Lt,
    /// `>`
    Gt,
    /// `<=`
    Lte,
    /// `>=`
    Gte,
    /// `&&`
    And,
    /// `||`
    Or,
}

impl BinaryOp {
    /// Every operator, in the order of declaration.
    pub const ALL: [BinaryOp; 13] = {
        use BinaryOp::*;
        [Add, Sub, Mul, Div, Rem, Eq, Neq, Lt, Gt, Lte, Gte, And, Or]
    };

    /// Whether its results are Bools that say how its operands compare.
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Neq | Lt | Gt | Lte | Gte)
    }

    /// The comparison that holds of two values exactly where this one does not.
    pub fn negated(self) -> Option<BinaryOp> {
        use BinaryOp::*;
        Some(match self {
            Eq => Neq,
            Neq => Eq,
            Lt => Gte,
            Gte => Lt,
            Gt => Lte,
            Lte => Gt,
            Add | Sub | Mul | Div | Rem | And | Or => return None,
        })
    }

    /// The operator as source spells it.
    pub fn symbol(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "+",
            Sub => "-",
            Mul => "*",
            Div => "/",
            Rem => "%",
            Eq => "==",
            Neq => "!=",
            Lt => "<",
            Gt => ">",
            Lte => "<=",
            Gte => ">=",
            And => "&&",
            Or => "||",
        }
    }

    /// How tightly the operator binds: the larger the tighter. All associate to the right.
    pub fn precedence(self) -> u8 {
        use BinaryOp::*;
        match self {
            Mul | Div | Rem => 3,
            Add | Sub => 2,
            Eq | Neq | Lt | Gt | Lte | Gte | And | Or => 1,
        }
    }

    /// The operator as JSON names it.
    pub fn json_name(self) -> &'static str {
        use BinaryOp::*;
        match self {
            Add => "Add",
            Sub => "Sub",
            Mul => "Mul",
            Div => "Div",
            Rem => "Rem",
            Eq => "Eq",
            Neq => "Neq",
            Lt => "Lt",
            Gt => "Gt",
            Lte => "Lte",
            Gte => "Gte",
            And => "And",
            Or => "Or",
        }
    }
}

/// One node of the tree; its span is [`Ast::span`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Node {
    /// An integer literal.
    Int(i32),
    /// A string literal, its text as written between the quotes.
    Str(Symbol),
    /// `true` or `false`.
    Bool(bool),
    /// A use of a name.
    Var(Symbol),
    /// `let name = value; next`
    Let {
        /// The bound name.
        name: Name,
        /// What it is bound to.
        value: NodeId,
        /// Where it is bound.
        next: NodeId,
    },
    /// `fn (parameters) => body`
    Function {
        /// The parameters, in order.
        parameters: Names,
        /// The body.
        body: NodeId,
    },
    /// `callee(arguments)`
    Call {
        /// What is called.
        callee: NodeId,
        /// The arguments, in order.
        arguments: Nodes,
    },
    /// `if (condition) { then } else { otherwise }`
    If {
        /// The condition.
        condition: NodeId,
        /// The value if it is true.
        then: NodeId,
        /// The value if it is false.
        otherwise: NodeId,
    },
    /// `lhs op rhs`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        lhs: NodeId,
        /// The right operand.
        rhs: NodeId,
    },
    /// `(first, second)`
    Tuple {
        /// The first component.
        first: NodeId,
        /// The second component.
        second: NodeId,
    },
    /// `first(value)`
    First(NodeId),
    /// `second(value)`
    Second(NodeId),
    /// `print(value)`
    Print(NodeId),
}

/// A whole program as a tree.
///
/// Texts come from outside, so that their hash is seeded: no program can be made of names
/// that all collide.
#[derive(Clone, Debug)]
pub struct Ast {
    name: String,
    span: Span,
    nodes: Vec<Node>,
    spans: Vec<Span>,
    names: Vec<Name>,
    lists: Vec<NodeId>,
    texts: IndexSet<Box<str>, RandomState>,
    files: IndexSet<Box<str>, RandomState>,
}

impl Ast {
    /// An empty tree whose spans lie in `file`; to be filled bottom-up with
    /// [`push`](Self::push) and closed with [`finish`](Self::finish).
    pub fn new(file: &str) -> Self {
        let mut files = IndexSet::default();
        files.insert(file.into());
        let file_id = FileId(0);
        Ast {
            name: file.to_owned(),
            span: Span { start: 0, end: 0, file: file_id },
            nodes: Vec::new(),
            spans: Vec::new(),
            names: Vec::new(),
            lists: Vec::new(),
            texts: IndexSet::default(),
            files,
        }
    }

    /// Adds a node whose children are already there.
    pub fn push(&mut self, node: Node, span: Span) -> NodeId {
        let id = NodeId::new(self.nodes.len());
        self.nodes.push(node);
        self.spans.push(span);
        id
    }

    /// Keeps `names` as the parameters of a function to be pushed.
    pub fn push_names(&mut self, names: &[Name]) -> Names {
        let start = self.names.len() as u32;
        self.names.extend_from_slice(names);
        Names { start, len: names.len() as u32 }
    }

    /// Keeps `nodes` as the arguments of a call to be pushed.
    pub fn push_list(&mut self, nodes: &[NodeId]) -> Nodes {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(nodes);
        Nodes { start, len: nodes.len() as u32 }
    }

    /// Interns a name or the contents of a string literal.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(index) = self.texts.get_index_of(text) {
            return Symbol(index as u32);
        }
        Symbol(self.texts.insert_full(text.into()).0 as u32)
    }

    /// Interns a file name for spans.
    pub fn intern_file(&mut self, file: &str) -> FileId {
        if let Some(index) = self.files.get_index_of(file) {
            return FileId(index as u32);
        }
        FileId(self.files.insert_full(file.into()).0 as u32)
    }

    /// Closes the tree: the node pushed last is the program, `name` and `span`
    /// are the file's own.
    ///
    /// # Panics
    /// If nothing was pushed.
    pub fn finish(&mut self, name: &str, span: Span) {
        assert!(!self.nodes.is_empty(), "a program has at least one node");
        self.name.clear();
        self.name.push_str(name);
        self.span = span;
    }

    /// The file's name, as the JSON's `"name"`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's own span.
    pub fn file_span(&self) -> Span {
        self.span
    }

    /// The node that is the whole program: the last one.
    ///
    /// # Panics
    /// If the tree is empty.
    pub fn root(&self) -> NodeId {
        NodeId::new(self.nodes.len().checked_sub(1).expect("a program has at least one node"))
    }

    /// A node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// A node's place in its file.
    pub fn span(&self, id: NodeId) -> Span {
        self.spans[id.index()]
    }

    /// How many nodes there are; their ids are the numbers below it, children first.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node yet.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The parameters of a function.
    pub fn names(&self, names: Names) -> &[Name] {
        &self.names[names.start as usize..][..names.len as usize]
    }

    /// The arguments of a call.
    pub fn list(&self, nodes: Nodes) -> &[NodeId] {
        &self.lists[nodes.start as usize..][..nodes.len as usize]
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        &self.texts[symbol.0 as usize]
    }

    /// All texts: names, and what literals say.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }

    /// How many different texts there are: symbols are dense below it.
    pub fn text_count(&self) -> usize {
        self.texts.len()
    }

    /// The name of a file.
    pub fn file(&self, file: FileId) -> &str {
        &self.files[file.0 as usize]
    }
}

impl Symbol {
    /// The place among the tree's texts, dense from zero.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
