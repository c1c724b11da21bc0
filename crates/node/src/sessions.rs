//! Sessions: who a token belongs to, how long it lasts, and for what it works.

use jiff::SignedDuration;
use oikos_model::{Action, CaseId, LegalBasis, Purpose, Timestamp, UserName, Vocabulary};
use oikos_policy::Principal;
use oikos_registry::{SessionPurposeRow, SessionRow, SignInProof, Transaction, UserRow};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::cases::CaseSummary;
use crate::init::OPERATOR;
use crate::{Caller, Node, NodeError, Noted, people};

/// How long a session lasts at most.
const LASTS: SignedDuration = SignedDuration::from_hours(10);
/// How long it lasts without being used.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Use is noted at most so often, so that reading does not write each time.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The purpose, legal basis and case a request names; what it leaves out is what the session stated.
#[derive(Debug, Clone, Default)]
pub struct Grounds {
    /// Why.
    pub purpose: Option<Purpose>,
    /// On which legal basis.
    pub legal_basis: Option<LegalBasis>,
    /// For which case.
    pub case: Option<CaseId>,
}

/// For what a session works, said once for a case, or once for what belongs to none.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurposeRequest {
    /// Why: a code of the vocabulary.
    #[schema(value_type = String)]
    pub purpose: Purpose,
    /// The law that allows it.
    #[schema(value_type = String)]
    pub legal_basis: LegalBasis,
    /// The case; absent: acts outside of any.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
}

/// What a session said it works for.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PurposeView {
    /// Why.
    pub purpose: String,
    /// The law that allows it.
    pub legal_basis: String,
    /// The case; absent: acts outside of any.
    pub case: Option<String>,
    /// When it was said, RFC 3339.
    pub stated_at: String,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Its id. It is no secret and opens nothing.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// How it was opened: `password`, `password_and_code`, `password_and_recovery_code`, `passkey`, `single_sign_on` or
    /// `single_sign_on_with_factors`.
    #[schema(value_type = String)]
    pub proof: SignInProof,
    /// Since when, RFC 3339.
    pub opened_at: String,
    /// When it was last used, to the minute, RFC 3339.
    pub used_at: String,
    /// Until when at most, RFC 3339.
    pub expires_at: String,
}

/// Somebody whose token is good: the account, and the session if it is not the operator's token.
pub(crate) struct SignedInPerson {
    pub(crate) user: UserRow,
    pub(crate) session: Option<SessionRow>,
}

impl Node {
    /// Who a token belongs to: a signed-in person, or the local operator.
    ///
    /// # Errors
    /// When the token is neither, or its session can do nothing but enrol a second factor; that is journaled.
    pub fn caller_of_token(&self, token: &str, grounds: Grounds) -> Result<Caller, NodeError> {
        let person = self.person_of_token(token)?;
        if self.must_enrol(&person) {
            let act = self.caller_for(person.user, Grounds::default())?.act(Action::SignIn, self.clock().now());
            self.journal_denial(&act, &[NodeError::EnrolmentRequired.to_string()], vec!["session:own".into()])?;
            return Err(NodeError::EnrolmentRequired);
        }
        let stated = match (&person.session, &grounds.purpose) {
            (Some(session), None) => self.stated(session, grounds.case.as_ref())?,
            _ => None,
        };
        let is_operator = person.session.is_none();
        let mut caller = self.caller_for(person.user, grounds)?;
        caller.is_stated |= is_operator;
        if let Some(stated) = stated {
            caller = Caller { purpose: stated.purpose, legal_basis: stated.legal_basis, is_stated: true, ..caller };
        }
        Ok(caller)
    }

    /// As [`caller_of_token`](Self::caller_of_token), for what people do about their own access, before they have a second factor too.
    pub(crate) fn own_caller_of_token(&self, token: &str) -> Result<Caller, NodeError> {
        self.caller_for(self.person_of_token(token)?.user, Grounds::default())
    }

    /// Whether somebody's session can do nothing but enrol a second factor.
    pub(crate) fn must_enrol(&self, person: &SignedInPerson) -> bool {
        let is_weak = person.session.as_ref().is_some_and(|session| !session.proof.has_second_factor());
        is_weak && self.config().sign_in.needs_second_factor(&person.user.roles)
    }

