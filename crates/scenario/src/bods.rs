//! Statements in the form of the Beneficial Ownership Data Standard 0.4 (Open Ownership), written one by one.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ScenarioError;
use crate::cast::Company;
use crate::output::{Folder, OutputFile};

/// Who publishes statements, and how.
#[derive(Debug, Clone)]
pub(crate) struct Publication {
    /// Tells the ids of one publication from those of others and of other seeds.
    pub(crate) salt: String,
    pub(crate) publisher: &'static str,
    /// A code of BODS's source types.
    pub(crate) source: &'static str,
    pub(crate) description: &'static str,
    /// The date of publication, ISO 8601.
    pub(crate) date: String,
}

/// What only a register knows of an entity.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registered {
    /// Its number in the Austrian register.
    pub(crate) number: Option<String>,
    /// When it was founded, ISO 8601.
    pub(crate) founded: Option<String>,
    /// Whether it is a body of a state.
    pub(crate) is_state_body: bool,
}

/// A share held since a date.
#[derive(Debug, Clone)]
pub(crate) struct Interest {
    /// A code of BODS's interest types.
    pub(crate) kind: &'static str,
    pub(crate) percent: Option<f64>,
    pub(crate) since: String,
    /// Whether the holder is a person who benefits.
    pub(crate) beneficial: bool,
    pub(crate) details: Option<&'static str>,
}

impl Publication {
    /// The id of the statement about a record: 32 hexadecimal digits, the least that BODS allows.
    pub(crate) fn statement_id(&self, record: &str) -> String {
        hex::encode(&Sha256::digest(format!("{}|{record}", self.salt))[..16])
    }

    fn statement(&self, record: &str, kind: &str, subject: &str, date: &str, details: &Value) -> Value {
        json!({
            "statementId": self.statement_id(record),
            "statementDate": date,
            "publicationDetails": {
                "publicationDate": self.date,
                "bodsVersion": "0.4",
                "license": "https://creativecommons.org/publicdomain/zero/1.0/",
                "publisher": { "name": self.publisher },
            },
            "source": { "type": [self.source], "description": self.description },
            "declarationSubject": subject,
            "recordId": record,
            "recordType": kind,
            "recordStatus": "new",
            "recordDetails": details,
        })
    }

    /// A legal entity, as stated on `date`.
    pub(crate) fn entity(&self, record: &str, company: &Company, date: &str, registered: &Registered) -> Value {
        let mut identifiers = Vec::new();
        if !company.lei.is_empty() {
            identifiers
                .push(json!({ "scheme": "XI-LEI", "schemeName": "Global Legal Entity Identifier Index", "id": company.lei }));
        }
        if let Some(number) = &registered.number {
            identifiers.push(json!({ "scheme": "AT-FB", "schemeName": "Firmenbuch (fictional numbers)", "id": number }));
        }
        let kind = if registered.is_state_body {
            json!({ "type": "stateBody", "subtype": "stateAgency" })
        } else {
            json!({ "type": "registeredEntity" })
        };
        let mut details = json!({
            "isComponent": false,
            "entityType": kind,
            "name": company.name,
            "jurisdiction": { "name": country_name(company.country), "code": company.country },
            "identifiers": identifiers,
        });
        if let Some(founded) = &registered.founded {
            details["foundingDate"] = json!(founded);
        }
        self.statement(record, "entity", record, date, &details)
    }

    /// A natural person.
    pub(crate) fn person(&self, record: &str, given: &str, family: &str, birth_date: &str, date: &str) -> Value {
        let name = json!({ "type": "legal", "fullName": format!("{given} {family}"), "givenName": given, "familyName": family });
        let details = json!({ "isComponent": false, "personType": "knownPerson", "names": [name], "birthDate": birth_date });
        self.statement(record, "person", record, date, &details)
    }

    /// What one party holds in an entity.
    pub(crate) fn relationship(&self, record: &str, owner: &str, owned: &str, interest: &Interest) -> Value {
        let mut held = json!({
            "type": interest.kind,
            "directOrIndirect": "direct",
            "beneficialOwnershipOrControl": interest.beneficial,
            "startDate": interest.since,
        });
        if let Some(percent) = interest.percent {
            held["share"] = json!({ "exact": percent });
        }
        if let Some(text) = interest.details {
            held["details"] = json!(text);
        }
        let details = json!({ "isComponent": false, "subject": owned, "interestedParty": owner, "interests": [held] });
        self.statement(record, "relationship", owned, &interest.since, &details)
    }
}

fn country_name(code: &str) -> &'static str {
    match code {
        "AT" => "Austria",
        "CY" => "Cyprus",
        "CZ" => "Czechia",
        "DE" => "Germany",
        "DK" => "Denmark",
        "EE" => "Estonia",
        "FI" => "Finland",
        "LU" => "Luxembourg",
        "LV" => "Latvia",
        "NL" => "Netherlands",
        "PL" => "Poland",
        "SE" => "Sweden",
        _ => "XY (invented)",
    }
}

/// A JSON array of statements, written as it comes.
pub(crate) struct StatementFile {
    file: OutputFile,
    count: u64,
}

impl StatementFile {
    pub(crate) fn create(folder: &Folder, path: &str) -> Result<Self, ScenarioError> {
        Ok(Self { file: folder.create(path)?, count: 0 })
    }

    pub(crate) fn push(&mut self, statement: &Value) -> Result<(), ScenarioError> {
        let before = if self.count == 0 { "[\n" } else { ",\n" };
        self.count += 1;
        self.file.write(before.as_bytes())?;
        self.file.write(statement.to_string().as_bytes())
    }

    /// Ends the array. Returns how many statements it has and the file's SHA-256.
    pub(crate) fn finish(mut self) -> Result<(u64, String), ScenarioError> {
        self.file.write(b"\n]\n")?;
        Ok((self.count, self.file.finish()?))
    }
}
