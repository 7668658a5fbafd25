//! The names of a source: which it binds itself, which modules it imports under which name.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprContext, Identifier, Keyword, Parameter, Pattern,
    PatternKeyword, Stmt, StmtFunctionDef,
};
use ruff_text_size::{Ranged, TextSize};

use super::modules::{self, Module};

/// The prefix of the prelude's own names, which a source may not utter.
const RESERVED: &str = "_ak_";

/// What a source calls things.
#[derive(Default)]
pub(super) struct Names {
    bound: HashSet<String>,
    imported: HashMap<String, &'static Module>,
    modules: Vec<&'static Module>,
    /// The first reserved name, with its place.
    pub(super) reserved: Option<(String, TextSize)>,
}

impl Names {
    /// The names in a wrapper.
    pub(super) fn of(function: &StmtFunctionDef) -> Self {
        let mut names = Self::default();
        names.visit_parameters(&function.parameters);
        names.visit_body(&function.body);
        names
    }

    /// Whether the source binds `name` anywhere: then it may mean anything.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.bound.contains(name)
    }

    /// The module that `name` means, where nothing but an import binds it.
    pub(super) fn module(&self, name: &str) -> Option<&'static Module> {
        if self.binds(name) {
            None
        } else {
            self.imported.get(name).copied()
        }
    }

    /// The modules that the source imports from.
    pub(super) fn modules(&self) -> &[&'static Module] {
        &self.modules
    }

    fn bind(&mut self, name: &str, at: TextSize) {
        self.utter(name, at);
        self.bound.insert(name.to_owned());
    }

    fn utter(&mut self, name: &str, at: TextSize) {
        if name.starts_with(RESERVED) && self.reserved.is_none() {
            self.reserved = Some((name.to_owned(), at));
        }
    }

    fn bind_identifier(&mut self, name: &Identifier) {
        self.bind(name.as_str(), name.start());
    }

    fn import(&mut self, alias: &Alias) {
        let name = alias.name.as_str();
        self.modules.extend(modules::find(name));
        let found = match &alias.asname {
            Some(asname) => {
                self.utter(asname.as_str(), asname.start());
                Some((asname.as_str(), modules::find(name)))
            }
            // `import a.b` binds `a`.
            None => name
                .split('.')
                .next()
                .map(|root| (root, modules::find(root))),
        };
        match found {
            Some((bound, Some(module))) => {
                self.imported.insert(bound.to_owned(), module);
            }
            Some((bound, None)) => self.bind(bound, alias.start()),
            None => {}
        }
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.bind_identifier(&def.name),
            Stmt::ClassDef(def) => self.bind_identifier(&def.name),
            Stmt::Global(it) => it.names.iter().for_each(|name| self.bind_identifier(name)),
            Stmt::Nonlocal(it) => it.names.iter().for_each(|name| self.bind_identifier(name)),
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.import(alias)),
            Stmt::ImportFrom(import) => {
                let name = import.module.as_ref().map_or("", |module| module.as_str());
                self.modules.extend(modules::find(name));
                for alias in &import.names {
                    self.bind_identifier(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.utter(&name.id, name.start()),
            Expr::Name(name) => self.bind(&name.id, name.start()),
            Expr::Attribute(attribute) => self.utter(&attribute.attr, attribute.attr.start()),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind_identifier(&parameter.name);
        visitor::walk_parameter(self, parameter);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        if let Some(name) = &keyword.arg {
            self.utter(name, name.start());
        }
        visitor::walk_keyword(self, keyword);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(it) = handler;
        if let Some(name) = &it.name {
            self.bind_identifier(name);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchStar(it) => it.name.as_ref(),
            Pattern::MatchAs(it) => it.name.as_ref(),
            Pattern::MatchMapping(it) => it.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind_identifier(name);
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_pattern_keyword(&mut self, keyword: &'a PatternKeyword) {
        self.utter(&keyword.attr, keyword.attr.start());
        visitor::walk_pattern_keyword(self, keyword);
    }
}
