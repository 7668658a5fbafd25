//! A stack: the resources of the translated template, made in emulators where there is one for them.

mod emulators;
mod make;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::intrinsics::{Scope, asked_for, object};
use crate::lambda::Function;
use crate::ledger::{Caller, Ledger};
use crate::policy::Statement;
use crate::routes::Route;
use crate::translate::{Parameters, translated};

pub(crate) use emulators::{DEPLOYER, Emulators};
pub(crate) use make::name_of;

/// What is there after a deployment.
pub(crate) struct Stack {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) emulators: Emulators,
    /// Functions by name.
    pub(crate) functions: BTreeMap<String, Function>,
    pub(crate) routes: Vec<Route>,
    /// The API's own host, where it may be called by that.
    pub(crate) api_host: Option<String>,
    /// Further hosts of the API, and whether clients are asked for certificates there.
    pub(crate) domains: BTreeMap<String, bool>,
    /// Queues that call functions.
    pub(crate) mappings: Vec<Mapping>,
    /// What is called once in a while.
    pub(crate) schedules: Vec<Schedule>,
    /// Names of the tables.
    pub(crate) tables: Vec<String>,
    pub(crate) outputs: BTreeMap<String, String>,
    /// How many there are of each kind that nothing emulates.
    pub(crate) passive: BTreeMap<String, usize>,
}

/// A queue whose messages go to a function.
#[derive(Clone, Debug)]
pub(crate) struct Mapping {
    pub(crate) queue_url: String,
    pub(crate) function: String,
    pub(crate) batch: u64,
    /// The function says which messages are to come again.
    pub(crate) partial: bool,
}

/// A function that is called once in a while.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) expression: String,
    pub(crate) function: String,
}

/// What is read off resources before functions can be put together.
#[derive(Default)]
pub(super) struct Loading {
    pub(super) functions: BTreeMap<String, Function>,
    pub(super) bodies: Vec<Value>,
    pub(super) api_host: Option<String>,
    pub(super) domains: BTreeMap<String, bool>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) schedules: Vec<(Schedule, String)>,
    /// Function, principal and source.
    pub(super) permissions: Vec<(String, String, String)>,
    /// Statements of roles and of managed policies, by their ARNs.
    pub(super) policies: BTreeMap<String, Vec<Statement>>,
    /// Statements of policies that name their roles.
    pub(super) apart: Vec<(String, Vec<Statement>)>,
    /// Tags by the ARN of the role.
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    /// ARNs of managed policies by that of the role.
    pub(super) attached: BTreeMap<String, Vec<String>>,
    pub(super) tables: Vec<String>,
    pub(super) passive: BTreeMap<String, usize>,
}

impl Stack {
    /// Deploys the template with these parameters.
    ///
    /// # Errors
    /// Names what could not be made, and why.
    pub(crate) async fn deploy(parameters: &Parameters) -> anyhow::Result<Self> {
        Self::deploy_changed(parameters, |_| {}).await
    }

    /// The same with a change to the translated template.
    ///
    /// # Errors
    /// As [`Stack::deploy`].
    pub(crate) async fn deploy_changed(
        parameters: &Parameters,
        change: impl FnOnce(&mut Value),
    ) -> anyhow::Result<Self> {
        let asked = parameters.clone();
        let mut template = tokio::task::spawn_blocking(move || translated(&asked)).await??;
        change(&mut template);
        let ledger = Arc::new(Ledger::default());
        let emulators = Emulators::start(&ledger).await?;
        let mut scope = Scope::new(&template, parameters)?;
        let mut loading = Loading::default();
        for id in order(&scope, &template)? {
            let resource = &template["Resources"][&id];
            let kind = resource["Type"].as_str().unwrap_or_default().to_owned();
            let made = async {
                let properties = scope.resolve(&resource["Properties"])?;
                loading
                    .make(&id, &kind, resource, &properties, &emulators)
                    .await
            };
            let names = made.await.with_context(|| format!("{id} ({kind})"))?;
            scope.name(&id, names);
        }
        let mut outputs = BTreeMap::new();
        for (name, output) in object(&template["Outputs"]) {
            if scope.is_there(output)? {
                let value = scope.resolve(&output["Value"]);
                let value = value.with_context(|| format!("output {name}"))?;
                outputs.insert(
                    name.clone(),
                    crate::intrinsics::text(&value).unwrap_or_default(),
                );
            }
        }
        loading.put_together(ledger, emulators, outputs)
    }
}

