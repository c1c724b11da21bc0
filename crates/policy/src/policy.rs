//! The compiled-in rules and the questions put to them.

use std::collections::BTreeMap;
use std::str::FromStr;

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityUid, PolicyId, PolicySet,
    Request as CedarRequest, Response, Schema, ValidationMode, Validator,
};
use oikos_model::{Act, Action, Label, LabelId, SelectorClass};

use crate::entities::{action_uid, annotation_of, context, label_entity, node_resource, principal_entities};
use crate::{Decision, Passage, PolicyError, PolicyReason, Principal, RecipientRegime, Refusal, Request, Resource};

const SCHEMA: &str = include_str!("../schema.cedarschema");
const POLICY_FILES: &[(&str, &str)] = &[
    ("policies/roles.cedar", include_str!("../policies/roles.cedar")),
    ("policies/labels.cedar", include_str!("../policies/labels.cedar")),
    ("policies/evidence.cedar", include_str!("../policies/evidence.cedar")),
    ("policies/release.cedar", include_str!("../policies/release.cedar")),
    ("policies/regimes.cedar", include_str!("../policies/regimes.cedar")),
    ("policies/partners.cedar", include_str!("../policies/partners.cedar")),
    ("policies/asks.cedar", include_str!("../policies/asks.cedar")),
];

/// The rules of the house, ready to be asked.
#[derive(Debug)]
pub struct Policy {
    schema: Schema,
    rules: PolicySet,
    rules_by_action: BTreeMap<Action, PolicySet>,
    authorizer: Authorizer,
}

impl Policy {
    /// Reads the compiled-in text and validates it strictly under the schema.
    ///
    /// # Errors
    /// When the text is not Cedar's, a rule has no name or reason, or the rules do not hold under the schema.
    pub fn load() -> Result<Self, PolicyError> {
        let (schema, _warnings) = Schema::from_cedarschema_str(SCHEMA).map_err(|error| PolicyError::Schema(error.to_string()))?;
        let mut rules = PolicySet::new();
        for &(file, text) in POLICY_FILES {
            add_rules(&mut rules, file, text)?;
        }
        let result = Validator::new(schema.clone()).validate(&rules, ValidationMode::Strict);
        if !result.validation_passed_without_warnings() {
            return Err(PolicyError::Validation(result.to_string()));
        }
        let rules_by_action = Action::ALL.iter().map(|action| (*action, rules_about(&rules, *action))).collect();
        Ok(Self { schema, rules, rules_by_action, authorizer: Authorizer::new() })
    }

