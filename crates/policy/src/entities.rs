//! From the model's types to Cedar's entities and values. The schema gives the types; a test validates what is built here against it.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::LazyLock;

use cedar_policy::{Context, Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use oikos_model::{Act, Action, HandlingCode, Label, PermittedAction, Purpose, Regime, Scope, SelectorClass, Timestamp, Tlp};

use crate::{ItemKind, Passage, Principal};

/// The entity types of the schema, parsed once.
struct Types {
    action: EntityTypeName,
    role: EntityTypeName,
    user: EntityTypeName,
    node: EntityTypeName,
    partner: EntityTypeName,
    label: EntityTypeName,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "constant identifiers")]
    let name = |text: &str| EntityTypeName::from_str(text).expect("a Cedar identifier");
    Types {
        action: name("Action"),
        role: name("Role"),
        user: name("User"),
        node: name("Node"),
        partner: name("Partner"),
        label: name("Label"),
    }
});

fn uid(type_name: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(type_name.clone(), EntityId::new(id))
}

pub(crate) fn action_uid(action: Action) -> EntityUid {
    uid(&TYPES.action, action.code())
}

/// The node as a resource. There is one node in the house, so its name does not matter.
pub(crate) fn node_resource() -> Entity {
    Entity::new_no_attrs(uid(&TYPES.node, "this node"), HashSet::new())
}

/// The principal, with the roles it belongs to.
pub(crate) fn principal_entities(principal: &Principal) -> Result<(EntityUid, Vec<Entity>), String> {
    match principal {
        Principal::Person { name, roles, desks } => {
            let roles: Vec<Entity> =
                roles.iter().map(|role| Entity::new_no_attrs(uid(&TYPES.role, role.code()), HashSet::new())).collect();
            let user = uid(&TYPES.user, name.as_str());
            let attributes = HashMap::from([("desks".to_owned(), strings(desks.iter().map(String::as_str)))]);
            let parents = roles.iter().map(Entity::uid).collect();
            let entity = Entity::new(user.clone(), attributes, parents).map_err(|error| error.to_string())?;
            Ok((user, roles.into_iter().chain([entity]).collect()))
        }
        Principal::Node(node) => {
            let node = uid(&TYPES.node, node.as_str());
            Ok((node.clone(), vec![Entity::new_no_attrs(node, HashSet::new())]))
        }
        Principal::Partner { node, class } => {
            let partner = uid(&TYPES.partner, node.as_str());
            let attributes = HashMap::from([("class".to_owned(), string(class.code()))]);
            let entity = Entity::new(partner.clone(), attributes, HashSet::new()).map_err(|error| error.to_string())?;
            Ok((partner, vec![entity]))
        }
    }
}

/// A label as a resource. `id` only tells labels apart within one question.
pub(crate) fn label_entity(label: &Label, id: &str) -> Result<Entity, String> {
    let marking = &label.marking;
    let mut attributes = HashMap::from([
        ("regimes".to_owned(), strings(marking.regimes.iter().map(|regime| regime.code()))),
        ("tlp".to_owned(), RestrictedExpression::new_long(tlp_level(marking.tlp))),
        ("permitted".to_owned(), strings(marking.permitted.iter().map(|permitted| permitted_code(*permitted)))),
        ("handling".to_owned(), strings(marking.handling.iter().map(|code| handling_code(*code)))),
        ("purposes".to_owned(), strings(marking.purposes.iter().map(Purpose::as_str))),
        ("origin".to_owned(), string(label.origin.as_str())),
    ]);
    if let Some(expires) = marking.expires {
        attributes.insert("expires".to_owned(), moment(expires));
    }
    let scope = match &label.scope {
        Scope::Node => "node",
        Scope::Desk(desk) => {
            attributes.insert("desk".to_owned(), string(desk));
            "desk"
        }
        Scope::Case(case) => {
            attributes.insert("case".to_owned(), string(case.as_str()));
            "case"
        }
    };
    attributes.insert("scope".to_owned(), string(scope));
    Entity::new(uid(&TYPES.label, id), attributes, HashSet::new()).map_err(|error| error.to_string())
}

