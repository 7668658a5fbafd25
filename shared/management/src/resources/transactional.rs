//! An application, its provider and who may use it, made together or not at all (API reference B7).

mod bindings;

use http::{Method, StatusCode};
use provider::config::{
    Application, Change, Expect, Object, PolicyBinding, Problems, Provider, SaveError,
};
use provider::event::{Action, Event};
use provider::ports::ObjectKind;
use serde_json::{Map, Value, json};

use super::applications::{self, shape::APPLICATION};
use super::providers::{self, shape::OAUTH2_PROVIDER};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::shape::{Choice, Kind, Shape, choice, each, flag, list, nested};

static MODELS: Choice = Choice {
    name: "ProviderModelEnum",
    values: &["authentik_providers_oauth2.oauth2provider"],
};
static BINDINGS: Kind = Kind::Nested(&bindings::BINDING);

/// `TransactionApplication`
static TRANSACTION: Shape = Shape {
    name: "TransactionApplication",
    fields: &[
        nested("app", &APPLICATION).required(),
        choice("provider_model", &MODELS).required(),
        nested("provider", &OAUTH2_PROVIDER).required(),
        list("policy_bindings", &BINDINGS),
    ],
};

/// `TransactionApplicationResponse`
static RESPONSE: Shape = Shape {
    name: "TransactionApplicationResponse",
    fields: &[
        flag("applied").required(),
        list("logs", &each::TEXT).required(),
    ],
};

/// The only operation.
pub fn operations() -> Vec<Operation> {
    let path = "/core/transactional/applications/";
    vec![
        Operation::new(
            "core_transactional_applications_update",
            Method::PUT,
            path,
            |api, ask| Box::pin(apply(api, ask)),
        )
        .takes(Body::Json(&TRANSACTION, Mode::Create))
        .answers(Answer::One(StatusCode::OK, &RESPONSE)),
    ]
}

/// What is to be made.
struct Wanted {
    provider: Provider,
    application: Application,
    bindings: Vec<PolicyBinding>,
}

async fn apply(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&TRANSACTION, Mode::Create)?;
    form.errors.clone().check()?;
    let wanted = read(api, ask, &form).await?;
    let changes: Vec<Change> = wanted.objects().into_iter().map(made).collect();
    let events = wanted.events(api, ask);
    let (tenant, now) = (&ask.call.tenant, ask.call.now);
    match api.parts.config.save(tenant, &changes, &events, now).await {
        Ok(_) => Reply::ok(json!({ "applied": true, "logs": [] })),
        Err(SaveError::Wrong(problems)) => Err(wanted.refused(problems)),
        Err(SaveError::Conflict(_)) => Err(Refusal::Conflict),
        Err(SaveError::Port(error)) => Err(error.into()),
    }
}

/// All parts, or what is wrong with any of them.
async fn read(api: &Api, ask: &Ask<'_>, form: &Form) -> Result<Wanted, Refusal> {
    let config = api.config(ask).await?;
    let mut errors = Errors::default();
    let part = |name: &str| form.get::<Map<String, Value>>(name).unwrap_or_default();

    let mut app = Form::of(&APPLICATION, part("app"), Mode::Create);
    let application = applications::form::write(api, &mut app, None);
    let application = sound(application, &app, "app", &mut errors);

    let mut given = Form::of(&OAUTH2_PROVIDER, part("provider"), Mode::Create);
    let provider = providers::form::read(api, &config, &mut given, None);
    let provider = sound(provider, &given, "provider", &mut errors);

    let bound: Vec<Map<String, Value>> = form.get("policy_bindings").unwrap_or_default();
    let target = application.as_ref().map(|it| it.id).unwrap_or_default();
    let bindings = bindings::read(api, ask, bound, target, &mut errors).await?;

    errors.clone().check()?;
    let (Some(application), Some(provider)) = (application, provider) else {
        return Err(Refusal::Invalid(errors)); // not reached: it says why
    };
    let provider = match providers::form::complete(api, ask, &given, provider).await {
        Err(Refusal::Invalid(wrong)) => {
            errors.nest("provider", wrong.into_value());
            return Err(Refusal::Invalid(errors));
        }
        other => other?,
    };
    Ok(Wanted {
        application: Application {
            provider: Some(provider.pk),
            ..application
        },
        provider,
        bindings,
    })
}

/// A part, where nothing is wrong with it; else that is noted under its name.
fn sound<T>(part: Result<T, Refusal>, form: &Form, name: &str, errors: &mut Errors) -> Option<T> {
    if form.errors.is_empty() {
        return part.ok();
    }
    errors.nest(name, form.errors.clone().into_value());
    None
}

fn made(object: Object) -> Change {
    Change::Put {
        object: Box::new(object),
        expect: Expect::New,
    }
}

impl Wanted {
    fn objects(&self) -> Vec<Object> {
        let mut all: Vec<Object> = vec![
            self.provider.clone().into(),
            self.application.clone().into(),
        ];
        all.extend(self.bindings.iter().cloned().map(Object::from));
        all
    }

    fn events(&self, api: &Api, ask: &Ask<'_>) -> Vec<Event> {
        let objects = self.objects().into_iter();
        objects
            .map(|object| api.event_of(ask, Action::ModelCreated, &object))
            .collect()
    }

    /// Why it was refused, under the name of the part that something is wrong with.
    fn refused(&self, problems: Problems) -> Refusal {
        let mut left = problems.0;
        let mut of = |object: Object| {
            let (kind, id) = (object.kind(), object.id());
            let (own, others) = std::mem::take(&mut left)
                .into_iter()
                .partition(|it| it.kind == kind && it.id == id);
            left = others;
            Errors::of_problems(&Problems(own), kind, &id)
        };
        let app = of(self.application.clone().into());
        let provider = of(self.provider.clone().into());
        let bindings: Vec<Errors> = self
            .bindings
            .iter()
            .map(|it| of(it.clone().into()))
            .collect();
        let kind = ObjectKind::Application; // what is left is told as a whole, whichever it is
        let mut errors = Errors::of_problems(&Problems(left), kind, "");
        for (name, part) in [("app", app), ("provider", provider)] {
            if !part.is_empty() {
                errors.nest(name, part.into_value());
            }
        }
        bindings::note(bindings, &mut errors);
        Refusal::Invalid(errors)
    }
}
