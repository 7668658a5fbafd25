//! What the SDK does anew for each call, done once or not at all (docs/performance.md).

use std::sync::{PoisonError, RwLock};

use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::{disable_interceptor, dyn_dispatch_hint};

/// What we go by: the SDK's own text is put together again for each call, and twice.
const USER_AGENT: &str = concat!("latchkey/", env!("CARGO_PKG_VERSION"), " aws-sdk-rust");
/// How many endpoints are remembered: requests name one table, alone or in a list.
const MOST: usize = 8;
const WHY: &str = "AWS answers the same without";

/// Leaves out headers that AWS only counts by: which attempt of how many, a name for all of them, and what the SDK is made of.
#[derive(Debug)]
pub(super) struct Lean;

#[dyn_dispatch_hint]
impl Intercept for Lean {
    fn name(&self) -> &'static str {
        "Lean"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let state = config.interceptor_state();
        state.store_put(disable_interceptor::<UserAgentInterceptor>(WHY));
        state.store_put(disable_interceptor::<RequestInfoInterceptor>(WHY));
        state.store_put(disable_interceptor::<InvocationIdInterceptor>(WHY));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.request_mut().headers_mut();
        headers.insert("user-agent", USER_AGENT);
        Ok(())
    }
}

/// The SDK's rules for DynamoDB's endpoints, with their answers remembered.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    rules: DefaultResolver,
    known: RwLock<Vec<(Params, Endpoint)>>,
}

impl Remembered {
    fn of(&self, params: &Params) -> Option<Endpoint> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(of, _)| of == params);
        found.map(|(_, endpoint)| endpoint.clone())
    }

    fn remember(&self, params: &Params, endpoint: &Endpoint) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST {
            known.push((params.clone(), endpoint.clone()));
        }
    }
}

impl ResolveEndpoint for Remembered {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        if let Some(endpoint) = self.of(params) {
            return EndpointFuture::ready(Ok(endpoint));
        }
        EndpointFuture::new(async move {
            let endpoint = ResolveEndpoint::resolve_endpoint(&self.rules, params).await?;
            self.remember(params, &endpoint);
            Ok(endpoint)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_endpoint_is_that_of_the_rules_each_time() {
        let remembered = Remembered::default();
        let params = |region: &str| Params::builder().region(region.to_owned()).build().unwrap();
        for region in ["eu-central-1", "us-east-1", "eu-central-1"] {
            let params = params(region);
            let endpoint = remembered.resolve_endpoint(&params).await.unwrap();
            let expected = format!("https://dynamodb.{region}.amazonaws.com");
            assert_eq!(endpoint.url(), expected);
        }
        assert_eq!(remembered.known.read().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn only_so_many_endpoints_are_remembered() {
        let remembered = Remembered::default();
        for table in 0..2 * MOST {
            let params = Params::builder().region("eu-central-1".to_owned());
            let params = params.resource_arn(table.to_string()).build().unwrap();
            remembered.resolve_endpoint(&params).await.unwrap();
        }
        assert_eq!(remembered.known.read().unwrap().len(), MOST);
    }
}
