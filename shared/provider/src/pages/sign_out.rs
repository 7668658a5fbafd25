//! Leaving: the question, and the answer to it.

use askama::Template;

use super::{Account, Page, Scene, scripts};

/// A frame in which an application hears that its session ended (Front-Channel Logout 1.0 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it loads.
    pub url: String,
    /// The application's name.
    pub application: String,
}

/// How applications hear in the browser that a session ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Farewell {
    /// A frame for each.
    pub frames: Vec<Frame>,
    /// Whether the page goes on by itself, once the frames have loaded or after three seconds.
    pub goes_on: bool,
}

/// Asks whether to sign out (OIDC RP-Initiated Logout §2: without a fitting `id_token_hint` the
/// provider must ask).
///
/// Posts `csrf`, what `hidden` holds, and `choice`: `sign_out` or `stay`.
#[derive(Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that asks to end it; `None` when the person came by themselves.
    pub application: Option<&'a str>,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// The account that is signed in; nobody where it is not to be shown.
    pub account: Account<'a>,
    /// Request parameters that the answer must bring back, such as `post_logout_redirect_uri` and
    /// `state`.
    pub hidden: Vec<(String, String)>,
}

impl Page for SignOut<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

/// Says that an application's session has ended, while the one here goes on (authentik's session end stage).
#[derive(Template)]
#[template(path = "session_end.html")]
pub struct SessionEnd<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that was left.
    pub application: Option<&'a str>,
    /// Where to begin with it again: its launch URL.
    pub launch_url: Option<&'a str>,
    /// Where to end the session here; `None` where there is none.
    pub sign_out_url: Option<&'a str>,
    /// How applications hear of it. Where the page goes on, it is to its `launch_url`.
    pub farewell: Farewell,
}

impl SessionEnd<'_> {
    fn heading(&self) -> String {
        let texts = self.scene.texts;
        match self.application {
            Some(application) => texts.with("signed-out-of", &[("app", application)]),
            None => texts.get("signed-out-heading"),
        }
    }
}

impl Page for SessionEnd<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        self.farewell.scripts()
    }

    fn frames(&self) -> Vec<&str> {
        self.farewell.urls()
    }
}

/// Says that the session has ended.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application to go back to, named on the button; `None` makes the button say "Continue".
    pub application: Option<&'a str>,
    /// Where the button leads: a checked `post_logout_redirect_uri` or launch URL. `None` leaves
    /// the button out.
    pub return_url: Option<&'a str>,
    /// The host of it, where the person is to decide whether to go there.
    pub return_host: Option<&'a str>,
    /// Where to sign in again, maybe as somebody else.
    pub sign_in_url: Option<&'a str>,
    /// How applications hear of it. Where the page goes on, it is to its `return_url`.
    pub farewell: Farewell,
}

impl Page for SignedOut<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        self.farewell.scripts()
    }

    fn frames(&self) -> Vec<&str> {
        self.farewell.urls()
    }
}

impl Farewell {
    fn scripts(&self) -> Vec<&'static str> {
        if self.goes_on {
            vec![scripts::GO_ON]
        } else {
            Vec::new()
        }
    }

    fn urls(&self) -> Vec<&str> {
        self.frames.iter().map(|frame| frame.url.as_str()).collect()
    }
}
