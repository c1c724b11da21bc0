//! ID tokens (OpenID Connect Core 3.1.3.7). Time is the node's clock, so the library checks everything but time.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use oikos_model::Timestamp;
use serde::Deserialize;

use super::Provider;
use crate::OidcSettings;

const TOKEN_BYTES_MAXIMUM: usize = 16_384;
/// Two clocks may differ so much.
const SKEW_SECONDS: i64 = 60;
/// A token that was made so long ago was not made for this sign-in.
const AGE_SECONDS_MAXIMUM: i64 = 600;

/// Why a token is not believed. The journal hears it, not whoever brought the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    /// It is too long, or no token.
    #[error("the ID token is not well-formed")]
    Malformed,
    /// It is signed by an algorithm that is not accepted.
    #[error("the ID token's algorithm is not accepted")]
    Algorithm,
    /// No key of the provider has the name that it gives.
    #[error("the ID token names no key of the provider")]
    UnknownKey,
    /// Signature, issuer or audience are wrong.
    #[error("the ID token does not verify: {0}")]
    Unverified(String),
    /// It was made for another request.
    #[error("the ID token's nonce is another one")]
    Nonce,
    /// It has expired, is not valid yet, or is too old.
    #[error("the ID token is not of this time")]
    Time,
    /// It was made for another party.
    #[error("the ID token's authorised party is another one")]
    Party,
}

/// Who somebody is, as the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) subject: String,
    /// Whether the provider says that several factors were used (RFC 8176 `mfa`).
    pub(super) has_several_factors: bool,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    nbf: Option<i64>,
    nonce: Option<String>,
    aud: Audience,
    azp: Option<String>,
    #[serde(default)]
    amr: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(#[allow(dead_code, reason = "the library compared it")] String),
    Many(Vec<String>),
}

/// Verifies a token: its algorithm and key first, then its signature, then what it claims.
pub(super) fn verify(
    token: &str,
    provider: &Provider,
    settings: &OidcSettings,
    nonce: &str,
    now: Timestamp,
) -> Result<Identity, TokenError> {
    if token.len() > TOKEN_BYTES_MAXIMUM {
        return Err(TokenError::Malformed);
    }
    let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
    let key_name = header.kid.ok_or(TokenError::UnknownKey)?;
    let key = provider.keys.keys.iter().find(|key| key.common.key_id.as_deref() == Some(key_name.as_str()));
    let key = key.ok_or(TokenError::UnknownKey)?;
    let algorithm = algorithm_of(key).ok_or(TokenError::Algorithm)?;
    if header.alg != algorithm {
        return Err(TokenError::Algorithm);
    }
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[&settings.issuer]);
    validation.set_audience(&[&settings.client_id]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let key = DecodingKey::from_jwk(key).map_err(|_| TokenError::UnknownKey)?;
    let decoded = decode::<Claims>(token, &key, &validation).map_err(|error| TokenError::Unverified(error.to_string()))?;
    check(decoded.claims, settings, nonce, now)
}

fn check(claims: Claims, settings: &OidcSettings, nonce: &str, now: Timestamp) -> Result<Identity, TokenError> {
    if claims.nonce.as_deref() != Some(nonce) {
        return Err(TokenError::Nonce);
    }
    let now = now.as_second();
    let is_of_now = claims.exp.saturating_add(SKEW_SECONDS) > now
        && claims.iat.saturating_sub(SKEW_SECONDS) <= now
        && claims.iat.saturating_add(AGE_SECONDS_MAXIMUM) > now
        && claims.nbf.is_none_or(|from| from.saturating_sub(SKEW_SECONDS) <= now);
    if !is_of_now {
        return Err(TokenError::Time);
    }
    let for_several = matches!(&claims.aud, Audience::Many(many) if many.len() > 1);
    let for_us = claims.azp.as_deref().map_or(!for_several, |party| party == settings.client_id);
    if !for_us {
        return Err(TokenError::Party);
    }
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(TokenError::Malformed);
    }
    let has_several_factors = claims.amr.iter().any(|method| method == "mfa");
    Ok(Identity { subject: claims.sub, has_several_factors })
}

/// The one algorithm that goes with a key: the token does not choose. Shared secrets are no keys here, so a public key can never be
/// taken for one.
fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    if !matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
        return None;
    }
    let algorithm = match &key.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(parameters) if parameters.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(parameters) if parameters.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return None,
    };
    let named = key.common.key_algorithm.map(|named| named.to_string());
    named.is_none_or(|named| named == format!("{algorithm:?}")).then_some(algorithm)
}
