//! The routes of the HTTP API, read off its `OpenAPI` document, and which of them a request takes.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};

use crate::API;
use crate::intrinsics::object;
use crate::stack::name_of;

/// The path of the route that takes what no other does.
const DEFAULT: &str = "$default";

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// `GET`, or `ANY`.
    pub(crate) method: String,
    /// `/if/flow/{slug}/`.
    pub(crate) path: String,
    /// The function's name.
    pub(crate) function: String,
}

/// The routes of a document.
///
/// # Errors
/// Where one is integrated otherwise than by Lambda's proxy with payloads of version 2.0, or ends in a slash: API Gateway leaves
/// such a route out, without a word (aws/serverless-application-model#1949).
pub(crate) fn read(body: &Value) -> anyhow::Result<Vec<Route>> {
    let mut routes = Vec::new();
    for (path, operations) in object(&body["paths"]) {
        ensure!(
            path == "/" || !path.ends_with('/'),
            "{path} is no route of an HTTP API"
        );
        for (method, operation) in object(operations) {
            let integration = &operation["x-amazon-apigateway-integration"];
            let proxied =
                integration["type"] == "aws_proxy" && integration["payloadFormatVersion"] == "2.0";
            ensure!(proxied, "{method} {path}: {integration}");
            let uri = integration["uri"].as_str().context("a URI")?;
            let function = uri.split_once("/functions/").context("a function's URI")?.1;
            let function = function.trim_end_matches("/invocations");
            let any = method == "x-amazon-apigateway-any-method";
            routes.push(Route {
                method: if any {
                    "ANY".to_owned()
                } else {
                    method.to_uppercase()
                },
                path: path.clone(),
                function: name_of(function),
            });
        }
    }
    ensure!(!routes.is_empty(), "an API without routes");
    Ok(routes)
}

/// The route of a request, and the parameters of its path: of those that fit, that with the most segments that are literal from
/// the left, one with a greedy variable only where no other fits, and `$default` where none does. A greedy variable takes
/// what is empty too: so `/x/` is answered by `/x/{proxy+}`, there being no route `/x/`.
pub(crate) fn find<'a>(
    routes: &'a [Route],
    method: &str,
    path: &str,
) -> Option<(&'a Route, Map<String, Value>)> {
    let fitting = routes
        .iter()
        .filter(|route| route.method == "ANY" || route.method == method);
    let fitting = fitting.filter_map(|route| Some((route, fits(&route.path, path)?)));
    let best = fitting.max_by_key(|(route, _)| {
        let literal = route.path.split('/').map(|it| !it.starts_with('{'));
        let own = route.method != "ANY";
        (!route.path.contains("+}"), literal.collect::<Vec<_>>(), own)
    });
    best.or_else(|| {
        let default = routes.iter().find(|route| route.path == DEFAULT)?;
        Some((default, Map::new()))
    })
}

impl Route {
    /// What a permission says of where a call comes from: the API, its stage, the method and the path.
    pub(crate) fn source(&self) -> String {
        if self.path == DEFAULT {
            return format!("{API}/$default/$default");
        }
        let path = self
            .path
            .split('/')
            .map(|it| if it.starts_with('{') { "*" } else { it });
        let path = path.collect::<Vec<_>>().join("/");
        let method = if self.method == "ANY" {
            "GET"
        } else {
            &self.method
        };
        format!("{API}/$default/{method}{path}")
    }

    /// `ANY /user`.
    pub(crate) fn key(&self) -> String {
        if self.path == DEFAULT {
            return DEFAULT.to_owned();
        }
        format!("{} {}", self.method, self.path)
    }
}

fn fits(pattern: &str, path: &str) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    let mut given = path.split('/');
    for part in pattern.split('/') {
        let variable = part.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        match variable.map(|it| (it, it.strip_suffix('+'))) {
            None => {
                given.next().filter(|it| *it == part)?;
            }
            Some((_, Some(greedy))) => {
                given.clone().next()?;
                let rest = given.by_ref().collect::<Vec<_>>().join("/");
                found.insert(greedy.to_owned(), rest.into());
            }
            Some((name, None)) => {
                let value = given.next().filter(|it| !it.is_empty())?;
                found.insert(name.to_owned(), value.into());
            }
        }
    }
    given.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Route {
        Route {
            method: "ANY".to_owned(),
            path: path.to_owned(),
            function: path.to_owned(),
        }
    }

    #[test]
    fn the_most_literal_route_is_taken_and_a_greedy_one_last() {
        let routes = [
            "/",
            "/a/{slug}",
            "/a/token/{proxy+}",
            "/a/{slug}/keys/{proxy+}",
            "/api/{proxy+}",
            "/api/user",
            "/api/flows/{slug}/{proxy+}",
        ];
        let routes: Vec<Route> = routes.into_iter().map(route).collect();
        for (path, expected) in [
            ("/", Some("/")),
            ("/a/token/", Some("/a/token/{proxy+}")),
            ("/a/token", Some("/a/{slug}")),
            ("/a/web/", None),
            ("/a/web/keys/", Some("/a/{slug}/keys/{proxy+}")),
            ("/a/web/keys", None),
            ("/a//", None),
            ("/api/user", Some("/api/user")),
            ("/api/user/", Some("/api/{proxy+}")),
            ("/api/flows/x/", Some("/api/flows/{slug}/{proxy+}")),
            ("/api/flows/x/y", Some("/api/flows/{slug}/{proxy+}")),
            ("/api/flows/x", Some("/api/{proxy+}")),
            ("/api/", Some("/api/{proxy+}")),
            ("/api", None),
            ("/b", None),
        ] {
            let found = find(&routes, "GET", path).map(|(route, _)| route.path.as_str());
            assert_eq!(found, expected, "{path}");
        }
        let (_, parameters) = find(&routes, "GET", "/api/x/y/").unwrap();
        assert_eq!(parameters["proxy"], "x/y/");
        let mut routes = routes;
        routes.push(route(DEFAULT));
        let (default, _) = find(&routes, "GET", "/b").unwrap();
        assert_eq!(default.path, DEFAULT);
    }

    #[test]
    fn a_route_that_ends_in_a_slash_is_none() {
        let integration = serde_json::json!({
            "type": "aws_proxy",
            "payloadFormatVersion": "2.0",
            "uri": "arn:/functions/f/invocations",
        });
        let document = |path: &str| serde_json::json!({"paths": {path: {"get": {"x-amazon-apigateway-integration": integration}}}});
        assert!(read(&document("/a")).is_ok());
        let refused = read(&document("/a/")).unwrap_err().to_string();
        assert_eq!(refused, "/a/ is no route of an HTTP API");
    }

    #[test]
    fn a_permission_is_for_the_route_with_its_variables_open() {
        assert_eq!(
            route("/a/{slug}/keys").source(),
            "latchkeyapi/$default/GET/a/*/keys"
        );
        assert_eq!(
            route("/api/{proxy+}").source(),
            "latchkeyapi/$default/GET/api/*"
        );
    }
}
