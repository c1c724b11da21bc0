//! From checked statements to rows and statement drafts.

use std::collections::BTreeMap;

use oikos_desk::{Sink, SinkError, Source};
use oikos_model::{
    Assessment, EntityId, Evaluation, PersonCategory, RecordReference, SelectorKind, StatementDraft, TableName, Timestamp,
};
use serde_json::Value;

use super::fields::{Identifier, country, flag, identifier, items, share, text, time};
use super::rows::{EntityRow, EntityRows, InterestRow, InterestRows};
use super::shape::{Fault, moment};
use crate::tables::{ENTITIES, INTERESTS};

/// Rows and drafts are handed on when there are so many.
const BATCH_ROWS: usize = 4096;

/// What is read but not handed on yet.
pub(super) struct Landing<'a> {
    source: &'a Source,
    entities: EntityRows,
    interests: InterestRows,
    drafts: Vec<StatementDraft>,
    ignored: BTreeMap<String, u64>,
}

/// What every statement says of itself.
struct Envelope<'a> {
    record_id: i64,
    statement: &'a str,
    publisher: &'a str,
    record: &'a str,
    status: &'a str,
    stated_at: Timestamp,
}

impl<'a> Landing<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            source,
            entities: EntityRows::default(),
            interests: InterestRows::default(),
            drafts: Vec::new(),
            ignored: BTreeMap::new(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.entities.len().max(self.interests.len()).max(self.drafts.len() / 8) >= BATCH_ROWS
    }

    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), SinkError> {
        if self.entities.len() > 0 {
            sink.records(ENTITIES.name, self.entities.take()?)?;
        }
        if self.interests.len() > 0 {
            sink.records(INTERESTS.name, self.interests.take()?)?;
        }
        if !self.drafts.is_empty() {
            sink.statements(std::mem::take(&mut self.drafts))?;
        }
        Ok(())
    }

    pub(super) fn into_ignored(self) -> BTreeMap<String, u64> {
        self.ignored
    }

    /// Takes a statement whose shape was checked.
    pub(super) fn take(&mut self, ordinal: u64, statement: &Value) -> Result<(), Fault> {
        let position =
            u32::try_from(ordinal).map_err(|_| Fault::new("", "there are more statements than an import can number"))?;
        let envelope = Envelope::of(statement, self.source.record_id(position))?;
        let details = &statement["recordDetails"];
        match text(statement, &["recordType"]) {
            Some("entity") => self.take_entity(&envelope, details),
            Some("person") => self.take_person(&envelope, details),
            _ => self.take_relationship(&envelope, details),
        }
    }

    fn take_entity(&mut self, envelope: &Envelope<'_>, details: &Value) -> Result<(), Fault> {
        let entity_type = text(details, &["entityType", "type"]).unwrap_or("unknownEntity");
        let kind = kind_of(entity_type);
        let mut says = self.speaker(envelope, kind, ENTITIES.name)?;
        let name = text(details, &["name"]);
        let country = details.get("jurisdiction").and_then(country);
        says.each("name", name.into_iter().chain(items(details, "alternateNames").iter().filter_map(Value::as_str)));
        says.each("country", country.as_deref());
        let (mut lei, mut company_number) = (None, None);
        for value in items(details, "identifiers") {
            match identifier(value) {
                Identifier::Known(selector) => {
                    let (property, first) = match selector.kind {
                        SelectorKind::Lei => ("lei", &mut lei),
                        _ => ("company_number", &mut company_number),
                    };
                    says.one(property, &selector.value);
                    first.get_or_insert(selector.value);
                }
                Identifier::Unusable(why) => *says.ignored.entry(why.to_owned()).or_default() += 1,
            }
        }
        says.each("founded_on", text(details, &["foundingDate"]));
        says.each("dissolved_on", text(details, &["dissolutionDate"]));
        if kind == "arrangement" {
            says.each("unspecified_reason", text(details, &["unspecifiedEntityDetails", "reason"]));
        }
        self.entities.push(&EntityRow {
            record_id: envelope.record_id,
            statement: envelope.statement,
            publisher: envelope.publisher,
            entity: envelope.record,
            kind,
            entity_type,
            name,
            person_name: None,
            lei: lei.as_deref(),
            company_number: company_number.as_deref(),
            country: country.as_deref(),
            founded_on: time(details, "foundingDate"),
            dissolved_on: time(details, "dissolutionDate"),
            is_component: flag(details, "isComponent"),
            record_status: envelope.status,
            stated_at: envelope.stated_at,
        });
        Ok(())
    }

    fn take_person(&mut self, envelope: &Envelope<'_>, details: &Value) -> Result<(), Fault> {
        let mut says = self.speaker(envelope, "person", ENTITIES.name)?;
        says.category = PersonCategory::Other;
        let names = || items(details, "names").iter().filter_map(|name| text(name, &["fullName"]));
        says.each("name", names());
        says.each("birth_date", text(details, &["birthDate"]));
        let nationalities: Vec<String> = items(details, "nationalities").iter().filter_map(country).collect();
        says.each("nationality", nationalities.iter().map(String::as_str));
        let residences = items(details, "addresses").iter().filter(|address| text(address, &["type"]) == Some("residence"));
        let residences: Vec<String> = residences.filter_map(|address| address.get("country")).filter_map(country).collect();
        says.each("country", residences.iter().map(String::as_str));
        says.each("political_exposure", text(details, &["politicalExposure", "status"]));
        says.each("unspecified_reason", text(details, &["unspecifiedPersonDetails", "reason"]));
        self.entities.push(&EntityRow {
            record_id: envelope.record_id,
            statement: envelope.statement,
            publisher: envelope.publisher,
            entity: envelope.record,
            kind: "person",
            entity_type: text(details, &["personType"]).unwrap_or("unknownPerson"),
            name: None,
            person_name: names().next(),
            lei: None,
            company_number: None,
            country: None,
            founded_on: None,
            dissolved_on: None,
            is_component: flag(details, "isComponent"),
            record_status: envelope.status,
            stated_at: envelope.stated_at,
        });
        Ok(())
    }

    fn take_relationship(&mut self, envelope: &Envelope<'_>, details: &Value) -> Result<(), Fault> {
        let (subject, party) = (text(details, &["subject"]), text(details, &["interestedParty"]));
        let no_interest = [Value::Null];
        let interests = match items(details, "interests") {
            [] => &no_interest[..],
            interests => interests,
        };
        self.draft_ownership(envelope, (subject, party), interests)?;
        let reason = text(details, &["subject", "reason"]).or_else(|| text(details, &["interestedParty", "reason"]));
        for interest in interests {
            let (exact, minimum, maximum) = share(interest);
            self.interests.push(&InterestRow {
                record_id: envelope.record_id,
                statement: envelope.statement,
                publisher: envelope.publisher,
                relationship: envelope.record,
                subject,
                interested_party: party,
                unspecified_reason: reason,
                interest: text(interest, &["type"]),
                share_percent: exact,
                share_minimum_percent: minimum,
                share_maximum_percent: maximum,
                directness: text(interest, &["directOrIndirect"]),
                start_on: time(interest, "startDate"),
                end_on: time(interest, "endDate"),
                component_count: i64::try_from(items(details, "componentRecords").len()).unwrap_or(i64::MAX),
                is_component: flag(details, "isComponent"),
                record_status: envelope.status,
                stated_at: envelope.stated_at,
            });
        }
        Ok(())
    }

    /// One `ownership` entity per relationship. Its share is that of the shareholding, else of the voting rights, else of the
    /// first interest.
    fn draft_ownership(
        &mut self,
        envelope: &Envelope<'_>,
        (subject, party): (Option<&str>, Option<&str>),
        interests: &[Value],
    ) -> Result<(), Fault> {
        for (end, field) in [(subject, "/recordDetails/subject"), (party, "/recordDetails/interestedParty")] {
            if let Some(end) = end {
                EntityId::new(end).map_err(|error| Fault::new(field, error.to_string()))?;
            }
        }
        let mut says = self.speaker(envelope, "ownership", INTERESTS.name)?;
        let of_type = |wanted: &str| interests.iter().find(|interest| text(interest, &["type"]) == Some(wanted));
        let main =
            of_type("shareholding").or_else(|| of_type("votingRights")).or_else(|| interests.first()).unwrap_or(&Value::Null);
        says.valid_from = time(main, "startDate");
        says.valid_to = time(main, "endDate").or(says.valid_to);
        says.each("owner", party);
        says.each("owned", subject);
        says.each("interest", interests.iter().filter_map(|interest| text(interest, &["type"])));
        let (exact, minimum, maximum) = share(main);
        for (property, percent) in [("share", exact), ("share_minimum", minimum), ("share_maximum", maximum)] {
            says.each(property, percent.map(|percent| percent.to_string()).as_deref());
        }
        says.each("directness", text(main, &["directOrIndirect"]));
        Ok(())
    }

    fn speaker<'s>(&'s mut self, envelope: &Envelope<'_>, kind: &'static str, table: &str) -> Result<Speaker<'s>, Fault> {
        let entity = EntityId::new(envelope.record).map_err(|error| Fault::new("/recordId", error.to_string()))?;
        let table = TableName::new(table).map_err(|error| Fault::new("", error.to_string()))?;
        Ok(Speaker {
            drafts: &mut self.drafts,
            ignored: &mut self.ignored,
            entity,
            kind,
            record: RecordReference { table, record_id: envelope.record_id },
            category: PersonCategory::NotAPerson,
            valid_from: None,
            valid_to: (envelope.status == "closed").then_some(envelope.stated_at),
            stated_at: envelope.stated_at,
        })
    }
}

