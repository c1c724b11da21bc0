//! From entities and statements to drafts.

use serde_json::{Map, Value};

use super::schema::{self, Meaning};
use crate::readers::dates;
use crate::readers::landing::{Fault, Landing, Relation, Subject, Times, joined};
use crate::tables::{ENTRIES, RELATIONS};

/// How deep entities may be nested in each other.
const NESTING: usize = 8;

type Object = Map<String, Value>;

fn text<'o>(object: &'o Object, name: &str) -> Option<&'o str> {
    object.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn texts<'o>(object: &'o Object, name: &str) -> impl Iterator<Item = &'o str> {
    object.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Values of a property: a list, or, as some write it, one text.
fn values<'o>(properties: &'o Object, name: &str) -> Vec<&'o Value> {
    match properties.get(name) {
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value @ (Value::String(_) | Value::Object(_))) => vec![value],
        _ => Vec::new(),
    }
}

fn id_of(object: &Object) -> Result<&str, Fault> {
    text(object, "id").ok_or_else(|| Fault::new("id", "is missing"))
}

fn schema_of(object: &Object) -> Result<&str, Fault> {
    text(object, "schema").ok_or_else(|| Fault::new("schema", "is missing"))
}

fn stated_at(object: &Object) -> Times {
    let at = ["last_change", "last_seen", "first_seen"].iter().find_map(|name| text(object, name).and_then(dates::moment));
    Times { stated_at: at, ..Times::default() }
}

/// An entity with properties.
pub(super) fn entity(landing: &mut Landing<'_>, ordinal: u64, object: &Object) -> Result<(), Fault> {
    nested(landing, ordinal, object, 0)
}

fn nested(landing: &mut Landing<'_>, ordinal: u64, object: &Object, depth: usize) -> Result<(), Fault> {
    if depth > NESTING {
        return Err(Fault::new("properties", format!("entities are nested deeper than {NESTING}")));
    }
    let empty = Object::new();
    let properties = match object.get("properties") {
        Some(Value::Object(properties)) => properties,
        None => &empty,
        Some(_) => return Err(Fault::new("properties", "expected an object")),
    };
    let (id, schema) = (id_of(object)?, schema_of(object)?);
    for value in properties.keys().flat_map(|name| values(properties, name)) {
        if let Value::Object(inner) = value
            && !matches!(text(inner, "schema").map(schema::meaning), Some(Meaning::Address) | None)
        {
            nested(landing, ordinal, inner, depth + 1)?;
        }
    }
    match schema::meaning(schema) {
        Meaning::Thing(kind) => {
            let subject = landing.subject(ordinal, ENTRIES.name, id, kind, stated_at(object))?;
            thing(landing, &subject, object, properties);
        }
        Meaning::Listing => {
            let subject = listing_subject(landing, ordinal, id, object, properties)?;
            listing(landing, &subject, properties);
        }
        Meaning::Relation { kind, from, to } => {
            let subject = landing.subject(ordinal, RELATIONS.name, id, kind, period(object, properties))?;
            relation(landing, &subject, schema, (from, to), properties);
        }
        Meaning::Address | Meaning::Unknown => landing.ignore(&format!("schema {schema}")),
    }
    Ok(())
}

fn period(object: &Object, properties: &Object) -> Times {
    let first = |name: &str| values(properties, name).first().and_then(|value| value.as_str()).and_then(dates::moment);
    Times { valid_from: first("startDate"), valid_to: first("endDate"), ..stated_at(object) }
}

fn listing_subject(
    landing: &Landing<'_>,
    ordinal: u64,
    id: &str,
    object: &Object,
    properties: &Object,
) -> Result<Subject, Fault> {
    // The file does not say here whether a person is listed, so it is held as if one were.
    let party = landing.subject(ordinal, ENTRIES.name, id, "party", stated_at(object))?;
    Ok(party.beside(id, "listing")?.during(period(object, properties)))
}

