//! What is known of the person: whether they are signed in as the request wants, and have agreed.

use protocol::UserId;
use protocol::authorize::AuthorizeRequest;

use crate::claims;
use crate::client::{Client, ConsentMode};
use crate::fault::Denied;
use crate::flow::errand::Wanted;
use crate::http::Call;
use crate::ports::Browser;
use crate::requests::Checked;
use crate::session::{Decision, Session};
use crate::user::User;

/// Session and user, where they satisfy the request; `None` where somebody has to sign in (again).
///
/// A sign-in made on the way to this very request (`plan.authenticated`) satisfies `prompt=login` and any
/// `max_age`. One that is still not as strong as the request wants it will not become so by trying again.
pub(super) fn signed_in<'b>(
    call: &Call<'_>,
    client: &Client,
    request: &AuthorizeRequest,
    hinted: Option<&str>,
    browser: &'b Browser,
) -> Result<Option<&'b (Session, User)>, Denied> {
    let wanted = Wanted::of(request);
    if wanted.is_out_of_reach() {
        return Err(Denied::Unmet); // OIDC Core §5.5.1.1
    }
    let Some(both) = &browser.signed_in else {
        return Ok(None);
    };
    let (session, user) = both;
    let for_this = browser
        .plan
        .as_ref()
        .is_some_and(|plan| plan.authenticated == Some(session.id));
    if !for_this && !wanted.finds_fresh(session, call.now) {
        return Ok(None); // OIDC Core §3.1.2.1
    }
    let other_hinted =
        hinted.is_some_and(|sub| sub != claims::sub(&call.tenant, client, &user.subject));
    let too_weak = wanted.exceeds(session.strength());
    match (other_hinted, too_weak, for_this) {
        (false, false, _) => Ok(Some(both)),
        (true, _, true) => Err(Denied::LoginRequired), // §3.1.2.2: somebody else signed in
        (false, true, true) => Err(Denied::Unmet),     // RFC 9470 §5
        (_, _, false) => Ok(None),
    }
}

/// What is known of consent; `None` where the authorization flow has to be visited: to ask for it, or because it has
/// to be gone through each time.
pub(super) fn consented(
    call: &Call<'_>,
    client: &Client,
    checked: &Checked,
    browser: &Browser,
) -> Option<Decision> {
    let (_, user) = browser.signed_in.as_ref()?;
    let user = user.subject.id;
    let granted = || Decision::Granted {
        user,
        scopes: checked.scopes.clone(),
        beside: checked.beside(),
    };
    let plan = browser.plan.as_ref();
    let decided = plan.and_then(|plan| plan.consent.as_ref());
    if decided == Some(&Decision::Denied) {
        return Some(Decision::Denied);
    }
    let agreed = decided.is_some_and(|decided| agrees(decided, user, checked));
    if client.authorization_runs {
        let gone_through = plan.is_some_and(|plan| plan.done_by(user, &client.authorization_flow));
        // Where it was gone through and there is no decision, it has no stage for it, or policies left that out.
        return (gone_through && (agreed || decided.is_none())).then(granted);
    }
    let anew = checked.request.prompt.consent; // OIDC Core §3.1.2.1
    let given = agreed || !anew && counts(call, client, checked, browser);
    given.then(granted)
}

fn agrees(decided: &Decision, user: UserId, checked: &Checked) -> bool {
    match decided {
        Decision::Granted {
            user: by,
            scopes: to,
            beside,
        } => *by == user && checked.scopes.is_subset_of(to) && beside.covers(&checked.beside()),
        Decision::Denied => false,
    }
}

/// Whether what was agreed before counts for this request.
fn counts(call: &Call<'_>, client: &Client, checked: &Checked, browser: &Browser) -> bool {
    let kept = browser.consent.as_ref();
    match client.consent {
        ConsentMode::Implicit => true,
        ConsentMode::AlwaysRequire => false,
        ConsentMode::Permanent | ConsentMode::Expiring(_) => kept.is_some_and(|consent| {
            consent.covers(client, &checked.scopes, call.now)
                && consent.beside.covers(&checked.beside())
        }),
    }
}
