//! The commands that try the applications: a curl for each grant, to be pasted into a shell.

use form_urlencoded::Serializer;
use protocol::Secret;

use crate::seed::{Registered, Seeded};

/// Something to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// What it does.
    pub what: &'static str,
    /// What to type, or to open.
    pub command: String,
}

/// The commands that try the applications.
#[derive(Clone)]
pub struct Commands {
    base_url: String,
    issuer: String,
    demo: Client,
    github: Client,
    machine: Client,
    robot: (String, Secret),
}

#[derive(Clone)]
struct Client {
    id: String,
    secret: Secret,
    callback: String,
}

impl Client {
    fn new(registered: &Registered) -> Self {
        let client = &registered.client;
        let callback = client.redirect_uris.first();
        Self {
            id: client.client_id.to_string(),
            secret: registered.secret.clone().unwrap_or_else(|| Secret::new("")),
            callback: callback.map_or_else(String::new, |rule| rule.url.clone()),
        }
    }

    fn authentication(&self) -> String {
        format!("-u \"{}:{}\"", self.id, self.secret.expose())
    }
}

impl Commands {
    /// For the applications as seeded.
    pub fn new(seeded: &Seeded) -> Self {
        Self {
            base_url: seeded.tenant.base_url.clone(),
            issuer: seeded.demo.client.issuer(&seeded.tenant),
            demo: Client::new(&seeded.demo),
            github: Client::new(&seeded.github),
            machine: Client::new(&seeded.machine),
            robot: seeded.robot.clone(),
        }
    }

    /// The same for a page that others may open too: behind a public URL secrets stay in the terminal.
    #[must_use]
    pub fn for_page(mut self) -> Self {
        if self.base_url.starts_with("https://") {
            for client in [&mut self.demo, &mut self.github, &mut self.machine] {
                client.secret = Secret::new("$CLIENT_SECRET");
            }
            self.robot.1 = Secret::new("$APP_PASSWORD");
        }
        self
    }

    /// The demo's issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The demo's client id.
    pub fn client_id(&self) -> &str {
        &self.demo.id
    }

    /// The demo's secret, or what stands for it.
    pub fn client_secret(&self) -> &str {
        self.demo.secret.expose()
    }

    /// A link that signs in and ends at the demo's callback.
    pub fn link(&self) -> String {
        let scope = "openid profile email offline_access";
        self.authorize("code", scope, &[])
    }

    fn authorize(&self, response_type: &str, scope: &str, more: &[(&str, &str)]) -> String {
        let query = Serializer::new(String::new())
            .append_pair("client_id", &self.demo.id)
            .append_pair("response_type", response_type)
            .append_pair("redirect_uri", &self.demo.callback)
            .append_pair("scope", scope)
            .append_pair("state", "demo")
            .extend_pairs(more)
            .finish();
        format!("{}?{query}", self.endpoint("authorize"))
    }

    fn endpoint(&self, name: &str) -> String {
        format!("{}/application/o/{name}/", self.base_url)
    }

    /// What to do with a code, in order.
    pub fn after_sign_in(&self, code: &str) -> Vec<Example> {
        let client = self.demo.authentication();
        let (token, callback) = (self.endpoint("token"), &self.demo.callback);
        vec![
            example(
                "authorization_code: turn the code into tokens",
                format!(
                    "curl {client} {token} -d grant_type=authorization_code -d code={code} \\\n  \
                     -d redirect_uri={callback}"
                ),
            ),
            example(
                "Ask who signed in",
                ask("Bearer", &self.endpoint("userinfo")),
            ),
            example(
                "refresh_token: get new tokens",
                format!(
                    "curl {client} {token} -d grant_type=refresh_token -d refresh_token=$REFRESH_TOKEN"
                ),
            ),
            example(
                "Revoke",
                format!(
                    "curl {client} {} -d token=$REFRESH_TOKEN",
                    self.endpoint("revoke")
                ),
            ),
            example("Sign out", format!("open {}end-session/", self.issuer)),
        ]
    }

