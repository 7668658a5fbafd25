//! The routes of the HTTP API, read off its `OpenAPI` document, and which of them a request takes.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html>

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value};

use crate::API;
use crate::intrinsics::object;
use crate::stack::name_of;

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
/// Where one is integrated otherwise than by Lambda's proxy with payloads of version 2.0.
pub(crate) fn read(body: &Value) -> anyhow::Result<Vec<Route>> {
    let mut routes = Vec::new();
    for (path, operations) in object(&body["paths"]) {
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
/// the left, and one with a greedy variable only where no other fits.
pub(crate) fn find<'a>(
    routes: &'a [Route],
    method: &str,
    path: &str,
) -> Option<(&'a Route, Map<String, Value>)> {
    let fitting = routes
        .iter()
        .filter(|route| route.method == "ANY" || route.method == method);
    let fitting = fitting.filter_map(|route| Some((route, fits(&route.path, path)?)));
    fitting.max_by_key(|(route, _)| {
        let literal = route.path.split('/').map(|it| !it.starts_with('{'));
        let own = route.method != "ANY";
        (!route.path.contains("+}"), literal.collect::<Vec<_>>(), own)
    })
}

impl Route {
    /// What a permission says of where a call comes from: the API, its stage, the method and the path.
    pub(crate) fn source(&self) -> String {
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
                let rest = given.by_ref().collect::<Vec<_>>().join("/");
                if rest.is_empty() {
                    return None;
                }
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
            "/a/{slug}/",
            "/a/token/",
            "/a/{slug}/keys/",
            "/api/{proxy+}",
            "/api/user",
            "/api/flows/{slug}/",
        ];
        let routes: Vec<Route> = routes.into_iter().map(route).collect();
        for (path, expected) in [
            ("/", Some("/")),
            ("/a/token/", Some("/a/token/")),
            ("/a/token", Some("/a/{slug}")),
            ("/a/web/", Some("/a/{slug}/")),
            ("/a/web/keys/", Some("/a/{slug}/keys/")),
            ("/a//", None),
            ("/api/user", Some("/api/user")),
            ("/api/user/", Some("/api/{proxy+}")),
            ("/api/flows/x/", Some("/api/flows/{slug}/")),
            ("/api/flows/x/y", Some("/api/{proxy+}")),
            ("/api/", None),
            ("/b", None),
        ] {
            let found = find(&routes, "GET", path).map(|(route, _)| route.path.as_str());
            assert_eq!(found, expected, "{path}");
        }
        let (_, parameters) = find(&routes, "GET", "/api/x/y/").unwrap();
        assert_eq!(parameters["proxy"], "x/y/");
    }

    #[test]
    fn a_permission_is_for_the_route_with_its_variables_open() {
        assert_eq!(
            route("/a/{slug}/keys/").source(),
            "latchkeyapi/$default/GET/a/*/keys/"
        );
        assert_eq!(
            route("/api/{proxy+}").source(),
            "latchkeyapi/$default/GET/api/*"
        );
    }
}