/// What policy knows of an act besides who, what and with what; of a release, also the passage; of an ask, also the class.
pub(crate) fn context(act: &Act, passage: Option<&Passage<'_>>, class: Option<SelectorClass>) -> Result<Context, String> {
    let mut pairs = vec![("purpose".to_owned(), string(act.purpose.as_str())), ("at".to_owned(), moment(act.at))];
    if let Some(case) = &act.case {
        pairs.push(("case".to_owned(), string(case.as_str())));
    }
    if let Some(class) = class {
        pairs.push(("class".to_owned(), string(class_code(class))));
    }
    if let Some(passage) = passage {
        pairs.push(("passage".to_owned(), passage_record(passage)?));
    }
    Context::from_pairs(pairs).map_err(|error| error.to_string())
}

fn passage_record(passage: &Passage<'_>) -> Result<RestrictedExpression, String> {
    let agreement = passage.agreement;
    let agreement = record([
        ("in_force", RestrictedExpression::new_bool(agreement.in_force)),
        ("tlp_ceiling", RestrictedExpression::new_long(tlp_level(agreement.tlp))),
        ("purposes", strings(agreement.purposes.iter().map(Purpose::as_str))),
        ("kinds", kinds(&agreement.kinds)),
        ("pre_authorised", kinds(&agreement.pre_authorised)),
        ("safeguards", RestrictedExpression::new_bool(agreement.safeguards)),
        ("reuse_law", RestrictedExpression::new_bool(agreement.reuse_law)),
    ])?;
    record([
        ("kind", string(passage.item.kind.code())),
        ("class", string(class_code(passage.item.class))),
        ("sender", string(passage.sender.as_str())),
        ("recipient_class", string(passage.recipient.class.code())),
        ("recipient_regime", string(passage.recipient.regime.code())),
        ("releasers", RestrictedExpression::new_long(passage.releaser_count().into())),
        ("provider_permits", RestrictedExpression::new_bool(passage.provider_permits)),
        ("derogation", RestrictedExpression::new_bool(passage.derogation)),
        ("agreement", agreement),
    ])
}

fn record<const N: usize>(fields: [(&str, RestrictedExpression); N]) -> Result<RestrictedExpression, String> {
    RestrictedExpression::new_record(fields.map(|(name, value)| (name.to_owned(), value))).map_err(|error| error.to_string())
}

fn string(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn strings<'a>(texts: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.map(string))
}

fn kinds(kinds: &std::collections::BTreeSet<ItemKind>) -> RestrictedExpression {
    strings(kinds.iter().map(|kind| kind.code()))
}

fn moment(at: Timestamp) -> RestrictedExpression {
    RestrictedExpression::new_long(at.as_microsecond())
}

const fn tlp_level(tlp: Tlp) -> i64 {
    match tlp {
        Tlp::Clear => 0,
        Tlp::Green => 1,
        Tlp::Amber => 2,
        Tlp::AmberStrict => 3,
        Tlp::Red => 4,
    }
}

const fn permitted_code(permitted: PermittedAction) -> &'static str {
    match permitted {
        PermittedAction::Read => "read",
        PermittedAction::Process => "process",
        PermittedAction::Share => "share",
        PermittedAction::Act => "act",
    }
}

const fn handling_code(code: HandlingCode) -> &'static str {
    match code {
        HandlingCode::H0 => "H0",
        HandlingCode::H1 => "H1",
        HandlingCode::H2 => "H2",
        HandlingCode::H3 => "H3",
    }
}

const fn class_code(class: SelectorClass) -> &'static str {
    match class {
        SelectorClass::Impersonal => "impersonal",
        SelectorClass::Linkable => "linkable",
        SelectorClass::Personal => "personal",
    }
}

/// The regime's name as policy texts write it.
pub(crate) const fn annotation_of(regime: crate::RecipientRegime) -> &'static str {
    match regime {
        crate::RecipientRegime::Union(Regime::Gdpr) => "to_gdpr",
        crate::RecipientRegime::Union(Regime::Led) => "to_led",
        crate::RecipientRegime::Union(Regime::Eudpr) => "to_eudpr",
        crate::RecipientRegime::None => "to_none",
    }
}
