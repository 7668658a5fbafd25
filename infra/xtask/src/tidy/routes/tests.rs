use super::*;

const SOURCE: &str = r#"
    /// Every path.
    pub const ROUTES: &[Route] = &[
        Route { path: "/application/o/token/", function: "token" },
        Route { path: "/application/o/{slug}/.well-known/openid-configuration", function: "openid-configuration" },
    ];
"#;

const YAML: &str = r#"
Resources:
  Table: { Type: AWS::DynamoDB::Table }
  Token:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: token } }
    Properties:
      CodeUri: ../functions/token
      Role: !GetAtt TokenRole.Arn
      Events:
        Path: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/application/o/token/{proxy+}" } }
        Bare: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: ANY, Path: "/application/o/token" } }
"#;

fn token_alone() -> Copies {
    let canonical = vec![("/application/o/token/".to_owned(), "token".to_owned())];
    let watch = with_slashes(&canonical);
    Copies {
        canonical,
        watch,
        template: parse_template(YAML).unwrap(),
        folders: vec!["token".into()],
    }
}

#[test]
fn the_table_is_read_from_its_source() {
    let table = parse_table(SOURCE).unwrap();
    let want = [
        ("/application/o/token/", "token"),
        (
            "/application/o/{slug}/.well-known/openid-configuration",
            "openid-configuration",
        ),
    ];
    assert_eq!(
        table,
        want.map(|(path, function)| (path.to_owned(), function.to_owned()))
    );
}

#[test]
fn a_path_may_be_a_constant_of_the_table() {
    let source = r#"[ Route { path: JWKS, function: "jwks", } ]; pub const JWKS: &str = "/jwks/";"#;
    assert_eq!(
        parse_table(source).unwrap(),
        [("/jwks/".to_owned(), "jwks".to_owned())]
    );
    let missing = parse_table(&source.replace("const JWKS", "const OTHER")).unwrap_err();
    assert!(missing.to_string().contains("const JWKS"), "{missing}");
}

#[test]
fn every_path_answers_with_and_without_its_slash() {
    let routes = with_slashes(&parse_table(SOURCE).unwrap());
    let paths: Vec<&str> = routes.keys().map(String::as_str).collect();
    let want = [
        "/application/o/token",
        "/application/o/token/",
        "/application/o/{slug}/.well-known/openid-configuration",
        "/application/o/{slug}/.well-known/openid-configuration/",
    ];
    assert_eq!(paths, want);
}

#[test]
fn at_api_gateway_a_slash_at_the_end_is_any_rest() {
    let table = [
        ("/", "flow"),
        ("/device", "device"),
        ("/application/o/token/", "token"),
        ("/application/o/{slug}/", "discovery"),
        ("/api/v3/", "github"),
        ("/api/v3/{proxy+}", "api"),
    ];
    let table = table.map(|(path, function)| (path.to_owned(), function.to_owned()));
    let routes = at_the_gateway(&table);
    let routes: Vec<_> = routes
        .iter()
        .map(|(path, function)| (path.as_str(), function.as_str()))
        .collect();
    let want = [
        ("$default", "discovery"),
        ("/", "flow"),
        ("/api/v3", "github"),
        ("/api/v3/{proxy+}", "api"),
        ("/application/o/token", "token"),
        ("/application/o/token/{proxy+}", "token"),
        ("/application/o/{slug}", "discovery"),
        ("/device", "device"),
        ("/device/{proxy+}", "device"),
    ];
    assert_eq!(routes, want);
}

#[test]
fn any_rest_of_a_path_is_one_route_and_watch_writes_it_in_its_own_way() {
    let routes = with_slashes(&[("/api/v3/{proxy+}".to_owned(), "api".to_owned())]);
    assert_eq!(routes.keys().collect::<Vec<_>>(), ["/api/v3/{proxy+}"]);
    let manifest = "[workspace.metadata.lambda.watch.router]\n\"/api/v3/{*proxy}\" = \"api\"\n";
    assert_eq!(parse_manifest(manifest).unwrap(), routes);
    let template = Template {
        routes: routes.clone(),
        ..Template::default()
    };
    let copies = Copies {
        canonical: vec![("/api/v3/{proxy+}".to_owned(), "api".to_owned())],
        watch: routes,
        template,
        folders: vec!["api".into()],
    };
    assert_eq!(check(&copies), Vec::<String>::new());
}

#[test]
fn copies_that_agree_are_tidy() {
    assert_eq!(check(&token_alone()), Vec::<String>::new());
}

#[test]
fn a_route_missing_in_one_copy_is_found() {
    let mut copies = token_alone();
    copies.watch.remove("/application/o/token");
    let want = "Cargo.toml (lambda.watch.router): lacks /application/o/token (to token), which \
                shared/provider/src/http/route.rs has";
    assert_eq!(check(&copies), [want]);
}

#[test]
fn a_route_to_another_function_is_found() {
    let mut copies = token_alone();
    copies
        .template
        .routes
        .insert("/application/o/token".into(), "revoke".into());
    let found = check(&copies).concat();
    assert!(
        found.starts_with("infra/template.yaml: /application/o/token leads to revoke"),
        "{found}"
    );
}

#[test]
fn a_route_that_only_a_copy_has_is_found() {
    let mut copies = token_alone();
    copies.watch.insert("/debug".into(), "token".into());
    assert!(check(&copies).concat().contains("has /debug, which"));
}

#[test]
fn a_function_without_a_route_and_a_route_without_a_function_are_found() {
    let mut copies = token_alone();
    copies.folders = vec!["jwks".into()];
    let found = check(&copies);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.concat().contains("no functions/token")
            && found.concat().contains("functions/jwks: no route")
    );
}

#[test]
fn a_function_that_a_schedule_or_a_queue_calls_needs_no_route() {
    let mut copies = token_alone();
    copies.folders.push("sweep".into());
    assert_eq!(check(&copies).len(), 1, "nothing calls it");
    for (kind, trigger) in [("Schedule", Trigger::Schedule), ("SQS", Trigger::Queue)] {
        let yaml = YAML
            .replace("Binary: token", "Binary: sweep")
            .replace("../functions/token", "../functions/sweep")
            .replace("HttpApi", kind);
        let called = parse_template(&yaml).unwrap().triggers;
        assert_eq!(called.get("sweep"), Some(&trigger));
        copies.template.triggers = called;
        assert_eq!(check(&copies), Vec::<String>::new());
    }
    copies.folders.pop();
    assert!(check(&copies).concat().contains("no functions/sweep"));
}

#[test]
fn a_template_that_routes_one_method_or_builds_another_folder_is_found() {
    let yaml = YAML
        .replacen("Method: ANY", "Method: GET", 1)
        .replace("../functions/token", "../functions/revoke");
    let found = parse_template(&yaml).unwrap().findings;
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn an_empty_table_is_found_rather_than_taken_for_agreement() {
    assert_eq!(check(&Copies::default()).len(), 1);
}
