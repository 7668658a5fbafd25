//! Authenticators (authentik 2024.10's `authenticators/…`): one's own, and everybody's for superusers.

use std::collections::BTreeMap;

use http::Method;
use protocol::{Digest, Seconds, Timestamp};
use provider::authenticator::{Authenticator, Verifier};
use provider::event::{Action, Event};
use provider::ports::Number;
use provider::tenant::Sealed;
use provider::user::User;
use serde_json::{Value, json};
use uuid::Uuid;

use super::authority::root_browser;
use super::harness::Api;

const TOTP: &str = "/authenticators/totp/";
const ADMIN: &str = "/authenticators/admin/";

/// Gives somebody an authenticator.
async fn give(api: &Api, owner: &User, name: &str, secret: Verifier) -> Authenticator {
    give_of(api, owner, name, secret, api.bench.now()).await
}

/// The same, set up then.
pub(super) async fn give_of(
    api: &Api,
    owner: &User,
    name: &str,
    secret: Verifier,
    created: Timestamp,
) -> Authenticator {
    let one = Authenticator {
        id: Uuid::new_v4(),
        user: owner.subject.id,
        name: name.to_owned(),
        created,
        last_used: None,
        version: 1,
        secret,
    };
    add(api, &one).await;
    one
}

async fn add(api: &Api, one: &Authenticator) {
    let event = Event {
        id: Uuid::new_v4(),
        action: Action::ModelCreated,
        at: api.bench.now(),
        app: "test".to_owned(),
        user: None,
        client_id: None,
        client_ip: None,
        brand: None,
        context: serde_json::Map::new(),
    };
    let store = api.bench.backend.stores.authenticators();
    let tenant = &api.bench.seeded.tenant.id;
    assert_eq!(store.add(tenant, one, &[], &event).await, Ok(true));
}

fn app() -> Verifier {
    Verifier::Totp {
        seed: Sealed(b"the seed".to_vec()),
        digits: 6,
        last_step: None,
    }
}

pub(super) fn codes() -> Verifier {
    Verifier::Static {
        codes: vec![Digest::of(b"one"), Digest::of(b"two")],
    }
}

fn key(aaguid: Uuid) -> Verifier {
    Verifier::Webauthn {
        credential: format!("credential of {aaguid}"),
        passkey: json!({ "public": "key" }),
        aaguid: Some(aaguid),
        discoverable: true,
    }
}

fn pk(one: &Authenticator) -> u32 {
    one.number().get()
}

/// The newest event.
async fn newest(api: &Api) -> Value {
    let page = api.shown("/events/events/?page_size=1&search=device").await;
    page["results"][0].clone()
}

#[tokio::test]
async fn own_authenticators_are_shown_by_class_without_what_they_prove_with() {
    let api = Api::start().await;
    let aaguid = Uuid::from_u128(7);
    let totp = give(&api, &api.user, "Phone", app()).await;
    let paper = give(&api, &api.user, "Paper", codes()).await;
    let stick = give(&api, &api.user, "Stick", key(aaguid)).await;
    give(&api, &api.root, "Another's", app()).await;
    let bob = api.as_user();

    let (status, all) = bob.get("/authenticators/all/").await;
    assert_eq!((status.as_u16(), all.as_array().unwrap().len()), (200, 3));
    let created = &all[0]["created"];
    let expected = json!({
        "verbose_name": "TOTP Device",
        "verbose_name_plural": "TOTP Devices",
        "meta_model_name": "authentik_stages_authenticator_totp.totpdevice",
        "pk": pk(&totp).to_string(),
        "name": "Phone",
        "type": "authentik_stages_authenticator_totp.TOTPDevice",
        "confirmed": true,
        "created": created,
        "last_updated": created,
        "last_used": null,
        "extra_description": "",
    });
    let of_totp = all
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "Phone");
    assert_eq!(of_totp, Some(&expected));

    let expected = [
        ("totp", json!({"name": "Phone", "pk": pk(&totp)}), &totp),
        (
            "static",
            json!({"name": "Paper", "token_set": [], "pk": pk(&paper)}),
            &paper,
        ),
        (
            "webauthn",
            json!({
                "pk": pk(&stick),
                "name": "Stick",
                "created_on": created,
                "device_type": null,
                "aaguid": aaguid,
            }),
            &stick,
        ),
    ];
    for (class, row, one) in expected {
        let path = format!("/authenticators/{class}/");
        let page = bob.get(&path).await.1;
        assert_eq!(page["results"], json!([row]), "{class}");
        let one = format!("{path}{}/", pk(one));
        assert_eq!(bob.get(&one).await.1, row);
        assert_eq!(bob.get(&format!("{one}used_by/")).await.1, json!([]));
        assert_eq!(
            bob.get(&format!("{path}{}/", pk(&totp))).await.0 == 200,
            class == "totp"
        );
    }
    assert_eq!(
        api.get(&format!("{TOTP}{}/", pk(&totp))).await.0,
        404,
        "somebody else's"
    );
    for odd in ["0", "x", "99999999999"] {
        assert_eq!(bob.get(&format!("{TOTP}{odd}/")).await.0, 404);
    }
}

