//! The one route table: which path is which function.
//!
//! `functions/`, `infra/template.yaml` and the watch router in `Cargo.toml` are copies that `cargo xtask
//! tidy` compares with it. A path answers with and without its trailing slash, as a POST would be lost to
//! a redirect between the two; only what stands for `{proxy+}` goes to its function as it is.

use protocol::Slug;

/// A path and the function that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The canonical path; `{slug}` stands for one application or flow, `{proxy+}` for any rest that is not empty.
    pub path: &'static str,
    /// The package under `functions/`.
    pub function: &'static str,
}

/// Every path there is.
pub const ROUTES: [Route; 42] = [
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
        path: "/application/o/introspect/",
        function: "introspect",
    },
    Route {
        path: "/application/o/revoke/",
        function: "revoke",
    },
    Route {
        path: "/application/o/par/",
        function: "par",
    },
    Route {
        path: "/application/o/backchannel-authentication/",
        function: "backchannel-authentication",
    },
    Route {
        path: "/application/o/device/",
        function: "device-authorization",
    },
    Route {
        path: "/device",
        function: "device-authorization",
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
        path: "/application/o/{slug}/register/",
        function: "register",
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
        path: ROOT_DISCOVERY,
        function: "openid-configuration",
    },
    Route {
        path: ROOT_METADATA,
        function: "openid-configuration",
    },
    Route {
        path: RESOURCE,
        function: "openid-configuration",
    },
    Route {
        path: WEBFINGER,
        function: "openid-configuration",
    },
    Route {
        path: FLOW_PAGES,
        function: "flow",
    },
    Route {
        path: FLOW_EXECUTOR,
        function: "flow",
    },
    Route {
        path: FLOW_INSPECTOR,
        function: "flow",
    },
    Route {
        path: DEFAULT_FLOW,
        function: "flow",
    },
    Route {
        path: CANCEL,
        function: "flow",
    },
    Route {
        path: CONFIGURE,
        function: "flow",
    },
    Route {
        path: ROOT,
        function: "flow",
    },
    Route {
        path: MEDIA,
        function: "flow",
    },
    Route {
        path: "/if/user/",
        function: "self-service",
    },
    Route {
        path: "/if/user/{slug}/",
        function: "self-service",
    },
    Route {
        path: LAUNCH,
        function: "self-service",
    },
    Route {
        path: "/login/oauth/authorize",
        function: "github-authorize",
    },
    Route {
        path: "/login/oauth/access_token",
        function: "github-access-token",
    },
    Route {
        path: "/user",
        function: "github-user",
    },
    Route {
        path: "/user/emails",
        function: "github-user",
    },
    Route {
        path: "/user/orgs",
        function: "github-user",
    },
    Route {
        path: "/user/teams",
        function: "github-user-teams",
    },
    Route {
        path: GITHUB_API,
        function: "github-user",
    },
    Route {
        path: "/api/v3/user",
        function: "github-user",
    },
    Route {
        path: "/api/v3/user/emails",
        function: "github-user",
    },
    Route {
        path: "/api/v3/user/orgs",
        function: "github-user",
    },
    Route {
        path: "/api/v3/user/teams",
        function: "github-user-teams",
    },
    Route {
        path: API,
        function: "api",
    },
];

/// The management API (API reference A): what no other route has.
pub const API: &str = "/api/v3/{proxy+}";

/// OpenID Connect Discovery §4: the issuer and `/.well-known/openid-configuration`.
pub const DISCOVERY: &str = "/application/o/{slug}/.well-known/openid-configuration";

/// RFC 8414 §3.1: the well-known part stands between host and the issuer's path.
pub const METADATA: &str = "/.well-known/oauth-authorization-server/application/o/{slug}/";

/// [`DISCOVERY`] for the issuer of a whole tenant (issuer mode `global`).
pub const ROOT_DISCOVERY: &str = "/.well-known/openid-configuration";

/// [`METADATA`] for the issuer of a whole tenant.
pub const ROOT_METADATA: &str = "/.well-known/oauth-authorization-server";

/// RFC 9728 §3.1: the metadata of a resource; the resource's own path comes after it.
pub const RESOURCE: &str = "/.well-known/oauth-protected-resource/{proxy+}";

/// A flow's pages.
pub const FLOW_PAGES: &str = "/if/flow/{slug}/";

/// The same flow in JSON (API reference C1).
pub const FLOW_EXECUTOR: &str = "/api/v3/flows/executor/{slug}/";

