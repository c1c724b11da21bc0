//! What the identity provider says of itself, its keys, and its answer to a code.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Return, client};
use crate::sign_in_settings::Origin;
use crate::{NodeError, OidcSettings};

const KEYS_MAXIMUM: usize = 100;

/// The discovery document, as far as it is used.
#[derive(Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// A provider whose discovery document was read just now.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(super) authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    /// Its keys; none before [`Provider::with_keys`].
    pub(super) keys: JwkSet,
}

impl Provider {
    /// Reads the discovery document. It must be the issuer's own.
    pub(crate) async fn discover(settings: &OidcSettings) -> Result<Self, NodeError> {
        let url = format!("{}/.well-known/openid-configuration", settings.issuer.trim_end_matches('/'));
        let document: Discovery = json(&client::get(settings, &url).await?)?;
        if document.issuer != settings.issuer {
            return Err(NodeError::Provider(format!("{url} speaks for another issuer")));
        }
        for endpoint in [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri] {
            let parts = Origin::of(endpoint).filter(|parts| parts.is_https || parts.is_loopback());
            if parts.is_none() {
                return Err(NodeError::Provider(format!("{url} names an endpoint that is not protected on the way")));
            }
        }
        Ok(Self {
            authorization_endpoint: document.authorization_endpoint,
            token_endpoint: document.token_endpoint,
            jwks_uri: document.jwks_uri,
            keys: JwkSet { keys: Vec::new() },
        })
    }

    /// The provider with its keys of today.
    pub(crate) async fn with_keys(self, settings: &OidcSettings) -> Result<Self, NodeError> {
        let keys: JwkSet = json(&client::get(settings, &self.jwks_uri).await?)?;
        if keys.keys.len() > KEYS_MAXIMUM {
            return Err(NodeError::Provider(format!("it has more than {KEYS_MAXIMUM} keys")));
        }
        Ok(Self { keys, ..self })
    }

    /// Changes a code for an ID token.
    pub(crate) async fn id_token(&self, settings: &OidcSettings, back: &Return) -> Result<String, NodeError> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let path = &settings.client_secret_file;
        let secret = Zeroizing::new(
            std::fs::read_to_string(path).map_err(|source| NodeError::io("reading the provider's secret", path, source))?,
        );
        // RFC 6749 section 2.3.1: both are form-encoded before they are put together.
        let (name, secret) = (client::encoded(&settings.client_id), Zeroizing::new(client::encoded(secret.trim())));
        let authorization = Zeroizing::new(format!("Basic {}", STANDARD.encode(format!("{name}:{}", secret.as_str()))));
        let form = client::query(&[
            ("grant_type", "authorization_code"),
            ("code", &back.code),
            ("redirect_uri", &settings.redirect),
            ("code_verifier", &back.verifier),
        ]);
        let tokens: Tokens = json(&client::post(settings, &self.token_endpoint, &authorization, form).await?)?;
        Ok(tokens.id_token)
    }
}

fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, NodeError> {
    serde_json::from_slice(bytes).map_err(|error| NodeError::Provider(format!("its answer is not as it should be: {error}")))
}
