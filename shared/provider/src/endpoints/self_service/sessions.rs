//! Where one is signed in, and signing out there.

use http::StatusCode;
use protocol::Params;
use uuid::Uuid;

use super::{Notice, Section, SelfService, Visitor};
use crate::event::Action;
use crate::fault::Fault;
use crate::http::{Response, encode};
use crate::pages::user::{self, SignedInAt};
use crate::session::{Session, SessionId};

impl SelfService {
    pub(super) async fn sessions(&self, visitor: &Visitor<'_>) -> Result<Response, Fault> {
        let sessions = self.live_sessions(visitor).await?;
        let shown = |session: Session| SignedInAt {
            here: session.id == visitor.session.id,
            id: session.id.to_string(),
            browser: user::browser_name(&session.user_agent),
            address: session.address.unwrap_or_default(),
            since: session.began.rfc3339(),
            until: session.expires.rfc3339(),
        };
        let mut sessions: Vec<SignedInAt> = sessions.into_iter().map(shown).collect();
        sessions.sort_by_key(|session| !session.here);
        Ok(encode::page(
            StatusCode::OK,
            &user::Sessions {
                scene: visitor.scene(),
                frame: visitor.frame(Section::Sessions),
                sessions,
            },
        ))
    }

    /// Ends one session, or all but this one. This one is ended by signing out.
    pub(super) async fn end_sessions(
        &self,
        visitor: &Visitor<'_>,
        form: &Params,
    ) -> Result<Response, Fault> {
        let here = visitor.session.id;
        match form.optional("action")? {
            Some("end") => {
                let id = form
                    .optional("session")?
                    .and_then(|id| id.parse::<Uuid>().ok());
                let id = id.map(SessionId).filter(|id| *id != here);
                let sessions = self.live_sessions(visitor).await?;
                let session = sessions.iter().find(|session| Some(session.id) == id);
                let ended = match session {
                    Some(session) => self.end_one(visitor, session).await?,
                    None => false,
                };
                Ok(visitor.done(Section::Sessions, Notice::SessionEnded.done_or_gone(ended)))
            }
            Some("end_others") => {
                let sessions = self.live_sessions(visitor).await?;
                for session in sessions.iter().filter(|session| session.id != here) {
                    self.end_one(visitor, session).await?;
                }
                Ok(visitor.done(Section::Sessions, Notice::OthersEnded))
            }
            Some(_) | None => Ok(encode::redirect(visitor.call, &Section::Sessions.path())),
        }
    }

    async fn live_sessions(&self, visitor: &Visitor<'_>) -> Result<Vec<Session>, Fault> {
        let (tenant, now) = (&visitor.call.tenant.id, visitor.call.now);
        let people = &self.parts.people;
        Ok(people.sessions(tenant, &visitor.user, now).await?)
    }

    async fn end_one(&self, visitor: &Visitor<'_>, session: &Session) -> Result<bool, Fault> {
        let tenant = &visitor.call.tenant.id;
        let event = self
            .event(visitor, Action::Logout)
            .with("session", session.id.to_string());
        let people = &self.parts.people;
        Ok(people.end_session(tenant, session, &event).await?)
    }
}