/// What an administrator sees of the flow that their own browser runs.
pub const FLOW_INSPECTOR: &str = "/api/v3/flows/inspector/{slug}/";

/// Leads to the flow for a designation.
pub const DEFAULT_FLOW: &str = "/flows/-/default/{slug}/";

/// Gives a flow up.
pub const CANCEL: &str = "/flows/-/cancel/";

/// Leads to the flow that sets a stage up, which the path names by its id.
pub const CONFIGURE: &str = "/flows/-/configure/{slug}/";

/// Starts an application (reference B2).
pub const LAUNCH: &str = "/application/launch/{slug}/";

/// A brand's picture, by its name.
pub const MEDIA: &str = "/media/{slug}";

/// The front page, which leads on.
pub const ROOT: &str = "/";

/// RFC 7033 §4.
pub const WEBFINGER: &str = "/.well-known/webfinger";

/// The root of GitHub Enterprise's API, where clients ask whether their token works.
pub const GITHUB_API: &str = "/api/v3/";

/// Who somebody is, at github.com's address and at GitHub Enterprise's.
pub const GITHUB_USER: [&str; 2] = ["/user", "/api/v3/user"];

/// Their addresses.
pub const GITHUB_EMAILS: [&str; 2] = ["/user/emails", "/api/v3/user/emails"];

/// Their organizations.
pub const GITHUB_ORGS: [&str; 2] = ["/user/orgs", "/api/v3/user/orgs"];

/// A route and what stood for `{slug}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The route.
    pub route: Route,
    /// The slug, where the path has one.
    pub slug: Option<Slug>,
}

/// Finds the route of a path. A path without placeholder wins, so that `/application/o/token/` is never
/// taken for an application (its slug would be a reserved one anyway); one with `{proxy+}` comes last, as at
/// API Gateway.
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
    let named = ROUTES.iter().find_map(|route| {
        let slug = between(route.path, trimmed(path))?;
        Some(Found {
            route: *route,
            slug: Some(Slug::parse(slug).ok()?),
        })
    });
    named.or_else(|| {
        let greedy = ROUTES.iter().find(|route| is_below(route.path, path))?;
        Some(Found {
            route: *greedy,
            slug: None,
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

/// Whether `path` has something where `pattern` has `{proxy+}`.
fn is_below(pattern: &str, path: &str) -> bool {
    let base = pattern.strip_suffix("{proxy+}");
    let rest = base.and_then(|base| path.strip_prefix(base));
    rest.is_some_and(|rest| !rest.is_empty())
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
    fn githubs_clients_find_their_paths() {
        for (path, expected) in [
            ("/login/oauth/authorize", "github-authorize"),
            ("/login/oauth/access_token", "github-access-token"),
            ("/user", "github-user"),
            ("/user/emails", "github-user"),
            ("/user/teams", "github-user-teams"),
            ("/api/v3", "github-user"),
            ("/api/v3/", "github-user"),
            ("/api/v3/user", "github-user"),
            ("/api/v3/user/orgs", "github-user"),
            ("/api/v3/user/teams", "github-user-teams"),
        ] {
            assert_eq!(function(path), Some((expected, None)), "{path}");
        }
        let every = [GITHUB_USER, GITHUB_EMAILS, GITHUB_ORGS].concat();
        for path in every {
            assert_eq!(find(path).map(|found| found.route.path), Some(path));
        }
    }

    #[test]
    fn reference_a_what_no_other_route_has_under_api_v3_is_the_managements() {
        for (path, expected) in [
            ("/api/v3/core/users/", ("api", None)),
            ("/api/v3/core/users", ("api", None)),
            ("/api/v3/users", ("api", None)),
            ("/api/v3/core/groups/%20/", ("api", None)),
            ("/api/v3/flows/executor/", ("api", None)),
            ("/api/v3/flows/instances/a/", ("api", None)),
            ("/api/v3/user/", ("github-user", None)),
            ("/api/v3/", ("github-user", None)),
            ("/api/v3/flows/executor/a/", ("flow", Some("a".into()))),
            ("/api/v3/flows/inspector/a/", ("flow", Some("a".into()))),
        ] {
            assert_eq!(function(path), Some(expected), "{path}");
        }
        let no_slug = function("/api/v3/flows/executor/a%20b/");
        assert_eq!(
            no_slug,
            Some(("api", None)),
            "which says that there is none"
        );
        assert_eq!(function("/api/v2/core/users/"), None);
    }

    #[test]
    fn a_path_that_is_no_route_is_none() {
        for path in [
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