    /// The person behind a token. Its use is noted.
    pub(crate) fn person_of_token(&self, token: &str) -> Result<SignedInPerson, NodeError> {
        let operator = crate::keys::operator_token(self.folder())?;
        if token.as_bytes().ct_eq(operator.as_bytes()).into() {
            let name = UserName::new(OPERATOR).map_err(NodeError::internal)?;
            let user = self.account(&name)?.filter(|user| !user.disabled);
            let user = user.ok_or(NodeError::NotSignedIn("the operator's account is disabled"))?;
            return Ok(SignedInPerson { user, session: None });
        }
        let now = self.clock().now();
        let act = self.itself().act(Action::SignIn, now);
        let snapshot = self.store().snapshot(&act)?;
        let session = live_session(snapshot.as_ref(), token, now)?;
        let user = snapshot.user(&session.user)?.filter(|user| !user.disabled);
        let user = user.ok_or(NodeError::NotSignedIn("the account is disabled"))?;
        drop(snapshot);
        if now.duration_since(session.used_at) >= USE_NOTED_EVERY {
            self.housekeeping(Action::SignIn, |tx| Ok(tx.touch_session(&session.token_hash, now)?))?;
        }
        Ok(SignedInPerson { user, session: Some(session) })
    }

    /// Whether a token still opens something, without noting that it was used.
    pub(crate) fn is_live(&self, token: &str) -> bool {
        let live = || -> Result<bool, NodeError> {
            let operator = crate::keys::operator_token(self.folder())?;
            if token.as_bytes().ct_eq(operator.as_bytes()).into() {
                return Ok(true);
            }
            let now = self.clock().now();
            let snapshot = self.store().snapshot(&self.itself().act(Action::SignIn, now))?;
            let session = live_session(snapshot.as_ref(), token, now)?;
            Ok(snapshot.user(&session.user)?.is_some_and(|user| !user.disabled))
        };
        live().unwrap_or(false)
    }

    /// A session that opened a case works for it, as the case says.
    pub(crate) fn state_purpose_of_case(&self, caller: &Caller, token: &str, case: &CaseSummary) -> Result<(), NodeError> {
        if self.person_of_token(token)?.session.is_none() {
            return Ok(());
        }
        let invalid = |error: oikos_model::IdentifierError| NodeError::internal(error);
        let request = PurposeRequest {
            purpose: Purpose::new(case.purpose.clone()).map_err(invalid)?,
            legal_basis: LegalBasis::new(case.legal_basis.clone()).map_err(invalid)?,
            case: Some(CaseId::new(case.id.clone()).map_err(invalid)?),
        };
        self.state_purpose(caller, token, &request).map(drop)
    }

