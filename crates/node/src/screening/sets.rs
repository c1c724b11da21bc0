//! Sets of subjects that stay screened. When a list changes, only those are searched again to whom the change can matter; what is new and
//! what is gone is said. Other settings can be tried on a set before anyone relies on them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use oikos_matching::{Entity, subjects_touched};
use oikos_model::{Action, Label, LabelId, Marking, Scope, Timestamp, Tlp};
use oikos_registry::{ScreenedSubjectRow, ScreeningSetRow, Transaction};
use serde::{Deserialize, Serialize};

use super::decide::MatchVerdict;
use super::index::{Lists, pages};
use super::screen::{ScreeningAnswer, ScreeningMatch, ScreeningSettings, answer, check_count};
use super::subject::ScreeningSubject;
use crate::entities::EntityPath;
use crate::findings::seconds;
use crate::sessions::own_name;
use crate::{Caller, Node, NodeError, Noted};

const TITLE_BYTES_MAXIMUM: usize = 200;
/// Most subjects of one set.
const SET_MAXIMUM: usize = 100_000;
/// Subjects are kept so long; a set that is still needed is made anew, for a reason that still holds.
const KEPT_DAYS: i64 = 365;

/// A set to be kept.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewScreeningSet {
    /// What people call it.
    pub title: String,
    /// The first subjects, 1,000 at most; more are added after.
    pub subjects: Vec<ScreeningSubject>,
    /// How they are screened.
    #[serde(default)]
    pub settings: ScreeningSettings,
}

/// More subjects of a set.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoreSubjects {
    /// Whom; 1,000 at most.
    pub subjects: Vec<ScreeningSubject>,
}

/// A set as a line of the list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ScreeningSetView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Who keeps it.
    pub owner: String,
    /// How its subjects are screened.
    pub settings: ScreeningSettings,
    /// How many they are.
    pub subjects: u64,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it was screened last.
    pub screened_at: Option<String>,
    /// Until when it is kept.
    pub expires_at: Option<String>,
}

/// What screening a set again came to.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Rescreening {
    /// The set as it is now.
    pub set: ScreeningSetView,
    /// How many listed entities changed since it was screened last.
    pub changed_entities: usize,
    /// How many subjects were searched again, because that can matter to them.
    pub searched: usize,
    /// Matches that were not there before.
    pub new: Vec<ScreeningMatch>,
    /// Matches that are no more.
    pub gone: Vec<ScreeningMatch>,
}

