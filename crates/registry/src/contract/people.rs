//! Accounts, sessions, what people prove themselves with, and what waits for a second person.

use oikos_model::{Act, Actor, UserName};

use super::sample::{act, at, hash, node};
use crate::{
    ApprovalRow, ApprovalState, AttemptsRow, ChallengeRow, PasskeyRow, SecondFactorRow, SessionPurposeRow, SessionRow,
    SignInProof, StoreError, SubjectRow, Transaction, UserRow,
};

fn name(text: &str) -> UserName {
    text.parse().unwrap()
}

fn user(name: &str, disabled: bool) -> UserRow {
    UserRow {
        name: name.parse().unwrap(),
        display_name: "Anna Ö".to_owned(),
        roles: vec!["analyst".to_owned(), "dpo".to_owned()],
        password_hash: (!disabled).then(|| "$argon2id$".to_owned()),
        disabled,
    }
}

fn session(token: &str, user: &str, opened: i64) -> SessionRow {
    SessionRow {
        token_hash: hash(token).0,
        user: name(user),
        proof: SignInProof::Passkey,
        opened_at: at(opened),
        used_at: at(opened),
        expires_at: at(opened + 100),
    }
}

/// Accounts are replaced by name and come by name.
pub fn accounts_come_back<T: Transaction + ?Sized>(transaction: &mut T) {
    for user in [user("berta", false), user("anna", false), user("berta", true)] {
        transaction.put_user(&user).unwrap();
    }
    assert_eq!(transaction.users().unwrap(), [user("anna", false), user("berta", true)]);
    assert_eq!(transaction.user(&name("berta")).unwrap(), Some(user("berta", true)));
    assert_eq!(transaction.user(&name("carl")).unwrap(), None);
}

/// A session ends when it is ended, expires, or is not used; its purposes end with it.
pub fn sessions_end<T: Transaction + ?Sized>(transaction: &mut T) {
    transaction.put_user(&user("anna", false)).unwrap();
    transaction.put_user(&user("berta", false)).unwrap();
    for session in [session("one", "anna", 10), session("two", "anna", 20), session("three", "berta", 30)] {
        transaction.put_session(&session).unwrap();
    }
    assert_eq!(transaction.session(&hash("one").0).unwrap(), Some(session("one", "anna", 10)));
    assert_eq!(transaction.sessions_of(&name("anna")).unwrap(), [session("two", "anna", 20), session("one", "anna", 10)]);
    transaction.touch_session(&hash("one").0, at(60)).unwrap();
    transaction.touch_session(&hash("one").0, at(50)).unwrap();
    assert_eq!(transaction.session(&hash("one").0).unwrap(), Some(SessionRow { used_at: at(60), ..session("one", "anna", 10) }));
    assert_eq!(transaction.erase_expired_sessions(at(100), at(20)).unwrap(), 1, "two was not used");
    assert_eq!(transaction.erase_expired_sessions(at(110), at(20)).unwrap(), 1, "one has expired");
    assert_eq!(transaction.sessions_of(&name("anna")).unwrap(), []);
    transaction.put_session(&session("four", "berta", 40)).unwrap();
    transaction.put_session(&session("five", "berta", 50)).unwrap();
    assert_eq!(transaction.end_sessions_of(&name("berta"), Some(&hash("four").0)).unwrap(), 2);
    assert_eq!(transaction.sessions_of(&name("berta")).unwrap(), [session("four", "berta", 40)]);
    transaction.end_session(&hash("four").0).unwrap();
    assert_eq!(transaction.session(&hash("four").0).unwrap(), None);
    transaction.put_session(&session("six", "berta", 60)).unwrap();
    assert_eq!(transaction.end_sessions_of(&name("berta"), None).unwrap(), 1);
}

/// What a session states holds for one case, and ends with the session.
pub fn purposes_are_stated_per_case<T: Transaction + ?Sized>(transaction: &mut T) {
    transaction.put_user(&user("anna", false)).unwrap();
    transaction.put_session(&session("one", "anna", 10)).unwrap();
    let stated = |case: Option<&str>, purpose: &str| SessionPurposeRow {
        token_hash: hash("one").0,
        case: case.map(|case| case.parse().unwrap()),
        purpose: purpose.parse().unwrap(),
        legal_basis: "a law".parse().unwrap(),
        stated_at: at(11),
    };
    for row in [stated(None, "oversight"), stated(Some("case-7"), "crime-prevention"), stated(None, "maritime-safety")] {
        transaction.put_session_purpose(&row).unwrap();
    }
    let case = "case-7".parse().unwrap();
    assert_eq!(transaction.session_purpose(&hash("one").0, None).unwrap(), Some(stated(None, "maritime-safety")));
    assert_eq!(
        transaction.session_purpose(&hash("one").0, Some(&case)).unwrap(),
        Some(stated(Some("case-7"), "crime-prevention"))
    );
    assert_eq!(transaction.session_purpose(&hash("one").0, Some(&"case-8".parse().unwrap())).unwrap(), None);
    assert_eq!(transaction.session_purpose(&hash("two").0, None).unwrap(), None);
    transaction.end_session(&hash("one").0).unwrap();
    assert_eq!(transaction.session_purpose(&hash("one").0, None).unwrap(), None);
}

