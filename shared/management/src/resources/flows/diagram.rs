//! A flow as a picture, in the language of Mermaid (API reference B11, `FlowDiagram`).

use provider::config::{Bound, Config, FlowObject, PolicyBinding};
use uuid::Uuid;

use super::places;
use crate::resources::stages;

const POLICY: &str = "Policy (Expression Policy)";
const END: &str = "done[\"End of the flow\"]";

/// The picture: a line for each arrow.
pub(super) fn of(config: &Config, flow: &FlowObject) -> String {
    let mut lines = vec!["graph TD".to_owned()];
    begin(config, flow, &mut lines);
    let mut before = vec!["flow_start".to_owned()];
    let mut skipped: Vec<String> = Vec::new(); // policies of the stage before, that lead past it
    for (at, place) in places(config, flow.id).into_iter().enumerate() {
        let Some(stage) = config.stage(place.stage) else {
            continue;
        };
        let kind = format!("Stage ({})", stages::about(&stage.settings).verbose_name);
        let id = format!("stage_{at}");
        let drawn = node(&id, &kind, &stage.name);
        let policies = asked(config, place.id);
        let mut asks = Vec::new();
        for (number, (_, name)) in policies.iter().enumerate() {
            let policy = format!("{id}_policy_{number}");
            arrows(&mut lines, &before, "", &node(&policy, POLICY, name));
            asks.push(policy);
        }
        if asks.is_empty() {
            arrows(&mut lines, &before, "", &drawn);
        } else {
            arrows(&mut lines, &asks, "Policy passed", &drawn);
        }
        arrows(&mut lines, &skipped, "Policy denied", &drawn);
        skipped = asks;
        before = vec![id];
    }
    arrows(&mut lines, &skipped, "Policy denied", END);
    arrows(&mut lines, &before, "", END);
    lines.join("\n")
}

/// What stands before the first stage.
fn begin(config: &Config, flow: &FlowObject, lines: &mut Vec<String>) {
    let start = node("flow_start", "Flow", &flow.name);
    let policies = asked(config, flow.id);
    if policies.is_empty() {
        lines.push(start);
        return;
    }
    lines.push("flow_pre[\"Pre-flow policies\"]".to_owned());
    for (at, (order, name)) in policies.iter().enumerate() {
        let policy = node(&format!("flow_policy_{at}"), POLICY, name);
        lines.push(format!("flow_pre --Binding {order}--> {policy}"));
    }
    let asked: Vec<String> = (0..policies.len())
        .map(|at| format!("flow_policy_{at}"))
        .collect();
    arrows(lines, &asked, "Policy denied", END);
    arrows(lines, &asked, "", &start);
}

fn arrows(lines: &mut Vec<String>, from: &[String], why: &str, to: &str) {
    for from in from {
        lines.push(if why.is_empty() {
            format!("{from} --> {to}")
        } else {
            format!("{from} --{why}--> {to}")
        });
    }
}

/// A box. What is in it is between quotation marks, so there are none in it.
fn node(id: &str, kind: &str, name: &str) -> String {
    format!("{id}[\"{kind}\n{}\"]", name.replace('"', "#quot;"))
}

/// The policies that are bound to something: in which order, and how they are called.
fn asked(config: &Config, target: Uuid) -> Vec<(i32, &str)> {
    let bindings = config.bindings().filter(|binding| binding.target == target);
    let named = |binding: &PolicyBinding| match binding.bound {
        Bound::Policy(id) => Some((binding.order, config.policy(id)?.name.as_str())),
        Bound::Group(_) | Bound::User(_) => None,
    };
    let mut policies: Vec<_> = bindings.filter_map(named).collect();
    policies.sort_unstable();
    policies
}
