//! Every key as `docs/storage.md` spells it.

use super::*;
use crate::dynamodb::row::Row;
use provider::ports::{Book, Entry, Named, Number};

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
            Key::asked(&t, user, Timestamp::from_unix(9), &digest),
            format!("T#a#USER#{user}/ASKED#9#{x}"),
        ),
        (
            Key::asked_letters(&t, user, Timestamp::from_unix(9)),
            format!("T#a#USER#{user}/ASKEDLETTERS#9"),
        ),
        (
            Key::asked_by(&t, user, &client, Timestamp::from_unix(9)),
            format!("T#a#USER#{user}/ASKEDBY#9#c#1"),
        ),
        (
            Key::asked_count(&t, user, Timestamp::from_unix(9)),
            format!("T#a#USER#{user}/ASKEDCOUNT#9"),
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

#[test]
fn what_people_are_given_stands_in_the_index_as_the_document_says() {
    let (t, user) = (tenant("a"), UserId::from_random([1; 16]));
    let (shard, part) = Number::place_for(user);
    let place = |place: Place| format!("{}/{}", place.lpk, place.lsk);
    let client_id = ClientId::parse("c#1").unwrap();
    let mut consent = Consent {
        user,
        client_id,
        provider: 1,
        scopes: protocol::Scopes::default(),
        beside: provider::flow::beside::Beside::default(),
        expires: None,
    };
    let lpk = format!("T#a#LIST#CONSENT#{shard:x}");
    let of = |consent: &Consent| place(Place::of_consent(&t, consent));
    assert_eq!(of(&consent), format!("{lpk}/{part:x}#{user}#c#1#-#-"));
    consent.expires = Some(Timestamp::from_unix(9));
    assert_eq!(
        of(&consent),
        format!("{lpk}/{part:x}#{user}#c#1#000000000009#-")
    );
    let all = Place::all(&t, Listed::Grant);
    assert_eq!(all.len(), 16);
    assert_eq!(all[15].lpk, "T#a#LIST#GRANT#f");
    let theirs = Place::all_of(&t, Listed::Token, user);
    assert_eq!(
        place(theirs),
        format!("T#a#LIST#TOKEN#{shard:x}/{part:x}#{user}#")
    );
    let number = Number::of(user, &consent.client_id, &Named::Consent);
    let numbered = Place::numbered(&t, Listed::Consent, number);
    assert_eq!(place(numbered), format!("{lpk}/{part:x}#"));
    let id = SessionId(Uuid::from_bytes([0x1f; 16]));
    let named = Place::session_named(&t, id);
    assert_eq!(place(named), format!("T#a#LIST#SESSION#f/{id}#"));
}

#[test]
fn a_row_of_the_index_reads_back_as_what_it_was_made_of() {
    let (t, user) = (tenant("a"), UserId::from_random([1; 16]));
    let consent = Consent {
        user,
        client_id: ClientId::parse("#c##1#").unwrap(),
        provider: 1,
        scopes: protocol::Scopes::default(),
        beside: provider::flow::beside::Beside::default(),
        expires: Some(Timestamp::from_unix(9)),
    };
    let row = |place| {
        let key = Key::of_consent(&t, &consent);
        Row::write(&key, &consent).unwrap().listed(place)
    };
    let listed = row(Place::of_consent(&t, &consent));
    let read = |row: &Row, at| entry(Book::Consents, row, Timestamp::from_unix(at));
    let want = Entry {
        user,
        client_id: consent.client_id.clone(),
        named: Named::Consent,
        until: consent.expires,
    };
    assert_eq!(read(&listed, 8), Ok(Some(want)));
    assert_eq!(read(&listed, 9), Ok(None), "at the very second");
    let mut other = Place::of_consent(&t, &consent);
    other.lsk = "0#x".to_owned();
    let told = read(&row(other), 8).unwrap_err();
    assert!(
        told.to_string().contains("does not stand in LISTED"),
        "{told}"
    );
}
