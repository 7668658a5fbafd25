//! JWTs that must not be believed, each made of one that is (RFC 8725 §2 and §3, RFC 7515 §4.1, RFC 7519 §4, RFC 7797).

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::assertions::{Elsewhere, encoded};

/// A JWT that holds, before it is broken.
pub(super) struct Held<'a> {
    /// Who signs it.
    pub(super) key: &'a Elsewhere,
    /// Its `typ`.
    pub(super) typ: &'a str,
    /// What it says.
    pub(super) claims: Value,
}

/// What is wrong with one, and the JWT.
pub(super) type Forged = (String, String);

impl Held<'_> {
    /// With this header.
    fn header(&self, members: &[(&str, Value)]) -> Value {
        let mut header = json!({"alg": "ES256", "typ": self.typ, "kid": "k"});
        for (name, value) in members {
            header[*name] = value.clone();
        }
        header
    }

    fn signed(&self, members: &[(&str, Value)]) -> String {
        self.key.signed(&self.header(members), &self.claims)
    }

    /// As it should be.
    pub(super) fn good(&self) -> String {
        self.signed(&[])
    }

    /// All of them.
    pub(super) fn forged(&self) -> Vec<Forged> {
        [
            self.algorithms(),
            self.strangers(),
            self.names(),
            self.extensions(),
            self.spellings(),
            self.shapes(),
        ]
        .concat()
    }

    /// RFC 8725 §2.1: none, another than the key's, and what anybody knows as an HMAC's secret.
    fn algorithms(&self) -> Vec<Forged> {
        let mut all = Vec::new();
        for alg in [
            "none", "None", "NONE", "", "RS256", "ES384", "ES256K", "EdDSA",
        ] {
            let header = self.header(&[("alg", alg.into())]);
            let bare = format!("{}.{}.", encoded(&header), encoded(&self.claims));
            all.push((format!("alg {alg}, no signature"), bare));
            let signed = self.key.signed(&header, &self.claims);
            all.push((format!("alg {alg}, a signature"), signed));
        }
        let jwk = self.key.jwk();
        for (what, secret) in [
            ("JWK", jwk.to_string()),
            ("JWK set", self.key.jwks().to_string()),
            ("x", jwk["x"].as_str().expect("text").to_owned()),
            ("empty text", String::new()),
            ("client secret", "fast-secret".to_owned()),
        ] {
            all.push((format!("an HMAC with the {what}"), self.hmac(&secret)));
        }
        all
    }

    fn hmac(&self, secret: &str) -> String {
        let header = self.header(&[("alg", "HS256".into())]);
        let input = format!("{}.{}", encoded(&header), encoded(&self.claims));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, input.as_bytes());
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// RFC 8725 §3.10: a key that the JWT brings, or says where to find.
    fn strangers(&self) -> Vec<Forged> {
        let stranger = Elsewhere::new("k");
        let of = |name: &str, value: Value| {
            let header = self.header(&[(name, value)]);
            let what = format!("a stranger's, with {name}");
            (what, stranger.signed(&header, &self.claims))
        };
        vec![
            of("kid", "k".into()),
            of("jwk", stranger.jwk()),
            of("jku", "https://evil.example/jwks".into()),
            of("x5u", "https://evil.example/x5u".into()),
            of("x5c", json!(["MAA="])),
        ]
    }

    /// RFC 8725 §3.10: a `kid` is a name, and no path, query or address.
    fn names(&self) -> Vec<Forged> {
        let long = "k".repeat(600);
        let kids = [
            json!("../../../dev/null"),
            json!("k' OR '1'='1"),
            json!("https://evil.example/jwks"),
            json!("k\u{0}"),
            json!("K"),
            json!(""),
            json!(long),
            json!(["k"]),
            json!({"k": "k"}),
            json!(7),
        ];
        let of = |kid: Value| (format!("kid {kid}"), self.signed(&[("kid", kid)]));
        kids.into_iter().map(of).collect()
    }

    /// RFC 7515 §4.1.11, RFC 7797 §6: what would have to be understood.
    fn extensions(&self) -> Vec<Forged> {
        let all = [
            vec![("crit", json!(["exp"])), ("exp", json!(1))],
            vec![("crit", json!([]))],
            vec![("crit", json!("exp"))],
            vec![("crit", json!(["b64"])), ("b64", json!(false))],
            vec![("b64", json!(false))],
            vec![("b64", json!(true))],
        ];
        let of = |members: Vec<(&str, Value)>| (format!("{members:?}"), self.signed(&members));
        all.into_iter().map(of).collect()
    }

    /// RFC 7519 §4: nothing is said twice; and nothing is nested for ever.
    fn spellings(&self) -> Vec<Forged> {
        let (header, claims) = (self.header(&[]).to_string(), self.claims.to_string());
        let and = |object: &str, more: &str| format!("{},{more}}}", &object[..object.len() - 1]);
        let deep = format!(r#""x":{}{}"#, "[".repeat(200), "]".repeat(200));
        let large = format!(r#""x":"{}""#, "x".repeat(16 * 1024));
        let of = |what: &str, header: &str, claims: &str| {
            (what.to_owned(), self.key.spelled(header, claims))
        };
        let name = self.claims.as_object().and_then(|all| all.keys().next());
        let again = format!(r#""{}":"x""#, name.expect("a claim"));
        vec![
            of("a claim twice", &header, &and(&claims, &again)),
            of(
                "a claim twice inside",
                &header,
                &and(&claims, r#""x":{"a":1,"a":2}"#),
            ),
            of("alg twice", &and(&header, r#""alg":"none""#), &claims),
            of("kid twice", &and(&header, r#""kid":"k""#), &claims),
            of("deep claims", &header, &and(&claims, &deep)),
            of("a deep header", &and(&header, &deep), &claims),
            of("more than 16 KiB", &header, &and(&claims, &large)),
            of("claims that are a list", &header, "[]"),
            of("claims that are null", &header, "null"),
            of("claims with something behind", &header, &and(&claims, "}")),
            of("a header that is no JSON", "alg", &claims),
        ]
    }

    /// RFC 7515 §5.2, §7.1: three parts in base64url, and the signature of the first two.
    fn shapes(&self) -> Vec<Forged> {
        let good = self.good();
        let (input, signature) = good.rsplit_once('.').expect("three parts");
        let (_, claims) = input.split_once('.').expect("three parts");
        let zero = URL_SAFE_NO_PAD.encode([0; 64]);
        let json_form = json!({"payload": claims, "signatures": []}).to_string();
        [
            ("nonsense", "x".to_owned()),
            ("empty parts", "..".to_owned()),
            ("no signature", format!("{input}.")),
            ("a signature of zeros", format!("{input}.{zero}")),
            (
                "half a signature",
                format!("{input}.{}", &signature[..signature.len() / 2]),
            ),
            ("padding", format!("{good}==")),
            ("four parts", format!("{good}.x")),
            ("five parts", format!("{good}.x.y")),
            ("white space", format!("{input}. {signature}")),
            ("the JSON form", json_form),
        ]
        .map(|(what, jwt)| (what.to_owned(), jwt))
        .into()
    }
}