    /// Decides one act. For `release` of a labelled thing ask [`check_release`](Self::check_release): without a recipient nothing leaves.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        if !request.principal.is(&request.act.actor) {
            return Decision::deny("principal-is-not-actor", "Who asks is not the actor the act names");
        }
        let answer = || -> Result<Decision, String> {
            let resource = match request.resource {
                Resource::Node => node_resource(),
                Resource::Label(label) => label_entity(label, "label")?,
            };
            let context = context(request.act, None, None)?;
            let response = self.ask_alone(request.principal, request.act.action, resource, context)?;
            Ok(self.explain(&response))
        };
        answer().unwrap_or_else(|problem| undecidable(&problem))
    }

    /// The ids of those labels with which `principal` may do `act`, in the order given. Asks once per label; what cannot be decided is
    /// not permitted.
    pub fn permitted_labels(&self, principal: &Principal, act: &Act, labels: &[(LabelId, Label)]) -> Vec<LabelId> {
        if !principal.is(&act.actor) {
            return Vec::new();
        }
        let answer = || -> Result<Vec<LabelId>, String> {
            let (principal, mut entities) = principal_entities(principal)?;
            let context = context(act, None, None)?;
            let mut resources = Vec::with_capacity(labels.len());
            for (number, (_, label)) in labels.iter().enumerate() {
                let resource = label_entity(label, &number.to_string())?;
                resources.push(resource.uid());
                entities.push(resource);
            }
            let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
            let mut permitted = Vec::new();
            for (resource, (id, _)) in resources.into_iter().zip(labels) {
                let response = self.ask(principal.clone(), act.action, resource, context.clone(), &entities)?;
                if self.explain(&response).allowed {
                    permitted.push(*id);
                }
            }
            Ok(permitted)
        };
        answer().unwrap_or_default()
    }

    /// Decides whether partners may be asked about selectors of one class: what can lead to a person is asked about for a case only.
    pub fn decide_ask(&self, principal: &Principal, act: &Act, class: SelectorClass) -> Decision {
        if !principal.is(&act.actor) {
            return Decision::deny("principal-is-not-actor", "Who asks is not the actor the act names");
        }
        let answer = || -> Result<Decision, String> {
            let context = context(act, None, Some(class))?;
            Ok(self.explain(&self.ask_alone(principal, Action::Ask, node_resource(), context)?))
        };
        answer().unwrap_or_else(|problem| undecidable(&problem))
    }

    /// Checks whether one thing may go to one recipient: by a release, as a hit of the recipient's ask, or as the selector of a request.
    ///
    /// # Errors
    /// Every rule that refuses, by name and in words; never empty.
    pub fn check_release(&self, passage: &Passage<'_>) -> Result<(), Vec<Refusal>> {
        let decision = self.decide_release(passage).unwrap_or_else(|problem| undecidable(&problem));
        if decision.allowed {
            return Ok(());
        }
        Err(decision.reasons.into_iter().map(|PolicyReason { rule, text }| Refusal { rule, text }).collect())
    }

    fn decide_release(&self, passage: &Passage<'_>) -> Result<Decision, String> {
        let action = passage.act.action;
        if !matches!(action, Action::Release | Action::AnswerAsk | Action::RequestRelease) {
            return Ok(Decision::deny("act-is-no-passage", "The act lets nothing pass to a partner"));
        }
        if !passage.principal.is(&passage.act.actor) {
            return Ok(Decision::deny("principal-is-not-actor", "Who asks is not the actor the act names"));
        }
        let resource = label_entity(passage.item.label, "label")?;
        let context = context(passage.act, Some(passage), None)?;
        let response = self.ask_alone(passage.principal, action, resource, context)?;
        let mut decision = self.explain(&response);
        if !decision.allowed {
            for reason in &mut decision.reasons {
                if let Some(law) = self.cell_law(&reason.rule, passage.recipient.regime) {
                    reason.text = format!("{} ({law})", reason.text);
                }
            }
        }
        Ok(decision)
    }

    /// One question about one resource.
    fn ask_alone(&self, principal: &Principal, action: Action, resource: Entity, context: Context) -> Result<Response, String> {
        let (principal, mut entities) = principal_entities(principal)?;
        let uid = resource.uid();
        entities.push(resource);
        let entities = Entities::from_entities(entities, None).map_err(|error| error.to_string())?;
        self.ask(principal, action, uid, context, &entities)
    }

    fn ask(
        &self,
        principal: EntityUid,
        action: Action,
        resource: EntityUid,
        context: Context,
        entities: &Entities,
    ) -> Result<Response, String> {
        // The schema refuses questions that make no sense, such as signing in to a label.
        let request = CedarRequest::new(principal, action_uid(action), resource, context, Some(&self.schema));
        let request = request.map_err(|error| error.to_string())?;
        // Every action has its set; were one missing, all rules together answer the same.
        let rules = self.rules_by_action.get(&action).unwrap_or(&self.rules);
        Ok(self.authorizer.is_authorized(&request, rules, entities))
    }

    /// Cedar's answer in words. A rule that could not be evaluated denies: Cedar would skip it, and a skipped forbid would allow.
    fn explain(&self, response: &Response) -> Decision {
        if let Some(error) = response.diagnostics().errors().next() {
            return undecidable(&error.to_string());
        }
        let mut reasons: Vec<PolicyReason> = response.diagnostics().reason().map(|id| self.reason(id)).collect();
        if reasons.is_empty() {
            return Decision::deny("nothing-allows-it", "No rule allows it, and what is not allowed is denied");
        }
        reasons.sort();
        Decision { allowed: response.decision() == CedarDecision::Allow, reasons }
    }

    fn reason(&self, id: &PolicyId) -> PolicyReason {
        let mut text = self.rules.annotation(id, "reason").unwrap_or_default().to_owned();
        if let Some(law) = self.rules.annotation(id, "law") {
            text = format!("{text} ({law})");
        }
        PolicyReason { rule: id.to_string(), text }
    }

    /// The law of one cell of the regime table, where the rule is one of that table's.
    pub(crate) fn cell_law(&self, rule: &str, recipient: RecipientRegime) -> Option<&str> {
        self.rules.annotation(&PolicyId::new(rule), annotation_of(recipient))
    }
}