/// What other settings would do to a set. Nothing is kept.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ScreeningWhatIf {
    /// Matches as they are.
    pub matches: usize,
    /// Matches as they would be.
    pub would_match: usize,
    /// Matches that would be new.
    pub would_be_new: usize,
    /// Matches that would be gone.
    pub would_be_gone: usize,
    /// Of those a person confirmed as hits, how many would be gone: each one is somebody who would be missed.
    pub hits_lost: Vec<ScreeningMatch>,
    /// Of those that were cleared, how many would be gone.
    pub cleared_lost: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SetContent {
    title: String,
    settings: ScreeningSettings,
    subjects: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SubjectContent {
    subject: ScreeningSubject,
    matches: Vec<ScreeningMatch>,
}

/// A set with its row and what the row keeps.
struct Set {
    row: ScreeningSetRow,
    content: SetContent,
}

impl Node {
    /// Keeps a set and screens its first subjects.
    ///
    /// # Errors
    /// When policy refuses, the title is missing, or a subject or a setting is not in order.
    pub fn keep_screening_set(&self, caller: &Caller, request: &NewScreeningSet) -> Result<ScreeningSetView, NodeError> {
        let title = request.title.trim();
        if title.is_empty() || title.len() > TITLE_BYTES_MAXIMUM {
            return Err(NodeError::Invalid(format!("title: say what the set is in 1 to {TITLE_BYTES_MAXIMUM} bytes")));
        }
        let owner = own_name(caller)?.clone();
        let now = self.clock().now();
        self.write(caller, Action::KeepScreeningSet, |tx| {
            let label = self.set_label(caller, now)?;
            let row = ScreeningSetRow {
                id: crate::ids::new_id(now),
                label: tx.intern_label(&label)?,
                owner,
                created_at: now,
                screened_at: None,
                content: serde_json::Value::Null,
            };
            let content = SetContent { title: title.to_owned(), settings: request.settings.clone(), subjects: 0 };
            let mut set = Set { row, content };
            set.put(tx)?;
            self.add_to_set(tx, caller, &mut set, &request.subjects)?;
            let noted = Noted::about(vec![set.subject()]).with_detail(serde_json::json!({ "subjects": set.content.subjects }));
            Ok((set.view(tx)?, noted))
        })
    }

    /// Adds subjects to a set, screened.
    ///
    /// # Errors
    /// When policy refuses, there is no such set, a subject is not in order, or the set would become too large.
    pub fn add_screened_subjects(&self, caller: &Caller, id: &str, more: &MoreSubjects) -> Result<ScreeningSetView, NodeError> {
        self.write(caller, Action::KeepScreeningSet, |tx| {
            let mut set = self.visible_set(tx, caller, id)?;
            self.add_to_set(tx, caller, &mut set, &more.subjects)?;
            let noted = Noted::about(vec![set.subject()]).with_detail(serde_json::json!({ "added": more.subjects.len() }));
            Ok((set.view(tx)?, noted))
        })
    }

    /// The sets the caller may see, newest first.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_screening_sets(&self, caller: &Caller) -> Result<Vec<ScreeningSetView>, NodeError> {
        self.write(caller, Action::Screen, |tx| {
            let labels = self.permitted_labels(tx, caller, Action::Screen)?;
            let sets = tx.screening_sets(Some(&labels))?.into_iter().map(Set::of).collect::<Result<Vec<_>, _>>()?;
            let subjects = sets.iter().map(Set::subject).collect();
            let views = sets.iter().map(|set| set.view(tx)).collect::<Result<Vec<_>, _>>()?;
            Ok((views, Noted::about(subjects)))
        })
    }

    /// A set's matches, ranked, with what was said of them.
    ///
    /// # Errors
    /// When policy refuses or there is no such set for the caller.
    pub fn screening_set_matches(&self, caller: &Caller, id: &str) -> Result<ScreeningAnswer, NodeError> {
        self.write(caller, Action::Screen, |tx| {
            let set = self.visible_set(tx, caller, id)?;
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let lists = self.lists(tx, &labels, set.content.settings.datasets()?)?;
            let mut matches = Vec::new();
            for content in set.subjects(tx)?.into_values() {
                for mut found in content.matches.into_iter().filter(|found| lists.has(&found.entity)) {
                    found.decision = self.decision_on(tx, &found, &labels)?;
                    matches.push(found);
                }
            }
            let count = usize::try_from(set.content.subjects).unwrap_or(usize::MAX);
            let answer = answer(&lists, count, matches, set.content.settings.budget);
            let noted = Noted::about(vec![set.subject()]).with_detail(serde_json::json!({ "matches": answer.matches.len() }));
            Ok((answer, noted))
        })
    }

    /// Screens a set again as far as the lists changed since; with `all`, whole.
    ///
    /// # Errors
    /// When policy refuses or there is no such set for the caller.
    pub fn rescreen_set(&self, caller: &Caller, id: &str, all: bool) -> Result<Rescreening, NodeError> {
        self.write(caller, Action::KeepScreeningSet, |tx| {
            let mut set = self.visible_set(tx, caller, id)?;
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let lists = self.lists(tx, &labels, set.content.settings.datasets()?)?;
            let kept = set.subjects(tx)?;
            let changed = changed_since(tx, &labels, &lists, set.row.screened_at)?;
            let places = if all { kept.keys().copied().collect() } else { touched(&kept, &changed, &lists)? };
            let mut report = Rescreening {
                set: set.view(tx)?,
                changed_entities: changed.len(),
                searched: places.len(),
                new: vec![],
                gone: vec![],
            };
            let mut rows = Vec::new();
            for place in places {
                let Some(before) = kept.get(&place) else { continue };
                let after = self.screened(tx, &lists, &labels, &before.subject, place, &set.content.settings)?;
                report.new.extend(without(&after, &before.matches));
                report.gone.extend(without(&before.matches, &after));
                rows.push(subject_row(place, &SubjectContent { subject: before.subject.clone(), matches: after })?);
            }
            tx.put_screened_subjects(&set.row.id, &rows)?;
            set.row.screened_at = Some(self.clock().now());
            set.put(tx)?;
            report.set = set.view(tx)?;
            let matched = report.new.iter().map(|found| found.entity.subject()).take(SET_MAXIMUM.min(500));
            let subjects = std::iter::once(set.subject()).chain(matched).collect();
            let detail = serde_json::json!({ "searched": report.searched, "new": report.new.len(), "gone": report.gone.len() });
            Ok((report, Noted::about(subjects).with_detail(detail)))
        })
    }

    /// What other settings would do to a set. Nothing is kept.
    ///
    /// # Errors
    /// When policy refuses, there is no such set for the caller, or a setting is out of its bounds.
    pub fn screening_what_if(
        &self,
        caller: &Caller,
        id: &str,
        settings: &ScreeningSettings,
    ) -> Result<ScreeningWhatIf, NodeError> {
        settings.read()?;
        self.write(caller, Action::Screen, |tx| {
            let set = self.visible_set(tx, caller, id)?;
            let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
            let lists = self.lists(tx, &labels, settings.datasets()?)?;
            let mut tried = ScreeningWhatIf {
                matches: 0,
                would_match: 0,
                would_be_new: 0,
                would_be_gone: 0,
                hits_lost: vec![],
                cleared_lost: 0,
            };
            for (place, before) in set.subjects(tx)? {
                let after = self.screened(tx, &lists, &labels, &before.subject, place, settings)?;
                tried.matches += before.matches.len();
                tried.would_match += after.len();
                tried.would_be_new += without(&after, &before.matches).len();
                for mut lost in without(&before.matches, &after) {
                    tried.would_be_gone += 1;
                    lost.decision = self.decision_on(tx, &lost, &labels)?;
                    match lost.decision.as_ref().map(|said| said.verdict) {
                        Some(MatchVerdict::Hit) => tried.hits_lost.push(lost),
                        Some(MatchVerdict::Cleared) => tried.cleared_lost += 1,
                        Some(MatchVerdict::Withdrawn) | None => {}
                    }
                }
            }
            let detail = serde_json::json!({ "what_if": settings, "would_match": tried.would_match });
            Ok((tried, Noted::about(vec![set.subject()]).with_detail(detail)))
        })
    }

    /// Removes a set with its subjects and their matches. What was said of matches stays.
    ///
    /// # Errors
    /// When policy refuses or there is no such set for the caller.
    pub fn remove_screening_set(&self, caller: &Caller, id: &str) -> Result<(), NodeError> {
        self.write(caller, Action::KeepScreeningSet, |tx| {
            let set = self.visible_set(tx, caller, id)?;
            tx.remove_screening_set(&set.row.id)?;
            Ok(((), Noted::about(vec![set.subject()]).with_detail(serde_json::json!({ "removed": true }))))
        })
    }

    fn add_to_set(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        set: &mut Set,
        subjects: &[ScreeningSubject],
    ) -> Result<(), NodeError> {
        check_count(subjects.len())?;
        let after = set.content.subjects + subjects.len() as u64;
        if after > SET_MAXIMUM as u64 {
            return Err(NodeError::Invalid(format!("a set has at most {SET_MAXIMUM} subjects, and this would make {after}")));
        }
        let labels = self.permitted_labels(tx, caller, Action::ReadStatements)?;
        let lists = self.lists(tx, &labels, set.content.settings.datasets()?)?;
        let mut rows = Vec::with_capacity(subjects.len());
        for (place, subject) in (set.content.subjects..).zip(subjects) {
            let matches = self.screened(tx, &lists, &labels, subject, place, &set.content.settings)?;
            rows.push(subject_row(place, &SubjectContent { subject: subject.clone(), matches })?);
        }
        tx.put_screened_subjects(&set.row.id, &rows)?;
        set.content.subjects = after;
        // A set that is filled part by part is screened as it was when the first part came: what changed since is looked at again.
        set.row.screened_at.get_or_insert(self.clock().now());
        set.put(tx)
    }

    /// The matches of one subject of a set, without what is said of them: that is looked up when they are shown.
    fn screened(
        &self,
        tx: &dyn Transaction,
        lists: &Lists,
        labels: &[LabelId],
        subject: &ScreeningSubject,
        place: u64,
        settings: &ScreeningSettings,
    ) -> Result<Vec<ScreeningMatch>, NodeError> {
        let named = ScreeningSubject { id: Some(subject.id.clone().unwrap_or_else(|| place.to_string())), ..subject.clone() };
        let mut matches = self.screen_against(tx, lists, labels, std::slice::from_ref(&named), &settings.read()?)?;
        matches.iter_mut().for_each(|found| found.decision = None);
        Ok(matches)
    }

    fn visible_set(&self, tx: &dyn Transaction, caller: &Caller, id: &str) -> Result<Set, NodeError> {
        let labels = self.permitted_labels(tx, caller, Action::Screen)?;
        let row = tx.screening_set(id)?.filter(|row| labels.contains(&row.label));
        Set::of(row.ok_or_else(|| NodeError::NotFound(format!("the set {id} of screened subjects")))?)
    }

    /// Whom one keeps screened is case data of that purpose: people of this node who work for it see it, and nobody else.
    fn set_label(&self, caller: &Caller, now: Timestamp) -> Result<Label, NodeError> {
        let expires = now.checked_add(SignedDuration::from_hours(24 * KEPT_DAYS)).map_err(NodeError::internal)?;
        let marking = Marking::new(self.config().regime, Tlp::Amber, [caller.purpose.clone()]);
        Ok(Label { marking: Marking { expires: Some(expires), ..marking }, origin: self.id().clone(), scope: Scope::Node })
    }
}

