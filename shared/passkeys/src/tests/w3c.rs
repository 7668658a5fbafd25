//! The test vectors of the standard (WebAuthn L3 §16): an authenticator that is not of our making.

use super::*;
use authenticator::encode;

/// §16 "ES256 Credential with No Attestation".
const NONE: Vector = Vector {
    aaguid: "8446ccb9ab1db374750b2367ff6f3a1f",
    id: "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
    create: Create {
        challenge: "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
        client: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
        attestation: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    },
    get: Get {
        challenge: "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
        client: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        signature: "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
    },
};

/// §16 "ES256 Credential with Self Attestation".
const PACKED_SELF: Vector = Vector {
    aaguid: "df850e09db6afbdfab51697791506cfc",
    id: "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c",
    create: Create {
        challenge: "7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5",
        client: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a2265476e4374334c55745936366b336a506a796e6962506b31716e666644616966715a774c33417032392d55222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a205539685458764b453255526b4d6e625f307859485667227d",
        attestation: "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2",
    },
    get: Get {
        challenge: "4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b",
        client: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a225248696843784e534e493352594d45314f7731476d3132786e726b634a5f6666707637546e2d4a71386773222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a206754623533727a36456853576f6d58477a696d433151227d",
        data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000",
        signature: "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66",
    },
};

/// §16 "ES256 Credential with "crossOrigin": true in clientDataJSON".
const CROSS_ORIGIN: Create = Create {
    challenge: "3be5aacd03537142472340ab5969f240f1d87716e20b6807ac230655fa4b3b49",
    client: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a224f2d57717a514e5463554a484930437257576e7951504859647862694332674872434d475666704c4f306b222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a207a5a7175457444523944577170573574425754467567227d",
    attestation: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
};

struct Vector {
    aaguid: &'static str,
    id: &'static str,
    create: Create,
    get: Get,
}

struct Create {
    challenge: &'static str,
    client: &'static str,
    attestation: &'static str,
}

struct Get {
    challenge: &'static str,
    client: &'static str,
    data: &'static str,
    signature: &'static str,
}

/// Hexadecimal as base64url.
fn text(hexadecimal: &str) -> String {
    let pairs = hexadecimal.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    encode(&pairs.map(byte).collect::<Vec<_>>())
}

fn party() -> RelyingParty {
    RelyingParty::new(&Url::parse("https://example.org").unwrap(), "W3C").unwrap()
}

fn create(vector: &Create) -> Result<Credential, PasskeyError> {
    let wishes = Wishes {
        user_verification: Wish::Preferred,
        ..PASSKEY
    };
    let begun = party().begin_registration(&ALICE, &[], wishes).unwrap();
    let state = with(
        begun.state,
        "/registration/challenge",
        text(vector.challenge),
    );
    let response = json!({"clientDataJSON": text(vector.client), "attestationObject": text(vector.attestation)});
    let answer = json!({"id": "AA", "rawId": "AA", "type": "public-key", "response": response});
    party().finish_registration(&state, &answer)
}

fn holds(vector: &Vector, user_verified: bool) {
    let credential = create(&vector.create).unwrap();
    assert_eq!(credential.id, text(vector.id));
    let aaguid = Uuid::parse_str(vector.aaguid).unwrap();
    assert_eq!(credential.aaguid, Some(aaguid));
    assert_eq!(credential.user_verified, user_verified);
    let stored = [credential.passkey];
    let begun = party().begin_authentication(ALICE.id, &stored, Wish::Preferred);
    let get = &vector.get;
    let state = with(
        begun.unwrap().state,
        "/authentication/challenge",
        text(get.challenge),
    );
    let response = json!({
        "clientDataJSON": text(get.client),
        "authenticatorData": text(get.data),
        "signature": text(get.signature),
    });
    let answer = json!({"id": text(vector.id), "rawId": text(vector.id), "type": "public-key", "response": response});
    let verified = party().finish_authentication(&state, ALICE.id, &stored, &answer);
    assert_eq!(verified.unwrap().credential_id, text(vector.id));
}

#[test]
fn w3c_16_es256_without_attestation() {
    holds(&NONE, false);
}

#[test]
fn w3c_16_es256_with_self_attestation() {
    holds(&PACKED_SELF, true);
}

#[test]
fn w3c_16_a_false_self_attestation_is_refused() {
    let attestation = PACKED_SELF.create.attestation;
    // The last byte of the signature, before the member "authData".
    let forged = attestation.replace("f473b6006d6861", "f473b6006c6861");
    let forged = Create {
        attestation: forged.leak(),
        ..PACKED_SELF.create
    };
    assert_eq!(create(&forged).unwrap_err(), PasskeyError::Attestation);
}

#[test]
fn w3c_16_a_frame_of_another_origin_is_refused() {
    let refused = create(&CROSS_ORIGIN).unwrap_err();
    assert_eq!(refused, PasskeyError::CrossOrigin);
}
