//! Accounts and sessions.

use oikos_model::{CaseId, Timestamp, UserName};
use oikos_registry::{People, SessionPurposeRow, SessionRow, StoreError, UserRow};

use crate::columns::{Columns, code, json, microseconds};
use crate::transaction::PostgresTransaction;
use crate::values::params;

const ACCOUNT: &str = "name, display_name, roles, password_hash, disabled";
const SESSION: &str = "token_hash, account, proof, opened_at, used_at, expires_at";

impl People for PostgresTransaction<'_> {
    fn put_user(&mut self, user: &UserRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO account ({ACCOUNT}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET \
             display_name = excluded.display_name, roles = excluded.roles, password_hash = excluded.password_hash, \
             disabled = excluded.disabled"
        );
        let row = params![user.name.as_str(), user.display_name, json(&user.roles)?, user.password_hash, user.disabled];
        self.execute("putting an account", &sql, row).map(drop)
    }

    fn user(&self, name: &UserName) -> Result<Option<UserRow>, StoreError> {
        self.read_one("account", &format!("SELECT {ACCOUNT} FROM account WHERE name = $1"), params![name.as_str()], read_user)
    }

    fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.read_all("account", &format!("SELECT {ACCOUNT} FROM account ORDER BY name"), params![], read_user)
    }

    fn put_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO session ({SESSION}) VALUES ($1, $2, $3, $4, $5, $6)");
        let row = params![
            session.token_hash,
            session.user.as_str(),
            code(&session.proof)?,
            microseconds(session.opened_at),
            microseconds(session.used_at),
            microseconds(session.expires_at),
        ];
        self.execute("opening a session", &sql, row).map(drop)
    }

    fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        self.read_one(
            "session",
            &format!("SELECT {SESSION} FROM session WHERE token_hash = $1"),
            params![token_hash],
            read_session,
        )
    }

    fn sessions_of(&self, user: &UserName) -> Result<Vec<SessionRow>, StoreError> {
        let sql = format!("SELECT {SESSION} FROM session WHERE account = $1 ORDER BY opened_at DESC, token_hash");
        self.read_all("session", &sql, params![user.as_str()], read_session)
    }

    fn touch_session(&mut self, token_hash: &[u8; 32], used_at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE session SET used_at = $2 WHERE token_hash = $1 AND used_at < $2";
        self.execute("noting a session's use", sql, params![token_hash, microseconds(used_at)]).map(drop)
    }

    fn end_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.execute("ending a session", "DELETE FROM session WHERE token_hash = $1", params![token_hash]).map(drop)
    }

    fn end_sessions_of(&mut self, user: &UserName, but: Option<&[u8; 32]>) -> Result<usize, StoreError> {
        let sql = "DELETE FROM session WHERE account = $1 AND (CAST($2 AS BYTEA) IS NULL OR token_hash <> $2)";
        self.execute("ending a person's sessions", sql, params![user.as_str(), but])
    }

    fn erase_expired_sessions(&mut self, now: Timestamp, idle_since: Timestamp) -> Result<usize, StoreError> {
        let sql = "DELETE FROM session WHERE expires_at <= $1 OR used_at <= $2";
        self.execute("ending sessions", sql, params![microseconds(now), microseconds(idle_since)])
    }

    fn put_session_purpose(&mut self, stated: &SessionPurposeRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO session_purpose (token_hash, case_id, purpose, legal_basis, stated_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (token_hash, case_id) DO UPDATE SET purpose = excluded.purpose, \
                   legal_basis = excluded.legal_basis, stated_at = excluded.stated_at";
        let row = params![
            stated.token_hash,
            stated.case.as_ref().map_or("", CaseId::as_str),
            stated.purpose.as_str(),
            stated.legal_basis.as_str(),
            microseconds(stated.stated_at),
        ];
        self.execute("noting a session's purpose", sql, row).map(drop)
    }

    fn session_purpose(&self, token_hash: &[u8; 32], case: Option<&CaseId>) -> Result<Option<SessionPurposeRow>, StoreError> {
        let sql = "SELECT purpose, legal_basis, stated_at FROM session_purpose WHERE token_hash = $1 AND case_id = $2";
        self.read_one("session_purpose", sql, params![token_hash, case.map_or("", CaseId::as_str)], |columns| {
            Ok(SessionPurposeRow {
                token_hash: *token_hash,
                case: case.cloned(),
                purpose: columns.identifier(0)?,
                legal_basis: columns.identifier(1)?,
                stated_at: columns.timestamp(2)?,
            })
        })
    }
}

fn read_session(columns: &Columns<'_>) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        token_hash: columns.bytes(0)?,
        user: columns.identifier(1)?,
        proof: columns.code(2)?,
        opened_at: columns.timestamp(3)?,
        used_at: columns.timestamp(4)?,
        expires_at: columns.timestamp(5)?,
    })
}

fn read_user(columns: &Columns<'_>) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        name: columns.identifier(0)?,
        display_name: columns.value(1)?,
        roles: columns.json(2)?,
        password_hash: columns.value(3)?,
        disabled: columns.flag(4)?,
    })
}
