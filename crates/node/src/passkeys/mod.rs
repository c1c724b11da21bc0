//! Passkeys (Web Authentication level 2): registering one, and signing in with one.
//!
//! Only what the house needs: no attestation, the user verified always, the account named by the passkey itself, so that whoever asks to
//! sign in learns nothing about which accounts there are.

mod authenticator;
mod client;
mod public_key;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use oikos_model::{Action, UserName};
use oikos_registry::{ChallengeRow, PasskeyRow, SignInProof, Transaction};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::second_factor::{check_may_enrol, strengthen};
use crate::sessions::own_name;
use crate::sign_in_settings::Origin;
use crate::{Caller, Node, NodeError, Noted, SignedIn};
use authenticator::{Assertion, Registration};
use client::Ceremony;
pub(crate) use public_key::ALGORITHMS;

/// How long a challenge waits for its answer.
const WAITS: SignedDuration = SignedDuration::from_mins(5);
/// How many challenges are open at once, of everybody together.
pub(crate) const CHALLENGES_KEPT: usize = 10_000;
const PASSKEYS_MAXIMUM: usize = 20;
const NAME_BYTES_MAXIMUM: usize = 100;
/// The reason for whoever brings no passkey of this node.
const NOT_PROVEN: &str = "this passkey does not sign in here";

/// Why an authenticator's answer is not accepted. What was wrong goes to the journal, not to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasskeyError {
    /// A part is too long, or not of the form the standard gives it.
    #[error("{0} is not well-formed")]
    Malformed(&'static str),
    /// What was signed was signed for another occasion, place or time.
    #[error("{0} is another one")]
    Other(&'static str),
    /// The authenticator did not say what is needed.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The key is of a kind that is not used here.
    #[error("this kind of key is not used here")]
    UnknownKey,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
    /// The count of signatures did not go up: there may be a copy of the passkey.
    #[error("the count of signatures went from {known} to {shown}: there may be a copy of this passkey")]
    Counter {
        /// The count that was last seen.
        known: u32,
        /// The one shown now.
        shown: u32,
    },
}

/// What a browser needs to make a passkey, as `navigator.credentials.create` takes it, binary parts in base64url.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PasskeyCreation {
    /// The challenge.
    pub challenge: String,
    /// The relying party's id: the host of the node's public origin.
    pub rp_id: String,
    /// The relying party's name.
    pub rp_name: String,
    /// The user's handle; it says nothing about the person.
    pub user_handle: String,
    /// The account.
    pub user_name: String,
    /// The person's name.
    pub user_display_name: String,
    /// COSE codes of the algorithms that are accepted, best first.
    pub algorithms: Vec<i64>,
    /// Credentials the account has, so that no authenticator is registered twice.
    pub exclude: Vec<String>,
}

/// What a browser needs to ask for a passkey.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PasskeyQuestion {
    /// The challenge.
    pub challenge: String,
    /// The relying party's id.
    pub rp_id: String,
}

/// A passkey that was just made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPasskey {
    /// What its owner calls it.
    pub name: String,
    /// `response.clientDataJSON`, base64url.
    pub client_data: String,
    /// `response.attestationObject`, base64url.
    pub attestation_object: String,
}

/// An authenticator's answer at sign-in.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// `rawId`, base64url.
    pub id: String,
    /// `response.clientDataJSON`, base64url.
    pub client_data: String,
    /// `response.authenticatorData`, base64url.
    pub authenticator_data: String,
    /// `response.signature`, base64url.
    pub signature: String,
    /// `response.userHandle`, base64url.
    pub user_handle: String,
}

/// A passkey as its owner sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PasskeyView {
    /// Its id, base64url.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// When it was registered, RFC 3339.
    pub registered_at: String,
    /// When it last signed its owner in, RFC 3339.
    pub used_at: Option<String>,
}

impl Node {
    /// The place that passkeys are bound to.
    fn relying_party(&self) -> Result<(&str, &str), NodeError> {
        let origin = self.config().sign_in.public_origin.as_deref();
        let origin =
            origin.ok_or_else(|| NodeError::Conflict("node.yaml names no public_origin, so there are no passkeys".into()))?;
        let parts = Origin::of(origin).ok_or_else(|| NodeError::Internal("the public origin is none".into()))?;
        Ok((origin, parts.host))
    }

    fn new_challenge(&self, tx: &mut dyn Transaction, ceremony: Ceremony, user: Option<&UserName>) -> Result<String, NodeError> {
        let now = self.clock().now();
        let mut challenge = [0u8; 32];
        getrandom::fill(&mut challenge).map_err(NodeError::internal)?;
        tx.erase_challenges(now, CHALLENGES_KEPT - 1)?;
        tx.put_challenge(&ChallengeRow {
            id: Sha256::digest(challenge).into(),
            kind: ceremony.kind().to_owned(),
            user: user.cloned(),
            content: serde_json::Value::Null,
            expires_at: now.checked_add(WAITS).map_err(NodeError::internal)?,
        })?;
        Ok(URL_SAFE_NO_PAD.encode(challenge))
    }

