//! Whether a client is told of an error without the person (RFC 9700 §4.11.2).

use protocol::{Params, Scopes};

use super::Authorize;
use super::reply::Reply;
use crate::client::{Client, ConsentMode, is_loopback};
use crate::fault::Fault;
use crate::http::{Call, Response};
use crate::ports::Look;

impl Authorize {
    /// Tells the client, where its redirect URI can be trusted; else the person, who may go on to it. Otherwise whoever
    /// registers a client could have our address send people to theirs: by a request that is wrong on purpose, or by
    /// one that people turn down. Whoever pushes a request (RFC 9126) is no better known for it, with FAPI neither.
    pub(super) async fn refuse(&self, reply: &Reply<'_>, fault: &Fault) -> Result<Response, Fault> {
        let (call, client) = (reply.call, reply.client);
        let trusted = reply.silent // the exception of §4.11.2: a page would be seen by nobody
            || client.is_trusted_at(&reply.target)
            || is_loopback(reply.target.uri().as_str())
            || self.is_known(call, client).await?;
        if trusted {
            reply.refuse(fault).await
        } else {
            reply.leave_to_person(fault).await
        }
    }

    /// Whether somebody is signed in who has allowed this client something.
    async fn is_known(&self, call: &Call<'_>, client: &Client) -> Result<bool, Fault> {
        let Some(session) = call.session_token() else {
            return Ok(false);
        };
        let at = Look {
            session: Some(&session),
            client: Some(&client.client_id),
            plan: None,
        };
        let browser = self.browsers.look(&call.tenant.id, at, call.now).await?;
        let agreed = browser
            .consent
            .is_some_and(|consent| consent.covers(client, &Scopes::default(), call.now));
        // Where nobody is asked, an administrator has agreed for everybody.
        let agreed = agreed || client.consent == ConsentMode::Implicit;
        Ok(browser.signed_in.is_some() && agreed)
    }
}

/// Whether the request says `prompt=none`, readable otherwise or not.
pub(super) fn is_silent(params: &Params) -> bool {
    let prompt = params.optional("prompt").ok().flatten();
    prompt.is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oidc_core_3_1_2_1_a_request_is_silent_whose_prompt_has_none_in_it() {
        let silent = |query: &str| is_silent(&Params::parse(query.as_bytes()).unwrap());
        assert!(silent("prompt=none") && silent("prompt=none+login"));
        assert!(!silent("prompt=login") && !silent("x=none") && !silent("prompt=nonesuch"));
    }
}
