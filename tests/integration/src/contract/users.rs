//! `UserStore`, `SubjectStore` and `Registry::put_user`.

use protocol::UserId;

use super::stage::{Stage, changed, user};

over_both_stores! {
    a_user_is_found_by_name_and_address_whatever_the_case,
    free_attributes_are_read_back_whatever_they_hold,
    nobody_is_found_by_an_unknown_login,
    looking_for_somebody_unknown_takes_as_many_requests,
    a_user_is_found_by_id,
    a_name_or_address_of_another_is_not_taken,
    names_that_were_given_up_are_free,
    a_user_is_written_only_over_the_version_that_was_read,
    a_user_without_an_address_is_found_by_name_only,
    a_user_may_have_their_address_as_name,
    a_user_is_found_by_the_attribute_upn_which_is_theirs_alone,
}

async fn a_user_is_found_by_name_and_address_whatever_the_case(stage: &Stage) {
    let ada = stage.user("Ädä").await;
    for login in ["Ädä", "äDÄ", "Ädä@example.com", "ÄDÄ@EXAMPLE.COM"] {
        let found = stage
            .stores
            .users()
            .by_login(&stage.tenant, login)
            .await
            .unwrap();
        let found = found.unwrap_or_else(|| panic!("{login}"));
        assert!(found.subject == ada.subject && found.active && found.password == ada.password);
    }
}

async fn free_attributes_are_read_back_whatever_they_hold(stage: &Stage) {
    let deep = (0..60).fold(serde_json::json!(null), |inner, _| {
        serde_json::json!([inner])
    });
    let odd = serde_json::json!({"": {"deep": deep}, "large": 1e300, "text": "\u{0}ü"});
    let mut ada = user("ada");
    ada.profile.attributes = odd.as_object().unwrap().clone();
    assert!(stage.put(&ada, None).await);
    let found = stage
        .stores
        .subjects()
        .by_id(&stage.tenant, ada.subject.id)
        .await
        .unwrap();
    assert_eq!(found.unwrap().profile, ada.profile);
}

async fn nobody_is_found_by_an_unknown_login(stage: &Stage) {
    stage.user("ada").await;
    for login in ["", "ad", "ada ", "example.com", &"a".repeat(100_000)] {
        let found = stage
            .stores
            .users()
            .by_login(&stage.tenant, login)
            .await
            .unwrap();
        assert!(found.is_none(), "{login}");
    }
}

async fn looking_for_somebody_unknown_takes_as_many_requests(stage: &Stage) {
    stage.user("ada").await;
    for login in ["ada", "nobody"] {
        stage.proxy.take_calls();
        stage
            .stores
            .users()
            .by_login(&stage.tenant, login)
            .await
            .unwrap();
        let calls: Vec<_> = stage
            .proxy
            .take_calls()
            .into_iter()
            .map(|call| call.name)
            .collect();
        assert_eq!(calls, ["GetItem", "GetItem"], "{login}");
    }
}

