//! Where people start an application (API reference B2: `launch_url`).

use protocol::redirect::with_query;
use url::Url;

use crate::config::{Application, Provider};
use crate::user::Subject;

/// As authentik computes it: what was given, else the origin of the first redirect URI. It may have placeholders for
/// whoever goes there ([`filled_in`]).
pub fn url_of(application: &Application, provider: Option<&Provider>) -> Option<String> {
    if !application.meta_launch_url.is_empty() {
        return Some(application.meta_launch_url.clone());
    }
    let origin = Url::parse(&provider?.redirect_uris.first()?.url)
        .ok()?
        .origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

/// With the fields of this user in the places that name them, such as `%(username)s`: encoded, so that a name cannot
/// lead elsewhere.
pub fn filled_in(url: &str, subject: &Subject) -> String {
    let number = subject.pk.to_string();
    let id = subject.id.to_string();
    let fields = [
        ("%(username)s", subject.username.as_str()),
        ("%(name)s", &subject.name),
        ("%(email)s", &subject.email),
        ("%(uuid)s", &id),
        ("%(pk)s", &number),
        ("%(id)s", &number),
    ];
    let mut filled = String::new();
    let mut rest = url;
    // From left to right and once, so that what a name brings is not read as a placeholder itself.
    while let Some(at) = rest.find("%(") {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let known = fields
            .iter()
            .find_map(|(mark, value)| Some((value, from.strip_prefix(mark)?)));
        rest = if let Some((value, after)) = known {
            filled.extend(form_urlencoded::byte_serialize(value.as_bytes()));
            after
        } else {
            filled.push_str("%(");
            from.strip_prefix("%(").unwrap_or_default()
        };
    }
    filled.push_str(rest);
    filled
}

/// Where a client begins a login that is asked for here (OpenID Connect Core §4): it comes back with a request to this
/// issuer. `goal`: where in the client the person wants to be (`target_link_uri`); it is handed on where it is at the client's
/// own origin, so that no client is made to lead elsewhere, which it MUST verify itself. Who the person is (`login_hint`) is not
/// said: the client has to ask for that.
pub fn begun(initiate_login_uri: &str, issuer: &str, goal: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("iss", issuer);
    if let Some(goal) = goal.filter(|goal| has_same_origin(initiate_login_uri, goal)) {
        query.append_pair("target_link_uri", goal);
    }
    with_query(initiate_login_uri, &query.finish())
}

fn has_same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Where this user is led who starts it there: to a web address and to nothing that runs, whatever else may be linked.
pub fn target(url: &str, subject: &Subject) -> Option<String> {
    let url = Url::parse(&filled_in(url, subject)).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims::tests::subject;

    #[test]
    fn a_launch_url_names_the_user_without_breaking_out() {
        let subject = Subject {
            username: "a/../b?c".to_owned(),
            name: "%(email)s".to_owned(),
            ..subject()
        };
        for (url, wanted) in [
            (
                "https://app.example/u/%(username)s",
                "https://app.example/u/a%2F..%2Fb%3Fc",
            ),
            (
                "https://app.example/%(name)s",
                "https://app.example/%25%28email%29s",
            ),
            ("https://app.example/", "https://app.example/"),
            (
                "https://app.example/%(what)s/100%",
                "https://app.example/%(what)s/100%",
            ),
        ] {
            assert_eq!(filled_in(url, &subject), wanted);
        }
    }

    #[test]
    fn oidc_core_4_a_goal_at_the_clients_own_origin_is_handed_on_and_no_other() {
        let iss = "https://id.example/";
        let plain = "https://rp.example/login?iss=https%3A%2F%2Fid.example%2F";
        let with = |goal| begun("https://rp.example/login", iss, goal);
        let deep = "&target_link_uri=https%3A%2F%2Frp.example%2Fdeep%3Fa%3Db";
        assert_eq!(
            with(Some("https://rp.example/deep?a=b")),
            format!("{plain}{deep}")
        );
        for other in [
            None,
            Some("https://evil.example/"),
            Some("https://rp.example.evil.example/"),
            Some("https://rp.example:8443/"),
            Some("http://rp.example/"),
            Some("https://rp.example@evil.example/"),
            Some("//rp.example/"),
            Some("javascript:alert(1)"),
        ] {
            assert_eq!(with(other), plain, "{other:?}");
        }
    }

    #[test]
    fn a_launch_leads_to_web_addresses_only() {
        let subject = Subject {
            username: "//evil.example".to_owned(),
            ..subject()
        };
        for (url, wanted) in [
            ("https://app.example", Some("https://app.example/")),
            (
                "http://app.example/é?a=b",
                Some("http://app.example/%C3%A9?a=b"),
            ),
            (
                "https://app.example/%(username)s",
                Some("https://app.example/%2F%2Fevil.example"),
            ),
            ("https://%(username)s/", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("blank://blank", None),
            ("app://open", None),
            ("//app.example/", None),
            ("", None),
        ] {
            assert_eq!(target(url, &subject).as_deref(), wanted, "{url}");
        }
    }
}
