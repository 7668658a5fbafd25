//! Imports, `del`, and assignments that the interpreter lacks.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Expr, ExprSlice, ExprSubscript, Operator, StmtAssign, StmtAugAssign, StmtDelete, StmtImport,
    StmtImportFrom,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Rewriter;
use crate::engine::modules;

impl Rewriter<'_> {
    /// `import json, math` → `json = _ak_import("json"); import math`.
    pub(super) fn import(&mut self, import: &StmtImport) {
        let made = |name: &str| modules::find(name).is_some_and(|module| module.piece.is_some());
        if !import.names.iter().any(|alias| made(&alias.name)) {
            return;
        }
        let ends = self.line_ends(import.range());
        let parts: Vec<String> = import
            .names
            .iter()
            .map(|alias| {
                let name = alias.name.as_str();
                let root = name.split('.').next().unwrap_or_default();
                match (&alias.asname, made(name)) {
                    (Some(bound), true) => format!("{bound} = _ak_import(\"{name}\")"),
                    (None, true) => format!("{root} = _ak_import(\"{root}\")"),
                    (Some(bound), false) => format!("import {name} as {bound}"),
                    (None, false) => format!("import {name}"),
                }
            })
            .collect();
        // The statement's own line ends go inside a bracket, where they mean nothing.
        let last = if ends.is_empty() {
            String::new()
        } else {
            format!("; _ak_true(0{ends})")
        };
        self.edits.replace(import.range(), parts.join("; ") + &last);
    }

    /// `from re import sub as s` → `s = _ak_from("re", "sub")`.
    pub(super) fn import_from(&mut self, import: &StmtImportFrom) {
        let name = import.module.as_ref().map_or("", |module| module.as_str());
        if modules::find(name).is_none_or(|module| module.piece.is_none()) {
            return;
        }
        let ends = self.line_ends(import.range());
        let parts: Vec<String> = import
            .names
            .iter()
            .map(|alias| {
                let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                format!("{bound} = _ak_from(\"{name}\", \"{}\")", alias.name)
            })
            .collect();
        let last = if ends.is_empty() {
            String::new()
        } else {
            format!("; _ak_true(0{ends})")
        };
        self.edits.replace(import.range(), parts.join("; ") + &last);
    }

    /// `del d[k]` → `_ak_delete(d, (k))`; a name that is not read again is simply left.
    pub(super) fn delete<'a>(&mut self, delete: &'a StmtDelete)
    where
        Self: Visitor<'a>,
    {
        let Some(first) = self
            .gap(delete.start(), delete.end())
            .get(1)
            .map(Ranged::start)
        else {
            return;
        };
        self.edits
            .replace(TextRange::new(delete.start(), first), "");
        let mut before: Option<TextSize> = None;
        for target in &delete.targets {
            let comma = before.and_then(|end| self.token(end, target.start(), TokenKind::Comma));
            if let Some(comma) = comma {
                self.edits.replace(comma, ";");
            }
            before = Some(target.end());
            match target {
                Expr::Subscript(it) => self.delete_item(it),
                _ => self.edits.replace(target.range(), "None"),
            }
        }
        let comma = before.and_then(|end| self.token(end, delete.end(), TokenKind::Comma));
        if let Some(trailing) = comma {
            self.edits.replace(trailing, "");
        }
    }

    fn delete_item<'a>(&mut self, target: &'a ExprSubscript)
    where
        Self: Visitor<'a>,
    {
        if let Expr::Slice(slice) = &*target.slice {
            if let Some(parts) = self.slice_parts(target, slice) {
                self.edits
                    .replace(target.range(), format!("_ak_delete_slice({parts})"));
            }
            return;
        }
        let (one, end) = (TextSize::from(1), target.end());
        let bracket = self.token(target.value.end(), target.slice.start(), TokenKind::Lsqb);
        let Some(bracket) = bracket else { return };
        self.edits.insert(target.start(), "_ak_delete(");
        self.visit_expr(&target.value);
        self.edits.replace(bracket, ", (");
        self.visit_expr(&target.slice);
        self.edits.replace(TextRange::at(end - one, one), "))");
    }

    /// `items, lower, upper, step` of a slice of simple parts.
    fn slice_parts(&mut self, target: &ExprSubscript, slice: &ExprSlice) -> Option<String> {
        let part = |expr: &Option<Box<Expr>>| match expr {
            None => Some("None".to_owned()),
            Some(expr) if is_simple(expr) => Some(self.text(expr.range()).to_owned()),
            Some(_) => None,
        };
        let parts = (part(&slice.lower), part(&slice.upper), part(&slice.step));
        if let (Some(lower), Some(upper), Some(step)) = parts
            && is_simple(&target.value)
        {
            return Some(format!(
                "{}, {lower}, {upper}, {step}",
                self.text(target.value.range())
            ));
        }
        self.refuse(
            target.start(),
            "such a slice cannot be changed here: name its parts first",
        );
        None
    }

    /// `items[1:2] = new` → `_ak_set_slice(items, 1, 2, None, (new))`.
    pub(super) fn assign<'a>(&mut self, it: &'a StmtAssign)
    where
        Self: Visitor<'a>,
    {
        if let [Expr::Subscript(target)] = it.targets.as_slice()
            && let Expr::Slice(slice) = &*target.slice
        {
            let equals = self.token(target.end(), it.value.start(), TokenKind::Equal);
            if let (Some(equals), Some(parts)) = (equals, self.slice_parts(target, slice)) {
                let head = TextRange::new(it.start(), equals.end());
                self.edits
                    .replace(head, format!("_ak_set_slice({parts}, ("));
                self.visit_expr(&it.value);
                self.edits.insert(it.end(), "))");
            }
            return;
        }
        it.targets.iter().for_each(|target| self.visit_expr(target));
        self.visit_expr(&it.value);
    }

    /// `a |= b` → `a = _ak_ior(a, (b))`, and so for `%=`, `*=`, `+=`.
    pub(super) fn augmented<'a>(&mut self, it: &'a StmtAugAssign)
    where
        Self: Visitor<'a>,
    {
        let literal = matches!(
            &*it.value,
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::FString(_)
        );
        let helper = match it.op {
            Operator::BitOr => Some(("_ak_ior", TokenKind::VbarEqual)),
            Operator::Mod => Some(("_ak_mod", TokenKind::PercentEqual)),
            Operator::Mult => Some(("_ak_imul", TokenKind::StarEqual)),
            Operator::Sub if !literal => Some(("_ak_isub", TokenKind::MinusEqual)),
            Operator::BitAnd if !literal => Some(("_ak_iand", TokenKind::AmperEqual)),
            Operator::BitXor if !literal => Some(("_ak_ixor", TokenKind::CircumflexEqual)),
            Operator::Add if !literal => Some(("_ak_iadd", TokenKind::PlusEqual)),
            _ => None,
        };
        let operator =
            helper.and_then(|(_, kind)| self.token(it.target.end(), it.value.start(), kind));
        if let (Some((name, _)), Some(operator), true) = (helper, operator, is_simple(&it.target)) {
            let target = self.text(it.target.range()).to_owned();
            self.edits
                .replace(operator, format!("= {name}({target}, ("));
            self.visit_expr(&it.value);
            self.edits.insert(it.end(), "))");
        } else {
            visitor::walk_expr(self, &it.target);
            self.operand(&it.value);
        }
    }
}

/// Whether an expression may be written twice: no call, and nothing that a rewrite changes.
fn is_simple(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) => true,
        Expr::UnaryOp(it) => it.operand.is_number_literal_expr(),
        Expr::Attribute(it) => is_simple(&it.value),
        Expr::Subscript(it) => is_simple(&it.value) && is_simple(&it.slice),
        Expr::BinOp(it) => {
            matches!(it.op, Operator::Add | Operator::Sub)
                && is_simple(&it.left)
                && is_simple(&it.right)
        }
        Expr::Call(it) => {
            it.func.as_name_expr().is_some_and(|name| name.id == "len")
                && it.arguments.args.iter().all(is_simple)
        }
        _ => false,
    }
}