async fn a_user_is_found_by_id(stage: &Stage) {
    let ada = stage.user("ada").await;
    let subjects = stage.stores.subjects();
    let found = subjects
        .by_id(&stage.tenant, ada.subject.id)
        .await
        .unwrap()
        .unwrap();
    assert!(found.subject == ada.subject);
    let nobody = UserId::from_random([9; 16]);
    assert!(
        subjects
            .by_id(&stage.tenant, nobody)
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_name_or_address_of_another_is_not_taken(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut same_name = user("bob");
    same_name.subject.username = "ADA".to_owned();
    let mut same_address = user("bob");
    same_address.subject.email = "Ada@Example.com".to_owned();
    let mut address_as_name = user("bob");
    address_as_name.subject.username = "ada@example.com".to_owned();
    for bob in [same_name, same_address, address_as_name] {
        assert!(!stage.put(&bob, None).await);
        let found = stage
            .stores
            .subjects()
            .by_id(&stage.tenant, bob.subject.id)
            .await
            .unwrap();
        assert!(found.is_none(), "nothing was written");
        let by_login = stage
            .stores
            .users()
            .by_login(&stage.tenant, "bob")
            .await
            .unwrap();
        assert!(by_login.is_none(), "nothing was written");
    }
    let found = stage
        .stores
        .users()
        .by_login(&stage.tenant, "ada")
        .await
        .unwrap()
        .unwrap();
    assert!(found.subject == ada.subject);
    assert!(stage.put(&user("bob"), None).await, "other names are free");
}

async fn names_that_were_given_up_are_free(stage: &Stage) {
    let ada = stage.user("ada").await;
    let mut renamed = changed(&ada);
    renamed.subject.username = "countess".to_owned();
    renamed.subject.email = "countess@example.com".to_owned();
    assert!(stage.put(&renamed, Some(&ada)).await);
    let by_login = stage
        .stores
        .users()
        .by_login(&stage.tenant, "ada")
        .await
        .unwrap();
    assert!(by_login.is_none());
    assert!(stage.put(&user("ada"), None).await);
    let found = stage
        .stores
        .users()
        .by_login(&stage.tenant, "countess@example.com")
        .await;
    assert!(found.unwrap().unwrap().subject == renamed.subject);
}

async fn a_user_is_written_only_over_the_version_that_was_read(stage: &Stage) {
    let ada = stage.user("ada").await;
    let second = changed(&ada);
    assert!(!stage.put(&second, None).await, "there is one already");
    assert!(stage.put(&second, Some(&ada)).await);
    assert!(
        !stage.put(&changed(&ada), Some(&ada)).await,
        "the version moved on"
    );
    let found = stage
        .stores
        .subjects()
        .by_id(&stage.tenant, ada.subject.id)
        .await
        .unwrap();
    assert_eq!(found.unwrap().subject.version, 2);
    let ghost = user("ghost");
    assert!(
        !stage.put(&changed(&ghost), Some(&ghost)).await,
        "there is none to change"
    );
}

async fn a_user_without_an_address_is_found_by_name_only(stage: &Stage) {
    for name in ["ada", "bob"] {
        let mut user = user(name);
        user.subject.email = String::new();
        assert!(stage.put(&user, None).await, "no address is nobody's");
    }
    assert!(
        stage
            .stores
            .users()
            .by_login(&stage.tenant, "bob")
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        stage
            .stores
            .users()
            .by_login(&stage.tenant, "")
            .await
            .unwrap()
            .is_none()
    );
}

async fn a_user_may_have_their_address_as_name(stage: &Stage) {
    let mut ada = user("ada");
    ada.subject.username = "Ada@example.com".to_owned();
    assert!(stage.put(&ada, None).await);
    let mut renamed = changed(&ada);
    renamed.subject.username = "ada".to_owned();
    assert!(stage.put(&renamed, Some(&ada)).await);
    for login in ["ada", "ada@example.com"] {
        assert!(
            stage
                .stores
                .users()
                .by_login(&stage.tenant, login)
                .await
                .unwrap()
                .is_some()
        );
    }
}

async fn a_user_is_found_by_the_attribute_upn_which_is_theirs_alone(stage: &Stage) {
    let with_upn = |name: &str, upn: &str| {
        let mut user = user(name);
        user.subject.upn = Some(upn.to_owned());
        user
    };
    let find = async |login: &str| {
        let users = stage.stores.users();
        let found = users.by_login(&stage.tenant, login).await.unwrap();
        found.map(|user| user.subject.username)
    };
    let ada = with_upn("ada", "ada@corp.example");
    assert!(stage.put(&ada, None).await);
    assert_eq!(find("ADA@corp.example").await.as_deref(), Some("ada"));
    for upn in ["Ada@Corp.example", "ada", "ADA@example.com"] {
        assert!(!stage.put(&with_upn("bob", upn), None).await, "{upn}");
    }
    let own = with_upn("bob", "BOB@example.com");
    assert!(stage.put(&own, None).await, "it may be one's own address");
    let mut moved = changed(&ada);
    moved.subject.upn = None;
    assert!(stage.put(&moved, Some(&ada)).await);
    assert_eq!(find("ada@corp.example").await, None);
    let carol = with_upn("carol", "ada@corp.example");
    assert!(stage.put(&carol, None).await, "given up, it is free");
}
