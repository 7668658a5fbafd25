//! What each step makes of a pair.

use protocol::{Seconds, Timestamp};

use super::{BELIEVED, Ends, MOST_PREVIOUS, Next, Previous, Retired, Rotation, SEEN};
use crate::certificate::Certificate;
use crate::config::keys::{KeyMaterial, KeyPair};
use crate::config::state::Config;
use crate::key::{Held, PublishedKey, SigningKey};

impl KeyPair {
    /// Whether another key can take its place: it signs, and was made here. What somebody brought, they take away.
    pub fn can_rotate(&self) -> bool {
        let given = self.certificate.as_ref().is_some_and(|it| it.given);
        self.signing().is_some() && !given
    }

    /// With this one as the next.
    pub(crate) fn prepared(mut self, key: SigningKey, certificate: Option<Certificate>) -> Self {
        if let Some(rotation) = &mut self.rotation {
            rotation.next = Some(Next {
                key,
                certificate,
                published: None,
            });
        }
        self
    }

    /// The time of its keys counts from now on, as far as it does not yet.
    pub(crate) fn confirmed(mut self, config: &Config, now: Timestamp) -> Self {
        let ends = ends(config, &self, now);
        if let Some(rotation) = &mut self.rotation {
            if let Some(next) = &mut rotation.next {
                next.published.get_or_insert(now);
            }
            for previous in &mut rotation.previous {
                previous.ends.get_or_insert(ends);
            }
        }
        self
    }

    /// The next key signs from now on.
    pub(crate) fn promoted(mut self, now: Timestamp) -> Self {
        let Some(next) = self.rotation.as_mut().and_then(|it| it.next.take()) else {
            return self;
        };
        let former = self.replaced(next.key, next.certificate, now);
        if let (Some(rotation), Some(key)) = (&mut self.rotation, former) {
            rotation.previous.insert(0, Previous { key, ends: None });
        }
        self
    }

    /// This key signs from now on, and no token of an earlier one is good any more: its keys are known to somebody else.
    pub(crate) fn revoked(
        mut self,
        key: SigningKey,
        certificate: Option<Certificate>,
        now: Timestamp,
    ) -> Self {
        let every = self.rotation.take().and_then(|it| it.every);
        self.rotation = Some(Rotation {
            every,
            ..Rotation::since(now)
        });
        self.replaced(key, certificate, now);
        self
    }

    fn replaced(
        &mut self,
        key: SigningKey,
        certificate: Option<Certificate>,
        now: Timestamp,
    ) -> Option<SigningKey> {
        let former = self.signing().cloned();
        self.material = KeyMaterial::Signing(key);
        self.certificate = certificate;
        if let Some(rotation) = &mut self.rotation {
            (rotation.rotated, rotation.wanted) = (now, false);
        }
        former
    }

    /// Without the keys whose tokens have expired; their public halves are kept for old ID tokens.
    pub(crate) fn retired(mut self, now: Timestamp) -> Self {
        if let Some(rotation) = &mut self.rotation {
            let (over, stay): (Vec<_>, Vec<_>) =
                rotation.previous.drain(..).partition(|it| it.is_over(now));
            rotation.previous = stay;
            let over = over.into_iter().filter_map(|it| {
                Some(Retired {
                    key: PublishedKey::from(&it.key),
                    until: it.ends?.believed,
                })
            });
            rotation.retired.splice(0..0, over);
            rotation.retired.truncate(MOST_PREVIOUS);
        }
        self.forgotten(now)
    }

    /// Without the keys whose ID tokens nobody has any more.
    pub(crate) fn forgotten(mut self, now: Timestamp) -> Self {
        if let Some(rotation) = &mut self.rotation {
            rotation.retired.retain(|it| now < it.until);
        }
        self
    }

    /// All its keys that are in KMS: the one that signs, the next and those before.
    pub fn in_kms(&self) -> impl Iterator<Item = (&SigningKey, &str)> {
        let rotation = self.rotation.iter();
        let others = rotation.flat_map(|it| {
            let next = it.next.iter().map(|it| &it.key);
            next.chain(it.previous.iter().map(|it| &it.key))
        });
        let all = self.signing().into_iter().chain(others);
        all.filter_map(|key| match &key.held {
            Held::Direct { key_id } => Some((key, key_id.as_str())),
            Held::Envelope { .. } => None,
        })
    }
}

/// When the last token that is signed now with a pair's previous key has expired: ID tokens live as long as access tokens.
fn ends(config: &Config, pair: &KeyPair, now: Timestamp) -> Ends {
    let using = || {
        config
            .providers()
            .filter(|it| it.signing_key == Some(pair.id))
    };
    let longest = |of: &dyn Fn(&crate::config::Provider) -> Seconds| {
        using().map(of).max().unwrap_or(Seconds(0))
    };
    let access = longest(&|it| it.access_token_validity.seconds());
    let refresh = longest(&|it| it.refresh_token_validity.seconds());
    let published = now + access + SEEN;
    Ends {
        published,
        believed: published.max(now + refresh.max(BELIEVED)),
    }
}
