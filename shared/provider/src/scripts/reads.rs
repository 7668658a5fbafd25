//! What has to be read before expressions run: only what they may look at.

use protocol::TenantId;

use super::Scripts;
use crate::ports::PortError;
use crate::user::User;

/// Ways to get at anything, by names put together at run time or in another policy's text.
const ANYTHING: [&str; 3] = ["attrgetter", "methodcaller", "ak_call_policy"];

/// Functions that take a name as their second argument.
const BY_NAME: [&str; 2] = ["getattr", "hasattr"];

/// What costs a read of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Groups, with their ancestors.
    pub(crate) groups: bool,
    /// Authenticators.
    pub(crate) authenticators: bool,
}

impl Reads {
    /// What this text could look at. Python folds look-alikes of other alphabets into ASCII names, so text that is
    /// not ASCII could look at everything.
    pub(crate) fn of(source: &str) -> Self {
        let speaks = |words: &[&str]| words.iter().any(|word| source.contains(word));
        let anything = !source.is_ascii() || speaks(&ANYTHING) || names_at_run_time(source);
        Self {
            groups: anything || speaks(&["group", "superuser", "is_staff"]),
            // `ak_user_has_authenticator`, or `devices_for_user` of `authentik.stages.authenticator`
            authenticators: anything || speaks(&["authenticator"]),
        }
    }

    /// What either looks at.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self {
            groups: self.groups || other.groups,
            authenticators: self.authenticators || other.authenticators,
        }
    }
}

/// Whether a name could be put together at run time: `getattr` or `hasattr` other than called with a name that stands
/// there, which then has been read with the rest of the text. authentik's own policies ask
/// `hasattr(user, "backend")`.
fn names_at_run_time(source: &str) -> bool {
    let plain = |call: &str| named(call).is_some_and(|name| name.bytes().all(is_word));
    BY_NAME.iter().any(|function| {
        let mut after = source.split(function);
        after.next();
        after.any(|call| !plain(call))
    })
}

/// The second argument of a call, where it is a text in quotes; `call` begins at the bracket.
fn named(call: &str) -> Option<&str> {
    let mut depth = 0_u32;
    let mut comma = None;
    for (at, byte) in call.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 1 && comma.is_none() => comma = Some(at + 1),
            _ if depth == 0 => return None, // no call: the function itself is handed on
            _ => {}
        }
        let end = depth == 0 || (byte == b',' && depth == 1 && comma != Some(at + 1));
        if end {
            let text = call.get(comma?..at)?.trim();
            let quote = text
                .chars()
                .next()
                .filter(|quote| matches!(quote, '"' | '\''))?;
            return text.strip_prefix(quote)?.strip_suffix(quote);
        }
    }
    None
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

impl Scripts {
    /// The classes of somebody's authenticators, one entry for each.
    pub(super) async fn authenticators_of(
        &self,
        tenant: &TenantId,
        user: &User,
    ) -> Result<Vec<String>, PortError> {
        let found = self.authenticators.of_user(tenant, user.subject.id).await?;
        let class = |found: &crate::authenticator::Authenticator| found.secret.class().as_str();
        Ok(found.iter().map(|found| class(found).to_owned()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_only_for_text_that_may_look_at_them() {
        for source in [
            "return [g.name for g in user.ak_groups.all()]",
            "return ak_is_group_member(request.user, name='x')",
            "return request.user.is_superuser",
            "return request.user.is_staff",
            "return request.user.group_attributes()",
            "return getattr(request.user, 'ak_' + 'gro' + 'ups')",
            "return request.user.ak_\u{ff47}roups.all()", // Python reads a full-width g as g
            "return getattr(request.user, 'a' 'k_groups')",
            "return getattr(request.user, f'ak_{name}s')",
            "f = hasattr; return f(request.user, name)",
            "return hasattr(request.user, 'x') and hasattr(request.user, name)",
            "return ak_call_policy('other').passing",
        ] {
            assert!(Reads::of(source).groups, "{source}");
        }
        for source in [
            "return {'name': request.user.name}",
            "return not hasattr(flow_plan.context.get(\"pending_user\"), \"backend\")",
            "return getattr(request.user, 'email', f(1, [2]))",
        ] {
            assert!(!Reads::of(source).groups, "{source}");
        }
    }

    #[test]
    fn authenticators_are_read_only_for_text_that_may_look_at_them() {
        for source in [
            "return ak_user_has_authenticator(request.user, 'totp')",
            "from authentik.stages.authenticator import devices_for_user",
            "return ak_call_policy('other').passing",
        ] {
            assert!(Reads::of(source).authenticators, "{source}");
        }
        assert!(!Reads::of("return request.user.is_superuser").authenticators);
    }
}
