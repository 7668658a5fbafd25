//! What an authorization request is answered with, and how (Multiple Response Types §2.1, §3, §5; JARM §2.3).

use crate::error::Malformed;
use crate::params::Params;
use crate::redirect::ResponseMode;

/// How to answer, good news or bad: as much as can be read, so that even an error about one of the two
/// is delivered in the mode asked for and with the state sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyTo {
    /// `response_mode`, or the default where it is absent or unreadable.
    pub mode: ResponseMode,
    /// Whether the answer is one signed JWT (JARM §2.3).
    pub signed: bool,
    /// `state`, echoed unchanged (RFC 6749 §4.1.2).
    pub state: Option<String>,
}

impl ReplyTo {
    /// Reads `response_mode` and `state` without complaint.
    ///
    /// A mode that would put tokens into a query is no mode to answer in (Multiple Response Types §2.1, §5).
    pub fn parse(params: &Params) -> Self {
        let text = |name| params.optional(name).ok().flatten();
        let kind = text("response_type").and_then(ResponseType::parse);
        let usual = kind.map(ResponseType::default_mode).unwrap_or_default();
        let asked = text("response_mode").and_then(|mode| Mode::parse(mode).ok());
        let way = asked.and_then(|asked| asked.way);
        Self {
            mode: way
                .filter(|way| usual != ResponseMode::Fragment || *way != ResponseMode::Query)
                .unwrap_or(usual),
            signed: asked.is_some_and(|asked| asked.signed),
            state: text("state").map(str::to_owned),
        }
    }
}

/// `response_mode`.
#[derive(Clone, Copy)]
struct Mode {
    /// `None`: as is usual for the response type (JARM §2.3.4).
    way: Option<ResponseMode>,
    signed: bool,
}

impl Mode {
    fn parse(text: &str) -> Result<Self, Malformed> {
        if text == "jwt" {
            return Ok(Self {
                way: None,
                signed: true,
            });
        }
        let signed = text.strip_suffix(".jwt"); // JARM §2.3.1 to §2.3.3
        Ok(Self {
            way: Some(ResponseMode::parse(signed.unwrap_or(text))?),
            signed: signed.is_some(),
        })
    }
}

/// `response_type`: what is answered at once (OpenID Connect Core §3, Multiple Response Types §3, §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseType {
    /// A code.
    pub code: bool,
    /// An ID token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

/// The types there are, in the order and spelling of authentik's metadata (reference §2.5).
pub const RESPONSE_TYPES: [&str; 6] = [
    "code",
    "id_token",
    "id_token token",
    "code token",
    "code id_token",
    "code id_token token",
];

impl ResponseType {
    /// Reads the space-delimited set, in any order (Multiple Response Types §3); `None` for one we do not
    /// have, such as a bare `token`.
    pub fn parse(text: &str) -> Option<Self> {
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let words = sorted(text);
        let known = RESPONSE_TYPES.iter().any(|known| sorted(known) == words);
        let has = |name: &str| words.iter().any(|word| word == name);
        known.then(|| Self {
            code: has("code"),
            id_token: has("id_token"),
            token: has("token"),
        })
    }

    /// Where the answer is put unless asked otherwise (Multiple Response Types §5).
    pub const fn default_mode(self) -> ResponseMode {
        if self.id_token || self.token {
            ResponseMode::Fragment
        } else {
            ResponseMode::Query
        }
    }

    /// The flow's name, as authentik's policies see it in `oauth_grant_type`.
    pub const fn flow(self) -> &'static str {
        match (self.code, self.id_token || self.token) {
            (true, false) => "authorization_code",
            (true, true) => "hybrid",
            (false, _) => "implicit",
        }
    }

    /// Whether an access token is handed out at once to a client of authentik's. `id_token` brings one as well, though
    /// OpenID Connect Core §3.2.2.5 has none there: they rely on it (reference §2.5, §11 row 3). To any other client the
    /// one that is named is given: [`ResponseType::token`].
    pub const fn gives_access_token(self) -> bool {
        self.token || (self.id_token && !self.code)
    }
}

/// Multiple Response Types §5: a token never travels in a query. Nor does it in a signed answer, which hides nothing
/// (JARM §2.3.1).
pub(super) fn check_mode(params: &Params, kind: ResponseType) -> Result<(), Malformed> {
    let Some(mode) = params.optional("response_mode")? else {
        return Ok(());
    };
    let query = Mode::parse(mode)?.way == Some(ResponseMode::Query);
    if query && kind.default_mode() == ResponseMode::Fragment {
        return Err(Malformed::Invalid(
            "response_mode",
            "fragment or form_post where a token is asked for",
        ));
    }
    Ok(())
}