fn thing(landing: &mut Landing<'_>, subject: &Subject, object: &Object, properties: &Object) {
    for (name, _) in properties {
        for value in values(properties, name) {
            match value {
                Value::String(text) => thing_property(landing, subject, name, text),
                Value::Object(inner) if text(inner, "schema") == Some("Address") => {
                    landing.each(subject, "address", full_address(inner).as_deref());
                }
                _ => {}
            }
        }
    }
    landing.each(subject, "source_list", texts(object, "datasets"));
    let name = values(properties, "name").first().and_then(|value| value.as_str());
    landing.entry(subject, text(object, "caption").or(name), None, None);
}

fn thing_property(landing: &mut Landing<'_>, subject: &Subject, name: &str, value: &str) {
    if name == "topics" {
        if value == "role.pep" && subject.kind() == "person" {
            landing.say(subject, "political_exposure", "isPep");
        }
        return;
    }
    match schema::property(subject.kind(), name) {
        Some(property) => landing.say(subject, property, value),
        None => landing.ignore(&format!("property {name}")),
    }
}

fn full_address(address: &Object) -> Option<String> {
    let Some(Value::Object(properties)) = address.get("properties") else { return None };
    let first = |name: &str| values(properties, name).first().and_then(|value| value.as_str());
    first("full").map(str::to_owned).or_else(|| joined(["street", "postalCode", "city", "state", "country"].map(first)))
}

/// The ids that a property names: of entities that are nested, or by reference.
fn references<'o>(properties: &'o Object, name: &str) -> Vec<&'o str> {
    let id = |value: &'o Value| match value {
        Value::String(id) => Some(id.as_str()),
        Value::Object(inner) => text(inner, "id"),
        _ => None,
    };
    values(properties, name).into_iter().filter_map(id).collect()
}

fn listing(landing: &mut Landing<'_>, subject: &Subject, properties: &Object) {
    for (name, _) in properties {
        match schema::listing_property(name) {
            Some("party") => landing.each(subject, "party", references(properties, name)),
            Some(property) => {
                landing.each(subject, property, values(properties, name).into_iter().filter_map(Value::as_str));
            }
            None => landing.ignore(&format!("property {name}")),
        }
    }
}

fn relation(landing: &mut Landing<'_>, subject: &Subject, schema: &str, ends: (&str, &str), properties: &Object) {
    let (from, to) = (references(properties, ends.0), references(properties, ends.1));
    let ours = schema::ends(subject.kind());
    let mut role = None;
    for (name, _) in properties {
        let is_told = [ends.0, ends.1, "startDate", "endDate"].contains(&name.as_str());
        match schema::relation_property(subject.kind(), name) {
            Some(property) => {
                let texts: Vec<&str> = values(properties, name).into_iter().filter_map(Value::as_str).collect();
                if property != "share" {
                    role = role.or(texts.first().copied());
                }
                for text in texts {
                    landing.say(subject, property, text.trim_end_matches(['%', ' ']));
                }
            }
            None if is_told => {}
            None => landing.ignore(&format!("property {name}")),
        }
    }
    if role.is_none() && subject.kind() == "association" {
        landing.say(subject, "role", schema);
    }
    // A relation may name several on a side; the row has the first of each.
    landing.each(subject, ours.0, from.iter().copied().skip(1));
    landing.each(subject, ours.1, to.iter().copied().skip(1));
    let share =
        values(properties, "percentage").first().and_then(|value| value.as_str()?.trim_end_matches(['%', ' ']).parse().ok());
    let share = share.filter(|share: &f64| (0.0..=100.0).contains(share));
    let row = Relation {
        from: from.first().copied(),
        to: to.first().copied(),
        role: role.or(Some(schema)),
        share_minimum: share,
        share_maximum: share,
    };
    landing.relation(subject, ours, &row);
}

