//! Why a ceremony failed.

use webauthn_rs_core::error::WebauthnError;

/// Why a ceremony failed. None of it carries what the browser sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The tenant's base URL cannot have passkeys.
    #[error("the base URL is neither https nor http on localhost, or its host is no name")]
    BaseUrl,
    /// A person without a user name.
    #[error("a user name is needed")]
    Username,
    /// The state is not one this ceremony began with: the caller's doing.
    #[error("the state of the ceremony cannot be read")]
    State,
    /// A stored credential is not one that was handed out: the caller's doing.
    #[error("a stored credential cannot be read")]
    Stored,
    /// The answer is not the JSON, CBOR or key that WebAuthn asks for.
    #[error("the answer is malformed")]
    Malformed,
    /// The answer of a registration for an authentication, or the other way round.
    #[error("the answer is one of another ceremony")]
    Type,
    /// The answer to another question: an old one, or one of another browser.
    #[error("the answer is for another challenge")]
    Challenge,
    /// The answer was given on a page that is not ours: phishing.
    #[error("the answer was given on another origin")]
    Origin,
    /// The answer was given in a frame of a page that is not ours.
    #[error("the answer was given in a frame of another origin")]
    CrossOrigin,
    /// The authenticator was asked for another relying party.
    #[error("the answer is for another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("the user was not present")]
    UserNotPresent,
    /// The authenticator did not make sure who holds it, and had to.
    #[error("the user was not verified")]
    UserNotVerified,
    /// The authenticator's credential is on the list of those to exclude.
    #[error("the credential is registered already")]
    AlreadyRegistered,
    /// A key of a kind that was not asked for, or too weak.
    #[error("the key is of a kind that was not asked for")]
    Algorithm,
    /// An attestation statement that is false, or of a format unknown.
    #[error("the attestation statement is not valid")]
    Attestation,
    /// A resident key was required and the browser says that none was made.
    #[error("the credential is not discoverable")]
    NotDiscoverable,
    /// None of the user's credentials that this ceremony allowed.
    #[error("the credential is unknown")]
    UnknownCredential,
    /// The authenticator says that the credential is another user's.
    #[error("the credential is another user's")]
    OtherUser,
    /// The signature is false.
    #[error("the signature is not valid")]
    Signature,
    /// The signature counter did not grow: there may be a copy of the authenticator (WebAuthn L3 §6.1.1).
    #[error("the signature counter went back: the authenticator may be cloned")]
    Cloned,
    /// The flags about backups contradict each other or those of the registration (WebAuthn L3 §6.1.3).
    #[error("the backup flags contradict")]
    BackupState,
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        use WebauthnError as Core;
        match error {
            Core::InvalidClientDataType => Self::Type,
            Core::MismatchedChallenge => Self::Challenge,
            Core::InvalidRPOrigin => Self::Origin,
            Core::CredentialCrossOrigin => Self::CrossOrigin,
            Core::InvalidRPIDHash => Self::RelyingParty,
            Core::UserNotPresent => Self::UserNotPresent,
            Core::UserNotVerified => Self::UserNotVerified,
            Core::InvalidUsername => Self::Username,
            Core::CredentialExcludedFromRequest => Self::AlreadyRegistered,
            Core::CredentialAlteredAlgFromRequest
            | Core::CredentialInsecureCryptography
            | Core::COSEKeyInvalidType
            | Core::COSEKeyInvalidAlgorithm
            | Core::COSEKeyEDUnsupported => Self::Algorithm,
            Core::CredentialNotFound => Self::UnknownCredential,
            Core::AuthenticationFailure | Core::SignatureInvalid => Self::Signature,
            Core::CredentialPossibleCompromise => Self::Cloned,
            Core::CredentialMayNotBeHardwareBound
            | Core::CredentialBackupEligibilityInconsistent => Self::BackupState,
            // What is left are the parsers' errors of JSON, base64, CBOR, COSE keys and authenticator data.
            other => {
                if of_attestation(&other) {
                    Self::Attestation
                } else {
                    Self::Malformed
                }
            }
        }
    }
}

/// Whether it is about the statement of an attestation.
fn of_attestation(error: &WebauthnError) -> bool {
    use WebauthnError as Core;
    matches!(
        error,
        Core::AttestationNotSupported
            | Core::AttestationStatementMapInvalid
            | Core::AttestationStatementResponseMissing
            | Core::AttestationStatementResponseInvalid
            | Core::AttestationStatementSigMissing
            | Core::AttestationStatementSigInvalid
            | Core::AttestationStatementVerMissing
            | Core::AttestationStatementVerInvalid
            | Core::AttestationStatementVerUnsupported
            | Core::AttestationStatementX5CMissing
            | Core::AttestationStatementX5CInvalid
            | Core::AttestationStatementAlgMissing
            | Core::AttestationStatementCertInfoMissing
            | Core::AttestationStatementMissingExtension
            | Core::AttestationStatementPubAreaMissing
            | Core::AttestationStatementAlgMismatch
            | Core::AttestationStatementAlgInvalid
            | Core::AttestationTrustFailure
            | Core::AttestationCertificateAAGUIDMismatch
            | Core::AttestationCertificateNonceMismatch
            | Core::AttestationTpmStInvalid
            | Core::AttestationTpmPubAreaMismatch
            | Core::AttestationTpmExtraDataInvalid
            | Core::AttestationTpmExtraDataMismatch
            | Core::AttestationTpmPubAreaHashUnknown
            | Core::AttestationTpmPubAreaHashInvalid
            | Core::AttestationTpmAttestCertifyInvalid
            | Core::AttestationCertificateRequirementsNotMet
            | Core::AttestationCertificateTrustStoreEmpty
            | Core::AttestationLeafCertMissing
            | Core::AttestationNotVerifiable
            | Core::AttestationUntrustedAaguid
            | Core::AttestationFormatMissingAaguid
            | Core::AttestationChainNotTrusted(_)
            | Core::CertificatePublicKeyInvalid
            | Core::AttestationCredentialSubjectKeyMismatch
            | Core::CertificatePublicKeyAlgorthimMismatch
    )
}
