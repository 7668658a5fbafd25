//! Operators whose operands the interpreter does not know: sets, dicts, texts, booleans.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{CmpOp, Expr, ExprBinOp, ExprCompare, Operator};
use ruff_text_size::{Ranged, TextRange};

use super::Rewriter;

impl Rewriter<'_> {
    pub(super) fn binary<'a>(&mut self, it: &'a ExprBinOp)
    where
        Self: Visitor<'a>,
    {
        let helper = match it.op {
            Operator::Mod if !is_number(&it.left) => Some(("_ak_mod(", TokenKind::Percent)),
            Operator::BitOr if !is_number(&it.left) && !is_number(&it.right) => {
                Some(("_ak_or(", TokenKind::Vbar))
            }
            _ => None,
        };
        let operator =
            helper.and_then(|(_, kind)| self.token(it.left.end(), it.right.start(), kind));
        if let (Some((name, _)), Some(operator)) = (helper, operator) {
            self.edits.insert(it.start(), name);
            self.operand(&it.left);
            self.edits.replace(operator, ",");
            self.operand(&it.right);
            self.edits.insert(it.end(), ")");
        } else {
            self.operand(&it.left);
            self.operand(&it.right);
        }
    }

    /// `(x > 1) + 1`: a boolean is no number to the interpreter.
    pub(super) fn operand<'a>(&mut self, expr: &'a Expr)
    where
        Self: Visitor<'a>,
    {
        if is_boolean(expr) {
            self.around(expr, "_ak_number(", ")");
        } else {
            self.visit_expr(expr);
        }
    }

    pub(super) fn compare<'a>(&mut self, it: &'a ExprCompare)
    where
        Self: Visitor<'a>,
    {
        let operands: Vec<&'a Expr> = std::iter::once(&*it.left)
            .chain(it.comparators.iter())
            .collect();
        // Sets on neither side: the interpreter compares what is left, or refuses as CPython does.
        let plain = operands
            .windows(2)
            .all(|pair| pair.iter().any(|expr| is_plain(expr)));
        let orders = it.ops.iter().any(|op| helper(*op).is_some());
        if !orders || plain {
            return operands.iter().for_each(|expr| self.visit_expr(expr));
        }
        match (&*it.ops, operands.as_slice()) {
            ([op], [left, right]) => self.compare_pair(it, *op, left, right),
            _ if operands.iter().any(|expr| binds(expr)) => {
                for expr in &operands {
                    self.visit_expr(expr);
                }
            }
            _ => self.compare_chain(it, &operands),
        }
    }

    fn compare_pair<'a>(&mut self, it: &ExprCompare, op: CmpOp, left: &'a Expr, right: &'a Expr)
    where
        Self: Visitor<'a>,
    {
        if let Some((name, kind)) = helper(op)
            && let Some(operator) = self.token(left.end(), right.start(), kind)
        {
            self.edits.insert(it.start(), format!("{name}("));
            self.visit_expr(left);
            self.edits.replace(operator, ",");
            self.visit_expr(right);
            self.edits.insert(it.end(), ")");
        }
    }

    /// `a <= b < c`: what stands on the right is evaluated only if it is reached, and once.
    fn compare_chain<'a>(&mut self, it: &ExprCompare, operands: &[&'a Expr])
    where
        Self: Visitor<'a>,
    {
        self.edits.insert(it.start(), "_ak_chain(");
        if let Some(first) = operands.first() {
            self.visit_expr(first);
        }
        for (pair, op) in operands.windows(2).zip(&it.ops) {
            let [left, right] = pair else { continue };
            let gap = self.gap(left.end(), right.start());
            let mut words = gap.iter().filter(|token| {
                !matches!(
                    token.kind(),
                    TokenKind::Lpar
                        | TokenKind::Rpar
                        | TokenKind::NonLogicalNewline
                        | TokenKind::Comment
                )
            });
            let first = words.next().map(Ranged::range);
            let last = words.next_back().map(Ranged::range).or(first);
            if let (Some(first), Some(last)) = (first, last) {
                let range = TextRange::new(first.start(), last.end());
                self.edits.replace(range, format!(", \"{op}\", lambda: "));
            }
            self.visit_expr(right);
        }
        self.edits.insert(it.end(), ")");
    }
}

fn helper(op: CmpOp) -> Option<(&'static str, TokenKind)> {
    match op {
        CmpOp::Lt => Some(("_ak_lt", TokenKind::Less)),
        CmpOp::LtE => Some(("_ak_le", TokenKind::LessEqual)),
        CmpOp::Gt => Some(("_ak_gt", TokenKind::Greater)),
        CmpOp::GtE => Some(("_ak_ge", TokenKind::GreaterEqual)),
        _ => None,
    }
}

fn is_number(expr: &Expr) -> bool {
    expr.is_number_literal_expr()
}

/// A literal, or `len(…)`: nothing that a set or an address compares with.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::FString(_)
        | Expr::BytesLiteral(_) => true,
        Expr::Call(call) => call
            .func
            .as_name_expr()
            .is_some_and(|name| name.id == "len"),
        Expr::UnaryOp(it) => it.operand.is_number_literal_expr(),
        _ => false,
    }
}

fn is_boolean(expr: &Expr) -> bool {
    match expr {
        Expr::Compare(_) | Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(it) => it.op == ruff_python_ast::UnaryOp::Not,
        _ => false,
    }
}

/// Whether an expression binds a name, which a lambda around it would keep to itself.
pub(super) fn binds(expr: &Expr) -> bool {
    struct Binds(bool);
    impl<'a> Visitor<'a> for Binds {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.0 |= matches!(expr, Expr::Named(_) | Expr::Await(_));
            visitor::walk_expr(self, expr);
        }
    }
    let mut binds = Binds(false);
    binds.visit_expr(expr);
    binds.0
}
