//! The frames in which clients hear of a logout (OpenID Connect Front-Channel Logout 1.0 §3).

use form_urlencoded::Serializer;
use futures_util::future::try_join_all;
use protocol::ClientId;
use protocol::redirect::with_query;

use crate::client::Client;
use crate::http::Call;
use crate::pages::Frame;
use crate::ports::{ClientStore, Outcome};
use crate::session::{Session, Visit};

/// A frame for each client that hears in the browser that its part of the session ends; `only` for one client's.
pub(in crate::endpoints) async fn frames(
    clients: &dyn ClientStore,
    call: &Call<'_>,
    session: &Session,
    only: Option<&ClientId>,
) -> Outcome<Vec<Frame>> {
    let visits = session
        .visits()
        .filter(|(client, visit)| visit.front && only.is_none_or(|only| only == *client));
    let frames = visits.map(|(id, visit)| async move {
        let client = clients.by_id(&call.tenant.id, id, call.now).await?;
        Ok(client.and_then(|client| frame(&client, session, visit)))
    });
    let frames = try_join_all(frames).await?;
    Ok(frames.into_iter().flatten().collect())
}

fn frame(client: &Client, session: &Session, visit: &Visit) -> Option<Frame> {
    let uri = client.metadata.frontchannel_logout_uri.as_deref()?;
    // §2: both are there, or neither is.
    let url = if client.metadata.frontchannel_logout_session_required {
        let sid = session.id.sid(&visit.iss, &client.client_id);
        let query = Serializer::new(String::new())
            .append_pair("iss", &visit.iss)
            .append_pair("sid", &sid)
            .finish();
        with_query(uri, &query)
    } else {
        uri.to_owned()
    };
    Some(Frame {
        url,
        application: client.name.clone(),
    })
}