/// A second factor is replaced by person; a recovery code counts once.
pub fn second_factors_come_back_and_recovery_codes_count_once<T: Transaction + ?Sized>(transaction: &mut T) {
    let anna = name("anna");
    transaction.put_user(&user("anna", false)).unwrap();
    let factor = |confirmed, last_step| SecondFactorRow {
        user: name("anna"),
        secret: vec![7; 20],
        confirmed,
        last_step,
        enrolled_at: at(1),
    };
    transaction.put_second_factor(&factor(false, None)).unwrap();
    assert_eq!(transaction.second_factor(&anna).unwrap(), Some(factor(false, None)));
    transaction.put_second_factor(&factor(true, Some(59_000_000))).unwrap();
    assert_eq!(transaction.second_factor(&anna).unwrap(), Some(factor(true, Some(59_000_000))));
    transaction.replace_recovery_codes(&anna, &[hash("old").0]).unwrap();
    transaction.replace_recovery_codes(&anna, &[hash("a").0, hash("b").0]).unwrap();
    assert!(!transaction.use_recovery_code(&anna, &hash("old").0).unwrap());
    assert!(!transaction.use_recovery_code(&name("berta"), &hash("a").0).unwrap());
    assert!(transaction.use_recovery_code(&anna, &hash("a").0).unwrap());
    assert!(!transaction.use_recovery_code(&anna, &hash("a").0).unwrap());
    assert_eq!(transaction.recovery_codes_left(&anna).unwrap(), 1);
    assert!(transaction.remove_second_factor(&anna).unwrap());
    assert!(!transaction.remove_second_factor(&anna).unwrap());
    assert_eq!((transaction.second_factor(&anna).unwrap(), transaction.recovery_codes_left(&anna).unwrap()), (None, 0));
}

/// A passkey stays with its owner.
pub fn a_passkey_has_one_owner<T: Transaction + ?Sized>(transaction: &mut T) {
    transaction.put_user(&user("anna", false)).unwrap();
    transaction.put_user(&user("berta", false)).unwrap();
    let passkey = |user: &str, sign_count| PasskeyRow {
        credential: vec![1, 2, 3],
        user: name(user),
        name: "the blue one".to_owned(),
        public_key: vec![4; 77],
        sign_count,
        registered_at: at(1),
        used_at: (sign_count > 0).then(|| at(2)),
    };
    transaction.put_passkey(&passkey("anna", 0)).unwrap();
    transaction.put_passkey(&passkey("anna", u32::MAX)).unwrap();
    assert!(matches!(transaction.put_passkey(&passkey("berta", 9)), Err(StoreError::Conflict(_))));
    assert_eq!(transaction.passkey(&[1, 2, 3]).unwrap(), Some(passkey("anna", u32::MAX)));
    assert_eq!(transaction.passkeys_of(&name("anna")).unwrap(), [passkey("anna", u32::MAX)]);
    assert!(!transaction.remove_passkey(&name("berta"), &[1, 2, 3]).unwrap());
    assert!(transaction.remove_passkey(&name("anna"), &[1, 2, 3]).unwrap());
    assert_eq!(transaction.passkey(&[1, 2, 3]).unwrap(), None);
}

/// A challenge is taken once; the oldest go when there are too many.
pub fn a_challenge_is_taken_once<T: Transaction + ?Sized>(transaction: &mut T) {
    let challenge = |id: &str, user: Option<&str>, expires| ChallengeRow {
        id: hash(id).0,
        kind: "passkey".to_owned(),
        user: user.map(name),
        content: serde_json::json!({ "nonce": id }),
        expires_at: at(expires),
    };
    for (id, expires) in [("a", 10), ("b", 20), ("c", 30), ("d", 40)] {
        transaction.put_challenge(&challenge(id, Some("anna"), expires)).unwrap();
    }
    assert_eq!(transaction.take_challenge(&hash("d").0).unwrap(), Some(challenge("d", Some("anna"), 40)));
    assert_eq!(transaction.take_challenge(&hash("d").0).unwrap(), None);
    assert_eq!(transaction.erase_challenges(at(10), 1).unwrap(), 2);
    assert_eq!(transaction.take_challenge(&hash("b").0).unwrap(), None);
    assert_eq!(transaction.take_challenge(&hash("c").0).unwrap(), Some(challenge("c", Some("anna"), 30)));
}

