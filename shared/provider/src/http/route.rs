//! The one route table: which path is which function.
//!
//! `functions/`, `infra/template.yaml` and the watch router in `Cargo.toml` are copies that `cargo xtask
//! tidy` compares with it. A path answers with and without its trailing slash, as a POST would be lost to
//! a redirect between the two.

use protocol::Slug;

/// A path and the function that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The canonical path; `{slug}` stands for one application or flow.
    pub path: &'static str,
    /// The package under `functions/`.
    pub function: &'static str,
}

/// Every path there is.
pub const ROUTES: [Route; 10] = [
    Route {
        path: "/application/o/authorize/",
        function: "authorize",
    },
    Route {
        path: "/application/o/token/",
        function: "token",
    },
    Route {
        path: "/application/o/userinfo/",
        function: "userinfo",
    },
    Route {
        path: "/application/o/revoke/",
        function: "revoke",
    },
    Route {
        path: "/application/o/{slug}/end-session/",
        function: "end-session",
    },
    Route {
        path: "/application/o/{slug}/jwks/",
        function: "jwks",
    },
    Route {
        path: "/application/o/{slug}/",
        function: "openid-configuration",
    },
    Route {
        path: DISCOVERY,
        function: "openid-configuration",
    },
    Route {
        path: METADATA,
        function: "openid-configuration",
    },
    Route {
        path: "/if/flow/{slug}/",
        function: "flow",
    },
];

/// OpenID Connect Discovery §4: the issuer and `/.well-known/openid-configuration`.
pub const DISCOVERY: &str = "/application/o/{slug}/.well-known/openid-configuration";

/// RFC 8414 §3.1: the well-known part stands between host and the issuer's path.
pub const METADATA: &str = "/.well-known/oauth-authorization-server/application/o/{slug}/";

/// A route and what stood for `{slug}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The route.
    pub route: Route,
    /// The slug, where the path has one.
    pub slug: Option<Slug>,
}

/// Finds the route of a path. A path without placeholder wins, so that `/application/o/token/` is never
/// taken for an application (its slug would be a reserved one anyway).
pub fn find(path: &str) -> Option<Found> {
    let plain = ROUTES
        .iter()
        .find(|route| trimmed(route.path) == trimmed(path));
    if let Some(route) = plain {
        return Some(Found {
            route: *route,
            slug: None,
        });
    }
    ROUTES.iter().find_map(|route| {
        let slug = between(route.path, trimmed(path))?;
        Some(Found {
            route: *route,
            slug: Some(Slug::parse(slug).ok()?),
        })
    })
}

fn trimmed(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// What stands for `{slug}` when `path` is read by `pattern`.
fn between<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let (before, after) = trimmed(pattern).split_once("{slug}")?;
    let slug = path.strip_prefix(before)?.strip_suffix(after)?;
    (!slug.contains('/')).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(path: &str) -> Option<(&'static str, Option<String>)> {
        find(path).map(|found| {
            (
                found.route.function,
                found.slug.map(|slug| slug.to_string()),
            )
        })
    }

    #[test]
    fn a_path_answers_with_and_without_its_trailing_slash() {
        for path in ["/application/o/token/", "/application/o/token"] {
            assert_eq!(function(path), Some(("token", None)));
        }
        for path in ["/application/o/app/jwks/", "/application/o/app/jwks"] {
            assert_eq!(function(path), Some(("jwks", Some("app".into()))));
        }
    }

    #[test]
    fn discovery_answers_under_the_issuer_and_at_rfc_8414s_place() {
        let expected = Some(("openid-configuration", Some("app".into())));
        assert_eq!(
            function("/application/o/app/.well-known/openid-configuration"),
            expected
        );
        assert_eq!(
            function("/.well-known/oauth-authorization-server/application/o/app/"),
            expected
        );
        assert_eq!(
            function("/.well-known/oauth-authorization-server/application/o/app"),
            expected
        );
        assert_eq!(function("/application/o/app/"), expected);
    }

    #[test]
    fn a_path_that_is_no_route_is_none() {
        for path in [
            "",
            "/",
            "/application/o/",
            "/application/o/a/b/jwks/",
            "/application/o/a%2fb/jwks/",
            "/x",
        ] {
            assert_eq!(function(path), None, "{path}");
        }
        assert_eq!(function("/application/o/token//"), None);
    }
}
