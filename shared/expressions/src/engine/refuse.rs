//! What cannot be run here, found before it is: each with its line and a reason.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, Comprehension, Expr, ExprContext, Number, Operator, Stmt, StmtClassDef, StmtImport,
    StmtImportFrom,
};
use ruff_text_size::{Ranged, TextSize};

use super::admit::{Wrapped, refused};
use super::modules;
use super::names::Names;
use crate::script::Failure;

/// Functions and classes within one another; the interpreter's compiler takes exponential time.
const DEEPEST_FUNCTIONS: usize = 8;

/// Methods by which a class changes what an operator means, and which the interpreter heeds.
const HEEDED: &[&str] = &[
    "__init__",
    "__eq__",
    "__hash__",
    "__str__",
    "__repr__",
    "__iter__",
    "__next__",
    "__contains__",
    "__enter__",
    "__exit__",
    "__post_init__",
];

/// Names that authentik or Python has and that have no meaning here.
const ABSENT: &[(&[&str], &str)] = &[
    (
        &["requests", "resolve_dns", "reverse_dns", "ak_send_email"],
        "expressions have no network",
    ),
    (
        &["ak_create_jwt", "ak_create_jwt_raw"],
        "expressions do not sign tokens",
    ),
    (&["open", "input"], "expressions have no files"),
    (
        &[
            "eval",
            "exec",
            "compile",
            "__import__",
            "globals",
            "locals",
            "vars",
            "dir",
            "breakpoint",
            "help",
            "delattr",
            "__builtins__",
        ],
        "expressions do not reflect on themselves",
    ),
    (
        &[
            "bytearray",
            "memoryview",
            "complex",
            "object",
            "super",
            "property",
            "staticmethod",
            "classmethod",
            "aiter",
            "anext",
        ],
        "it is not supported",
    ),
];

/// The first thing in `wrapped` that cannot be run.
///
/// # Errors
/// [`Failure::Refused`].
pub(super) fn review(wrapped: &Wrapped, names: &Names) -> Result<(), Failure> {
    if let Some((name, at)) = &names.reserved {
        let message = format!("names that begin with `_ak_` are reserved: `{name}`");
        return Err(refused(wrapped.line(*at), message));
    }
    let mut review = Review {
        wrapped,
        names,
        functions: 0,
        asynchronous: false,
        found: None,
    };
    if let Some(function) = wrapped.function() {
        if let Err(message) = refuse_dels(&function.body) {
            review.refuse(message.0, message.1);
        }
        review.visit_body(&function.body);
    }
    review.found.map_or(Ok(()), Err)
}

/// `del name` is only dropped where the name is not read again: then nobody can tell.
fn refuse_dels(body: &[Stmt]) -> Result<(), (TextSize, String)> {
    struct Dels {
        names: Vec<(String, TextSize)>,
        loops: usize,
        bad: Option<(TextSize, String)>,
    }
    impl<'a> Visitor<'a> for Dels {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            let is_loop = matches!(stmt, Stmt::For(_) | Stmt::While(_) | Stmt::FunctionDef(_));
            self.loops += usize::from(is_loop);
            if let Stmt::Delete(delete) = stmt {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        if self.loops > 0 {
                            let message = format!(
                                "`del {}` is not supported in a loop or a function",
                                name.id
                            );
                            self.bad.get_or_insert((name.start(), message));
                        }
                        self.names.push((name.id.to_string(), name.start()));
                    }
                }
            }
            visitor::walk_stmt(self, stmt);
            self.loops -= usize::from(is_loop);
        }

        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr
                && name.ctx == ExprContext::Load
                && self.names.iter().any(|(gone, _)| *gone == *name.id)
            {
                let message = format!(
                    "`{}` is read after `del {}`: not supported",
                    name.id, name.id
                );
                self.bad.get_or_insert((name.start(), message));
            }
            visitor::walk_expr(self, expr);
        }
    }
    let mut dels = Dels {
        names: Vec::new(),
        loops: 0,
        bad: None,
    };
    dels.visit_body(body);
    dels.bad.map_or(Ok(()), Err)
}

struct Review<'a> {
    wrapped: &'a Wrapped,
    names: &'a Names,
    functions: usize,
    asynchronous: bool,
    found: Option<Failure>,
}

