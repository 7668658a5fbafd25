//! The requests.

use load::crowd::Crowd;
use serde_json::json;

/// A row of the table.
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) who: Who,
    pub(super) method: &'static str,
    /// What is asked in each turn.
    pub(super) asks: fn(&Crowd, usize) -> Wanted,
}

/// Who calls.
#[derive(Clone, Copy)]
pub(super) enum Who {
    Superuser,
    Member,
}

/// What is asked.
pub(super) struct Wanted {
    /// Below `/api/v3`.
    pub(super) path: String,
    /// Behind `?`.
    pub(super) query: String,
    /// JSON.
    pub(super) body: String,
}

impl Who {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Superuser => "the-key-of-a-superuser",
            Self::Member => "the-key-of-a-member",
        }
    }
}

const fn case(method: &'static str, what: &'static str, asks: fn(&Crowd, usize) -> Wanted) -> Case {
    let who = Who::Superuser;
    Case {
        what,
        who,
        method,
        asks,
    }
}

const fn get(what: &'static str, asks: fn(&Crowd, usize) -> Wanted) -> Case {
    case("GET", what, asks)
}

fn at(path: impl Into<String>, query: impl Into<String>) -> Wanted {
    Wanted {
        path: path.into(),
        query: query.into(),
        body: String::new(),
    }
}

fn users(query: impl Into<String>) -> Wanted {
    at("/core/users/", query)
}

fn providers(query: impl Into<String>) -> Wanted {
    at("/providers/oauth2/", query)
}

/// A provider of its own for each turn, by what is done with it.
fn provider(crowd: &Crowd, turn: usize) -> Wanted {
    let pk = crowd.providers.get(turn).copied().unwrap_or_default();
    at(format!("/providers/oauth2/{pk}/"), "")
}

/// All rows.
pub(super) const CASES: &[Case] = &[
    get("people, first page", |_, _| users("")),
    get("people, middle page", |crowd, _| {
        users(format!("page={}", crowd.people.len() / 200))
    }),
    get("people, last page", |crowd, _| {
        users(format!("page={}", crowd.people.len().div_ceil(100)))
    }),
    get("people, 1,000 a page", |_, _| users("page_size=1000")),
    get("people, `search=`", |_, _| users("search=eleonora")),
    get("people, `username=`", |crowd, turn| {
        let user = crowd.people.get(turn);
        users(format!(
            "username={}",
            user.map_or("", |user| &user.subject.username)
        ))
    }),
    get("people, `email=`", |crowd, turn| {
        let user = crowd.people.get(turn);
        users(format!(
            "email={}",
            user.map_or("", |user| &user.subject.email)
        ))
    }),
    get("people, `path_startswith=`", |_, _| {
        users("path_startswith=users/osaka/floor-2")
    }),
    get("people, `is_superuser=true`", |_, _| {
        users("is_superuser=true")
    }),
    get("people, `ordering=-last_login`", |_, _| {
        users("ordering=-last_login")
    }),
    get("people, `attributes=` of one folder", |_, _| {
        users("path=users/osaka/floor-2&attributes=%7B%22country%22%3A%22DE%22%7D")
    }),
    get("one person", |crowd, turn| {
        let pk = crowd.people.get(turn).map_or(0, |user| user.subject.pk);
        at(format!("/core/users/{pk}/"), "")
    }),
    get("groups", |_, _| at("/core/groups/", "")),
    get("groups, `include_users=false`", |_, _| {
        at("/core/groups/", "include_users=false")
    }),
    get("one group", |crowd, turn| {
        let id = crowd
            .groups
            .get(turn)
            .map(|group| group.id.0)
            .unwrap_or_default();
        at(format!("/core/groups/{id}/"), "")
    }),
    get("tokens", |_, _| at("/core/tokens/", "")),
    get("tokens, `search=`", |_, _| {
        at("/core/tokens/", "search=deploy-01")
    }),
    get("providers, first page", |_, _| providers("")),
    get("providers, last page", |crowd, _| {
        providers(format!("page={}", crowd.providers.len().div_ceil(100)))
    }),
    get("providers, 1,000 a page", |_, _| {
        providers("page_size=1000")
    }),
    get("providers, `search=`", |_, _| {
        providers("search=provider+012")
    }),
    get("providers, `client_id=`", |_, _| {
        providers("client_id=client-of-application-0123")
    }),
    get("providers of all types", |_, _| at("/providers/all/", "")),
    get("one provider", provider),
    get("applications, `superuser_full_list=true`", |_, _| {
        at("/core/applications/", "superuser_full_list=true")
    }),
    Case {
        who: Who::Member,
        ..get("applications, a member's own", |_, _| {
            at("/core/applications/", "")
        })
    },
    Case {
        who: Who::Member,
        ..get("applications, a member's own, 1,000 a page", |_, _| {
            at("/core/applications/", "page_size=1000")
        })
    },
    get("one application", |_, turn| {
        at(format!("/core/applications/application-{turn}/"), "")
    }),
    get("scope mappings", |_, _| {
        at("/propertymappings/provider/scope/", "")
    }),
    get("bindings", |_, _| at("/policies/bindings/", "")),
    get("bindings, `target=`", |_, _| {
        at(
            "/policies/bindings/",
            "target=00000000-0000-0000-0000-000000000000",
        )
    }),
    case("PATCH", "change a provider", |crowd, turn| Wanted {
        body: json!({"access_token_validity": format!("minutes={}", 30 + turn)}).to_string(),
        ..provider(crowd, turn)
    }),
    case(
        "PATCH",
        "change a mapping of all providers",
        |crowd, turn| Wanted {
            body: json!({"description": format!("Who you are ({turn})")}).to_string(),
            ..at(
                format!("/propertymappings/provider/scope/{}/", crowd.mapping),
                "",
            )
        },
    ),
    case("POST", "make a provider", |crowd, turn| {
        let body = json!({
            "name": format!("Made here {turn}"),
            "authorization_flow": crowd.flows[0],
            "invalidation_flow": crowd.flows[1],
            "redirect_uris": [{"matching_mode": "strict", "url": "https://made.example.com/"}],
        });
        Wanted {
            body: body.to_string(),
            ..providers("")
        }
    }),
    case("POST", "make a group", |_, turn| Wanted {
        body: json!({"name": format!("Made here {turn}")}).to_string(),
        ..at("/core/groups/", "")
    }),
    case("POST", "make a person", |_, turn| Wanted {
        body: json!({"username": format!("made.here.{turn}"), "name": "Made here"}).to_string(),
        ..users("")
    }),
    case("DELETE", "remove a provider", provider),
];
