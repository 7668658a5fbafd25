//! Python that the interpreter lacks, turned into calls of the prelude. Lines stay where they are.

mod calls;
mod cases;
mod families;
mod operators;
mod statements;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprContext, InterpolatedStringElement, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::admit::{Wrapped, refused};
use super::edits::Edits;
use super::names::Names;
use crate::script::Failure;

/// The wrapper's text with every rewrite.
///
/// # Errors
/// [`Failure::Refused`] for a form that no rewrite covers.
pub(super) fn rewrite(wrapped: &Wrapped, names: &Names) -> Result<String, Failure> {
    let mut rewriter = Rewriter {
        wrapped,
        names,
        edits: Edits::default(),
        made: 0,
        refusal: None,
    };
    if let Some(function) = wrapped.function() {
        rewriter.visit_body(&function.body);
    }
    match rewriter.refusal {
        Some(refusal) => Err(refusal),
        None => Ok(rewriter.edits.apply(&wrapped.text)),
    }
}

struct Rewriter<'a> {
    wrapped: &'a Wrapped,
    names: &'a Names,
    edits: Edits,
    /// Names made so far.
    made: usize,
    refusal: Option<Failure>,
}

impl Rewriter<'_> {
    fn refuse(&mut self, at: TextSize, message: &str) {
        if self.refusal.is_none() {
            self.refusal = Some(refused(self.wrapped.line(at), message));
        }
    }

    fn text(&self, range: TextRange) -> &str {
        self.wrapped
            .text
            .get(range.start().to_usize()..range.end().to_usize())
            .unwrap_or_default()
    }

    /// The tokens of a gap between two nodes: brackets, operators, no expression.
    fn gap(&self, start: TextSize, end: TextSize) -> &[Token] {
        self.wrapped
            .parsed
            .tokens()
            .in_range(TextRange::new(start, end))
    }

    /// The first token of a kind in a gap.
    fn token(&self, start: TextSize, end: TextSize, kind: TokenKind) -> Option<TextRange> {
        self.gap(start, end)
            .iter()
            .find(|token| token.kind() == kind)
            .map(Ranged::range)
    }

    /// Line ends of a piece that is replaced, to keep the lines after it where they are.
    fn line_ends(&self, range: TextRange) -> String {
        "\n".repeat(self.text(range).matches('\n').count())
    }

    /// A name that nothing else has.
    fn fresh(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}{}", self.made)
    }

    /// Writes `before` and `after` around a node.
    fn around<'a>(&mut self, expr: &'a Expr, before: &str, after: &str)
    where
        Self: Visitor<'a>,
    {
        self.edits.insert(expr.start(), before);
        self.visit_expr(expr);
        self.edits.insert(expr.end(), after);
    }
}

impl<'a> Visitor<'a> for Rewriter<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Delete(delete) => self.delete(delete),
            Stmt::Match(it) => self.match_statement(it),
            Stmt::AugAssign(it) => self.augmented(it),
            Stmt::Assign(it) => self.assign(it),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    /// An annotation is never evaluated here: `int | None` stays as it is.
    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::BinOp(it) => self.binary(it),
            Expr::Compare(it) => self.compare(it),
            Expr::Generator(it) => self.generator(it),
            Expr::Call(it) => self.call(it),
            Expr::Attribute(it) if it.ctx == ExprContext::Load => self.attribute(it),
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        // `{x % 2=}` prints its own text, so that text must stay.
        let shows_itself = matches!(element,
            InterpolatedStringElement::Interpolation(it) if it.debug_text.is_some());
        if !shows_itself {
            visitor::walk_interpolated_string_element(self, element);
        }
    }
}