impl<'a> Envelope<'a> {
    fn of(statement: &'a Value, record_id: i64) -> Result<Self, Fault> {
        let field = |name: &str| {
            text(statement, &[name]).ok_or_else(|| Fault::new(format!("/{name}"), "expected text that is not empty"))
        };
        let stated_at = text(statement, &["statementDate"]).and_then(moment);
        let publisher = |name: &str| text(statement, &["publicationDetails", "publisher", name]);
        Ok(Self {
            record_id,
            statement: field("statementId")?,
            publisher: publisher("name").or_else(|| publisher("url")).unwrap_or_default(),
            record: field("recordId")?,
            status: text(statement, &["recordStatus"]).unwrap_or("new"),
            stated_at: stated_at.ok_or_else(|| Fault::new("/statementDate", "is beyond the calendar"))?,
        })
    }
}

/// Says things of one entity, all with the same times and record.
struct Speaker<'a> {
    drafts: &'a mut Vec<StatementDraft>,
    ignored: &'a mut BTreeMap<String, u64>,
    entity: EntityId,
    kind: &'static str,
    record: RecordReference,
    category: PersonCategory,
    valid_from: Option<Timestamp>,
    valid_to: Option<Timestamp>,
    stated_at: Timestamp,
}

impl Speaker<'_> {
    fn one(&mut self, property: &str, value: &str) {
        self.drafts.push(StatementDraft {
            entity: self.entity.clone(),
            kind: self.kind.to_owned(),
            property: property.to_owned(),
            value: value.trim().to_owned(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            stated_at: Some(self.stated_at),
            record: Some(self.record.clone()),
            person_category: self.category,
            assessment: Assessment::Fact,
            evaluation: Evaluation::default(),
        });
    }

    fn each<'v>(&mut self, property: &str, values: impl IntoIterator<Item = &'v str>) {
        for value in values {
            self.one(property, value);
        }
    }
}

/// The entity kind of the house that a BODS entity type is.
fn kind_of(entity_type: &str) -> &'static str {
    match entity_type {
        "registeredEntity" | "legalEntity" => "company",
        "state" | "stateBody" => "public-body",
        _ => "arrangement",
    }
}
