//! The budget of AWS calls of what strangers ask (architecture §4).

use serde_json::json;

use super::{stranger, wrong};
use crate::budget::{cost, spent};
use crate::harness::browser::Browser;
use crate::harness::member;
use crate::register::registering;

#[tokio::test]
async fn a_strangers_error_costs_a_read_where_there_is_a_session_and_else_nothing() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let id = member(&client, "client_id");
    let mut ada = Browser::new(&bench);
    ada.authorize("web", "openid", &[]).await;
    for (mut browser, costs) in [
        (Browser::new(&bench), cost(&[], 0)),
        (ada, cost(&["BatchGetItem"], 1)),
    ] {
        browser.get(&wrong(id, &[])).await; // makes everything warm
        bench.forget_calls();
        assert_eq!(browser.get(&wrong(id, &[])).await.status(), 400);
        assert_eq!(spent(&bench), costs);
    }
}
