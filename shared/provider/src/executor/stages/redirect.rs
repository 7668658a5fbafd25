//! Leads elsewhere (authentik 2024.12: redirect stage).

use protocol::Slug;
use serde_json::Value;
use url::Url;

use crate::executor::{Executor, Outcome, Run, Step};
use crate::fault::Fault;
use crate::flow::next::Next;
use crate::flow::plan::Context;
use crate::flow::stage::RedirectSettings;

/// Where a policy would rather lead to: an address, or `ak-flow://slug` (authentik:
/// `PLAN_CONTEXT_REDIRECT_STAGE_TARGET`).
const TARGET: &str = "redirect_stage_target";
/// authentik's scheme of flows in it.
const FLOW_SCHEME: &str = "ak-flow://";
/// The flow that led into this one, in the plan's context (authentik: `PLAN_CONTEXT_IS_REDIRECTED`).
const REDIRECTED: &str = "is_redirected";

impl Executor {
    pub(super) async fn redirect(
        &self,
        run: &mut Run<'_>,
        its: &RedirectSettings,
    ) -> Result<Step, Fault> {
        let set = run
            .plan
            .context
            .extra
            .get(TARGET)
            .and_then(Value::as_str)
            .map(str::to_owned);
        let keeps = match its {
            RedirectSettings::Static { .. } => true, // of authentik's default
            RedirectSettings::Flow { keep_context, .. } => *keep_context,
        };
        if let Some(set) = set.filter(|set| !set.is_empty()) {
            let Some(slug) = set.strip_prefix(FLOW_SCHEME) else {
                return Ok(out(run, &set));
            };
            let slug = Slug::parse(slug.trim_end_matches('/'));
            if let Ok(slug) = slug
                && let Some(step) = self.lead_into(run, &slug, keeps).await?
            {
                return Ok(step);
            }
        }
        match its {
            RedirectSettings::Static { target_static } => Ok(out(run, target_static)),
            RedirectSettings::Flow {
                target_flow,
                keep_context,
            } => {
                let step = self.lead_into(run, target_flow, *keep_context).await?;
                Ok(step.unwrap_or_else(|| nowhere(run, target_flow.as_str())))
            }
        }
    }

    /// Into another flow, on the way to the same place; `None` where there is no such flow. Who may run it is asked
    /// here, as a plan that stands is not asked again.
    async fn lead_into(
        &self,
        run: &mut Run<'_>,
        slug: &Slug,
        keep_context: bool,
    ) -> Result<Option<Step>, Fault> {
        let call = run.call();
        let found = self
            .parts
            .flows
            .by_slug(&call.tenant.id, slug, call.now)
            .await?;
        let Some(flow) = found.filter(|flow| flow.slug != run.flow.slug) else {
            return Ok(None);
        };
        let mut context = if keep_context {
            run.plan.context.clone()
        } else {
            Context::default()
        };
        (context.open, context.attempts) = (None, 0);
        let from = run.flow.slug.as_str().to_owned();
        context.extra.insert(REDIRECTED.to_owned(), from.into());
        context.extra.remove(TARGET);
        run.flow = flow;
        if let Some(refused) = Box::pin(self.refused(run)).await? {
            return Ok(Some(match refused {
                Outcome::Go(to) => Step::Leave(to),
                Outcome::Show(_) | Outcome::Stay | Outcome::Ended => Step::Deny(None),
            }));
        }
        Box::pin(self.begin_with(run, context)).await?;
        Ok(Some(Step::Leave(run.here())))
    }
}

/// To an address; the flow is over, and nothing of it is kept. Nobody has gone through it: what comes after the redirect
/// was not done, so it is begun anew where it has to be gone through.
fn out(run: &mut Run<'_>, target: &str) -> Step {
    if !is_address(target) {
        return nowhere(run, target);
    }
    run.plan.steps.clear();
    (run.plan.done, run.plan.cut_short) = (true, true);
    run.plan.context = Context::default();
    Step::Leave(target.to_owned())
}

fn nowhere(run: &Run<'_>, target: &str) -> Step {
    tracing::warn!(event = "redirect_nowhere", flow = %run.flow.slug, target, "a redirect stage leads nowhere");
    Step::Deny(None)
}

/// Of this site, or `http:` and `https:` anywhere: a script or a file is no place to go.
fn is_address(target: &str) -> bool {
    if target.starts_with('/') {
        return Next::parse(Some(target)).is_some();
    }
    let web = |url: Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    let slashed = target.contains("://");
    slashed && target.bytes().all(|b| b.is_ascii_graphic()) && Url::parse(target).is_ok_and(web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_to_web_addresses_and_to_paths_of_this_site() {
        for good in [
            "/",
            "/if/user/",
            "https://example.com/a?b=c#d",
            "http://localhost:9000/",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "//example.com",
            "/\\example.com",
            "https:example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.com/",
            "https://example.com/\r\nX: y",
            "https://",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
