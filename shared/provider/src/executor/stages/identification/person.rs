//! Who that is: by the fields that the stage names.

use crate::executor::{Executor, Run};
use crate::fault::Fault;
use crate::flow::stage::{IdentificationSettings, UserField};
use crate::user::{Subject, User};

impl Executor {
    /// The person with this name, in one of the fields that count. It takes as long for somebody unknown, and where
    /// the name is in another field.
    pub(super) async fn find(
        &self,
        run: &Run<'_>,
        its: &IdentificationSettings,
        typed: &str,
    ) -> Result<Option<User>, Fault> {
        let found = self
            .parts
            .users
            .by_login(&run.call().tenant.id, typed)
            .await?;
        Ok(found.filter(|user| matches(its, &user.subject, typed)))
    }
}

fn matches(its: &IdentificationSettings, subject: &Subject, typed: &str) -> bool {
    let same = |stored: &str| {
        if its.case_insensitive_matching {
            stored.to_lowercase() == typed.to_lowercase()
        } else {
            stored == typed
        }
    };
    let mut fields = its.user_fields.iter().map(|field| match field {
        UserField::Email => Some(subject.email.as_str()),
        UserField::Username => Some(subject.username.as_str()),
        UserField::Upn => subject.upn.as_deref(),
    });
    fields.any(|field| field.is_some_and(same))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::tests::subject;

    #[test]
    fn a_name_counts_in_the_fields_of_the_stage_alone() {
        let mut ada = subject();
        (ada.username, ada.email) = ("ada".to_owned(), "ada@example.com".to_owned());
        ada.upn = Some("ada@corp".to_owned());
        let with = |user_fields: &[UserField], case_insensitive_matching| IdentificationSettings {
            user_fields: user_fields.to_vec(),
            case_insensitive_matching,
            ..IdentificationSettings::default()
        };
        let by_email = with(&[UserField::Email], true);
        assert!(matches(&by_email, &ada, "Ada@Example.com"));
        assert!(!matches(&by_email, &ada, "ada"));
        let by_upn = with(&[UserField::Upn], true);
        assert!(matches(&by_upn, &ada, "ADA@corp"));
        assert!(!matches(&by_upn, &ada, "ada@example.com"));
        assert!(
            !matches(&with(&[], true), &ada, "ada"),
            "there is another way in"
        );
        let exactly = with(&[UserField::Username], false);
        assert!(matches(&exactly, &ada, "ada") && !matches(&exactly, &ada, "Ada"));
    }
}
