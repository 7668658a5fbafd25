//! How authentik's Terraform provider v2024.10.2 goes through its resources (API reference D): POST and GET, GET on each
//! plan, PUT and GET, DELETE; and what it compares.

use http::StatusCode;
use serde_json::{Value, json};

use crate::api::harness::{Api, Client};

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mapping,
    Provider,
    Application,
    Group,
    User,
    Policy,
    Binding,
    Token,
    Pair,
}

impl Kind {
    const fn path(self) -> &'static str {
        match self {
            Self::Mapping => "/propertymappings/provider/scope/",
            Self::Provider => "/providers/oauth2/",
            Self::Application => "/core/applications/",
            Self::Group => "/core/groups/",
            Self::User => "/core/users/",
            Self::Policy => "/policies/expression/",
            Self::Binding => "/policies/bindings/",
            Self::Token => "/core/tokens/",
            Self::Pair => "/crypto/certificatekeypairs/",
        }
    }

    /// The field of an answer that is the id in Terraform's state.
    const fn id(self) -> &'static str {
        match self {
            Self::Application => "slug",
            Self::Token => "identifier",
            Self::Mapping
            | Self::Provider
            | Self::Group
            | Self::User
            | Self::Policy
            | Self::Binding
            | Self::Pair => "pk",
        }
    }

    /// What is left out of a body where it is not set.
    const fn left_out(self) -> &'static [&'static str] {
        match self {
            Self::Provider => &[
                "client_secret",
                "signing_key",
                "encryption_key",
                "authentication_flow",
            ],
            Self::Mapping => &["description"],
            Self::Token => &["expires"],
            Self::Pair
            | Self::Application
            | Self::Group
            | Self::User
            | Self::Policy
            | Self::Binding => &[],
        }
    }

    /// What has a call of its own.
    const fn beside(self) -> &'static [&'static str] {
        match self {
            Self::Application => &["meta_icon"],
            Self::User => &["password"],
            Self::Mapping
            | Self::Provider
            | Self::Group
            | Self::Policy
            | Self::Binding
            | Self::Token
            | Self::Pair => &[],
        }
    }

    /// What is sent, and stays in the state as it was written.
    const fn never_read(self) -> &'static [&'static str] {
        match self {
            Self::Token => &["expires", "expiring"],
            Self::User => &["password"],
            Self::Mapping
            | Self::Provider
            | Self::Application
            | Self::Group
            | Self::Policy
            | Self::Binding
            | Self::Pair => &[],
        }
    }

    fn one(self, id: &str) -> String {
        format!("{}{id}/", self.path())
    }

    /// What is as it is where it is not set. It is sent as the state has it.
    const fn computed(self) -> &'static [&'static str] {
        match self {
            Self::Group => &["users"],
            Self::User => &["groups"],
            Self::Provider => &["client_secret"],
            Self::Mapping
            | Self::Application
            | Self::Policy
            | Self::Binding
            | Self::Token
            | Self::Pair => &[],
        }
    }

    fn body(self, config: &Value, state: &Value) -> Value {
        let mut body = config.as_object().expect("attributes").clone();
        for list in ["users", "groups"] {
            let unset = self.computed().contains(&list) && body[list].is_null();
            if unset {
                let kept = state.get(list).cloned();
                body.insert(list.to_owned(), kept.unwrap_or_else(|| json!([])));
            }
        }
        body.retain(|field, value| {
            let unset = value.is_null() && self.left_out().contains(&field.as_str());
            !unset && !self.beside().contains(&field.as_str())
        });
        body.into()
    }
}

/// A resource in Terraform's state, with what its configuration wants.
struct Resource {
    kind: Kind,
    id: String,
    config: Value,
}

/// Terraform, with the provider configured.
pub(super) struct Terraform<'a> {
    client: Client<'a>,
    state: Vec<Resource>,
}

impl<'a> Terraform<'a> {
    /// The one call on which nothing depends.
    pub(super) async fn configure(api: &'a Api) -> Self {
        let client = api.as_root();
        let (status, config) = client.get("/root/config/").await;
        let reporting = &config["error_reporting"]["enabled"];
        assert_eq!((status.as_u16(), reporting), (200, &json!(false)));
        Self {
            client,
            state: Vec::new(),
        }
    }

    /// Makes a resource and reads it, straight after: what it reads.
    pub(super) async fn create(&mut self, kind: Kind, config: Value) -> Value {
        let (status, made) = self
            .client
            .post(kind.path(), kind.body(&config, &Value::Null))
            .await;
        assert_eq!(status, 201, "{kind:?}: {made}");
        self.follow(kind, &made, &config).await;
        if let Some(password) = config["password"].as_str() {
            let path = format!("{}set_password/", kind.one(&id_of(kind, &made)));
            let set = self.client.post(&path, json!({"password": password})).await;
            assert_eq!(set.0, 204, "{}", set.1);
        }
        let resource = Resource {
            kind,
            id: id_of(kind, &made),
            config,
        };
        let read = self.settled(&resource).await;
        self.state.push(resource);
        read
    }

