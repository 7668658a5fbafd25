//! Errors that Python's own compiler finds past its grammar: two captures of one name, stars out of place, …
//!
//! What depends on the scope (loops, `await`, `nonlocal`) is left to `refuse` and to the interpreter's
//! compiler: this context allows all of it.

use std::cell::RefCell;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, PythonVersion, Stmt};
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError,
    SemanticSyntaxErrorKind,
};
use ruff_text_size::{TextRange, TextSize};

/// The version of Python whose syntax is taken.
pub(super) const VERSION: PythonVersion = PythonVersion::PY313;

/// The first such error, with its place.
pub(super) fn first_error(text: &str, body: &[Stmt]) -> Option<(TextSize, String)> {
    let mut walk = Walk {
        checker: SemanticSyntaxChecker::new(),
        context: Context {
            text,
            errors: RefCell::new(Vec::new()),
        },
    };
    walk.visit_body(body);
    let errors = walk.context.errors.into_inner();
    // Generators are refused with a reason of their own.
    let mut real = errors.into_iter().filter(|error| {
        !matches!(
            error.kind,
            SemanticSyntaxErrorKind::YieldFromInAsyncFunction
        )
    });
    real.next()
        .map(|error| (error.range.start(), error.to_string()))
}

struct Context<'a> {
    text: &'a str,
    errors: RefCell<Vec<SemanticSyntaxError>>,
}

struct Walk<'a> {
    checker: SemanticSyntaxChecker,
    context: Context<'a>,
}

impl<'a> Visitor<'a> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.checker.visit_stmt(stmt, &self.context);
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.checker.visit_expr(expr, &self.context);
        visitor::walk_expr(self, expr);
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        false
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        VERSION
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, _: &str) -> Option<TextRange> {
        None
    }

    fn has_nonlocal_binding(&self, _: &str) -> bool {
        true
    }

    fn in_async_context(&self) -> bool {
        true
    }

    fn in_await_allowed_context(&self) -> bool {
        true
    }

    fn in_yield_allowed_context(&self) -> bool {
        true
    }

    fn in_sync_comprehension(&self) -> bool {
        false
    }

    fn in_class_body_comprehension(&self) -> bool {
        false
    }

    fn in_module_scope(&self) -> bool {
        false
    }

    fn in_function_scope(&self) -> bool {
        true
    }

    fn in_generator_context(&self) -> bool {
        false
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.errors.borrow_mut().push(error);
    }

    fn in_loop_context(&self) -> bool {
        true
    }

    fn is_bound_parameter(&self, _: &str) -> bool {
        false
    }
}
