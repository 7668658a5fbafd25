//! Calls that come from no network: from a command on this machine, and those that a request makes of others within.

use std::sync::{Arc, OnceLock};

use protocol::Timestamp;

use crate::http::{Call, Request};
use crate::tenant::Tenant;

/// What stands for the id of a request where none came from outside: those are longer.
const INSIDE: &str = "inside";

impl<'a> Call<'a> {
    /// A call of the management API from within.
    pub fn inside(tenant: Arc<Tenant>, now: Timestamp, request: &'a Request) -> Self {
        Self {
            tenant,
            now,
            request_id: INSIDE,
            route: crate::http::route::API,
            function: "api",
            slug: None,
            request,
            client: OnceLock::new(),
        }
    }

    /// Who it is by, where that is nobody who has signed in.
    pub(super) fn by(&self) -> Option<&'static str> {
        (self.request_id == INSIDE).then_some("command line")
    }

    /// Another request of the same caller at the same moment.
    pub fn within<'b>(&self, request: &'b Request) -> Call<'b>
    where
        'a: 'b,
    {
        Call {
            tenant: Arc::clone(&self.tenant),
            now: self.now,
            request_id: self.request_id,
            route: self.route,
            function: self.function,
            slug: None,
            request,
            client: OnceLock::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Action;
    use crate::scripts::testing::tenant;

    struct Fixed;

    impl crate::entropy::Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn events_of_a_command_say_so() {
        let (request, inner) = (Request::default(), Request::default());
        let now = Timestamp::from_unix(1_700_000_000);
        let call = Call::inside(tenant(), now, &request);
        for call in [call.within(&inner), call] {
            let event = call.event(Action::ModelCreated, &Fixed);
            assert_eq!(event.context["by"], "command line");
        }
    }
}