impl Set {
    fn of(row: ScreeningSetRow) -> Result<Self, NodeError> {
        let content = serde_json::from_value(row.content.clone()).map_err(NodeError::internal)?;
        Ok(Self { row, content })
    }

    fn put(&mut self, tx: &mut dyn Transaction) -> Result<(), NodeError> {
        self.row.content = serde_json::to_value(&self.content).map_err(NodeError::internal)?;
        Ok(tx.put_screening_set(&self.row)?)
    }

    fn subject(&self) -> String {
        format!("screening-set:{}", self.row.id)
    }

    fn subjects(&self, tx: &dyn Transaction) -> Result<BTreeMap<u64, SubjectContent>, NodeError> {
        let rows = tx.screened_subjects(&self.row.id, 0, SET_MAXIMUM)?;
        let read =
            |row: ScreenedSubjectRow| Ok((row.position, serde_json::from_value(row.content).map_err(NodeError::internal)?));
        rows.into_iter().map(read).collect()
    }

    fn view(&self, tx: &dyn Transaction) -> Result<ScreeningSetView, NodeError> {
        Ok(ScreeningSetView {
            id: self.row.id.clone(),
            title: self.content.title.clone(),
            owner: self.row.owner.to_string(),
            settings: self.content.settings.clone(),
            subjects: self.content.subjects,
            created_at: seconds(self.row.created_at),
            screened_at: self.row.screened_at.map(seconds),
            expires_at: tx.label(self.row.label)?.and_then(|label| label.marking.expires).map(seconds),
        })
    }
}