/// An entity that is told by its statements. Their own datasets and times are lost in an entity with properties, so each is said
/// by itself, and the row once.
pub(super) fn entity_of_statements(
    landing: &mut Landing<'_>,
    ordinal: u64,
    object: &Object,
    statements: &[Value],
) -> Result<(), Fault> {
    let (id, schema) = (id_of(object)?, schema_of(object)?);
    let mut name = None;
    for statement in statements {
        let Value::Object(statement) = statement else { return Err(Fault::new("statements", "expected objects")) };
        if text(statement, "prop") == Some("name") {
            name = name.or(text(statement, "value"));
        }
        // The entity is its most special schema; its statements may come from one that knew less.
        one(landing, ordinal, id, schema, statement)?;
    }
    row(landing, ordinal, id, schema, text(object, "caption").or(name))
}

/// A statement by itself. Its row has the name, where it is one.
pub(super) fn statement(landing: &mut Landing<'_>, ordinal: u64, object: &Object) -> Result<(), Fault> {
    let id = text(object, "canonical_id").or_else(|| text(object, "entity_id"));
    let id = id.ok_or_else(|| Fault::new("entity_id", "is missing"))?;
    let schema = schema_of(object)?;
    one(landing, ordinal, id, schema, object)?;
    row(landing, ordinal, id, schema, text(object, "value").filter(|_| text(object, "prop") == Some("name")))
}

fn one(landing: &mut Landing<'_>, ordinal: u64, id: &str, schema: &str, statement: &Object) -> Result<(), Fault> {
    let property = text(statement, "prop").ok_or_else(|| Fault::new("prop", "is missing"))?;
    let value = text(statement, "value").ok_or_else(|| Fault::new("value", "is missing"))?;
    let times = stated_at(statement);
    // The statement that an entity exists has the property `id`, and its checksum for a value.
    let is_existence = property == "id";
    match schema::meaning(schema) {
        Meaning::Thing(kind) => {
            let subject = landing.subject(ordinal, ENTRIES.name, id, kind, times)?;
            if !is_existence {
                thing_property(landing, &subject, property, value);
            }
            landing.each(&subject, "source_list", text(statement, "dataset"));
        }
        Meaning::Listing => {
            let subject = listing_subject(landing, ordinal, id, statement, &Object::new())?;
            match schema::listing_property(property) {
                Some(ours) => landing.say(&subject, ours, value),
                None if is_existence => {}
                None => landing.ignore(&format!("property {property}")),
            }
        }
        Meaning::Relation { kind, from, to } => {
            let subject = landing.subject(ordinal, RELATIONS.name, id, kind, times)?;
            let ours = schema::ends(kind);
            match schema::relation_property(kind, property) {
                _ if property == from => landing.say(&subject, ours.0, value),
                _ if property == to => landing.say(&subject, ours.1, value),
                Some(ours) => landing.say(&subject, ours, value.trim_end_matches(['%', ' '])),
                None if is_existence => {}
                // A statement by itself cannot date the others: the times of a relation are only in the other two forms.
                None => landing.ignore(&format!("property {property}")),
            }
        }
        Meaning::Address | Meaning::Unknown => landing.ignore(&format!("schema {schema}")),
    }
    Ok(())
}

fn row(landing: &mut Landing<'_>, ordinal: u64, id: &str, schema: &str, name: Option<&str>) -> Result<(), Fault> {
    match schema::meaning(schema) {
        Meaning::Thing(kind) => {
            let subject = landing.subject(ordinal, ENTRIES.name, id, kind, Times::default())?;
            landing.entry(&subject, name, None, None);
        }
        Meaning::Relation { kind, .. } => {
            let subject = landing.subject(ordinal, RELATIONS.name, id, kind, Times::default())?;
            landing.relation(&subject, schema::ends(kind), &Relation { role: Some(schema), ..Relation::default() });
        }
        _ => {}
    }
    Ok(())
}