    fn stated(&self, session: &SessionRow, case: Option<&CaseId>) -> Result<Option<SessionPurposeRow>, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        Ok(self.store().snapshot(&act)?.session_purpose(&session.token_hash, case)?)
    }

    pub(crate) fn account(&self, name: &UserName) -> Result<Option<UserRow>, NodeError> {
        let act = self.itself().act(Action::SignIn, self.clock().now());
        Ok(self.store().snapshot(&act)?.user(name)?)
    }

    pub(crate) fn caller_for(&self, user: UserRow, grounds: Grounds) -> Result<Caller, NodeError> {
        let defaults = self.itself();
        let principal = Principal::person(user.name, user.roles.iter().map(String::as_str)).map_err(NodeError::internal)?;
        Ok(Caller {
            principal,
            is_stated: grounds.purpose.is_some(),
            purpose: grounds.purpose.unwrap_or(defaults.purpose),
            legal_basis: grounds.legal_basis.unwrap_or(defaults.legal_basis),
            case: grounds.case,
        })
    }

    /// Opens a session for somebody who proved who they are. Its token is shown once and never stored.
    pub(crate) fn open_session(
        &self,
        tx: &mut dyn Transaction,
        name: &UserName,
        proof: SignInProof,
    ) -> Result<String, NodeError> {
        let now = self.clock().now();
        let token = people::new_token()?;
        tx.erase_expired_sessions(now, now.checked_sub(IDLE).map_err(NodeError::internal)?)?;
        tx.put_session(&SessionRow {
            token_hash: people::token_hash(&token),
            user: name.clone(),
            proof,
            opened_at: now,
            used_at: now,
            expires_at: now.checked_add(LASTS).map_err(NodeError::internal)?,
        })?;
        Ok(token)
    }

    /// Says for what a session works. Its acts for that case carry it from then on, and nobody is asked again.
    ///
    /// # Errors
    /// When the purpose is unknown, or the caller has no session (the operator's acts have the node's default).
    pub fn state_purpose(&self, caller: &Caller, token: &str, request: &PurposeRequest) -> Result<PurposeView, NodeError> {
        let vocabulary = Vocabulary::load().map_err(NodeError::internal)?;
        if !vocabulary.knows_purpose(request.purpose.as_str()) {
            let known: Vec<&str> = vocabulary.purposes().map(|(code, _)| code).collect();
            return Err(NodeError::Invalid(format!(
                "unknown purpose {:?}; known are {}",
                request.purpose.as_str(),
                known.join(", ")
            )));
        }
        let session = self.person_of_token(token)?.session;
        let session =
            session.ok_or_else(|| NodeError::Invalid("the operator has no session; name the purpose per request".into()))?;
        let stated = SessionPurposeRow {
            token_hash: session.token_hash,
            case: request.case.clone(),
            purpose: request.purpose.clone(),
            legal_basis: request.legal_basis.clone(),
            stated_at: self.clock().now(),
        };
        // The entry itself carries the purpose, the law and the case that were stated.
        let caller = Caller {
            purpose: stated.purpose.clone(),
            legal_basis: stated.legal_basis.clone(),
            case: stated.case.clone(),
            ..caller.clone()
        };
        self.write(&caller, Action::StatePurpose, |tx| {
            tx.put_session_purpose(&stated)?;
            Ok((purpose_view(stated), Noted::about(vec!["session:own".into()])))
        })
    }

    /// The caller's own sessions.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_sessions(&self, caller: &Caller, token: &str) -> Result<Vec<SessionView>, NodeError> {
        let now = self.clock().now();
        let this = people::token_hash(token);
        let sessions = self.read(caller, Action::ManageOwnAccess, |tx| Ok(tx.sessions_of(own_name(caller)?)?))?;
        Ok(sessions.into_iter().filter(|row| is_live(row, now)).map(|row| session_view(row, &this)).collect())
    }

    /// Ends one of the caller's own sessions.
    ///
    /// # Errors
    /// When the caller has no such session.
    pub fn end_session(&self, caller: &Caller, id: &str) -> Result<(), NodeError> {
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let own = tx.sessions_of(own_name(caller)?)?.into_iter().find(|row| session_id(row) == id);
            let own = own.ok_or_else(|| NodeError::NotFound(format!("a session {id} of this account")))?;
            tx.end_session(&own.token_hash)?;
            Ok(((), Noted::about(vec![format!("session:{id}")]).with_detail(serde_json::json!({ "ended": true }))))
        })
    }

    /// Ends the session that asks.
    ///
    /// # Errors
    /// When the registry fails.
    pub fn sign_out(&self, caller: &Caller, token: &str) -> Result<(), NodeError> {
        self.write(caller, Action::SignIn, |tx| {
            tx.end_session(&people::token_hash(token))?;
            Ok(((), Noted::about(vec!["session:own".into()]).with_detail(serde_json::json!({ "ended": true }))))
        })
    }
}

/// The person's account name.
pub(crate) fn own_name(caller: &Caller) -> Result<&UserName, NodeError> {
    caller.person().ok_or(NodeError::NotSignedIn("only people have accounts"))
}

fn live_session(tx: &dyn Transaction, token: &str, now: Timestamp) -> Result<SessionRow, NodeError> {
    let session = tx.session(&people::token_hash(token))?.filter(|session| is_live(session, now));
    session.ok_or(NodeError::NotSignedIn("the session is over"))
}

fn is_live(session: &SessionRow, now: Timestamp) -> bool {
    session.expires_at > now && now.duration_since(session.used_at) < IDLE
}

fn session_id(row: &SessionRow) -> String {
    hex::encode(&row.token_hash[..8])
}

fn session_view(row: SessionRow, this: &[u8; 32]) -> SessionView {
    SessionView {
        id: session_id(&row),
        is_this: row.token_hash == *this,
        proof: row.proof,
        opened_at: crate::findings::seconds(row.opened_at),
        used_at: crate::findings::seconds(row.used_at),
        expires_at: crate::findings::seconds(row.expires_at),
    }
}

fn purpose_view(row: SessionPurposeRow) -> PurposeView {
    PurposeView {
        purpose: row.purpose.to_string(),
        legal_basis: row.legal_basis.to_string(),
        case: row.case.map(|case| case.to_string()),
        stated_at: crate::findings::seconds(row.stated_at),
    }
}
