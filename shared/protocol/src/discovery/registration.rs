//! How clients come to be without a person (RFC 7591, Client ID Metadata Document), and what people may read of the
//! server.

use serde::Serialize;

use super::Issuer;

/// Whether and how clients come to be without a person.
#[derive(Clone, Debug, Default)]
pub struct Registration {
    /// Whether there is a registration endpoint (RFC 7591 §3).
    pub endpoint: bool,
    /// Whether a URL is a client id whose document is fetched.
    pub metadata_documents: bool,
    /// What the server does with what clients tell of people (RFC 8414 §2).
    pub op_policy_uri: Option<String>,
    /// The server's terms.
    pub op_tos_uri: Option<String>,
}

/// How clients come to be.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Rows {
    #[serde(skip_serializing_if = "Option::is_none")]
    registration_endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id_metadata_document_supported: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_policy_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    op_tos_uri: Option<String>,
}

impl Rows {
    pub(super) fn of(of: &Issuer<'_>) -> Self {
        let how = &of.registration;
        Self {
            registration_endpoint: how.endpoint.then(|| of.own("register")),
            client_id_metadata_document_supported: how.metadata_documents.then_some(true),
            op_policy_uri: how.op_policy_uri.clone(),
            op_tos_uri: how.op_tos_uri.clone(),
        }
    }
}