    /// Reads a resource, writes the whole of it again with these attributes changed, and reads it, straight after.
    pub(super) async fn update(&mut self, kind: Kind, changes: &Value) -> Value {
        let of_kind = |resource: &Resource| resource.kind == kind;
        let index = self.state.iter().position(of_kind).expect("one of these");
        let mut resource = self.state.remove(index);
        let (state, _) = self.read(&resource).await;
        let attributes = resource.config.as_object_mut().expect("attributes");
        attributes.extend(changes.as_object().expect("attributes").clone());
        let (path, body) = (kind.one(&resource.id), kind.body(&resource.config, &state));
        let (status, put) = self.client.put(&path, body).await;
        assert_eq!(status, 200, "{kind:?}: {put}");
        self.follow(kind, &put, &resource.config).await;
        resource.id = id_of(kind, &put);
        let read = self.settled(&resource).await;
        self.state.insert(index, resource);
        read
    }

    /// What a plan would change: of each resource its read, by id alone as after an import, against its configuration.
    pub(super) async fn plan(&self) -> Vec<String> {
        let mut changes = Vec::new();
        for resource in &self.state {
            let (_, differences) = self.read(resource).await;
            changes.extend(differences);
        }
        changes
    }

    /// Removes all, last made first. What is gone is read as gone.
    pub(super) async fn destroy(mut self) {
        while let Some(Resource { kind, id, .. }) = self.state.pop() {
            let path = kind.one(&id);
            assert_eq!(self.client.delete(&path).await.0, 204, "{kind:?}");
            let gone = self.client.get(&path).await.0;
            assert_eq!(gone, StatusCode::NOT_FOUND, "{kind:?}");
        }
    }

    async fn follow(&self, kind: Kind, answer: &Value, config: &Value) {
        if let Some(icon) = config["meta_icon"].as_str() {
            let path = format!("{}set_icon_url/", kind.one(&id_of(kind, answer)));
            let set = self.client.post(&path, json!({"url": icon})).await;
            assert_eq!(set.0, 200, "{}", set.1);
        }
    }

    async fn settled(&self, resource: &Resource) -> Value {
        let (read, changes) = self.read(resource).await;
        assert!(changes.is_empty(), "the plan is not empty: {changes:#?}");
        read
    }

    /// What is read of a resource, and what of it is not as it was written.
    async fn read(&self, Resource { kind, id, config }: &Resource) -> (Value, Vec<String>) {
        let query = if *kind == Kind::Group {
            "?include_users=false"
        } else {
            ""
        };
        let one = kind.one(id);
        let (status, mut read) = self.client.get(&format!("{one}{query}")).await;
        assert_eq!(status, 200, "{kind:?}: {read}");
        assert_eq!(&id_of(*kind, &read), id, "{kind:?}");
        if *kind == Kind::Pair {
            self.view(&one, config, &mut read).await;
        }
        let changes = differences(*kind, config, &read);
        (read, changes)
    }

    /// The halves of a pair. Where the private one is refused, the state keeps what was written.
    async fn view(&self, one: &str, config: &Value, read: &mut Value) {
        let pem = |answer: Value| format!("{}\n", answer["data"].as_str().expect("text"));
        let (status, certificate) = self.client.get(&format!("{one}view_certificate/")).await;
        assert_eq!(status, 200, "{certificate}");
        read["certificate_data"] = pem(certificate).into();
        let (status, key) = self.client.get(&format!("{one}view_private_key/")).await;
        read["key_data"] = match status {
            StatusCode::OK => pem(key).into(),
            _ => config["key_data"].clone(),
        };
    }
}

fn id_of(kind: Kind, answer: &Value) -> String {
    match &answer[kind.id()] {
        Value::String(id) => id.clone(),
        id @ Value::Number(_) => id.to_string(), // `Atoi` has to read it again
        other => panic!("{kind:?} has no id: {other}"),
    }
}

fn differences(kind: Kind, config: &Value, read: &Value) -> Vec<String> {
    let attributes = config.as_object().expect("attributes").iter();
    let compared = attributes.filter(|(field, wanted)| {
        let computed = wanted.is_null() && kind.computed().contains(&field.as_str());
        !computed && !kind.never_read().contains(&field.as_str())
    });
    let differs = compared.filter(|(field, wanted)| !alike(field, wanted, &read[field.as_str()]));
    differs
        .map(|(field, wanted)| format!("{kind:?} {field}: {} -> {wanted}", read[field.as_str()]))
        .collect()
}

/// Whether Terraform sees no difference between what is wanted and what is.
fn alike(field: &str, wanted: &Value, is: &Value) -> bool {
    let empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    };
    match (wanted, is) {
        (Value::String(wanted), Value::String(is)) if field == "expression" => {
            wanted.strip_suffix('\n').unwrap_or(wanted) == is
        }
        // Lists are put into the order of the configuration first.
        (Value::Array(wanted), Value::Array(is)) => sorted(wanted) == sorted(is),
        _ => wanted == is || (empty(wanted) && empty(is)),
    }
}

fn sorted(list: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = list.iter().map(Value::to_string).collect();
    texts.sort();
    texts
}
