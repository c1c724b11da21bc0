//! Second factors, recovery codes, passkeys, subjects and challenges.

use oikos_model::{Timestamp, UserName};
use oikos_registry::{ChallengeRow, Credentials, PasskeyRow, SecondFactorRow, StoreError, SubjectRow};

use crate::columns::{Columns, count, json, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const PASSKEY: &str = "credential, account, name, public_key, sign_count, registered_at, used_at";
const SUBJECT: &str = "issuer, subject, account, bound_by, bound_at";

impl Credentials for PostgresTransaction<'_> {
    fn put_second_factor(&mut self, factor: &SecondFactorRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO second_factor (account, secret, confirmed, last_step, enrolled_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, confirmed = excluded.confirmed, \
                   last_step = excluded.last_step, enrolled_at = excluded.enrolled_at";
        let row = params![
            factor.user.as_str(),
            factor.secret,
            factor.confirmed,
            factor.last_step.map(count).transpose()?,
            microseconds(factor.enrolled_at),
        ];
        self.execute("putting a second factor", sql, row).map(drop)
    }

    fn second_factor(&self, user: &UserName) -> Result<Option<SecondFactorRow>, StoreError> {
        let sql = "SELECT secret, confirmed, last_step, enrolled_at FROM second_factor WHERE account = $1";
        self.read_one("second_factor", sql, params![user.as_str()], |columns| {
            Ok(SecondFactorRow {
                user: user.clone(),
                secret: columns.value(0)?,
                confirmed: columns.flag(1)?,
                last_step: columns.optional::<i64>(2)?.map(|_| columns.number(2)).transpose()?,
                enrolled_at: columns.timestamp(3)?,
            })
        })
    }

    fn remove_second_factor(&mut self, user: &UserName) -> Result<bool, StoreError> {
        self.execute("removing recovery codes", "DELETE FROM recovery_code WHERE account = $1", params![user.as_str()])?;
        let sql = "DELETE FROM second_factor WHERE account = $1";
        Ok(self.execute("removing a second factor", sql, params![user.as_str()])? > 0)
    }

    fn replace_recovery_codes(&mut self, user: &UserName, hashes: &[[u8; 32]]) -> Result<(), StoreError> {
        self.execute("removing recovery codes", "DELETE FROM recovery_code WHERE account = $1", params![user.as_str()])?;
        let sql = "INSERT INTO recovery_code (account, code_hash) VALUES ($1, $2)";
        hashes.iter().try_for_each(|hash| self.execute("putting a recovery code", sql, params![user.as_str(), hash]).map(drop))
    }

    fn use_recovery_code(&mut self, user: &UserName, hash: &[u8; 32]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM recovery_code WHERE account = $1 AND code_hash = $2";
        Ok(self.execute("using a recovery code", sql, params![user.as_str(), hash])? > 0)
    }

    fn recovery_codes_left(&self, user: &UserName) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM recovery_code WHERE account = $1";
        Ok(self.read_number("recovery_code", sql, params![user.as_str()])?.unsigned_abs())
    }

    fn put_passkey(&mut self, passkey: &PasskeyRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO passkey ({PASSKEY}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential) DO UPDATE SET \
             name = excluded.name, public_key = excluded.public_key, sign_count = excluded.sign_count, \
             used_at = excluded.used_at WHERE passkey.account = excluded.account"
        );
        let row = params![
            passkey.credential,
            passkey.user.as_str(),
            passkey.name,
            passkey.public_key,
            i64::from(passkey.sign_count),
            microseconds(passkey.registered_at),
            passkey.used_at.map(microseconds),
        ];
        match self.execute("putting a passkey", &sql, row)? {
            0 => Err(StoreError::Conflict("this passkey belongs to another account".to_owned())),
            _ => Ok(()),
        }
    }

    fn passkey(&self, credential: &[u8]) -> Result<Option<PasskeyRow>, StoreError> {
        self.read_one(
            "passkey",
            &format!("SELECT {PASSKEY} FROM passkey WHERE credential = $1"),
            params![credential],
            read_passkey,
        )
    }

    fn passkeys_of(&self, user: &UserName) -> Result<Vec<PasskeyRow>, StoreError> {
        let sql = format!("SELECT {PASSKEY} FROM passkey WHERE account = $1 ORDER BY registered_at, credential");
        self.read_all("passkey", &sql, params![user.as_str()], read_passkey)
    }

    fn remove_passkey(&mut self, user: &UserName, credential: &[u8]) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkey WHERE account = $1 AND credential = $2";
        Ok(self.execute("removing a passkey", sql, params![user.as_str(), credential])? > 0)
    }

    fn put_challenge(&mut self, challenge: &ChallengeRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO challenge (id, kind, account, content, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let row = params![
            challenge.id,
            challenge.kind,
            challenge.user.as_ref().map(UserName::as_str),
            json(&challenge.content)?,
            microseconds(challenge.expires_at),
        ];
        self.execute("opening a challenge", sql, row).map(drop)
    }

    fn take_challenge(&mut self, id: &[u8; 32]) -> Result<Option<ChallengeRow>, StoreError> {
        let sql = "SELECT kind, account, content, expires_at FROM challenge WHERE id = $1";
        let found = self.read_one("challenge", sql, params![id], |columns| {
            Ok(ChallengeRow {
                id: *id,
                kind: columns.value(0)?,
                user: columns.optional::<String>(1)?.map(|_| columns.identifier(1)).transpose()?,
                content: columns.json(2)?,
                expires_at: columns.timestamp(3)?,
            })
        })?;
        self.execute("taking a challenge", "DELETE FROM challenge WHERE id = $1", params![id])?;
        Ok(found)
    }

    fn erase_challenges(&mut self, now: Timestamp, keep: usize) -> Result<usize, StoreError> {
        let sql = "DELETE FROM challenge WHERE expires_at <= $1 OR id NOT IN \
                   (SELECT id FROM challenge ORDER BY expires_at DESC, id LIMIT $2)";
        self.execute("erasing challenges", sql, params![microseconds(now), count(keep as u64)?])
    }

    fn bind_subject(&mut self, subject: &SubjectRow) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO subject ({SUBJECT}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
        let (user, by) = (subject.user.as_str(), subject.bound_by.as_str());
        let row = params![subject.issuer, subject.subject, user, by, microseconds(subject.bound_at)];
        match self.execute("binding a subject", &sql, row)? {
            0 => Err(StoreError::Conflict(format!(
                "the account {user} or the subject is bound already; remove that binding first"
            ))),
            _ => Ok(()),
        }
    }

    fn subject(&self, issuer: &str, subject: &str) -> Result<Option<SubjectRow>, StoreError> {
        let sql = format!("SELECT {SUBJECT} FROM subject WHERE issuer = $1 AND subject = $2");
        self.read_one("subject", &sql, params![issuer, subject], read_subject)
    }

    fn subject_of(&self, user: &UserName) -> Result<Option<SubjectRow>, StoreError> {
        let sql = format!("SELECT {SUBJECT} FROM subject WHERE account = $1");
        self.read_one("subject", &sql, params![user.as_str()], read_subject)
    }

    fn unbind_subject(&mut self, user: &UserName) -> Result<bool, StoreError> {
        Ok(self.execute("removing a binding", "DELETE FROM subject WHERE account = $1", params![user.as_str()])? > 0)
    }
}

fn read_passkey(columns: &Columns<'_>) -> Result<PasskeyRow, StoreError> {
    Ok(PasskeyRow {
        credential: columns.value(0)?,
        user: columns.identifier(1)?,
        name: columns.value(2)?,
        public_key: columns.value(3)?,
        sign_count: columns.number(4)?,
        registered_at: columns.timestamp(5)?,
        used_at: columns.optional_timestamp(6)?,
    })
}

fn read_subject(columns: &Columns<'_>) -> Result<SubjectRow, StoreError> {
    Ok(SubjectRow {
        issuer: columns.value(0)?,
        subject: columns.value(1)?,
        user: columns.identifier(2)?,
        bound_by: columns.identifier(3)?,
        bound_at: columns.timestamp(4)?,
    })
}
