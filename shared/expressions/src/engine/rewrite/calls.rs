//! Methods that native values lack, methods that are not called, and generator expressions.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, Expr, ExprAttribute, ExprCall, ExprGenerator};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Rewriter;
use super::families::{METHODS, STATIC, TYPES, family, unbound};
use super::operators::binds;

impl Rewriter<'_> {
    pub(super) fn call<'a>(&mut self, call: &'a ExprCall)
    where
        Self: Visitor<'a>,
    {
        match &*call.func {
            Expr::Attribute(method) => {
                if !self.type_call(call, method) {
                    self.method_call(call, method);
                }
            }
            Expr::Name(name) => self.name_call(call, &name.id),
            func => {
                self.visit_expr(func);
                self.arguments(call);
            }
        }
    }

    fn arguments<'a>(&mut self, call: &'a ExprCall)
    where
        Self: Visitor<'a>,
    {
        visitor::walk_arguments(self, &call.arguments);
    }

    fn name_call<'a>(&mut self, call: &'a ExprCall, name: &str)
    where
        Self: Visitor<'a>,
    {
        let builtin = !self.names.binds(name);
        match name {
            "any" | "all" | "next" if builtin && self.early_end(call, name) => return,
            "bytes" if builtin => self.edits.replace(call.func.range(), "_ak_bytes"),
            "timedelta" if !call.arguments.is_empty() => {
                self.edits.insert(call.start(), "_ak_timedelta(");
                self.comma_for_parenthesis(call);
            }
            _ => {}
        }
        self.arguments(call);
    }

    /// `f(x)` → `g(f, x)`: the opening bracket becomes a comma.
    fn comma_for_parenthesis(&mut self, call: &ExprCall) {
        let start = call.arguments.start();
        self.edits
            .replace(TextRange::at(start, TextSize::from(1)), ", ");
    }

    /// `str.upper(name)`, `str.maketrans(…)`, `int.from_bytes(…)`, `chain.from_iterable(…)`.
    fn type_call<'a>(&mut self, call: &'a ExprCall, method: &'a ExprAttribute) -> bool
    where
        Self: Visitor<'a>,
    {
        let name = method.attr.as_str();
        if name == "from_iterable"
            && let ([lists], true) = (&*call.arguments.args, call.arguments.keywords.is_empty())
        {
            self.visit_expr(&method.value);
            self.edits
                .replace(TextRange::new(method.value.end(), method.end()), "");
            self.around(lists, "*(", ")");
            return true;
        }
        let Expr::Name(owner) = &*method.value else {
            return false;
        };
        if self.names.binds(&owner.id) || !TYPES.contains(&owner.id.as_str()) {
            return false;
        }
        let instead = match (owner.id.as_str(), name) {
            ("str", "maketrans") => "_ak_maketrans".to_owned(),
            ("int", "from_bytes") => "_ak_from_bytes".to_owned(),
            (_, name) if STATIC.contains(&name) => return false,
            (_, name) => format!("({})", unbound(name)),
        };
        self.edits.replace(method.range(), instead);
        self.arguments(call);
        true
    }

    fn method_call<'a>(&mut self, call: &'a ExprCall, method: &'a ExprAttribute)
    where
        Self: Visitor<'a>,
    {
        let name = method.attr.as_str();
        if name == "timedelta" && !call.arguments.is_empty() {
            self.edits.insert(call.start(), "_ak_timedelta(");
            self.visit_expr(&method.value);
            self.comma_for_parenthesis(call);
        } else {
            match Self::family_of(call, name) {
                Some(family) => self.around(&method.value, &format!("{family}("), ")"),
                None => self.visit_expr(&method.value),
            }
        }
        self.arguments(call);
    }

    fn family_of(call: &ExprCall, name: &str) -> Option<&'static str> {
        let arguments = &call.arguments;
        match name {
            "union" | "intersection" | "difference" | "update" if arguments.args.len() > 1 => {
                Some("_ak_sets")
            }
            // `QuerySet.get` takes look-ups alone, `dict.get` none.
            "get" if arguments.args.is_empty() && !arguments.keywords.is_empty() => Some("_ak_qs"),
            _ => family(name),
        }
    }

    /// `key=str.lower`, `f = names.get`: a method of a native value is no value to the interpreter.
    pub(super) fn attribute<'a>(&mut self, attribute: &'a ExprAttribute)
    where
        Self: Visitor<'a>,
    {
        let name = attribute.attr.as_str();
        let dot = self.token(attribute.value.end(), attribute.end(), TokenKind::Dot);
        let Some(dot) = dot else {
            return self.visit_expr(&attribute.value);
        };
        let tail = TextRange::new(dot.start(), attribute.end());
        let owner = attribute
            .value
            .as_name_expr()
            .map(|owner| owner.id.as_str());
        if name == "__class__" {
            self.edits.insert(attribute.start(), "type(");
            self.visit_expr(&attribute.value);
            self.edits.replace(tail, ")");
        } else if METHODS.contains(&name) && owner.is_none_or(|it| self.names.module(it).is_none())
        {
            self.edits.insert(attribute.start(), "_ak_bind(");
            self.visit_expr(&attribute.value);
            let bound = format!(", lambda _ak_o: _ak_o.{name}, {})", unbound(name));
            self.edits.replace(tail, bound);
        } else {
            self.visit_expr(&attribute.value);
        }
    }

    /// A generator expression is a list to the interpreter: make it the iterator that it is.
    pub(super) fn generator<'a>(&mut self, generator: &'a ExprGenerator)
    where
        Self: Visitor<'a>,
    {
        self.enclose(generator, "iter([", "])", |rewriter| {
            rewriter.visit_expr(&generator.elt);
            generator
                .generators
                .iter()
                .for_each(|it| rewriter.visit_comprehension(it));
        });
    }

    /// `any`, `all` and `next` of a generator expression stop where they know: what comes after may raise.
    ///
    /// `next(e for x in xs if c)` → `_ak_next(lambda r: [r.append(e) for x in xs if not r if c])`.
    fn early_end<'a>(&mut self, call: &'a ExprCall, name: &str) -> bool
    where
        Self: Visitor<'a>,
    {
        let (first, rest) = match &*call.arguments.args {
            [first] => (first, None),
            [first, rest] if name == "next" => (first, Some(rest)),
            _ => return false,
        };
        let Expr::Generator(generator) = first else {
            return false;
        };
        if !call.arguments.keywords.is_empty() || binds(first) {
            return false;
        }
        let kept = self.fresh("_ak_r");
        self.edits.replace(call.func.range(), format!("_ak_{name}"));
        self.enclose(generator, &format!("lambda {kept}: ["), "]", |rewriter| {
            let (before, after) = match name {
                "any" => (format!("{kept}.append(True) if ("), ") else None"),
                "all" => ("None if (".to_owned(), ") else "),
                _ => (format!("{kept}.append("), ")"),
            };
            rewriter.around(&generator.elt, &before, after);
            if name == "all" {
                rewriter
                    .edits
                    .insert(generator.elt.end(), format!("{kept}.append(True)"));
            }
            generator
                .generators
                .iter()
                .for_each(|clause| rewriter.early_clause(clause, &kept));
        });
        if let Some(rest) = rest {
            self.visit_expr(rest);
        }
        true
    }

    fn early_clause<'a>(&mut self, clause: &'a Comprehension, kept: &str)
    where
        Self: Visitor<'a>,
    {
        self.visit_expr(&clause.iter);
        let test = clause
            .ifs
            .first()
            .and_then(|test| self.token(clause.iter.end(), test.start(), TokenKind::If));
        match test {
            Some(test) => self.edits.insert(test.start(), format!("if not {kept} ")),
            None => self.edits.insert(clause.end(), format!(" if not {kept}")),
        }
        clause.ifs.iter().for_each(|test| self.visit_expr(test));
    }

    /// Writes `open` and `close` for a generator expression's brackets, which may be those of a call.
    fn enclose(
        &mut self,
        generator: &ExprGenerator,
        open: &str,
        close: &str,
        inside: impl FnOnce(&mut Self),
    ) {
        let one = TextSize::from(1);
        if generator.parenthesized {
            self.edits
                .replace(TextRange::at(generator.start(), one), open);
            inside(self);
            self.edits
                .replace(TextRange::at(generator.end() - one, one), close);
        } else {
            self.edits.insert(generator.start(), open);
            inside(self);
            self.edits.insert(generator.end(), close);
        }
    }
}
