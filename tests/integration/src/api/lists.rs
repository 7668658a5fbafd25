//! What all lists have in common (API reference A, pagination envelope).

use serde_json::{Value, json};

use super::harness::Api;

const MAPPINGS: &str = "/propertymappings/provider/scope/";

/// Three mappings of the test, apart from those that are there from the start.
async fn with_three() -> Api {
    let api = Api::start().await;
    for (name, scope, description) in [
        ("test one", "zz-b", "the Red one"),
        ("test two", "zz-a", "a blue one"),
        ("test three", "zz-c", ""),
    ] {
        let body = json!({"name": name, "scope_name": scope, "expression": "return {}", "description": description});
        api.made(MAPPINGS, body).await;
    }
    api
}

fn names(list: &Value) -> Vec<&str> {
    let rows = list["results"].as_array().expect("rows").iter();
    rows.map(|row| row["name"].as_str().expect("text"))
        .collect()
}

async fn list(api: &Api, query: &str) -> Value {
    api.shown(&format!("{MAPPINGS}?{query}")).await
}

#[tokio::test]
async fn reference_a_lists_come_in_pages() {
    let api = with_three().await;
    let all = list(&api, "search=test").await;
    let envelope = json!({"next": 0, "previous": 0, "count": 3, "current": 1, "total_pages": 1, "start_index": 1, "end_index": 3});
    assert_eq!(all["pagination"], envelope);
    let second = list(&api, "search=test&page=2&page_size=2").await;
    let envelope = json!({"next": 0, "previous": 1, "count": 3, "current": 2, "total_pages": 2, "start_index": 3, "end_index": 3});
    assert_eq!(second["pagination"], envelope);
    assert_eq!(names(&second), ["test three"]);
    let none = list(&api, "name=nothing").await;
    let envelope = json!({"next": 0, "previous": 0, "count": 0, "current": 1, "total_pages": 1, "start_index": 0, "end_index": 0});
    assert_eq!(
        (&none["pagination"], &none["results"]),
        (&envelope, &json!([]))
    );
}

#[tokio::test]
async fn reference_a_there_is_no_page_behind_the_last() {
    let api = with_three().await;
    for page in ["3", "0", "-1", "x", "1.5", "99999999999999999999"] {
        let (status, told) = api
            .get(&format!("{MAPPINGS}?page_size=2&search=test&page={page}"))
            .await;
        assert_eq!(
            (status.as_u16(), told),
            (404, json!({"detail": "Invalid page."})),
            "{page}"
        );
    }
    for size in ["0", "-1", "x", ""] {
        let all = list(&api, &format!("search=test&page_size={size}")).await;
        assert_eq!(names(&all).len(), 3, "{size} counts as not given");
    }
    let all = list(&api, "search=test&page_size=99999999").await;
    assert_eq!(names(&all).len(), 3);
}

#[tokio::test]
async fn reference_a_every_word_of_a_search_is_in_one_of_the_fields_whatever_the_case() {
    let api = with_three().await;
    for (search, found) in [
        ("red", vec!["test one"]),
        ("TEST+one", vec!["test two", "test one"]), // "a blue one"
        ("test+zz-c", vec!["test three"]),
        ("red+blue", vec![]),
        ("%F0%9F%A6%80", vec![]),
    ] {
        let some = list(&api, &format!("search={search}")).await;
        assert_eq!(names(&some), found, "{search}");
    }
}

#[tokio::test]
async fn reference_a_lists_are_in_the_order_that_is_asked_for() {
    let api = with_three().await;
    for (order, sorted) in [
        ("", ["test two", "test one", "test three"]), // by scope
        ("name", ["test one", "test three", "test two"]),
        ("-name", ["test two", "test three", "test one"]),
        (
            "verbose_name,-scope_name",
            ["test three", "test one", "test two"],
        ),
        ("nothing,-nothing", ["test two", "test one", "test three"]),
    ] {
        let some = list(&api, &format!("search=test&ordering={order}")).await;
        assert_eq!(names(&some), sorted, "{order}");
    }
}

#[tokio::test]
async fn reference_a_filters_are_exact_and_what_is_no_filter_is_passed_over() {
    let api = with_three().await;
    let some = list(&api, "name=test+one&what=ever").await;
    assert_eq!(names(&some), ["test one"]);
    assert_eq!(names(&list(&api, "name=test").await), Vec::<&str>::new());
    assert_eq!(
        names(&list(&api, "scope_name=zz-a&name=test+one").await),
        Vec::<&str>::new()
    );
    let managed = list(&api, "managed__isnull=false&page_size=1").await;
    assert_ne!(managed["results"][0]["managed"], Value::Null);
    let own = list(&api, "managed__isnull=true&search=test").await;
    assert_eq!(names(&own).len(), 3);
}

#[tokio::test]
async fn reference_a_a_filter_of_several_values_takes_any_of_them() {
    let api = Api::start().await;
    let all = list(&api, "managed__isnull=false").await;
    let rows = all["results"].as_array().unwrap();
    let managed: Vec<&str> = rows
        .iter()
        .filter_map(|row| row["managed"].as_str())
        .collect();
    assert!(managed.len() > 2, "{all}");
    let query = format!("managed={}&managed={}", managed[0], managed[1]);
    let two = list(&api, &query).await;
    assert_eq!(two["pagination"]["count"], 2, "{two}");
}
