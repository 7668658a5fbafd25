//! Every key as `docs/storage.md` spells it.

use super::*;

fn tenant(id: &str) -> TenantId {
    TenantId::parse(id).unwrap()
}

#[test]
fn every_key_but_the_host_stands_under_its_tenant() {
    let t = tenant("a");
    let (digest, user) = (Digest::of(b"x"), UserId::from_random([1; 16]));
    let client = ClientId::parse("c#1").unwrap();
    let plan = PlanKey {
        browser: digest,
        next: digest,
    };
    let x = digest.encode();
    let keys = [
        (Key::client(&t, &client), "T#a#CLIENT#c#1/CLIENT".to_owned()),
        (
            Key::app(&t, &Slug::parse("s").unwrap()),
            "T#a#APP#s/APP".to_owned(),
        ),
        (Key::user(&t, user), format!("T#a#USER#{user}/USER")),
        (
            Key::session(&t, user, SessionId(Uuid::nil())),
            format!("T#a#USER#{user}/SESSION#{}", Uuid::nil()),
        ),
        (
            Key::consent(&t, user, &client),
            format!("T#a#USER#{user}/CONSENT#c#1"),
        ),
        (Key::login(&t, "x"), format!("T#a#LOGIN#{x}/LOGIN")),
        (Key::plan(&t, &plan), format!("T#a#PLAN#{x}/NEXT#{x}")),
        (
            Key::grant(&t, GrantId::from_random([1; 16])),
            format!("T#a#GRANT#{user}/GRANT"),
        ),
        (Key::token(&t, &digest), format!("T#a#TOKEN#{x}/TOKEN")),
        (Key::device(&t, &digest), format!("T#a#DEVICE#{x}/DEVICE")),
        (
            Key::device_requests(&t, "x", Timestamp::from_unix(9)),
            format!("T#a#DEVICES#{x}/UNTIL#9"),
        ),
        (
            Key::device_guesses(&t, user, Timestamp::from_unix(9)),
            format!("T#a#USER#{user}/DEVICECODES#9"),
        ),
        (
            Key::user_token(&t, &digest),
            format!("T#a#USERTOKEN#{x}/USERTOKEN"),
        ),
        (
            Key::user_token_name(&t, "x"),
            format!("T#a#USERTOKENNAME#{x}/USERTOKENNAME"),
        ),
        (Key::spent(&t, &digest), format!("T#a#SPENT#{x}/SPENT")),
        (Key::user_counter(&t), "T#a#COUNTER/USERS".to_owned()),
        (
            Key::config(&t, ObjectKind::Mapping, "#1"),
            "T#a#CONFIG#mapping/#1".to_owned(),
        ),
        (
            Key::config_name(&t, ObjectKind::Policy, "x"),
            format!("T#a#CONFIGNAME#policy#{x}/CONFIGNAME"),
        ),
        (Key::config_revision(&t), "T#a#CONFIG/REVISION".to_owned()),
        (Key::repair(&t, "1"), "T#a#REPAIR/1".to_owned()),
        (
            Key::provider_counter(&t),
            "T#a#COUNTER/PROVIDERS".to_owned(),
        ),
        (
            Key::host("id.example.com"),
            "HOST#id.example.com/TENANT".to_owned(),
        ),
    ];
    for (key, want) in keys {
        assert_eq!(key.to_string(), want);
    }
}

#[test]
fn people_and_groups_are_listed_in_one_partition_each() {
    let (t, user) = (tenant("a"), UserId::from_random([1; 16]));
    let (group, nil) = (GroupId(Uuid::nil()), Uuid::nil());
    let x = Digest::of(b"x").encode();
    let keys = [
        (
            Key::user_number(&t, 7),
            "T#a#USERS/00000000000000000007".to_owned(),
        ),
        (
            Key::user_folder(&t, "users/staff", 7),
            "T#a#USERPATHS/users/staff/#00000000000000000007".to_owned(),
        ),
        (
            Key::member(&t, group, user),
            format!("T#a#GROUP#{nil}/MEMBER#{user}"),
        ),
        (
            Key::child(&t, group, group),
            format!("T#a#GROUP#{nil}/CHILD#{nil}"),
        ),
        (
            Key::listed_group(&t, "staff", group),
            format!("T#a#GROUPS/staff#{nil}"),
        ),
        (
            Key::group_errand(&t, group),
            format!("T#a#GROUPERRANDS/{nil}"),
        ),
        (
            Key::owned_token(&t, user, "x"),
            format!("T#a#USER#{user}/USERTOKEN#{x}"),
        ),
    ];
    for (key, want) in keys {
        assert_eq!(key.to_string(), want);
    }
}

#[test]
fn a_path_or_name_of_any_length_fits_a_key() {
    let t = tenant("a");
    for long in ["ü".repeat(5_000), "a/".repeat(5_000)] {
        let folder = Key::user_folder(&t, &long, u64::MAX);
        assert!(folder.sk.len() <= 1_024, "{}", folder.sk.len());
        assert!(folder.sk.starts_with(&Key::folder_prefix(&long)));
        let group = Key::listed_group(&t, &long, GroupId(Uuid::max()));
        assert!(group.sk.len() <= 1_024, "{}", group.sk.len());
    }
}

#[test]
fn a_login_of_any_length_fits_a_key_and_does_not_show() {
    let key = Key::login(&tenant("a"), &"anna@example.com".repeat(1_000));
    assert!(key.pk.len() < 100 && !key.pk.contains("anna"), "{key}");
}

#[test]
fn a_grant_outlives_all_that_was_issued_from_it() {
    let at = Timestamp::from_unix;
    assert_eq!(grant_ttl(at(5), None, None), at(5));
    assert_eq!(grant_ttl(at(5), Some(at(9)), None), at(9));
    assert_eq!(grant_ttl(at(5), Some(at(9)), Some(at(7))), at(9));
    assert_eq!(grant_ttl(at(5), Some(at(6)), Some(at(7))), at(7));
}