fn subject_row(position: u64, content: &SubjectContent) -> Result<ScreenedSubjectRow, NodeError> {
    Ok(ScreenedSubjectRow { position, content: serde_json::to_value(content).map_err(NodeError::internal)? })
}

/// Those of `these` whose pair is not among `others`.
fn without(these: &[ScreeningMatch], others: &[ScreeningMatch]) -> Vec<ScreeningMatch> {
    let pairs: BTreeSet<&EntityPath> = others.iter().map(|found| &found.entity).collect();
    these.iter().filter(|found| !pairs.contains(&found.entity)).cloned().collect()
}

/// Ids of listed entities of which a statement came or ended since.
fn changed_since(
    tx: &dyn Transaction,
    labels: &[LabelId],
    lists: &Lists,
    since: Option<Timestamp>,
) -> Result<BTreeSet<EntityPath>, NodeError> {
    let mut changed = BTreeSet::new();
    let is_new = |at: Timestamp| since.is_none_or(|since| at >= since);
    for dataset in lists.datasets() {
        pages(tx, labels, dataset, true, |page| {
            for statement in page.iter().filter(|one| is_new(one.recorded_at) || one.ended_at.is_some_and(is_new)) {
                changed.insert(EntityPath {
                    origin: statement.origin.clone(),
                    dataset: statement.dataset.clone(),
                    entity: statement.content.entity.clone(),
                });
            }
        })?;
    }
    Ok(changed)
}

/// Subjects to whom the change can matter: those who matched somebody who changed or is gone, and those whom one of the changed could meet.
fn touched(
    kept: &BTreeMap<u64, SubjectContent>,
    changed: &BTreeSet<EntityPath>,
    lists: &Lists,
) -> Result<BTreeSet<u64>, NodeError> {
    let matters = |found: &ScreeningMatch| changed.contains(&found.entity) || !lists.has(&found.entity);
    let matched = kept.iter().filter(|(_, one)| one.matches.iter().any(matters)).map(|(place, _)| *place);
    let mut places: BTreeSet<u64> = matched.collect();
    let positions: Vec<u64> = kept.keys().copied().collect();
    let subjects = kept.values().map(|one| one.subject.entity(0)).collect::<Result<Vec<Entity>, _>>()?;
    let entities: Vec<Entity> = changed.iter().filter_map(|path| lists.entities.get(path)).flatten().cloned().collect();
    let met = subjects_touched(&subjects, &entities).map_err(NodeError::internal)?;
    places.extend(met.into_iter().filter_map(|place| positions.get(place).copied()));
    Ok(places)
}
