//! `match` as `if` and `elif`, line for line: `case` becomes `elif`, its pattern a condition.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{
    Expr, MatchCase, Pattern, PatternMatchClass, PatternMatchMapping, PatternMatchSequence,
    Singleton, StmtMatch,
};
use ruff_text_size::{Ranged, TextRange};

use super::Rewriter;

/// Builtin classes that take the whole value as their one positional pattern (PEP 634).
const SELF_MATCHING: &[&str] = &[
    "bool",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
];

impl Rewriter<'_> {
    pub(super) fn match_statement<'a>(&mut self, it: &'a StmtMatch)
    where
        Self: Visitor<'a>,
    {
        let subject = self.fresh("_ak_s");
        let tokens = self.gap(it.start(), it.end());
        let after_keyword = tokens.get(1).map(Ranged::start);
        let colon = it.cases.first().and_then(|case| self.last_colon(it, case));
        let (Some(after), Some(colon)) = (after_keyword, colon) else {
            return self.refuse(it.start(), "this `match` cannot be read");
        };
        self.edits.replace(
            TextRange::new(it.start(), after),
            format!("if _ak_true({subject} := ("),
        );
        self.visit_expr(&it.subject);
        self.edits.insert(colon.start(), "))");
        for (index, case) in it.cases.iter().enumerate() {
            self.case(case, &subject, index == 0);
        }
    }

    /// The colon that ends the `match` line.
    fn last_colon(&self, it: &StmtMatch, case: &MatchCase) -> Option<TextRange> {
        let gap = self.gap(it.subject.end(), case.start());
        gap.iter()
            .find(|token| token.kind() == TokenKind::Colon)
            .map(Ranged::range)
    }

    fn case<'a>(&mut self, case: &'a MatchCase, subject: &str, first: bool)
    where
        Self: Visitor<'a>,
    {
        let head_end = case
            .guard
            .as_ref()
            .map_or(case.pattern.end(), |guard| guard.end());
        let body = case.body.first().map_or(case.end(), Ranged::start);
        let Some(colon) = self.token(head_end, body, TokenKind::Colon) else {
            return self.refuse(case.start(), "this `case` cannot be read");
        };
        let condition = self.pattern(&case.pattern, subject);
        let keyword = if first { "if" } else { "elif" };
        let head_end = match &case.guard {
            None => colon.start(),
            Some(guard) => match self.token(case.pattern.end(), guard.start(), TokenKind::If) {
                Some(word) => word.end(),
                None => return self.refuse(case.start(), "this `case` cannot be read"),
            },
        };
        let head = TextRange::new(case.start(), head_end);
        let ends = self.line_ends(head);
        if let Some(guard) = &case.guard {
            self.edits
                .replace(head, format!("{keyword} (({condition}{ends}) and ("));
            self.visit_expr(guard);
            self.edits.insert(colon.start(), "))");
        } else {
            self.edits
                .replace(head, format!("{keyword} ({condition}{ends})"));
        }
        self.visit_body(&case.body);
    }

    /// The condition under which `pattern` matches `subject`, an expression that may be repeated.
    fn pattern(&mut self, pattern: &Pattern, subject: &str) -> String {
        match pattern {
            Pattern::MatchValue(it) => format!("{subject} == ({})", self.text(it.value.range())),
            Pattern::MatchSingleton(it) => {
                let value = match it.value {
                    Singleton::None => "None",
                    Singleton::True => "True",
                    Singleton::False => "False",
                };
                format!("{subject} is {value}")
            }
            Pattern::MatchAs(it) => {
                let inner = it
                    .pattern
                    .as_ref()
                    .map(|inner| self.pattern(inner, subject));
                let bind = it
                    .name
                    .as_ref()
                    .map(|name| format!("_ak_true({name} := {subject})"));
                match (inner, bind) {
                    (Some(inner), Some(bind)) => format!("({inner}) and {bind}"),
                    (None, Some(bind)) => bind,
                    _ => "True".to_owned(),
                }
            }
            Pattern::MatchOr(it) => {
                let either: Vec<String> = it
                    .patterns
                    .iter()
                    .map(|one| format!("({})", self.pattern(one, subject)))
                    .collect();
                either.join(" or ")
            }
            Pattern::MatchSequence(it) => self.sequence(it, subject),
            Pattern::MatchMapping(it) => self.mapping(it, subject),
            Pattern::MatchClass(it) => self.class(it, subject),
            Pattern::MatchStar(it) => {
                self.refuse(it.range.start(), "a star pattern stands in a sequence");
                "False".to_owned()
            }
        }
    }

    fn sequence(&mut self, it: &PatternMatchSequence, subject: &str) -> String {
        let star = it.patterns.iter().position(Pattern::is_match_star);
        let fixed = it.patterns.len() - usize::from(star.is_some());
        let exact = if star.is_none() { "True" } else { "False" };
        let mut parts = vec![format!("_ak_sequence({subject}, {fixed}, {exact})")];
        for (index, pattern) in it.patterns.iter().enumerate() {
            if let Pattern::MatchStar(rest) = pattern {
                if let Some(name) = &rest.name {
                    let stop = it.patterns.len() - index - 1;
                    parts.push(format!(
                        "_ak_true({name} := list({subject}[{index}:len({subject}) - {stop}]))"
                    ));
                }
                continue;
            }
            let place = match star {
                Some(star) if index > star => format!("-{}", it.patterns.len() - index),
                _ => index.to_string(),
            };
            let inner = self.pattern(pattern, &format!("{subject}[{place}]"));
            parts.push(format!("({inner})"));
        }
        parts.join(" and ")
    }

    fn mapping(&mut self, it: &PatternMatchMapping, subject: &str) -> String {
        let keys: Vec<String> = it
            .keys
            .iter()
            .map(|key| self.text(key.range()).to_owned())
            .collect();
        let all = format!(
            "({}{})",
            keys.join(", "),
            if keys.is_empty() { "" } else { "," }
        );
        let mut parts = vec![format!("_ak_mapping({subject}, {all})")];
        for (key, pattern) in keys.iter().zip(&it.patterns) {
            let inner = self.pattern(pattern, &format!("{subject}[{key}]"));
            parts.push(format!("({inner})"));
        }
        if let Some(rest) = &it.rest {
            parts.push(format!("_ak_true({rest} := _ak_without({subject}, {all}))"));
        }
        parts.join(" and ")
    }

    fn class(&mut self, it: &PatternMatchClass, subject: &str) -> String {
        let name = self.text(it.cls.range()).to_owned();
        let mut parts = vec![format!("isinstance({subject}, {name})")];
        match it.arguments.patterns.as_slice() {
            [] => {}
            [whole] if is_self_matching(&it.cls) => {
                let inner = self.pattern(whole, subject);
                parts.push(format!("({inner})"));
            }
            _ => self.refuse(
                it.range.start(),
                "positional patterns of a class are not supported",
            ),
        }
        for keyword in &it.arguments.keywords {
            let attribute = keyword.attr.as_str();
            let inner = self.pattern(&keyword.pattern, &format!("{subject}.{attribute}"));
            parts.push(format!("hasattr({subject}, \"{attribute}\") and ({inner})"));
        }
        parts.join(" and ")
    }
}

fn is_self_matching(class: &Expr) -> bool {
    class
        .as_name_expr()
        .is_some_and(|name| SELF_MATCHING.contains(&name.id.as_str()))
}
