//! Operations on values beyond what the tiers do inline: everything that is not a pair
//! of Ints. Operands are checked here, after both were evaluated, and blamed here.

use std::cmp::Ordering;

use crate::fault::{Blame, ErrorKind, Site};
use crate::heap::OutOfMemory;
use crate::machine::Machine;
use crate::output::STRETCH;
use crate::string;
use crate::tuple;
use crate::value::{Kind, Value};

/// The binary operators whose operands are always both evaluated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u32)]
pub enum Operator {
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
}

impl Operator {
    /// The operator as source spells it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Sub => "-",
            Operator::Mul => "*",
            Operator::Div => "/",
            Operator::Rem => "%",
            Operator::Eq => "==",
            Operator::Neq => "!=",
            Operator::Lt => "<",
            Operator::Gt => ">",
            Operator::Lte => "<=",
            Operator::Gte => ">=",
        }
    }

    /// The result for two Ints, or `None` for a division by zero.
    #[inline(always)]
    pub const fn on_ints(self, a: i32, b: i32) -> Option<Value> {
        Some(match self {
            Operator::Add => Value::int(a.wrapping_add(b)),
            Operator::Sub => Value::int(a.wrapping_sub(b)),
            Operator::Mul => Value::int(a.wrapping_mul(b)),
            Operator::Div | Operator::Rem if b == 0 => return None,
            Operator::Div => Value::int(a.wrapping_div(b)),
            Operator::Rem => Value::int(a.wrapping_rem(b)),
            Operator::Eq => Value::bool(a == b),
            Operator::Neq => Value::bool(a != b),
            Operator::Lt => Value::bool(a < b),
            Operator::Gt => Value::bool(a > b),
            Operator::Lte => Value::bool(a <= b),
            Operator::Gte => Value::bool(a >= b),
        })
    }

    /// Whether the operator orders its operands.
    const fn orders(self) -> bool {
        matches!(self, Operator::Lt | Operator::Gt | Operator::Lte | Operator::Gte)
    }

    /// The result of a comparison that came out as `ordering`.
    const fn holds(self, ordering: Ordering) -> bool {
        match self {
            Operator::Lt => ordering.is_lt(),
            Operator::Gt => ordering.is_gt(),
            Operator::Lte => ordering.is_le(),
            Operator::Gte => ordering.is_ge(),
            Operator::Neq => ordering.is_ne(),
            _ => ordering.is_eq(),
        }
    }
}

