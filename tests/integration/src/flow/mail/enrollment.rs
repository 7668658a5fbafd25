//! The address of an account that is still to be made.

use provider::flow::Designation;
use provider::flow::stage::{
    Creation, EmailSettings, FieldType, PromptSettings, PromptStageSettings, Settings,
    UserLoginSettings, UserWriteSettings,
};
use serde_json::Value;
use uuid::Uuid;

use super::{GO_ON, letters, link};
use crate::flow::probe::{Probe, component, flow};
use crate::harness::Bench;

const ENROLL: &str = "/if/flow/enroll/";

/// Name and address, e-mail, account, sign-in: the account waits for nobody else's word.
fn enrollment(bench: &Bench) -> Probe<'_> {
    let email = EmailSettings {
        template: "email/account_confirmation.html".to_owned(),
        activate_user_on_success: true,
        ..EmailSettings::default()
    };
    let write = UserWriteSettings {
        user_creation_mode: Creation::AlwaysCreate,
        create_users_as_inactive: true,
        ..UserWriteSettings::default()
    };
    let stages = vec![
        Settings::Prompt(PromptStageSettings::default()),
        Settings::Email(email),
        Settings::UserWrite(write),
        Settings::UserLogin(UserLoginSettings::default()),
    ];
    let mut enroll = flow("enroll", Designation::Enrollment, stages);
    let fields = [
        ("username", FieldType::Username),
        ("email", FieldType::Email),
        ("name", FieldType::Text),
    ];
    let field = |(n, (key, r#type)): (u128, (&str, FieldType))| PromptSettings {
        id: Uuid::from_u128(n),
        name: key.to_owned(),
        field_key: key.to_owned(),
        label: key.to_owned(),
        r#type,
        required: false,
        placeholder: String::new(),
        initial_value: String::new(),
        order: 0,
        sub_text: String::new(),
        placeholder_expression: false,
        initial_value_expression: false,
    };
    enroll.stages[0].stage.parts.fields = (1..).zip(fields).map(field).collect();
    Probe::new(bench, vec![enroll])
}

async fn ask(probe: &Probe<'_>, username: &str, email: &str) -> Value {
    let mut visitor = probe.visitor();
    visitor.get(ENROLL).await;
    let form = [
        ("component", "ak-stage-prompt"),
        ("username", username),
        ("email", email),
        ("name", "Win a prize at evil.example"),
    ];
    visitor.answer(ENROLL, &form).await
}

#[tokio::test]
async fn an_account_is_made_once_its_address_is_proved_and_may_sign_in() {
    use aws::Ports as _;
    let bench = Bench::embedded().await;
    let probe = enrollment(&bench);
    let shown = ask(&probe, "grace", "Grace@Example.org").await;
    assert_eq!(
        (component(&shown), &shown["to"]),
        ("ak-stage-email", &"Grace@Example.org".into())
    );
    let letter = letters(&bench).pop().expect("a letter");
    assert_eq!(letter.to, "Grace@example.org");
    let whole = [&letter.subject, &letter.text, &letter.html]
        .map(String::as_str)
        .concat();
    assert!(
        !whole.contains("prize"),
        "what a stranger typed is sent to nobody"
    );
    let (users, tenant) = (bench.backend.users(), &bench.seeded.tenant.id);
    assert!(users.by_login(tenant, "grace").await.unwrap().is_none());
    let mut elsewhere = probe.visitor();
    elsewhere.get(&link(&bench)).await;
    let done = elsewhere.answer(&link(&bench), &GO_ON).await;
    assert_eq!(done["ended"], true, "{done}");
    let made = users
        .by_login(tenant, "grace")
        .await
        .unwrap()
        .expect("an account");
    assert!(made.active && made.subject.email_verified);
    assert!(elsewhere.cookies.contains_key("latchkey_session"));
}

#[tokio::test]
async fn the_owner_of_an_address_hears_that_they_have_an_account_and_the_stranger_does_not() {
    let bench = Bench::embedded().await;
    let probe = enrollment(&bench);
    probe.visitor().get(ENROLL).await; // the tenant is known from then on
    bench.forget_calls();
    let mut free = ask(&probe, "grace", "grace@example.org").await;
    let (of_free, _) = bench.take_calls();
    let mut taken = ask(&probe, "someone", "ADA@example.com").await;
    let (of_taken, _) = bench.take_calls();
    assert_eq!(
        (&free["to"], &taken["to"]),
        (&"grace@example.org".into(), &"ADA@example.com".into())
    );
    (free["to"], taken["to"]) = (Value::Null, Value::Null);
    assert_eq!((free, of_free), (taken, of_taken));
    let letter = letters(&bench).swap_remove(0);
    assert_eq!(
        (letter.to.as_str(), letters(&bench).len()),
        ("ada@example.com", 2)
    );
    assert_eq!(letter.subject, "You already have an account at Example");
    assert!(
        letter
            .text
            .contains("http://localhost:8000/if/flow/default-recovery-flow/\n"),
        "{}",
        letter.text
    );
    assert!(!letter.text.contains("flow_token") && letter.text.starts_with("Hello Ada Lovelace,"));
}

#[tokio::test]
async fn no_letter_goes_to_an_address_that_is_none_or_that_of_somebody_inactive() {
    let bench = Bench::embedded().await;
    let probe = enrollment(&bench);
    let shown = ask(&probe, "someone", "gone@example.com").await;
    assert_eq!(component(&shown), "ak-stage-email");
    assert!(letters(&bench).is_empty());
}
