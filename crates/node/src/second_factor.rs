//! The second factor by time (TOTP, RFC 6238) and recovery codes.
//!
//! SHA-1 is what authenticator apps understand; HMAC does not rest on the collision resistance it has lost.

use oikos_model::{Action, Timestamp};
use oikos_registry::{SecondFactorRow, SessionRow, SignInProof, Transaction};
use serde::Serialize;
use sha2::{Digest, Sha256};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::attempts::Sources;
use crate::sessions::{SignedInPerson, own_name};
use crate::{Caller, Node, NodeError, Noted};

/// Bytes of a secret: as many as HMAC-SHA-1 gives back (RFC 4226 section 4).
const SECRET_BYTES: usize = 20;
const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
/// A code of the step before or after counts too: clocks differ.
const SKEW_STEPS: u16 = 1;
const RECOVERY_CODES: usize = 10;
const RECOVERY_CODE_BYTES: usize = 10;
const CODE_BYTES_MAXIMUM: usize = 64;

/// A secret for an authenticator app, shown once.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EnrolmentView {
    /// What the app takes, usually as a QR code.
    pub uri: String,
    /// The secret alone, in base 32, for typing.
    pub secret: String,
}

/// Recovery codes, shown once. Each signs in once in place of a code.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub recovery_codes: Vec<String>,
}

fn totp(secret: &[u8]) -> Totp {
    let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(DIGITS).with_step_duration(STEP_SECONDS);
    builder.with_skew(SKEW_STEPS).with_secret(Secret::from(secret)).build_noncompliant()
}

/// The time step whose code this is. Codes of `last_step` and before count no more.
fn step_of(factor: &SecondFactorRow, code: &str, now: Timestamp) -> Option<u64> {
    let seconds = u64::try_from(now.as_second()).ok()?;
    let is_code = code.len() == usize::from(DIGITS) && code.bytes().all(|digit| digit.is_ascii_digit());
    let step = is_code.then(|| totp(&factor.secret).check(code, seconds)).flatten()?;
    (factor.last_step.is_none_or(|last| step > last)).then_some(step)
}

/// Uses up a code by time or a recovery code, and says which it was; `None`: it is neither, or was used before.
pub(crate) fn use_code(
    tx: &mut dyn Transaction,
    factor: SecondFactorRow,
    code: &str,
    now: Timestamp,
) -> Result<Option<SignInProof>, NodeError> {
    let code: String = code.chars().take(CODE_BYTES_MAXIMUM).filter(|letter| !letter.is_whitespace()).collect();
    if let Some(step) = step_of(&factor, &code, now) {
        tx.put_second_factor(&SecondFactorRow { last_step: Some(step), ..factor })?;
        return Ok(Some(SignInProof::PasswordAndCode));
    }
    let used = tx.use_recovery_code(&factor.user, &recovery_code_hash(&code))?;
    Ok(used.then_some(SignInProof::PasswordAndRecoveryCode))
}

/// A recovery code has 80 random bits, so a plain hash hides it well enough.
fn recovery_code_hash(code: &str) -> [u8; 32] {
    let letters: String = code.chars().filter(|letter| *letter != '-').map(|letter| letter.to_ascii_uppercase()).collect();
    Sha256::digest(letters.as_bytes()).into()
}

