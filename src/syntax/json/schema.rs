//! What the contest's JSON looks like: the kinds of nodes and the fields of each.
//!
//! Every table of names is here, so that reader, writer and error messages cannot
//! disagree about one.

use crate::syntax::ast::{BinaryOp, Node};

/// The `kind` of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Int,
    Str,
    Bool,
    Var,
    Let,
    Function,
    Call,
    If,
    Binary,
    Tuple,
    First,
    Second,
    Print,
}

impl Kind {
    pub(super) const ALL: [Kind; 13] = {
        use Kind::*;
        [Int, Str, Bool, Var, Let, Function, Call, If, Binary, Tuple, First, Second, Print]
    };

    pub(super) fn name(self) -> &'static str {
        use Kind::*;
        match self {
            Int => "Int",
            Str => "Str",
            Bool => "Bool",
            Var => "Var",
            Let => "Let",
            Function => "Function",
            Call => "Call",
            If => "If",
            Binary => "Binary",
            Tuple => "Tuple",
            First => "First",
            Second => "Second",
            Print => "Print",
        }
    }

    pub(super) fn of(node: Node) -> Kind {
        match node {
            Node::Int(_) => Kind::Int,
            Node::Str(_) => Kind::Str,
            Node::Bool(_) => Kind::Bool,
            Node::Var(_) => Kind::Var,
            Node::Let { .. } => Kind::Let,
            Node::Function { .. } => Kind::Function,
            Node::Call { .. } => Kind::Call,
            Node::If { .. } => Kind::If,
            Node::Binary { .. } => Kind::Binary,
            Node::Tuple { .. } => Kind::Tuple,
            Node::First(_) => Kind::First,
            Node::Second(_) => Kind::Second,
            Node::Print(_) => Kind::Print,
        }
    }

    /// As a message speaks of such a node.
    pub(super) fn article_and_name(self) -> &'static str {
        use Kind::*;
        match self {
            Int => "an `Int`",
            Str => "a `Str`",
            Bool => "a `Bool`",
            Var => "a `Var`",
            Let => "a `Let`",
            Function => "a `Function`",
            Call => "a `Call`",
            If => "an `If`",
            Binary => "a `Binary`",
            Tuple => "a `Tuple`",
            First => "a `First`",
            Second => "a `Second`",
            Print => "a `Print`",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The fields that a node of this kind needs; besides, it has a location.
    pub(super) fn fields(self) -> FieldSet {
        use Field as F;
        let own: &[Field] = match self {
            Kind::Int | Kind::Str | Kind::Bool => &[F::Value],
            Kind::First | Kind::Second | Kind::Print => &[F::Value],
            Kind::Var => &[F::Text],
            Kind::Let => &[F::Name, F::Value, F::Next],
            Kind::Function => &[F::Parameters, F::Value],
            Kind::Call => &[F::Callee, F::Arguments],
            Kind::If => &[F::Condition, F::Then, F::Otherwise],
            Kind::Binary => &[F::Lhs, F::Op, F::Rhs],
            Kind::Tuple => &[F::First, F::Second],
        };
        own.iter().fold(FieldSet::of(F::Kind), |set, &field| set.with(field))
    }
}

/// A key of an object that means something somewhere in the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    Kind,
    Location,
    Value,
    Text,
    Name,
    Next,
    Parameters,
    Callee,
    Arguments,
    Condition,
    Then,
    Otherwise,
    Op,
    Lhs,
    Rhs,
    First,
    Second,
    Expression,
    Start,
    End,
    Filename,
}

impl Field {
    const ALL: [Field; 21] = {
        use Field::*;
        [
            Kind, Location, Value, Text, Name, Next, Parameters, Callee, Arguments, Condition,
            Then, Otherwise, Op, Lhs, Rhs, First, Second, Expression, Start, End, Filename,
        ]
    };

    pub(super) fn name(self) -> &'static str {
        use Field::*;
        match self {
            Kind => "kind",
            Location => "location",
            Value => "value",
            Text => "text",
            Name => "name",
            Next => "next",
            Parameters => "parameters",
            Callee => "callee",
            Arguments => "arguments",
            Condition => "condition",
            Then => "then",
            Otherwise => "otherwise",
            Op => "op",
            Lhs => "lhs",
            Rhs => "rhs",
            First => "first",
            Second => "second",
            Expression => "expression",
            Start => "start",
            End => "end",
            Filename => "filename",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Field> {
        use Field::*;
        Some(match name {
            "kind" => Kind,
            "location" => Location,
            "value" => Value,
            "text" => Text,
            "name" => Name,
            "next" => Next,
            "parameters" => Parameters,
            "callee" => Callee,
            "arguments" => Arguments,
            "condition" => Condition,
            "then" => Then,
            "otherwise" => Otherwise,
            "op" => Op,
            "lhs" => Lhs,
            "rhs" => Rhs,
            "first" => First,
            "second" => Second,
            "expression" => Expression,
            "start" => Start,
            "end" => End,
            "filename" => Filename,
            _ => return None,
        })
    }
}

/// A set of [`Field`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct FieldSet(u32);

impl FieldSet {
    /// The keys that nodes of any kind have. The others of [`Field`] mean nothing
    /// in a node, like keys that nobody knows.
    pub(super) const NODE: FieldSet = {
        let mut set = FieldSet(0);
        let mut index = Field::Kind as u32;
        while index <= Field::Second as u32 {
            set.0 |= 1 << index;
            index += 1;
        }
        set
    };

    pub(super) const fn of(field: Field) -> FieldSet {
        FieldSet(1 << field as u32)
    }

    pub(super) const fn with(self, field: Field) -> FieldSet {
        FieldSet(self.0 | 1 << field as u32)
    }

    pub(super) const fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }

    pub(super) const fn without(self, other: FieldSet) -> FieldSet {
        FieldSet(self.0 & !other.0)
    }

    /// The members, in the order of declaration.
    pub(super) fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |&field| self.contains(field))
    }
}

/// The operator that JSON calls `name`.
pub(super) fn parse_op(name: &str) -> Option<BinaryOp> {
    BinaryOp::ALL.into_iter().find(|op| op.json_name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_parsers_agree() {
        for field in Field::ALL {
            assert_eq!(Field::parse(field.name()), Some(field));
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
            assert_eq!(kind.fields().without(FieldSet::NODE), FieldSet::default());
        }
    }
}