#[tokio::test]
async fn a_list_is_narrowed_down_searched_and_in_order_of_names() {
    let api = Api::start().await;
    for name in ["Two", "One", "Tow"] {
        give(&api, &api.root, name, app()).await;
    }
    for path in [TOTP, "/authenticators/admin/totp/"] {
        let names = async |query: &str| {
            let page = api.shown(&format!("{path}?{query}")).await;
            let rows = page["results"].as_array().unwrap().clone();
            let names = rows
                .iter()
                .map(|row| row["name"].as_str().unwrap().to_owned());
            names.collect::<Vec<String>>()
        };
        assert_eq!(names("").await, ["One", "Tow", "Two"]);
        assert_eq!(names("ordering=-name&page_size=1").await, ["Two"]);
        assert_eq!(names("name=One").await, ["One"]);
        assert_eq!(names("search=tw").await, ["Two"]);
    }
}

#[tokio::test]
async fn an_own_authenticator_gets_another_name_which_is_recorded() {
    let api = Api::start().await;
    let one = give(&api, &api.user, "Phone", app()).await;
    let path = format!("{TOTP}{}/", pk(&one));
    let bob = api.as_user();
    let (status, told) = bob.put(&path, json!({"name": "My phone"})).await;
    assert_eq!((status.as_u16(), &told["name"]), (200, &json!("My phone")));
    let event = newest(&api).await;
    assert_eq!(
        (&event["action"], &event["user"]["username"]),
        (&json!("model_updated"), &json!("bob"))
    );
    let (status, told) = bob.patch(&path, json!({})).await;
    assert_eq!((status.as_u16(), &told["name"]), (200, &json!("My phone")));
    for bad in [json!({"name": ""}), json!({"name": "x".repeat(65)})] {
        assert_eq!(bob.patch(&path, bad).await.0, 400);
    }
    assert_eq!(
        bob.put(&path, json!({})).await.1,
        json!({"name": ["This field is required."]})
    );
    assert_eq!(bob.get(&path).await.1["name"], "My phone");
}

#[tokio::test]
async fn an_own_authenticator_is_removed_after_a_fresh_sign_in_that_did_not_pass_it_over() {
    let api = Api::start().await;
    let browser = root_browser(&api).await;
    api.bench.wait(Seconds(1));
    let new = give(&api, &api.root, "New", app()).await;
    let path = format!("{TOTP}{}/", pk(&new));
    assert_eq!(api.delete(&path).await.0, 403, "a token proves nobody");
    assert_eq!(browser.delete(&path).await.0, 204, "it was set up since");
    assert_eq!(browser.delete(&path).await.0, 404);
    let event = newest(&api).await;
    assert_eq!(event["action"], "model_deleted");
    let model = &event["context"]["model"];
    assert_eq!(
        (&model["model_name"], &model["pk"]),
        (&json!("totpdevice"), &json!(pk(&new).to_string()))
    );
    assert_eq!(model["app"], "authentik_stages_authenticator_totp");

    let late = give(&api, &api.root, "Late", app()).await;
    api.bench.wait(Seconds::minutes(31));
    let path = format!("{TOTP}{}/", pk(&late));
    assert_eq!(browser.delete(&path).await.0, 403, "the sign-in is old");
}

#[tokio::test]
async fn who_got_in_past_an_authenticator_does_not_remove_it() {
    let api = Api::start().await;
    let browser = root_browser(&api).await; // by password alone
    let before = Timestamp::from_unix(api.bench.now().unix() - 10);
    let old = give_of(&api, &api.root, "Old", codes(), before).await;
    let path = format!("/authenticators/static/{}/", pk(&old));
    assert_eq!(browser.delete(&path).await.0, 403);
    assert_eq!(browser.get(&path).await.0, 200);
}

