//! Sources that are the attack: the parser and the compiler meet them before any limit of the interpreter does.

use serde_json::json;

use super::{Attack, harmless, hostile};

/// Within the size that is admitted, and past it.
const TIMES: &[usize] = &[90, 1_000, 10_000, 30_000, 1_000_000];

/// `open` and `close`, so many times, around a middle.
const NESTED: &[(&str, &str, &str, &str)] = &[
    ("brackets", "(", "1", ")"),
    ("lists", "[", "", "]"),
    ("dicts", "{1:", "1", "}"),
    ("sets", "{", "1", "}"),
    ("calls", "f(", "1", ")"),
    ("subscripts", "a[", "1", "]"),
    ("unary minus", "-", "1", ""),
    ("unary not", "not ", "1", ""),
    ("lambdas", "lambda:", "1", ""),
    ("conditionals", "1 if 1 else ", "1", ""),
    ("comprehensions", "[x for x in ", "y", "]"),
    ("sums", "1+", "1", ""),
    ("powers", "1**", "1", ""),
    ("comparisons", "1<", "1", ""),
    ("ands", "1 and ", "1", ""),
    ("walruses", "(a:=", "1", ")"),
    ("attributes", "", "a", ".a"),
    ("called calls", "", "a", "()"),
    ("indices", "", "a", "[0]"),
    ("method calls", "", "a", ".b()"),
    ("texts side by side", "", "'a'", " 'a'"),
    ("f-strings", "f'{", "1", "}'"),
    ("targets", "", "a", " = a"),
    ("commas", "", "a", ",a"),
];

/// So many statements, each inside the one before.
fn indented(head: &str, depth: usize) -> String {
    let mut source = String::new();
    for level in 0..depth {
        source.push_str(&" ".repeat(level));
        source.push_str(&head.replace('#', &level.to_string()));
        source.push('\n');
    }
    source.push_str(&" ".repeat(depth));
    source.push_str("pass\nreturn True");
    source
}

/// A line so many times, each with its own number.
fn numbered(line: &str, times: usize) -> String {
    let lines: Vec<String> = (0..times)
        .map(|number| line.replace('#', &number.to_string()))
        .collect();
    lines.concat()
}

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, open, middle, close) in NESTED {
        for times in TIMES {
            let deep = format!("{}{middle}{}", open.repeat(*times), close.repeat(*times));
            // Some are plain Python as long as there are few: then they compute nothing that passes.
            attacks.push(harmless(
                format!("{times} {name}"),
                json!(false),
                format!("a = f = y = None\nx = {deep}\nreturn False"),
            ));
        }
    }
    for (name, head) in [
        ("nested def", "def f#():"),
        ("nested class", "class C#:"),
        ("nested if", "if True:"),
        ("nested for", "for i# in [1]:"),
        ("nested while", "while False:"),
        ("nested try", "try:"),
        ("nested with", "with a:"),
        ("nested async def", "async def f#():"),
    ] {
        for depth in [10, 16, 32, 190] {
            // "try:" alone is no Python; the others do nothing and would let in.
            attacks.push(harmless(
                format!("{name} {depth}"),
                json!(true),
                indented(head, depth),
            ));
        }
    }
    attacks.push(hostile(
        "1,000,000 lines",
        format!("{}return True", "x = 1\n".repeat(1_000_000)),
    ));
    attacks.push(harmless(
        "10,000 lines",
        json!(true),
        format!("{}return True", "x = 1\n".repeat(10_000)),
    ));
    attacks.push(harmless(
        "30,000 empty lines",
        json!(true),
        format!("{}return True", "\n".repeat(30_000)),
    ));
    attacks.push(harmless(
        "3,000 functions",
        json!(true),
        format!("{}return True", numbered("def f#():\n pass\n", 3_000)),
    ));
    attacks.push(harmless(
        "7,000 lambdas in a list",
        json!(true),
        format!("x = [{}]\nreturn True", "lambda:0,".repeat(7_000)),
    ));
    attacks.push(harmless(
        "many names",
        json!(true),
        format!("{}return True", numbered("v# = #\n", 5_000)),
    ));
    attacks.push(hostile(
        "elif 3,000 times",
        format!(
            "if False:\n pass\n{}while True: pass",
            "elif False:\n pass\n".repeat(3_000)
        ),
    ));
    attacks.push(hostile(
        "a long text",
        format!("x = '{}'\nreturn True", "a".repeat(900_000)),
    ));
    attacks.push(hostile(
        "over the wire's length",
        "#".repeat(2 * 1024 * 1024),
    ));
    attacks.push(harmless(
        "a long number",
        json!(true),
        format!("x = {}\nreturn True", "9".repeat(60_000)),
    ));
    attacks.push(hostile(
        "a constant to fold",
        "return len('a' * 10**9 + 'b' * 10**9) > 0",
    ));
    attacks.push(hostile(
        "a constant power to fold",
        "return 2 ** 10 ** 10 > 0",
    ));
    attacks.push(hostile("a null byte", "return True\0"));
    attacks.push(hostile("unclosed", "return ((((("));
    attacks.push(hostile("out of the wrapper", "return True\n\u{c}\nx = (\n"));
    attacks
}