impl Review<'_> {
    fn refuse(&mut self, at: TextSize, message: impl Into<String>) {
        let line = self.wrapped.line(at);
        let earlier =
            matches!(&self.found, Some(Failure::Refused { line: known, .. }) if *known <= line);
        if !earlier {
            self.found = Some(refused(line, message));
        }
    }

    fn import(&mut self, import: &StmtImport) {
        for alias in &import.names {
            let root = alias.name.split('.').next().unwrap_or_default();
            if modules::find(&alias.name).is_none() {
                self.no_module(alias, &alias.name);
            } else if alias.asname.is_none() && modules::find(root).is_none() {
                let name = &alias.name;
                self.refuse(
                    alias.start(),
                    format!("`import {name}` needs `as` and a name here"),
                );
            }
        }
    }

    fn no_module(&mut self, alias: &Alias, name: &str) {
        let why = modules::absence(name);
        self.refuse(
            alias.start(),
            format!("the module `{name}` is not available: {why}"),
        );
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let name = import.module.as_ref().map_or("", |module| module.as_str());
        let module = (import.level == 0).then(|| modules::find(name)).flatten();
        for alias in &import.names {
            let member = alias.name.as_str();
            match module {
                _ if member == "*" => self.refuse(alias.start(), "`import *` is not supported"),
                None if name.is_empty() || import.level > 0 => {
                    self.refuse(alias.start(), "relative imports are not supported");
                }
                // `from urllib import parse`, but not `from authentik import core`.
                None => self.no_module(alias, name),
                Some(module) => self.member(module, member, alias.start()),
            }
        }
    }

    fn member(&mut self, module: &modules::Module, member: &str, at: TextSize) {
        if !module.members.is_empty() && !module.members.contains(&member) {
            let why = if module.name.starts_with("authentik") {
                modules::absence(module.name)
            } else {
                "it is not among the names of docs/expressions.md"
            };
            self.refuse(
                at,
                format!("`{}.{member}` is not available: {why}", module.name),
            );
        }
    }

    fn class(&mut self, class: &StmtClassDef) {
        if class
            .arguments
            .as_ref()
            .is_some_and(|it| !it.args.is_empty() || !it.keywords.is_empty())
        {
            self.refuse(class.start(), "inheritance is not supported");
        }
        for stmt in &class.body {
            let Stmt::FunctionDef(method) = stmt else {
                continue;
            };
            let name = method.name.as_str();
            if !method.decorator_list.is_empty() {
                self.refuse(method.start(), "decorated methods are not supported");
            }
            if name.starts_with("__") && name.ends_with("__") && !HEEDED.contains(&name) {
                self.refuse(
                    method.name.start(),
                    format!("a class with `{name}` is not supported"),
                );
            }
        }
    }

    /// Walks a function or a class, one level deeper.
    fn nested<'a>(&mut self, stmt: &'a Stmt)
    where
        Self: Visitor<'a>,
    {
        self.functions += 1;
        if self.functions > DEEPEST_FUNCTIONS {
            let message =
                format!("functions nested deeper than {DEEPEST_FUNCTIONS} are not supported");
            self.refuse(stmt.start(), message);
        } else {
            visitor::walk_stmt(self, stmt);
        }
        self.functions -= 1;
    }

    fn name(&mut self, name: &str, at: TextSize) {
        if self.names.binds(name) {
            return;
        }
        for (names, why) in ABSENT {
            if names.contains(&name) {
                self.refuse(at, format!("`{name}` is not available: {why}"));
            }
        }
    }
}

/// Whether evaluating an expression twice is as evaluating it once.
fn is_repeatable(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => true,
        Expr::Attribute(it) => is_repeatable(&it.value),
        Expr::Subscript(it) => is_repeatable(&it.value) && is_repeatable(&it.slice),
        _ => false,
    }
}

impl<'a> Visitor<'a> for Review<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                let outer = std::mem::replace(&mut self.asynchronous, def.is_async);
                self.nested(stmt);
                self.asynchronous = outer;
                return;
            }
            Stmt::ClassDef(class) => {
                self.class(class);
                return self.nested(stmt);
            }
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::TypeAlias(it) => self.refuse(it.start(), "`type` statements are not supported"),
            Stmt::Try(it) if it.is_star => self.refuse(it.start(), "`except*` is not supported"),
            Stmt::For(it) if it.is_async && !self.asynchronous => {
                self.refuse(it.start(), "`async for` outside an async function");
            }
            Stmt::With(it) if it.is_async && !self.asynchronous => {
                self.refuse(it.start(), "`async with` outside an async function");
            }
            Stmt::AugAssign(it)
                if matches!(it.op, Operator::BitOr | Operator::Mod)
                    && !is_repeatable(&it.target) =>
            {
                let message = format!(
                    "`{}=` on such a target is not supported: name it first",
                    it.op
                );
                self.refuse(it.start(), message);
            }
            Stmt::Delete(it) => {
                for target in &it.targets {
                    if !matches!(target, Expr::Name(_) | Expr::Subscript(_)) {
                        self.refuse(target.start(), "`del` of this is not supported");
                    }
                }
            }
            Stmt::Assign(it) => {
                let slices = it.targets.iter().any(|target| {
                    target
                        .as_subscript_expr()
                        .is_some_and(|it| it.slice.is_slice_expr())
                });
                if slices && it.targets.len() > 1 {
                    self.refuse(
                        it.start(),
                        "assigning to a slice and to something else is not supported",
                    );
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.refuse(
                    expr.start(),
                    "generators (`yield`) are not supported: return a list",
                );
            }
            Expr::Await(_) if !self.asynchronous => {
                self.refuse(expr.start(), "`await` outside an async function");
            }
            Expr::TString(_) => self.refuse(expr.start(), "template strings are not supported"),
            Expr::NumberLiteral(it) if matches!(it.value, Number::Complex { .. }) => {
                self.refuse(expr.start(), "complex numbers are not supported");
            }
            Expr::Name(name) if name.ctx == ExprContext::Load => self.name(&name.id, name.start()),
            Expr::Attribute(it) => {
                if let Expr::Name(owner) = &*it.value
                    && let Some(module) = self.names.module(&owner.id)
                {
                    self.member(module, &it.attr, it.start());
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        if comprehension.is_async {
            self.refuse(
                comprehension.start(),
                "`async for` in a comprehension is not supported",
            );
        }
        visitor::walk_comprehension(self, comprehension);
    }
}
