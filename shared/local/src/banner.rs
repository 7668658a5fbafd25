//! What is printed once the issuer is up: where it is, who may sign in, and what to try.

use std::fmt::{self, Write as _};

use form_urlencoded::Serializer;
use protocol::Secret;

use crate::seed::{Registered, Seeded};

/// The commands that try the demo application.
#[derive(Clone)]
pub struct Commands {
    base_url: String,
    callback: String,
    client_id: String,
    secret: Secret,
    issuer: String,
}

impl Commands {
    /// For the demo application as seeded.
    pub fn new(seeded: &Seeded) -> Self {
        let client = &seeded.demo.client;
        Self {
            base_url: seeded.tenant.base_url.clone(),
            callback: client
                .redirect_uris
                .first()
                .map_or_else(String::new, |uri| uri.as_str().to_owned()),
            client_id: client.client_id.to_string(),
            secret: seeded
                .demo
                .secret
                .clone()
                .unwrap_or_else(|| Secret::new("")),
            issuer: seeded.tenant.issuer(&client.slug),
        }
    }

    /// The same for a page that others may open too: behind a public URL the secret stays in the terminal.
    #[must_use]
    pub fn for_page(mut self) -> Self {
        if self.base_url.starts_with("https://") {
            self.secret = Secret::new("$CLIENT_SECRET");
        }
        self
    }

    /// A link that signs in and ends at the demo's callback.
    pub fn link(&self) -> String {
        let query = Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.callback)
            .append_pair("scope", "openid profile email offline_access")
            .append_pair("state", "demo")
            .finish();
        format!("{}/application/o/authorize/?{query}", self.base_url)
    }

    /// What to do with a code, in order.
    pub fn after_sign_in(&self, code: &str) -> Vec<(&'static str, String)> {
        let client = format!("-u \"{}:{}\"", self.client_id, self.secret.expose());
        let endpoint = |name| format!("{}/application/o/{name}/", self.base_url);
        vec![
            (
                "Turn the code into tokens",
                format!(
                    "curl {client} {} -d grant_type=authorization_code -d code={code} \\\n  -d redirect_uri={}",
                    endpoint("token"),
                    self.callback
                ),
            ),
            (
                "Ask who signed in",
                format!(
                    "curl -H \"Authorization: Bearer $ACCESS_TOKEN\" {}",
                    endpoint("userinfo")
                ),
            ),
            (
                "Refresh",
                format!(
                    "curl {client} {} -d grant_type=refresh_token -d refresh_token=$REFRESH_TOKEN",
                    endpoint("token")
                ),
            ),
            (
                "Revoke",
                format!(
                    "curl {client} {} -d token=$REFRESH_TOKEN",
                    endpoint("revoke")
                ),
            ),
            ("Sign out", format!("open {}end-session/", self.issuer)),
        ]
    }
}

/// The text.
pub struct Banner<'a> {
    /// What there is.
    pub seeded: &'a Seeded,
    /// Whether the next start finds it again.
    pub kept: bool,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let commands = Commands::new(self.seeded);
        let password = self.seeded.password.as_ref().map_or_else(
            || "as printed at the first start (--reset makes everything new)".to_owned(),
            |password| format!("{}   (printed only this once)", password.expose()),
        );
        writeln!(f, "\n  Latchkey is ready.\n")?;
        writeln!(f, "  Issuer         {}", commands.issuer)?;
        writeln!(
            f,
            "  Discovery      {}.well-known/openid-configuration",
            commands.issuer
        )?;
        writeln!(f, "  Client id      {}", commands.client_id)?;
        writeln!(f, "  Client secret  {}", commands.secret.expose())?;
        writeln!(f, "  User           admin")?;
        writeln!(f, "  Password       {password}\n")?;
        for registered in &self.seeded.fixture {
            f.write_str(&self.line(registered))?;
        }
        writeln!(f, "  Sign in here:\n\n    {}\n", commands.link())?;
        writeln!(f, "  Then, with the code from the page you end on:\n")?;
        for (what, command) in commands.after_sign_in("$CODE") {
            writeln!(f, "    # {what}\n    {}\n", command.replace('\n', "\n    "))?;
        }
        writeln!(
            f,
            "  Ctrl-C stops it; everything is kept for the next start."
        )
    }
}

impl Banner<'_> {
    fn line(&self, registered: &Registered) -> String {
        let client = &registered.client;
        let mut line = String::new();
        let issuer = self.seeded.tenant.issuer(&client.slug);
        let _ = writeln!(
            line,
            "  {:<14} {issuer}  client id {}",
            client.name, client.client_id
        );
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(base_url: &str) -> Commands {
        Commands {
            base_url: base_url.to_owned(),
            callback: format!("{base_url}/demo/callback"),
            client_id: "demo".to_owned(),
            secret: Secret::new("hush"),
            issuer: format!("{base_url}/application/o/demo/"),
        }
    }

    #[test]
    fn behind_a_public_url_the_page_does_not_tell_the_secret() {
        let shown = |base| format!("{:?}", commands(base).for_page().after_sign_in("c"));
        assert!(!shown("https://id.example.com").contains("hush"));
        assert!(shown("http://localhost:8000").contains("hush"));
    }
}