impl Machine<'_> {
    /// The result of an operator for any two values. `top` is the end of the live
    /// slots.
    #[inline(never)]
    pub fn operate(
        &mut self,
        operator: Operator,
        top: *mut Value,
        site: Site,
        a: Value,
        b: Value,
    ) -> Value {
        if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
            return match operator.on_ints(a, b) {
                Some(value) => value,
                None => self.division_by_zero(operator, site, a),
            };
        }
        match operator {
            Operator::Add => self.add(top, site, a, b),
            Operator::Eq | Operator::Neq => self.equality(operator, site, a, b),
            _ if operator.orders() && self.is_lenient() && a.is_str() && b.is_str() => {
                match string::compare(&mut self.heap, a, b) {
                    Ok(ordering) => Value::bool(operator.holds(ordering)),
                    Err(OutOfMemory) => self.out_of_memory(site),
                }
            }
            _ => self.operands_not_ints(operator, site, a, b),
        }
    }

    /// Fails: `+` of what can be neither added nor concatenated.
    #[cold]
    pub(crate) fn not_addable(&mut self, site: Site, a: Value, b: Value) -> Value {
        let joins = |v: Value| v.is_str() || v.is_int();
        // A lenient left side can be anything, if only the right one is a Str.
        let left_fits = joins(a) || self.is_lenient();
        let blame = if left_fits { Blame::Second } else { Blame::First };
        let error = self.operands_error(Operator::Add, site, a, b, blame);
        if a.is_str() || b.is_str() {
            self.help("`--lenient` concatenates a Str with any value as it is printed");
        }
        error
    }

    fn equality(&mut self, operator: Operator, site: Site, a: Value, b: Value) -> Value {
        let equal = match (a.kind(), b.kind()) {
            (Kind::Bool, Kind::Bool) => Ok(a == b),
            (Kind::Str, Kind::Str) => self.are_equal_strs(site, a, b),
            _ if self.is_lenient() => self.structurally_equal(site, a, b),
            _ => return self.not_comparable(operator, site, a, b),
        };
        match equal {
            Ok(equal) => Value::bool(equal == (operator == Operator::Eq)),
            Err(error) => error,
        }
    }

    /// Whether two Strs are equal.
    #[inline]
    pub(crate) fn equal_strs(&mut self, site: Site, a: Value, b: Value) -> Value {
        match self.are_equal_strs(site, a, b) {
            Ok(equal) => Value::bool(equal),
            Err(error) => error,
        }
    }

    /// The same, or the signal of an error.
    #[inline]
    fn are_equal_strs(&mut self, site: Site, a: Value, b: Value) -> Result<bool, Value> {
        let equal = string::equal(&mut self.heap, a, b);
        equal.map_err(|OutOfMemory| self.out_of_memory(site))
    }

    /// Equality of any two values, tuples by structure, with a work list. Pairs that are shared are compared as
    /// often as they are reached.
    fn structurally_equal(&mut self, site: Site, a: Value, b: Value) -> Result<bool, Value> {
        let mut rest = vec![(a, b)];
        let mut steps = 0;
        while let Some((a, b)) = rest.pop() {
            steps += 1;
            if steps % STRETCH == 0
                && let Some(error) = self.poll_if_wanted(site)
            {
                return Err(error);
            }
            if a == b {
                continue;
            }
            if a.is_tuple() && b.is_tuple() {
                rest.push((tuple::second(a), tuple::second(b)));
                rest.push((tuple::first(a), tuple::first(b)));
            } else if !(a.is_str() && b.is_str() && self.are_equal_strs(site, a, b)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `/` or `%` of an Int by zero.
    #[cold]
    #[inline(never)]
    pub fn division_by_zero(&mut self, operator: Operator, site: Site, dividend: i32) -> Value {
        let message = format!("division by zero: `{dividend} {} 0`", operator.symbol());
        self.raise(ErrorKind::DivisionByZero, site, Blame::Second, message, "this is 0")
    }

    /// `&&` or `||` with an operand that is no Bool.
    #[cold]
    #[inline(never)]
    pub fn operand_not_bool(
        &mut self,
        symbol: &str,
        site: Site,
        operand: Value,
        blame: Blame,
    ) -> Value {
        let message = format!("`{symbol}` takes Bools, not {}", self.show(operand));
        let label = format!("this is {}", operand.kind().with_article());
        self.raise(ErrorKind::TypeError, site, blame, message, label)
    }

    fn operands_not_ints(&mut self, operator: Operator, site: Site, a: Value, b: Value) -> Value {
        let ordered = operator.orders() && self.is_lenient() && a.is_str();
        let blame = if a.is_int() || ordered { Blame::Second } else { Blame::First };
        let error = self.operands_error(operator, site, a, b, blame);
        if operator.orders() && a.is_str() && b.is_str() {
            self.help("`--lenient` orders two Strs by their bytes");
        }
        error
    }

    fn not_comparable(&mut self, operator: Operator, site: Site, a: Value, b: Value) -> Value {
        let comparable = matches!(a.kind(), Kind::Int | Kind::Bool | Kind::Str);
        let blame = if comparable { Blame::Second } else { Blame::First };
        let error = self.operands_error(operator, site, a, b, blame);
        self.help("`--lenient` compares any two values");
        error
    }

    fn operands_error(
        &mut self,
        operator: Operator,
        site: Site,
        a: Value,
        b: Value,
        blame: Blame,
    ) -> Value {
        let symbol = operator.symbol();
        let message = format!("cannot apply `{symbol}` to {} and {}", self.show(a), self.show(b));
        let wrong = if blame == Blame::First { a } else { b };
        let label = format!("this is {}", wrong.kind().with_article());
        self.raise(ErrorKind::TypeError, site, blame, message, label)
    }
}