fn new_recovery_code() -> Result<String, NodeError> {
    let mut bytes = [0u8; RECOVERY_CODE_BYTES];
    getrandom::fill(&mut bytes).map_err(NodeError::internal)?;
    let letters: Vec<char> = Secret::from(bytes.as_slice()).to_base32().chars().collect();
    Ok(letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

impl Node {
    /// Makes a secret for the caller's authenticator app. It counts once a first code [confirmed](Self::confirm_second_factor) it.
    ///
    /// # Errors
    /// When the account has a second factor already: an administrator resets it first.
    pub fn enrol_second_factor(&self, caller: &Caller, token: &str) -> Result<EnrolmentView, NodeError> {
        let person = self.person_of_token(token)?;
        let mut secret = [0u8; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(NodeError::internal)?;
        self.write(caller, Action::ManageOwnAccess, |tx| {
            let session = check_may_enrol(tx, &person)?;
            if tx.second_factor(&session.user)?.is_some_and(|factor| factor.confirmed) {
                return Err(NodeError::Conflict("this account has a second factor; an administrator can reset it".into()));
            }
            tx.put_second_factor(&SecondFactorRow {
                user: session.user.clone(),
                secret: secret.to_vec(),
                confirmed: false,
                last_step: None,
                enrolled_at: self.clock().now(),
            })?;
            let secret = Secret::from(secret.as_slice()).to_base32();
            // Node ids and account names have no character that a URI must escape.
            let uri = format!(
                "otpauth://totp/{node}:{user}?secret={secret}&issuer={node}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
                node = self.id(),
                user = session.user
            );
            let noted = Noted::about(vec![format!("user:{}", session.user)]);
            Ok((EnrolmentView { uri, secret }, noted.with_detail(serde_json::json!({ "second_factor": "begun" }))))
        })
    }

    /// Takes the first code, which proves that the caller's device holds the secret. The session counts as one with a second factor from
    /// then on; the person's other sessions end. Gives recovery codes.
    ///
    /// # Errors
    /// When nothing was begun, or the code is wrong (which counts as a failed sign-in).
    pub fn confirm_second_factor(&self, caller: &Caller, token: &str, code: &str) -> Result<RecoveryCodes, NodeError> {
        let _turn = self.sign_in_turn();
        let person = self.person_of_token(token)?;
        let sources = Sources::of(own_name(caller)?, None);
        self.hear(&sources)?;
        let recovery_codes = (0..RECOVERY_CODES).map(|_| new_recovery_code()).collect::<Result<Vec<_>, _>>()?;
        let confirmed = self.write(caller, Action::ManageOwnAccess, |tx| {
            let session = check_may_enrol(tx, &person)?;
            let begun = tx.second_factor(&session.user)?.filter(|factor| !factor.confirmed);
            let begun = begun.ok_or_else(|| NodeError::Conflict("begin with a new secret first".into()))?;
            let step = step_of(&begun, code.trim(), self.clock().now()).ok_or(NodeError::NotSignedIn("the code is wrong"))?;
            tx.put_second_factor(&SecondFactorRow { confirmed: true, last_step: Some(step), ..begun })?;
            let hashes: Vec<_> = recovery_codes.iter().map(|code| recovery_code_hash(code)).collect();
            tx.replace_recovery_codes(&session.user, &hashes)?;
            strengthen(tx, session, SignInProof::PasswordAndCode)?;
            let noted = Noted::about(vec![format!("user:{}", session.user)]);
            Ok(((), noted.with_detail(serde_json::json!({ "second_factor": "enrolled", "recovery_codes": RECOVERY_CODES }))))
        });
        match confirmed {
            Err(NodeError::NotSignedIn(reason)) => {
                self.count_failure(own_name(caller)?, &sources, reason)?;
                Err(NodeError::Invalid("the code is wrong; check the device's clock".into()))
            }
            other => other.map(|()| RecoveryCodes { recovery_codes }),
        }
    }
}

/// The session of somebody who may enrol: whoever showed no second factor may add one only where there is none.
pub(crate) fn check_may_enrol<'a>(tx: &dyn Transaction, person: &'a SignedInPerson) -> Result<&'a SessionRow, NodeError> {
    let session = person.session.as_ref();
    let session = session.ok_or_else(|| NodeError::Invalid("the operator signs in by the folder; sign in as a person".into()))?;
    let has_one =
        tx.second_factor(&session.user)?.is_some_and(|factor| factor.confirmed) || !tx.passkeys_of(&session.user)?.is_empty();
    if has_one && !session.proof.has_second_factor() {
        return Err(NodeError::NotSignedIn("sign in with the second factor that the account has"));
    }
    Ok(session)
}

/// Ends a person's other sessions, and counts this one as opened with the factor that was just shown.
pub(crate) fn strengthen(tx: &mut dyn Transaction, session: &SessionRow, proof: SignInProof) -> Result<(), NodeError> {
    tx.end_sessions_of(&session.user, Some(&session.token_hash))?;
    if !session.proof.has_second_factor() {
        tx.end_session(&session.token_hash)?;
        tx.put_session(&SessionRow { proof, ..session.clone() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B, SHA-1: the time and the code's eight digits.
    const VECTORS: [(u64, &str); 6] = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];

    fn factor(last_step: Option<u64>) -> SecondFactorRow {
        SecondFactorRow {
            user: "anna".parse().unwrap(),
            secret: b"12345678901234567890".to_vec(),
            confirmed: true,
            last_step,
            enrolled_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_second(i64::try_from(seconds).unwrap()).unwrap()
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (seconds, eight) in VECTORS {
            let six = &eight[2..];
            assert_eq!(step_of(&factor(None), six, at(seconds)), Some(seconds / STEP_SECONDS), "{seconds}");
            let long =
                Builder::new().with_algorithm(Algorithm::SHA1).with_digits(8).with_secret(b"12345678901234567890".as_slice());
            assert_eq!(long.build_noncompliant().generate(seconds).to_string(), eight);
        }
    }

    #[test]
    fn a_code_counts_one_step_early_or_late_and_never_again() {
        let (code, step) = ("081804", 1_111_111_109 / STEP_SECONDS);
        let moment = |steps: i64| at((step * STEP_SECONDS).checked_add_signed(steps * 30).unwrap());
        let accepted: Vec<i64> = (-3..=3).filter(|steps| step_of(&factor(None), code, moment(*steps)).is_some()).collect();
        assert_eq!(accepted, [-1, 0, 1]);
        assert_eq!(step_of(&factor(Some(step - 1)), code, moment(0)), Some(step));
        assert_eq!(step_of(&factor(Some(step)), code, moment(0)), None, "used");
        assert_eq!(step_of(&factor(Some(step + 1)), code, moment(0)), None, "older than one that was used");
    }

    #[test]
    fn only_six_digits_are_a_code() {
        for wrong in ["", "81804", "0081804", "08180a", "０８１８０４", "081 804", "-81804"] {
            assert_eq!(step_of(&factor(None), wrong, at(1_111_111_109)), None, "{wrong:?}");
        }
    }

    #[test]
    fn recovery_codes_are_long_and_read_however_they_are_typed() {
        let code = new_recovery_code().unwrap();
        assert_eq!(code.len(), 19, "{code}");
        assert_ne!(code, new_recovery_code().unwrap());
        assert_eq!(recovery_code_hash(&code), recovery_code_hash(&code.to_lowercase().replace('-', "")));
    }
}
