//! What is printed once the issuer is up: where it is, who may sign in, and what to try.

mod commands;

use std::fmt::{self, Write as _};

pub use commands::{Commands, Example};

use crate::seed::{Registered, Seeded};

/// The text.
pub struct Banner<'a> {
    /// What there is.
    pub seeded: &'a Seeded,
    /// Whether the next start finds it again.
    pub kept: bool,
    /// Where letters are read.
    pub mailbox: &'a str,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commands = Commands::new(self.seeded);
        self.head(f, &commands)?;
        writeln!(f, "  Sign in here:\n\n    {}\n", commands.link())?;
        writeln!(f, "  Then, with the code from the page you end on:\n")?;
        examples(f, &commands.after_sign_in("$CODE"))?;
        writeln!(f, "  Without a browser of its own:\n")?;
        examples(f, &commands.without_browser())?;
        writeln!(f, "  Tokens by way of the browser, to be opened there:\n")?;
        examples(f, &commands.by_browser())?;
        writeln!(f, "  As GitHub's clients do it:\n")?;
        examples(f, &commands.github("$CODE"))?;
        writeln!(
            f,
            "  Ctrl-C stops it; everything is kept for the next start."
        )
    }
}

impl Banner<'_> {
    fn head(&self, f: &mut fmt::Formatter<'_>, commands: &Commands) -> fmt::Result {
        let password = self.seeded.password.as_ref().map_or_else(
            || "as printed at the first start (--reset makes everything new)".to_owned(),
            |password| format!("{}   (printed only this once)", password.expose()),
        );
        let issuer = commands.issuer();
        writeln!(f, "\n  Latchkey is ready.\n")?;
        writeln!(f, "  Issuer         {issuer}")?;
        writeln!(
            f,
            "  Discovery      {issuer}.well-known/openid-configuration"
        )?;
        writeln!(f, "  Client id      {}", commands.client_id())?;
        writeln!(f, "  Client secret  {}", commands.client_secret())?;
        writeln!(f, "  User           admin")?;
        writeln!(f, "  Password       {password}")?;
        writeln!(f, "  Mailbox        {}\n", self.mailbox)?;
        for registered in [&self.seeded.github, &self.seeded.machine]
            .into_iter()
            .chain(&self.seeded.fixture)
        {
            f.write_str(&self.line(registered))?;
        }
        writeln!(f)
    }

    fn line(&self, registered: &Registered) -> String {
        let client = &registered.client;
        let mut line = String::new();
        let issuer = client.issuer(&self.seeded.tenant);
        let _ = writeln!(
            line,
            "  {:<14} {issuer}  client id {}",
            client.name, client.client_id
        );
        line
    }
}

fn examples(f: &mut fmt::Formatter<'_>, examples: &[Example]) -> fmt::Result {
    for Example { what, command } in examples {
        writeln!(f, "    # {what}\n    {}\n", command.replace('\n', "\n    "))?;
    }
    Ok(())
}
