//! Requests to the end-session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2).

use crate::error::Malformed;
use crate::ids::ClientId;
use crate::params::Params;
use crate::secret::Secret;

/// A logout request. All of it is optional.
#[derive(Clone, Debug, Default)]
pub struct EndSessionRequest {
    /// `id_token_hint`: whom the client believes to be signed in.
    pub id_token_hint: Option<Secret>,
    /// `client_id`.
    pub client_id: Option<ClientId>,
    /// `post_logout_redirect_uri`, unchecked.
    pub post_logout_redirect_uri: Option<String>,
    /// `state`, passed back to `post_logout_redirect_uri`.
    pub state: Option<String>,
    /// `logout_hint`: whom the client believes to be signed in, by any name it knows them by.
    pub logout_hint: Option<String>,
    /// `ui_locales`: languages the person reads, the best first, parted by spaces.
    pub ui_locales: Option<String>,
}

impl EndSessionRequest {
    /// Reads the query or form.
    ///
    /// # Errors
    /// [`Malformed`], shown to the person.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?;
        let text = |name| params.optional(name).map(|value| value.map(str::to_owned));
        Ok(Self {
            id_token_hint: params.optional("id_token_hint")?.map(Secret::new),
            client_id: params
                .optional("client_id")?
                .map(ClientId::parse)
                .transpose()?,
            post_logout_redirect_uri: text("post_logout_redirect_uri")?,
            state: text("state")?,
            logout_hint: text("logout_hint")?,
            ui_locales: text("ui_locales")?,
        })
    }
}
