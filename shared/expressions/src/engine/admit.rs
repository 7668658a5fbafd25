//! From an administrator's text to a parsed wrapper: bounded before anything recursive reads it.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ModModule, Stmt, StmtFunctionDef};
use ruff_python_parser::{Mode, ParseOptions, Parsed, lexer, parse};
use ruff_text_size::{Ranged, TextSize};

use super::semantics::{self, VERSION};
use crate::script::Failure;

/// Bytes of source.
const LONGEST: usize = 64 * 1024;
/// Open brackets at one place.
const DEEPEST_BRACKETS: usize = 100;
/// Nested blocks at one place.
const DEEPEST_BLOCKS: usize = 40;
/// Operators, attributes, calls and brackets on one another: what a recursive walk descends. The
/// interpreter's own compiler ends at 200.
const LONGEST_CHAIN: usize = 160;

/// A body inside its function, parsed.
pub(super) struct Wrapped {
    /// The text of the wrapper; its line `n + 1` is line `n` of the body.
    pub(super) text: String,
    /// Its syntax.
    pub(super) parsed: Parsed<ModModule>,
}

impl Wrapped {
    /// Admits and parses `body` as the body of `def handler(<parameters>)`.
    ///
    /// # Errors
    /// [`Failure::Refused`]: too long, too deep, or not Python.
    pub(super) fn parse(body: &str, parameters: &[&str]) -> Result<Self, Failure> {
        if body.len() > LONGEST {
            return Err(refused(
                1,
                format!("the source is longer than {LONGEST} bytes"),
            ));
        }
        if body.contains('\0') {
            return Err(refused(1, "source code cannot contain null bytes"));
        }
        let text = format!(
            "def handler({}):\n{}\n",
            parameters.join(", "),
            indent(body)
        );
        bound(&text)?;
        let options = ParseOptions::from(Mode::Module).with_target_version(VERSION);
        let parsed = parse(&text, options).map_err(|error| {
            refused(
                body_line(&text, error.location.start()),
                error.error.to_string(),
            )
        })?;
        let parsed = parsed
            .try_into_module()
            .ok_or_else(|| refused(1, "it is not a function body"))?;
        if let Some(error) = parsed.unsupported_syntax_errors().first() {
            return Err(refused(
                body_line(&text, error.range.start()),
                error.to_string(),
            ));
        }
        if let Some((at, message)) = semantics::first_error(&text, parsed.suite()) {
            return Err(refused(body_line(&text, at), message));
        }
        let wrapped = Self { text, parsed };
        match wrapped.parsed.suite().as_slice() {
            [Stmt::FunctionDef(_)] => Ok(wrapped),
            [_, stray, ..] => Err(refused(
                body_line(&wrapped.text, stray.start()),
                "it is not a function body",
            )),
            _ => Err(refused(1, "it is not a function body")),
        }
    }

    /// The wrapper.
    pub(super) fn function(&self) -> Option<&StmtFunctionDef> {
        self.parsed
            .suite()
            .first()
            .and_then(Stmt::as_function_def_stmt)
    }

    /// The body's line, from 1, at a place of the wrapper.
    pub(super) fn line(&self, at: TextSize) -> usize {
        body_line(&self.text, at)
    }
}

/// A refusal.
pub(super) fn refused(line: usize, message: impl Into<String>) -> Failure {
    Failure::Refused {
        line,
        message: message.into(),
    }
}

/// `textwrap.indent(body, 4 * " ")`: every line that is not blank gains four blanks, those inside a
/// triple-quoted text too, as in authentik.
fn indent(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + body.len() / 8);
    let mut line = String::new();
    let mut rest = body.chars().peekable();
    while let Some(char) = rest.next() {
        line.push(char);
        let ends = match char {
            '\r' => rest.peek() != Some(&'\n'),
            // The ends of lines of Python's `str.splitlines`.
            '\n' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                true
            }
            _ => false,
        };
        if ends || rest.peek().is_none() {
            if !line.trim().is_empty() {
                out.push_str("    ");
            }
            out.push_str(&line);
            line.clear();
        }
    }
    out
}

fn body_line(text: &str, at: TextSize) -> usize {
    let before = text.get(..at.to_usize()).unwrap_or(text);
    let bytes = before.as_bytes();
    // A lone carriage return ends a line too.
    let lines = bytes.iter().enumerate().filter(|(i, byte)| {
        **byte == b'\n' || (**byte == b'\r' && text.as_bytes().get(i + 1) != Some(&b'\n'))
    });
    lines
        .count()
        .clamp(1, text.trim_end().lines().count().max(2) - 1)
}

/// One level of brackets: how deep its syntax tree can be.
#[derive(Default)]
struct Level {
    chain: usize,
    inner: usize,
    deepest: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.deepest.max(self.chain + self.inner)
    }

    fn part(&mut self) {
        self.deepest = self.depth();
        self.chain = 0;
        self.inner = 0;
    }
}

/// Bounds brackets, blocks and chains on the bare tokens, in one pass and without recursion.
fn bound(text: &str) -> Result<(), Failure> {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut levels = vec![Level::default()];
    let (mut blocks, mut line) = (0_usize, 0_usize);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return Ok(()),
            TokenKind::Newline => {
                levels = vec![Level::default()];
                line += 1;
            }
            TokenKind::NonLogicalNewline => line += 1,
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => levels.push(Level::default()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => close(&mut levels),
            TokenKind::Comma | TokenKind::Semi => {
                if let Some(level) = levels.last_mut() {
                    level.part();
                }
            }
            _ if deepens(kind) => {
                if let Some(level) = levels.last_mut() {
                    level.chain += 1;
                }
            }
            _ => {}
        }
        let open: usize = levels.iter().map(|level| level.chain + 1).sum();
        let too_deep = levels.len() > DEEPEST_BRACKETS
            || blocks > DEEPEST_BLOCKS
            || open > LONGEST_CHAIN
            || levels
                .last()
                .is_some_and(|level| level.depth() > LONGEST_CHAIN);
        if too_deep {
            return Err(refused(line.max(1), "the source is too deeply nested"));
        }
    }
}

fn close(levels: &mut Vec<Level>) {
    if levels.len() < 2 {
        return;
    }
    if let (Some(inner), Some(outer)) = (levels.pop(), levels.last_mut()) {
        outer.inner = outer.inner.max(inner.depth() + 1);
        // `f()()()…`: each call stands on the one before it.
        outer.chain += 1;
    }
}

fn deepens(kind: TokenKind) -> bool {
    kind.is_operator()
        && !matches!(
            kind,
            TokenKind::Colon | TokenKind::Equal | TokenKind::Rarrow
        )
        || matches!(
            kind,
            TokenKind::Not
                | TokenKind::Lambda
                | TokenKind::If
                | TokenKind::Else
                | TokenKind::For
                | TokenKind::In
                | TokenKind::Is
                | TokenKind::And
                | TokenKind::Or
                | TokenKind::Await
                | TokenKind::Yield
        )
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn indenting_is_textwraps() {
        assert_eq!(indent("a\n\n  b\n \t\nc"), "    a\n\n      b\n \t\n    c");
        assert_eq!(
            indent("x = \"\u{2028}y\"\r\nz\r\n"),
            "    x = \"\u{2028}    y\"\r\n    z\r\n"
        );
        assert_eq!(indent(""), "");
    }
}
