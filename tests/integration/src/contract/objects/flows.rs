//! `FlowStore`, and what is compiled for it of objects.

use std::sync::Arc;

use protocol::Timestamp;
use provider::config::{FlowObject, FlowStageBinding, Object, StageObject};
use provider::flow::stage::{ConsentSettings, DenySettings, Settings};
use provider::flow::{Designation, Flow};
use provider::ports::{Commit, Committed, FlowEdit};
use serde_json::json;
use uuid::Uuid;

use super::super::stage::{NOW, Stage, at, flow, slug};
use super::commit;

over_both_stores! {
    a_flow_is_read_back_whole_and_removed_with_the_commit_that_says_so,
    flows_are_kept_in_memory_for_thirty_seconds,
    flows_are_repaired_only_at_the_revision_they_were_compiled_at,
    a_flow_is_compiled_with_the_objects_it_is_made_of,
}

impl Stage {
    async fn commit_flows(&self, revision: u64, flows: Vec<FlowEdit>) {
        let change = Commit {
            flows,
            ..commit(revision, Vec::new())
        };
        let done = self.stores.config().commit(&self.tenant, &change).await;
        assert_eq!(done, Ok(Committed::Done));
    }

    async fn flow(&self, of: &str, now: Timestamp) -> Option<Arc<Flow>> {
        let flows = self.stores.flows();
        flows
            .by_slug(&self.tenant, &slug(of), now)
            .await
            .expect("reads")
    }
}

fn put(flow: &Flow) -> FlowEdit {
    FlowEdit::Put(Box::new(flow.clone()))
}

async fn a_flow_is_read_back_whole_and_removed_with_the_commit_that_says_so(stage: &Stage) {
    let mut odd = flow("f");
    odd.title = "%(app)s \u{0} \"ü\"".to_owned();
    stage.commit_flows(0, vec![put(&odd)]).await;
    assert_eq!(stage.flow("f", NOW).await.as_deref(), Some(&odd));
    assert_eq!(stage.flow("F", NOW).await, None, "byte for byte");
    let others = aws::Stores::new(stage.aws.dynamodb(), &stage.table).flows();
    let b = protocol::TenantId::parse("b").expect("a name");
    assert_eq!(others.by_slug(&b, &slug("f"), NOW).await, Ok(None));
    stage
        .commit_flows(1, vec![FlowEdit::Remove(slug("f"))])
        .await;
    assert_eq!(
        others.by_slug(&stage.tenant, &slug("f"), NOW).await,
        Ok(None)
    );
}

async fn flows_are_kept_in_memory_for_thirty_seconds(stage: &Stage) {
    assert_eq!(stage.flow("f", NOW).await, None);
    stage.commit_flows(0, vec![put(&flow("f"))]).await;
    assert!(
        stage.flow("f", NOW).await.is_some(),
        "what was absent is looked for again"
    );
    let mut renamed = flow("f");
    renamed.name = "Renamed".to_owned();
    stage.commit_flows(1, vec![put(&renamed)]).await;
    for (now, name) in [(at(29), "f"), (at(30), "Renamed")] {
        let found = stage.flow("f", now).await.expect("is there");
        assert_eq!(found.name, name, "{now}");
    }
}

async fn flows_are_repaired_only_at_the_revision_they_were_compiled_at(stage: &Stage) {
    let config = stage.stores.config();
    stage.commit_flows(0, Vec::new()).await;
    for (revision, want) in [(0, Committed::Moved), (1, Committed::Done)] {
        let edits = [put(&flow("f"))];
        let repaired = config.repair(&stage.tenant, revision, &[], &edits).await;
        assert_eq!(repaired, Ok(want));
        let written = stage.flow("f", NOW).await.is_some();
        assert_eq!(written, want == Committed::Done);
    }
}

async fn a_flow_is_compiled_with_the_objects_it_is_made_of(stage: &Stage) {
    let id = Uuid::from_u128;
    let of = FlowObject::new(
        id(1),
        slug("consent"),
        "Consent",
        Designation::Authorization,
    );
    let settings = |number: u128, name: &str, settings| StageObject {
        id: id(number),
        name: name.to_owned(),
        settings,
    };
    let consent = Settings::Consent(ConsentSettings::default());
    let deny = Settings::Deny(DenySettings {
        deny_message: "No.".to_owned(),
    });
    let objects: [Object; 5] = [
        of.into(),
        settings(11, "ask", consent).into(),
        settings(12, "no", deny).into(),
        FlowStageBinding::new(id(22), id(1), id(12), 20).into(),
        FlowStageBinding::new(id(21), id(1), id(11), 10).into(),
    ];
    stage.save(objects).await.expect("saves");
    let found = stage.flow("consent", NOW).await.expect("is there");
    let names: Vec<&str> = found.stages.iter().map(|it| &*it.stage.name).collect();
    assert_eq!(names, ["ask", "no"]);
    let kinds = found.stages.iter().map(|it| {
        let json = serde_json::to_value(&it.stage.settings).expect("JSON");
        json["kind"].clone()
    });
    assert_eq!(kinds.collect::<Vec<_>>(), [json!("consent"), json!("deny")]);
}
