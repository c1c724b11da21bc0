//! Single sign-on at an identity provider (OpenID Connect, authorization code flow with PKCE).
//!
//! The provider says who somebody is, and nothing else: the account is the one an administrator bound to that subject, and its roles are the
//! node's. Whoever begins is the one who ends: the answer must come back to the browser that asked.

mod client;
mod id_token;
mod provider;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use oikos_model::{Action, UserName};
use oikos_registry::{ChallengeRow, SignInProof};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::passkeys::CHALLENGES_KEPT;
use crate::{Node, NodeError, OidcSettings, SignedIn, people};
use id_token::Identity;
pub(crate) use provider::Provider;

/// How long somebody may take at the provider.
const WAITS: SignedDuration = SignedDuration::from_mins(10);
const CHALLENGE_KIND: &str = "oidc";
/// The reason for whoever comes back with nothing that counts.
const NOT_PROVEN: &str = "the identity provider's answer does not sign in here";
const PARAMETER_BYTES_MAXIMUM: usize = 4_096;

/// Where to go to sign in.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SingleSignOn {
    /// The provider's page, with this request.
    pub url: String,
}

/// What must be remembered until somebody comes back.
#[derive(Serialize, Deserialize)]
struct Begun {
    nonce: String,
    verifier: String,
    /// SHA-256 of what the browser keeps in a cookie, in hexadecimal.
    browser: String,
}

/// A request that somebody is about to carry to the provider.
pub(crate) struct Departure {
    pub(crate) url: String,
    /// What their browser keeps until they are back.
    pub(crate) browser: String,
}

/// A request that came back, and what the provider must say.
pub(crate) struct Return {
    pub(crate) code: String,
    pub(crate) verifier: String,
    nonce: String,
}

impl Node {
    pub(crate) fn oidc(&self) -> Result<&OidcSettings, NodeError> {
        self.config().sign_in.oidc.as_ref().ok_or_else(|| NodeError::Conflict("node.yaml names no identity provider".into()))
    }

    /// Begins to sign somebody in at the provider.
    pub(crate) fn depart(&self, provider: &Provider) -> Result<Departure, NodeError> {
        let settings = self.oidc()?;
        let now = self.clock().now();
        let (state, nonce, verifier, browser) =
            (people::new_token()?, people::new_token()?, people::new_token()?, people::new_token()?);
        let begun =
            Begun { nonce: nonce.clone(), verifier: verifier.clone(), browser: hex::encode(people::token_hash(&browser)) };
        self.housekeeping(Action::SignIn, |tx| {
            tx.erase_challenges(now, CHALLENGES_KEPT - 1)?;
            Ok(tx.put_challenge(&ChallengeRow {
                id: people::token_hash(&state),
                kind: CHALLENGE_KIND.to_owned(),
                user: None,
                content: serde_json::to_value(begun).map_err(NodeError::internal)?,
                expires_at: now.checked_add(WAITS).map_err(NodeError::internal)?,
            })?)
        })?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let query = client::query(&[
            ("response_type", "code"),
            ("scope", "openid"),
            ("client_id", &settings.client_id),
            ("redirect_uri", &settings.redirect),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let joint = if provider.authorization_endpoint.contains('?') { '&' } else { '?' };
        Ok(Departure { url: format!("{}{joint}{query}", provider.authorization_endpoint), browser })
    }

    /// Takes somebody back. The state counts once, in time, and only in the browser that began.
    pub(crate) fn take_back(&self, state: &str, code: &str, browser: Option<&str>) -> Result<Return, NodeError> {
        if state.len() > PARAMETER_BYTES_MAXIMUM || code.len() > PARAMETER_BYTES_MAXIMUM || code.is_empty() {
            return Err(self.refuse_return("state or code is not well-formed", None)?);
        }
        let id = people::token_hash(state);
        let taken = self.housekeeping(Action::SignIn, |tx| Ok(tx.take_challenge(&id)?))?;
        let now = self.clock().now();
        let Some(row) = taken.filter(|row| row.kind == CHALLENGE_KIND && row.expires_at > now) else {
            return Err(self.refuse_return("the state is unknown, used or too old", None)?);
        };
        let begun: Begun = serde_json::from_value(row.content).map_err(NodeError::internal)?;
        let browser = browser.map(|browser| hex::encode(people::token_hash(browser)));
        if browser.as_deref() != Some(begun.browser.as_str()) {
            return Err(self.refuse_return("another browser began", None)?);
        }
        Ok(Return { code: code.to_owned(), verifier: begun.verifier, nonce: begun.nonce })
    }

    /// Signs in whoever the provider's token names, if it is good and an administrator bound that subject to an account.
    pub(crate) fn arrive(&self, provider: &Provider, id_token: &str, back: &Return) -> Result<SignedIn, NodeError> {
        let settings = self.oidc()?;
        let identity = match id_token::verify(id_token, provider, settings, &back.nonce, self.clock().now()) {
            Ok(identity) => identity,
            Err(error) => return Err(self.refuse_return(&error.to_string(), None)?),
        };
        let Identity { subject, has_several_factors } = identity;
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let snapshot = oikos_registry::Store::snapshot(self.store(), &act)?;
        let bound = snapshot.subject(&settings.issuer, &subject)?;
        let row = bound.map(|bound| snapshot.user(&bound.user)).transpose()?.flatten();
        drop(snapshot);
        let Some(row) = row else {
            return Err(self.refuse_return("no account is bound to this subject", None)?);
        };
        if row.disabled {
            return Err(self.refuse_return("the account is disabled", Some(&row.name))?);
        }
        let proof = if has_several_factors { SignInProof::SingleSignOnWithFactors } else { SignInProof::SingleSignOn };
        if !has_several_factors && self.guards_with_second_factor(&row)? {
            return Err(self.refuse_return("the provider did not say that several factors were used", Some(&row.name))?);
        }
        self.admit(&row, |_| Ok(proof))
    }

    /// Whether an account must not be opened by one factor alone: its roles need two, or it has a second one here.
    fn guards_with_second_factor(&self, row: &oikos_registry::UserRow) -> Result<bool, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let snapshot = oikos_registry::Store::snapshot(self.store(), &act)?;
        let has_one = snapshot.second_factor(&row.name)?.is_some_and(|factor| factor.confirmed)
            || !snapshot.passkeys_of(&row.name)?.is_empty();
        Ok(has_one || self.config().sign_in.needs_second_factor(&row.roles))
    }

    /// One answer to whoever comes back in vain; the journal says why.
    pub(crate) fn refuse_return(&self, why: &str, user: Option<&UserName>) -> Result<NodeError, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let subjects = user.map(|user| format!("user:{user}")).into_iter().collect();
        self.journal_denial(&act, &[format!("{NOT_PROVEN}: {why}")], subjects)?;
        Ok(NodeError::NotSignedIn(NOT_PROVEN))
    }
}