fn undecidable(problem: &str) -> Decision {
    Decision::deny("undecidable", &format!("Policy could not decide, so the answer is no: {problem}"))
}

/// The rules whose scope does not rule the action out. Cedar would skip the others one by one for every question; leaving them out
/// beforehand gives the same answers in a third of the time. Actions have no groups in the schema, so membership is equality.
fn rules_about(rules: &PolicySet, action: Action) -> PolicySet {
    let action = action_uid(action);
    let mut about = rules.clone();
    for rule in rules.policies() {
        let applies = match rule.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(only) => only == action,
            ActionConstraint::In(list) => list.contains(&action),
        };
        if !applies {
            // Cannot fail: the rule is in the set. Were it to stay, it would only be skipped.
            _ = about.remove_static(rule.id().clone());
        }
    }
    about
}

/// Adds the rules of one file under the names in their `@id` annotations.
fn add_rules(rules: &mut PolicySet, file: &'static str, text: &str) -> Result<(), PolicyError> {
    let syntax = |problem: String| PolicyError::Syntax { file, problem };
    for rule in PolicySet::from_str(text).map_err(|error| syntax(error.to_string()))?.policies() {
        let refuse = |problem| PolicyError::Rule { file, rule: rule.id().to_string(), problem };
        let name = rule.annotation("id").filter(|name| !name.is_empty()).ok_or_else(|| refuse("it has no @id"))?;
        if rule.annotation("reason").is_none_or(str::is_empty) {
            return Err(refuse("it has no @reason"));
        }
        rules.add(rule.new_id(PolicyId::new(name))).map_err(|_| refuse("its @id is taken by another rule"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_in_the_repository_hold_strictly() {
        let policy = Policy::load().unwrap();
        assert!(policy.rules.policies().count() > 30);
    }

    #[test]
    fn the_schema_names_exactly_the_actions_of_the_model() {
        let policy = Policy::load().unwrap();
        let mut of_schema: Vec<String> = policy.schema.actions().map(|uid| uid.id().unescaped().to_owned()).collect();
        let mut of_model: Vec<String> = Action::ALL.iter().map(|action| action.code().to_owned()).collect();
        of_schema.sort();
        of_model.sort();
        assert_eq!(of_schema, of_model);
    }

    #[test]
    fn every_policy_file_in_the_folder_is_compiled_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/policies");
        let mut on_disk: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("policies/{}", entry.unwrap().file_name().to_string_lossy()))
            .collect();
        let mut listed: Vec<String> = POLICY_FILES.iter().map(|(file, _)| (*file).to_owned()).collect();
        on_disk.sort();
        listed.sort();
        assert_eq!(on_disk, listed);
    }

    #[test]
    fn a_rule_without_a_name_or_with_a_taken_one_is_refused() {
        let mut rules = PolicySet::new();
        let error = add_rules(&mut rules, "x", "forbid (principal, action, resource);").unwrap_err();
        assert!(error.to_string().contains("it has no @id"), "{error}");
        let rule = "@id(\"a\") @reason(\"b\") forbid (principal, action, resource);";
        let error = add_rules(&mut rules, "x", &format!("{rule}{rule}")).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
    }
}