    /// Takes the challenge that an authenticator answered. Whatever comes of the answer, it is gone.
    fn take_challenge(
        &self,
        challenge: &[u8],
        ceremony: Ceremony,
        user: Option<&UserName>,
    ) -> Result<Result<(), PasskeyError>, NodeError> {
        let id: [u8; 32] = Sha256::digest(challenge).into();
        let taken = self.housekeeping(Action::SignIn, |tx| Ok(tx.take_challenge(&id)?))?;
        let now = self.clock().now();
        let is_ours = taken.is_some_and(|row| row.kind == ceremony.kind() && row.user.as_ref() == user && row.expires_at > now);
        Ok(if is_ours { Ok(()) } else { Err(PasskeyError::Other("the challenge")) })
    }

    /// The handle by which authenticators know an account. It says nothing about the person.
    fn user_handle(&self, name: &UserName) -> Vec<u8> {
        Sha256::digest(format!("oikos passkey\n{}\n{name}", self.id())).to_vec()
    }

    /// Begins to register a passkey for the caller.
    ///
    /// # Errors
    /// When there is no public origin, or the session may not enrol.
    pub fn begin_passkey(&self, caller: &Caller, token: &str) -> Result<PasskeyCreation, NodeError> {
        let (_, rp_id) = self.relying_party()?;
        let person = self.person_of_token(token)?;
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let session = check_may_enrol(tx, &person)?;
            let known = tx.passkeys_of(&session.user)?;
            if known.len() >= PASSKEYS_MAXIMUM {
                return Err(NodeError::Conflict(format!("an account has {PASSKEYS_MAXIMUM} passkeys at most")));
            }
            let creation = PasskeyCreation {
                challenge: self.new_challenge(tx, Ceremony::Create, Some(&session.user))?,
                rp_id: rp_id.to_owned(),
                rp_name: self.config().display_name.clone(),
                user_handle: URL_SAFE_NO_PAD.encode(self.user_handle(&session.user)),
                user_name: session.user.to_string(),
                user_display_name: person.user.display_name.clone(),
                algorithms: ALGORITHMS.to_vec(),
                exclude: known.iter().map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential)).collect(),
            };
            let noted = Noted::about(vec![format!("user:{}", session.user)]);
            Ok((creation, noted.with_detail(serde_json::json!({ "passkey": "begun" }))))
        })
    }

    /// Registers a passkey for the caller. The person's other sessions end.
    ///
    /// # Errors
    /// When what the authenticator says is not in order.
    pub fn register_passkey(&self, caller: &Caller, token: &str, request: &NewPasskey) -> Result<PasskeyView, NodeError> {
        let (origin, rp_id) = self.relying_party()?;
        let name = request.name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAXIMUM || name.chars().any(char::is_control) {
            return Err(NodeError::Invalid(format!("name the passkey in 1 to {NAME_BYTES_MAXIMUM} bytes")));
        }
        let person = self.person_of_token(token)?;
        let user = own_name(caller)?;
        let refused = |error: PasskeyError| self.refuse_passkey(caller, user, &error);
        let registration = match Registration::read(&request.client_data, &request.attestation_object) {
            Ok(registration) => registration,
            Err(error) => return Err(refused(error)?),
        };
        let taken = self.take_challenge(&registration.challenge, Ceremony::Create, Some(user))?;
        let checked = taken.and_then(|()| registration.check(origin, rp_id));
        if let Err(error) = checked {
            return Err(refused(error)?);
        }
        let now = self.clock().now();
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let session = check_may_enrol(tx, &person)?;
            if tx.passkey(&registration.credential)?.is_some() {
                return Err(NodeError::Conflict("this passkey is registered already".into()));
            }
            let row = PasskeyRow {
                credential: registration.credential,
                user: session.user.clone(),
                name: name.to_owned(),
                public_key: registration.public_key,
                sign_count: registration.sign_count,
                registered_at: now,
                used_at: None,
            };
            tx.put_passkey(&row)?;
            strengthen(tx, session, SignInProof::Passkey)?;
            let noted = Noted::about(vec![format!("user:{}", session.user)]);
            Ok((view(row), noted.with_detail(serde_json::json!({ "passkey": "registered", "name": name }))))
        })
    }

    /// The caller's passkeys.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_passkeys(&self, caller: &Caller) -> Result<Vec<PasskeyView>, NodeError> {
        let rows = self.read(caller, Action::ManageOwnAccess, |tx| Ok(tx.passkeys_of(own_name(caller)?)?))?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Removes one of the caller's passkeys.
    ///
    /// # Errors
    /// When the caller has no such passkey.
    pub fn remove_passkey(&self, caller: &Caller, id: &str) -> Result<(), NodeError> {
        let not_here = || NodeError::NotFound("this passkey of yours".into());
        let credential = URL_SAFE_NO_PAD.decode(id).map_err(|_| not_here())?;
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let user = own_name(caller)?;
            if !tx.remove_passkey(user, &credential)? {
                return Err(not_here());
            }
            Ok(((), Noted::about(vec![format!("user:{user}")]).with_detail(serde_json::json!({ "passkey": "removed" }))))
        })
    }

    /// Begins to sign somebody in, whoever it is.
    ///
    /// # Errors
    /// When there is no public origin.
    pub fn ask_for_passkey(&self) -> Result<PasskeyQuestion, NodeError> {
        let (_, rp_id) = self.relying_party()?;
        let challenge = self.housekeeping(Action::SignIn, |tx| self.new_challenge(tx, Ceremony::Get, None))?;
        Ok(PasskeyQuestion { challenge, rp_id: rp_id.to_owned() })
    }

    /// Signs in whoever holds a passkey.
    ///
    /// # Errors
    /// One refusal, whatever is at fault; the journal says what.
    pub fn sign_in_with_passkey(&self, answer: &PasskeyAnswer) -> Result<SignedIn, NodeError> {
        let (origin, rp_id) = self.relying_party()?;
        let assertion = match Assertion::read(answer) {
            Ok(assertion) => assertion,
            Err(error) => return Err(self.refuse_stranger(None, &error)?),
        };
        let taken = self.take_challenge(&assertion.challenge, Ceremony::Get, None)?;
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let snapshot = oikos_registry::Store::snapshot(self.store(), &act)?;
        let passkey = snapshot.passkey(&assertion.credential)?;
        let row = passkey.as_ref().map(|passkey| snapshot.user(&passkey.user)).transpose()?.flatten();
        drop(snapshot);
        let (Some(passkey), Some(row)) = (passkey, row.filter(|row| !row.disabled)) else {
            return Err(self.refuse_stranger(None, &PasskeyError::Other("the passkey"))?);
        };
        let checked = taken.and_then(|()| assertion.check(origin, rp_id, &self.user_handle(&passkey.user), &passkey));
        if let Err(error) = checked {
            return Err(self.refuse_stranger(Some(&passkey.user), &error)?);
        }
        let mut gone_back = None;
        let outcome = self.admit(&row, |tx| {
            // Once more inside the transaction, so that two answers side by side cannot show the same count.
            let now_known = tx.passkey(&passkey.credential)?.ok_or(NodeError::NotSignedIn(NOT_PROVEN))?;
            if let Err(error) = assertion.check_count(now_known.sign_count) {
                gone_back = Some(error);
                return Err(NodeError::NotSignedIn(NOT_PROVEN));
            }
            let used_at = Some(self.clock().now());
            tx.put_passkey(&PasskeyRow { sign_count: assertion.sign_count, used_at, ..now_known })?;
            Ok(SignInProof::Passkey)
        });
        match gone_back {
            Some(error) => Err(self.refuse_stranger(Some(&row.name), &error)?),
            None => outcome,
        }
    }

    fn refuse_passkey(&self, caller: &Caller, user: &UserName, error: &PasskeyError) -> Result<NodeError, NodeError> {
        let act = caller.act(Action::ManageOwnAccess, self.clock().now());
        self.journal_denial(&act, &[error.to_string()], vec![format!("user:{user}")])?;
        Ok(NodeError::Invalid(format!("this passkey cannot be registered: {error}")))
    }

    fn refuse_stranger(&self, user: Option<&UserName>, error: &PasskeyError) -> Result<NodeError, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        let subjects = user.map(|user| format!("user:{user}")).into_iter().collect();
        self.journal_denial(&act, &[format!("{NOT_PROVEN}: {error}")], subjects)?;
        Ok(NodeError::NotSignedIn(NOT_PROVEN))
    }
}

fn view(row: PasskeyRow) -> PasskeyView {
    PasskeyView {
        id: URL_SAFE_NO_PAD.encode(row.credential),
        name: row.name,
        registered_at: crate::findings::seconds(row.registered_at),
        used_at: row.used_at.map(crate::findings::seconds),
    }
}

/// Decodes base64url of a limited length.
fn decoded(text: &str, what: &'static str, bytes_maximum: usize) -> Result<Vec<u8>, PasskeyError> {
    if text.len() > bytes_maximum.saturating_mul(4) / 3 + 4 {
        return Err(PasskeyError::Malformed(what));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| PasskeyError::Malformed(what))?;
    if bytes.len() > bytes_maximum { Err(PasskeyError::Malformed(what)) } else { Ok(bytes) }
}