    /// Grants of programs and devices.
    pub fn without_browser(&self) -> Vec<Example> {
        let (token, machine) = (self.endpoint("token"), self.machine.authentication());
        let scope = "--data-urlencode \"scope=openid profile\"";
        let (robot, password) = (&self.robot.0, self.robot.1.expose());
        vec![
            example(
                "client_credentials: a program with its secret",
                format!("curl {machine} {token} -d grant_type=client_credentials \\\n  {scope}"),
            ),
            example(
                "password: an account with an app password",
                format!(
                    "curl {token} -d grant_type=password -d client_id={} \\\n  \
                     -d username={robot} -d password={password} {scope}",
                    self.machine.id
                ),
            ),
            example(
                "device_code: ask for a code, and let a person open the page it names",
                format!(
                    "curl {} -d client_id={} \\\n  {scope}",
                    self.endpoint("device"),
                    self.demo.id
                ),
            ),
            example(
                "device_code: then fetch the tokens",
                format!(
                    "curl {} {token} -d device_code=$DEVICE_CODE \\\n  \
                     -d grant_type=urn:ietf:params:oauth:grant-type:device_code",
                    self.demo.authentication()
                ),
            ),
        ]
    }

    /// Implicit and hybrid: the answer is posted, as the page it ends on cannot read a fragment.
    pub fn by_browser(&self) -> Vec<Example> {
        let more = [("nonce", "demo"), ("response_mode", "form_post")];
        let link = |kind| self.authorize(kind, "openid profile email", &more);
        vec![
            example("implicit", format!("open \"{}\"", link("id_token token"))),
            example("hybrid", format!("open \"{}\"", link("code id_token"))),
        ]
    }

    /// GitHub's dialect, from the sign-in on.
    pub fn github(&self, code: &str) -> Vec<Example> {
        let query = Serializer::new(String::new())
            .append_pair("client_id", &self.github.id)
            .append_pair("redirect_uri", &self.github.callback)
            .append_pair("scope", "user:email read:org")
            .append_pair("state", "demo")
            .finish();
        let base = &self.base_url;
        let (id, secret) = (&self.github.id, self.github.secret.expose());
        vec![
            example(
                "Sign in",
                format!("open \"{base}/login/oauth/authorize?{query}\""),
            ),
            example(
                "Turn the code into a token",
                format!(
                    "curl -H \"Accept: application/json\" {base}/login/oauth/access_token \\\n  \
                     -d client_id={id} -d client_secret={secret} -d code={code} \\\n  \
                     -d redirect_uri={}",
                    self.github.callback
                ),
            ),
            example("Ask who signed in", ask("token", &format!("{base}/user"))),
            example(
                "Ask for their teams",
                ask("token", &format!("{base}/user/teams")),
            ),
        ]
    }
}

fn ask(scheme: &str, url: &str) -> String {
    format!("curl -H \"Authorization: {scheme} $ACCESS_TOKEN\" {url}")
}

const fn example(what: &'static str, command: String) -> Example {
    Example { what, command }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(base_url: &str) -> Commands {
        let client = |id: &str| Client {
            id: id.to_owned(),
            secret: Secret::new("hush"),
            callback: format!("{base_url}/demo/callback"),
        };
        Commands {
            base_url: base_url.to_owned(),
            issuer: format!("{base_url}/application/o/demo/"),
            demo: client("demo"),
            github: client("github-demo"),
            machine: client("machine"),
            robot: ("robot".to_owned(), Secret::new("hush")),
        }
    }

    #[test]
    fn behind_a_public_url_the_page_does_not_tell_the_secrets() {
        let shown = |base| {
            let page = commands(base).for_page();
            let all = [
                page.after_sign_in("c"),
                page.without_browser(),
                page.by_browser(),
                page.github("c"),
            ];
            format!("{all:?} {}", page.client_secret())
        };
        assert!(!shown("https://id.example.com").contains("hush"));
        assert!(shown("http://localhost:8000").contains("hush"));
    }
}