/// One subject, one account, and the other way round.
pub fn a_subject_is_bound_once<T: Transaction + ?Sized>(transaction: &mut T) {
    transaction.put_user(&user("anna", false)).unwrap();
    transaction.put_user(&user("berta", false)).unwrap();
    let subject = |subject: &str, user: &str| SubjectRow {
        issuer: "https://id.test".to_owned(),
        subject: subject.to_owned(),
        user: name(user),
        bound_by: name("carl"),
        bound_at: at(1),
    };
    transaction.bind_subject(&subject("s-1", "anna")).unwrap();
    for other in [subject("s-1", "berta"), subject("s-2", "anna"), subject("s-1", "anna")] {
        assert!(matches!(transaction.bind_subject(&other), Err(StoreError::Conflict(_))));
    }
    assert_eq!(transaction.subject("https://id.test", "s-1").unwrap(), Some(subject("s-1", "anna")));
    assert_eq!(transaction.subject("https://other.test", "s-1").unwrap(), None);
    assert_eq!(transaction.subject_of(&name("anna")).unwrap(), Some(subject("s-1", "anna")));
    assert!(transaction.unbind_subject(&name("anna")).unwrap());
    assert!(!transaction.unbind_subject(&name("anna")).unwrap());
    transaction.bind_subject(&subject("s-1", "berta")).unwrap();
}

/// Failures are kept by source. A flood of invented names does not wash those of an account away.
pub fn failed_sign_ins_are_kept_and_bounded<T: Transaction + ?Sized>(transaction: &mut T) {
    transaction.put_user(&user("anna", false)).unwrap();
    let attempts = |source: &str, second| AttemptsRow {
        source: source.to_owned(),
        failures: 5,
        last_failure_at: at(second),
        delays: 2,
        delayed_until: Some(at(second + 60)),
        unheard: 3,
    };
    for (source, second) in [("account:anna", 1), ("account:nobody", 2), ("address:192.0.2.1", 3), ("address:192.0.2.2", 4)] {
        transaction.put_attempts(&attempts(source, second)).unwrap();
    }
    let changed = AttemptsRow { delayed_until: None, unheard: 0, ..attempts("account:anna", 1) };
    transaction.put_attempts(&changed).unwrap();
    assert_eq!(transaction.attempts("account:anna").unwrap(), Some(changed.clone()));
    assert_eq!(transaction.erase_attempts(at(0), 1).unwrap(), 2);
    assert_eq!(transaction.attempts("account:anna").unwrap(), Some(changed));
    assert_eq!(transaction.attempts("account:nobody").unwrap(), None);
    assert_eq!(transaction.attempts("address:192.0.2.2").unwrap(), Some(attempts("address:192.0.2.2", 4)));
    assert_eq!(transaction.erase_attempts(at(2), 9).unwrap(), 1);
    assert!(transaction.forget_attempts("address:192.0.2.2").unwrap());
    assert!(!transaction.forget_attempts("address:192.0.2.2").unwrap());
}

/// Approvals come back newest first, by state.
pub fn approvals_come_back<T: Transaction + ?Sized>(transaction: &mut T) {
    let approval = |id: &str, second, state| ApprovalRow {
        id: id.to_owned(),
        act: Act { actor: Actor::Person(name("anna")), at: at(second), ..act() },
        subject: None,
        partner: node("at.test"),
        subjects: vec!["finding:fi.test/00".to_owned()],
        request: serde_json::json!({ "partner": "at.test" }),
        preview: if state == ApprovalState::Pending { serde_json::json!({ "leaves": [] }) } else { serde_json::Value::Null },
        content_hash: hash(id),
        expires_at: at(second + 100),
        state,
        decided_by: (state != ApprovalState::Pending).then(|| name("berta")),
        decided_at: None,
        reason: None,
        parcel: None,
    };
    transaction.put_approval(&approval("a", 1, ApprovalState::Pending)).unwrap();
    transaction.put_approval(&approval("b", 2, ApprovalState::Pending)).unwrap();
    transaction.put_approval(&approval("a", 1, ApprovalState::Declined)).unwrap();
    assert_eq!(transaction.approval("a").unwrap(), Some(approval("a", 1, ApprovalState::Declined)));
    assert_eq!(transaction.approval("c").unwrap(), None);
    let (a, b) = (approval("a", 1, ApprovalState::Declined), approval("b", 2, ApprovalState::Pending));
    assert_eq!(transaction.approvals(None).unwrap(), [b.clone(), a]);
    assert_eq!(transaction.approvals(Some(ApprovalState::Pending)).unwrap(), [b]);
}
