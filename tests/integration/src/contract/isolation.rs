//! Nothing of one tenant is seen or touched by another that knows every id.

use protocol::{TenantId, Timestamp};
use provider::ports::{Look, Redemption, Renewal, Rotation, Saved};
use provider::session::Plan;

use crate::harness::configure;

use super::stage::{
    NOW, Stage, client, consent, entering, event, grant, onward, opening, record, redeemed,
    session, slug,
};

over_both_stores! {
    configuration_and_people_of_another_tenant_are_not_seen,
    browsers_of_another_tenant_are_not_seen_or_touched,
    grants_of_another_tenant_are_not_seen_or_touched,
    two_tenants_can_have_the_same_names,
}

fn other() -> TenantId {
    TenantId::parse("b").expect("a name")
}

async fn configuration_and_people_of_another_tenant_are_not_seen(stage: &Stage) {
    let (stores, b, c) = (&stage.stores, other(), client("c", "app"));
    stage.configure(&c).await;
    stores
        .clients()
        .by_id(&stage.tenant, &c.client_id, NOW)
        .await
        .unwrap()
        .unwrap();
    stores
        .clients()
        .by_slug(&stage.tenant, &c.slug, NOW)
        .await
        .unwrap()
        .unwrap();
    assert!(
        stores
            .clients()
            .by_id(&b, &c.client_id, NOW)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        stores
            .clients()
            .by_slug(&b, &c.slug, NOW)
            .await
            .unwrap()
            .is_none()
    );
    let ada = stage.user("ada").await;
    assert!(stores.users().by_login(&b, "ada").await.unwrap().is_none());
    assert!(
        stores
            .subjects()
            .by_id(&b, ada.subject.id)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(stores.registry().next_user_pk(&stage.tenant).await, Ok(1));
    assert_eq!(stores.registry().next_user_pk(&b).await, Ok(1));
}

async fn browsers_of_another_tenant_are_not_seen_or_touched(stage: &Stage) {
    let (browsers, b, ada) = (stage.stores.browsers(), other(), stage.user("ada").await);
    let ((token, session), (_, another)) = (session(&ada), session(&ada));
    let (from, onward) = (stage.begun().await, onward());
    let kept = consent(&ada, "c");
    browsers
        .sign_in(
            &stage.tenant,
            &entering(&session, &from, &onward, None, &event()),
            NOW,
        )
        .await
        .unwrap();
    browsers
        .save_consent(&stage.tenant, &onward, Some(&kept), NOW)
        .await
        .unwrap();

    let look = Look {
        session: Some(&token),
        client: Some(&kept.client_id),
        plan: Some(&onward.key),
    };
    let seen = browsers.look(&b, look, NOW).await.unwrap();
    assert!(seen.signed_in.is_none() && seen.consent.is_none() && seen.plan.is_none());
    browsers.sign_out(&b, &session, &event()).await.unwrap();
    browsers.drop_plan(&b, &onward.key).await.unwrap();
    let next = Plan {
        version: 2,
        ..onward.clone()
    };
    assert_eq!(browsers.save_plan(&b, &next, NOW).await, Ok(Saved::Stale));
    assert_eq!(
        browsers.save_consent(&b, &next, Some(&kept), NOW).await,
        Ok(Saved::Stale)
    );
    assert_eq!(
        browsers
            .sign_in(
                &b,
                &entering(
                    &another,
                    &next,
                    &super::stage::onward(),
                    Some(&session),
                    &event()
                ),
                NOW
            )
            .await,
        Ok(Saved::Stale)
    );
    let seen = browsers.look(&stage.tenant, look, NOW).await.unwrap();
    assert!(seen.signed_in.is_some() && seen.consent.is_some());
    assert_eq!(seen.plan.unwrap().version, 2);
}

async fn grants_of_another_tenant_are_not_seen_or_touched(stage: &Stage) {
    let (grants, tokens, b) = (stage.stores.grants(), stage.stores.tokens(), other());
    let pending = stage.granted().await;
    let live = redeemed(pending.clone());
    let token = record(&live);
    assert!(grants.find(&b, live.id).await.unwrap().is_none());
    assert_eq!(grants.revoke(&b, live.id, &live.client_id).await, Ok(false));
    assert_eq!(
        grants.redeem(&b, &live, &token, NOW).await,
        Ok(Redemption::Revoked)
    );
    assert_eq!(
        grants.redeem(&stage.tenant, &live, &token, NOW).await,
        Ok(Redemption::First)
    );
    let next = record(&live);
    let refresh_expires = Timestamp::from_unix(NOW.unix() + 9);
    let renewal = Renewal {
        grant: &live,
        record: &next,
        refresh_expires,
    };
    assert_eq!(grants.rotate(&b, &renewal, NOW).await, Ok(Rotation::Moved));
    assert_eq!(grants.repeat(&b, &renewal, NOW).await, Ok(Rotation::Moved));
    assert!(tokens.find(&b, &token.id).await.unwrap().is_none());
    tokens.forget(&b, &token.id).await.unwrap();
    let holder = tokens.holder(&b, &token, NOW).await.unwrap();
    assert!(holder.grant.is_none() && holder.user.is_none() && holder.session.is_none());
    assert!(stage.recorded(&token).await);
    assert_eq!(stage.found(live.id).await.state, live.state);
}

async fn two_tenants_can_have_the_same_names(stage: &Stage) {
    let (registry, b) = (stage.stores.registry(), other());
    let ada = stage.user("ada").await;
    assert_eq!(registry.put_user(&b, &ada, None).await, Ok(true));
    for tenant in [&stage.tenant, &b] {
        configure::write(&stage.stores, tenant, &client(tenant.as_str(), "app")).await;
    }
    for tenant in [&stage.tenant, &b] {
        let found = stage
            .stores
            .clients()
            .by_slug(tenant, &slug("app"), NOW)
            .await
            .unwrap();
        assert_eq!(found.unwrap().client_id.as_str(), tenant.as_str());
    }
    // What the one redeems, the other has not.
    let grant = grant(&ada);
    for tenant in [&stage.tenant, &b] {
        stage
            .stores
            .grants()
            .open(tenant, &opening(&grant, &event()))
            .await
            .unwrap();
        let live = redeemed(grant.clone());
        let outcome = stage
            .stores
            .grants()
            .redeem(tenant, &live, &record(&live), NOW)
            .await;
        assert_eq!(outcome, Ok(Redemption::First));
    }
}