#[tokio::test]
async fn superusers_handle_everybodys_authenticators() {
    let api = Api::start().await;
    let one = give(&api, &api.user, "Phone", app()).await;
    give(&api, &api.root, "Mine", app()).await;
    let totp = format!("{ADMIN}totp/");
    let page = api.shown(&totp).await;
    assert_eq!(page["pagination"]["count"], 2);
    let path = format!("{totp}{}/", pk(&one));
    assert_eq!(
        api.shown(&path).await,
        json!({"name": "Phone", "pk": pk(&one)})
    );
    let other_class = format!("{ADMIN}static/{}/", pk(&one));
    assert_eq!(api.get(&other_class).await.0, 404);
    let (status, told) = api.patch(&path, json!({"name": "Bob's"})).await;
    assert_eq!((status.as_u16(), &told["name"]), (200, &json!("Bob's")));
    assert_eq!(api.put(&path, json!({"name": "Bob's phone"})).await.0, 200);
    assert_eq!(
        api.shown(&format!("{totp}?name=Bob's%20phone")).await["pagination"]["count"],
        1
    );

    let bobs = format!("{ADMIN}all/?user={}", api.user.subject.pk);
    assert_eq!(api.shown(&bobs).await.as_array().unwrap().len(), 1);
    assert_eq!(
        api.shown(&format!("{ADMIN}all/"))
            .await
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        api.shown(&format!("{ADMIN}all/?user=999999")).await,
        json!([])
    );
    assert_eq!(api.get(&format!("{ADMIN}all/?user=x")).await.0, 400);

    assert_eq!(api.delete(&path).await.0, 204);
    assert_eq!(api.delete(&path).await.0, 404);
    let event = newest(&api).await;
    assert_eq!(event["user"]["username"], "ada");
    assert_eq!(event["context"]["owner"]["username"], "bob");
    assert_eq!(api.shown(&bobs).await, json!([]));

    assert_eq!(
        api.post(&totp, json!({"name": "x"})).await.0,
        405,
        "only their owners set them up"
    );
    for path in [totp.as_str(), &format!("{ADMIN}all/"), &path] {
        assert_eq!(api.as_user().get(path).await.0, 403, "{path}");
    }
    let (status, _) = api.as_user().call(Method::DELETE, &path, None).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn of_two_authenticators_with_one_number_neither_is_taken_for_the_other() {
    let api = Api::start().await;
    let bob = api.user.subject.id;
    let mut seen = BTreeMap::new();
    let twins = (1_u128..).find_map(|index| {
        let id = Uuid::from_u128(index);
        let former = seen.insert(Number::of_authenticator(bob, id), id)?;
        Some([former, id])
    });
    let [first, second] = twins.expect("there is no end of ids");
    let mut one = give(&api, &api.user, "Neither", app()).await;
    let calls = [
        (api.as_user(), TOTP.to_owned()),
        (api.as_root(), format!("{ADMIN}totp/")),
    ];
    one.id = first;
    add(&api, &one).await;
    let key = pk(&one);
    for (client, list) in &calls {
        assert_eq!(client.get(&format!("{list}{key}/")).await.0, 200, "{list}");
    }
    one.id = second;
    add(&api, &one).await;
    assert_eq!(pk(&one), key);
    for (client, list) in &calls {
        let path = format!("{list}{key}/");
        assert_eq!(client.get(&path).await.0, 404, "{list}");
        let renamed = client.patch(&path, json!({"name": "Which?"})).await;
        assert_eq!(renamed.0, 404, "{list}");
        assert_eq!(client.delete(&path).await.0, 404, "{list}");
        let (_, page) = client.get(list).await;
        assert_eq!(page["pagination"]["count"], 3, "{list}");
    }
}

#[tokio::test]
async fn no_model_of_passkeys_is_known() {
    let api = Api::start().await;
    let types = "/stages/authenticator/webauthn_device_types/";
    assert_eq!(api.shown(types).await["results"], json!([]));
    assert_eq!(api.get(&format!("{types}{}/", Uuid::nil())).await.0, 404);
}

#[tokio::test]
async fn a_page_of_everybodys_costs_sixteen_requests_of_the_index_and_one() {
    let api = Api::start().await;
    for number in 0..20 {
        give(&api, &api.user, &format!("{number}"), codes()).await;
    }
    let calls = async |path: &str| {
        api.bench.forget_calls();
        api.shown(path).await;
        api.bench.take_calls().0.len()
    };
    api.shown("/events/events/actions/").await; // what is kept in memory is
    let caller = calls("/events/events/actions/").await;
    assert_eq!(calls(&format!("{ADMIN}static/")).await - caller, 17);
    let (_, all) = api.as_user().get("/authenticators/static/").await;
    let one = format!("{ADMIN}static/{}/", all["results"][0]["pk"]);
    assert_eq!(calls(&one).await - caller, 2, "index and item");
}
