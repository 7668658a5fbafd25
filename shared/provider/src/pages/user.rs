//! The pages of one's own account, `/if/user/`.

use askama::Template;

use super::{Page, Scene};
use crate::endpoints::self_service::{Notice, Section};

mod browser;
mod tokens;

pub use browser::{browser_and_system, browser_name};
pub use tokens::{Key, NewKey, Tokens};

/// What stands around every one of them.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The one that is shown.
    pub section: Section,
    /// Whose account.
    pub username: String,
    /// Their full name; may be empty.
    pub name: String,
    /// The token that proves a form came from this session's page.
    pub csrf: String,
    /// What was just done.
    pub notice: Option<Notice>,
    /// Where they sign out.
    pub sign_out_url: String,
}

impl Frame {
    /// The sections there are: name, address, and whether it is the one that is shown.
    pub fn sections(&self) -> Vec<(&'static str, String, bool)> {
        let entry = |section: Section| (section.as_str(), section.path(), section == self.section);
        Section::ALL.into_iter().map(entry).collect()
    }
}

/// What one may use.
#[derive(Template)]
#[template(path = "user/applications.html")]
pub struct Applications<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// The applications, by group and name.
    pub tiles: Vec<Tile>,
    /// Where the rest is.
    pub more: Option<String>,
}

/// An application.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Its name.
    pub name: String,
    /// The heading it stands under; may be empty.
    pub group: String,
    /// What it is; may be empty.
    pub description: String,
    /// Whose it is; may be empty.
    pub publisher: String,
    /// Its picture, a path or an `https:` URL.
    pub icon: Option<String>,
    /// Where it starts.
    pub launch_url: String,
    /// Whether in a tab of its own.
    pub new_tab: bool,
}

impl Applications<'_> {
    /// The headings, each with what stands under it.
    pub fn groups(&self) -> Vec<(&str, Vec<&Tile>)> {
        let mut groups: Vec<(&str, Vec<&Tile>)> = Vec::new();
        for tile in &self.tiles {
            match groups.last_mut() {
                Some((name, tiles)) if *name == tile.group => tiles.push(tile),
                Some(_) | None => groups.push((&tile.group, vec![tile])),
            }
        }
        groups
    }
}

/// Who one is.
#[derive(Template)]
#[template(path = "user/profile.html")]
pub struct Profile<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// The address; may be empty.
    pub email: String,
    /// Whether somebody vouched for it.
    pub email_verified: bool,
    /// The groups they are in.
    pub groups: Vec<String>,
    /// Where it is changed; `None`: nowhere.
    pub change_url: Option<String>,
    /// Where the account is removed; `None`: nowhere.
    pub remove_url: Option<String>,
}

/// Password and authenticators.
#[derive(Template)]
#[template(path = "user/security.html")]
pub struct Security<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// Whether there is a password.
    pub has_password: bool,
    /// Where it is changed.
    pub password_url: String,
    /// Where an authenticator app is set up.
    pub totp_url: String,
    /// Where recovery codes are made.
    pub static_url: String,
    /// Where a passkey is registered.
    pub webauthn_url: String,
    /// Authenticators there are.
    pub devices: Vec<Device>,
}

/// An authenticator.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its id.
    pub id: String,
    /// `totp`, `static`, `webauthn`.
    pub class: &'static str,
    /// What it is called; may be empty.
    pub name: String,
    /// When it was set up, RFC 3339.
    pub created: String,
    /// When it was last used, RFC 3339.
    pub last_used: Option<String>,
}

/// Where one is signed in.
#[derive(Template)]
#[template(path = "user/sessions.html")]
pub struct Sessions<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// The sessions, this one first.
    pub sessions: Vec<SignedInAt>,
}

/// A session.
#[derive(Clone, Debug)]
pub struct SignedInAt {
    /// Its id.
    pub id: String,
    /// Whether it is the one that asks.
    pub here: bool,
    /// The browser, in words; empty where unknown.
    pub browser: String,
    /// The address it began from; empty where unknown.
    pub address: String,
    /// When it began, RFC 3339.
    pub since: String,
    /// When it ends, RFC 3339.
    pub until: String,
}

/// What one allowed applications.
#[derive(Template)]
#[template(path = "user/consents.html")]
pub struct Consents<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// The consents.
    pub consents: Vec<Allowed>,
}

/// A consent.
#[derive(Clone, Debug)]
pub struct Allowed {
    /// The client.
    pub client_id: String,
    /// Its application's name.
    pub application: String,
    /// What it may, in words.
    pub permissions: Vec<String>,
    /// Until when, RFC 3339; `None` for good.
    pub until: Option<String>,
}

/// What clients ask one who is elsewhere.
#[derive(Template)]
#[template(path = "user/requests.html")]
pub struct Requests<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// The requests that wait.
    pub requests: Vec<Waiting>,
}

/// A request that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Where the answer goes.
    pub action: String,
    /// What it is found by.
    pub request: String,
    /// The application's name.
    pub application: String,
    /// What they see at the other place, too; may be empty.
    pub message: String,
    /// What it would allow, in words.
    pub permissions: Vec<String>,
    /// From which address it came; empty where unknown.
    pub address: String,
    /// When it came, RFC 3339.
    pub since: String,
    /// Until when it can be answered, RFC 3339.
    pub until: String,
}

/// The day of an RFC 3339 time, as people read it anywhere.
pub fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// The minute of an RFC 3339 time, as people read it anywhere.
pub fn minute(time: &str) -> String {
    let text = time.get(..16).unwrap_or(time).replace('T', " ");
    format!("{text} UTC")
}

/// What these pages have beside the style sheet of all.
pub(super) const STYLE: &str = include_str!("../../templates/user/user.css");

impl Page for Applications<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn styles(&self) -> Vec<&'static str> {
        vec![STYLE]
    }

    fn pictures(&self) -> Vec<String> {
        self.tiles
            .iter()
            .filter_map(|tile| tile.icon.clone())
            .collect()
    }
}

macro_rules! pages {
    ($($page:ident),*) => { $(
        impl Page for $page<'_> {
            fn scene(&self) -> &Scene<'_> {
                &self.scene
            }

            fn styles(&self) -> Vec<&'static str> {
                vec![STYLE]
            }
        }
    )* };
}
pages!(Profile, Security, Sessions, Consents, Tokens, Requests);