impl Loading {
    fn put_together(
        self,
        ledger: Arc<Ledger>,
        emulators: Emulators,
        outputs: BTreeMap<String, String>,
    ) -> anyhow::Result<Stack> {
        for function in self.functions.values() {
            let role = &function.role;
            let statements = self.policies.get(role);
            let mut statements = statements
                .with_context(|| format!("no role {role}"))?
                .clone();
            for policy in self.attached.get(role).into_iter().flatten() {
                let more = self.policies.get(policy);
                statements.extend_from_slice(more.with_context(|| format!("no policy {policy}"))?);
            }
            let of_role = |name: &str| role.ends_with(&format!("/{name}"));
            for (_, more) in self.apart.iter().filter(|(name, _)| of_role(name)) {
                statements.extend_from_slice(more);
            }
            let caller = Caller {
                name: function.name.clone(),
                role: role.clone(),
                tags: self.tags.get(role).cloned().unwrap_or_default(),
                statements,
            };
            ledger.admit(&function.access_key, caller);
        }
        let routes = self.routes()?;
        for (schedule, rule) in &self.schedules {
            ensure!(
                self.may_invoke(&schedule.function, "events.amazonaws.com", rule),
                "{rule} may not invoke {}",
                schedule.function
            );
        }
        Ok(Stack {
            ledger,
            emulators,
            routes,
            functions: self.functions,
            api_host: self.api_host,
            domains: self.domains,
            mappings: self.mappings,
            schedules: self
                .schedules
                .into_iter()
                .map(|(schedule, _)| schedule)
                .collect(),
            tables: self.tables,
            outputs,
            passive: self.passive,
        })
    }

    /// The routes of the API, each with a function that exists and that it may invoke.
    fn routes(&self) -> anyhow::Result<Vec<Route>> {
        let mut routes = Vec::new();
        for body in &self.bodies {
            for route in crate::routes::read(body)? {
                let function = &route.function;
                ensure!(
                    self.functions.contains_key(function),
                    "no function {function}"
                );
                let source = crate::needs::arn("execute-api", &route.source());
                ensure!(
                    self.may_invoke(function, "apigateway.amazonaws.com", &source),
                    "the API may not invoke {function} as {source}"
                );
                routes.push(route);
            }
        }
        Ok(routes)
    }

    /// Whether a permission of the function names this source.
    fn may_invoke(&self, function: &str, principal: &str, source: &str) -> bool {
        self.permissions.iter().any(|(of, who, pattern)| {
            of == function && who == principal && crate::policy::matches(pattern, source)
        })
    }
}

/// The resources that are to be made, each after those that it asks for.
fn order(scope: &Scope<'_>, template: &Value) -> anyhow::Result<Vec<String>> {
    let resources = object(&template["Resources"]);
    let mut wanted = BTreeMap::new();
    for (id, resource) in resources {
        if scope.is_there(resource)? {
            let mut before = Vec::new();
            asked_for(resource, &mut before);
            let depends = &resource["DependsOn"];
            before.extend(depends.as_str().map(str::to_owned));
            let depends = depends.as_array().into_iter().flatten();
            before.extend(depends.filter_map(|it| it.as_str().map(str::to_owned)));
            before.retain(|other| resources.contains_key(other) && other != id);
            wanted.insert(id.clone(), before);
        }
    }
    let (mut done, mut order) = (BTreeSet::new(), Vec::new());
    while order.len() < wanted.len() {
        let before = order.len();
        for (id, needs) in &wanted {
            // What is only named in a part that does not apply may be missing.
            let ready = |it: &String| done.contains(it) || !wanted.contains_key(it);
            if !done.contains(id) && needs.iter().all(ready) {
                done.insert(id.clone());
                order.push(id.clone());
            }
        }
        if order.len() == before {
            let left: Vec<_> = wanted.keys().filter(|id| !done.contains(*id)).collect();
            bail!("resources that need each other: {left:?}");
        }
    }
    Ok(order)
}
