//! Playbooks: what is to be done in a case of some kind, by whom, by when, under which law. One YAML file each.

use jiff::SignedDuration;
use oikos_model::{Action, Timestamp};
use oikos_registry::Transaction;
use serde::{Deserialize, Serialize};

use super::Case;
use super::history::{CaseEvent, CaseEventKind};
use super::tasks::Task;
use crate::{Caller, Node, NodeError};

macro_rules! playbook_files {
    ($($id:literal,)+) => {
        &[$(($id, include_str!(concat!("../../playbooks/", $id, ".yaml"))),)+]
    };
}

/// Every playbook by id; a test compares the list with the folder.
const PLAYBOOKS: &[(&str, &str)] =
    playbook_files!["critical-incident", "investment-notified", "paid-tasking", "sanctions-evasion", "ship-over-cable",];

/// A playbook as its file says it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Playbook {
    /// What it is for, in a line.
    title: String,
    /// When to use it.
    when: String,
    /// What is to be done.
    tasks: Vec<PlaybookTask>,
}

/// A task of a playbook.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaybookTask {
    /// What is to be done.
    pub text: String,
    /// The role whose task it is.
    pub role: String,
    /// Hours after the clock began.
    pub due_hours: u32,
    /// The law that gives the hours; absent: the house's own.
    #[serde(default)]
    pub law: Option<String>,
}

/// A playbook as people see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlaybookView {
    /// Its id: the name of its file.
    pub id: String,
    /// What it is for, in a line.
    pub title: String,
    /// When to use it.
    pub when: String,
    /// What is to be done.
    pub tasks: Vec<PlaybookTask>,
}

fn playbook(id: &str) -> Result<Playbook, NodeError> {
    let text = PLAYBOOKS.iter().find(|(known, _)| *known == id).map(|(_, text)| *text);
    let text = text.ok_or_else(|| NodeError::NotFound(format!("the playbook {id}")))?;
    yaml_serde::from_str(text).map_err(|error| NodeError::internal(format!("playbooks/{id}.yaml: {error}")))
}

impl Node {
    /// All playbooks.
    ///
    /// # Errors
    /// When policy refuses.
    pub fn list_playbooks(&self, caller: &Caller) -> Result<Vec<PlaybookView>, NodeError> {
        self.authorise(caller, Action::ReadCases)?;
        let view = |id: &str| {
            let Playbook { title, when, tasks } = playbook(id)?;
            Ok(PlaybookView { id: id.to_owned(), title, when, tasks })
        };
        PLAYBOOKS.iter().map(|(id, _)| view(id)).collect()
    }

    /// Adds the tasks of a playbook, due by the clock that began at `started_at`.
    pub(super) fn apply_playbook(
        &self,
        tx: &mut dyn Transaction,
        caller: &Caller,
        case: &Case,
        id: &str,
        started_at: Timestamp,
    ) -> Result<(), NodeError> {
        let playbook = playbook(id)?;
        case.check_room(tx, playbook.tasks.len())?;
        let now = self.clock().now();
        for PlaybookTask { text, role, due_hours, law } in playbook.tasks {
            let due = started_at.checked_add(SignedDuration::from_hours(i64::from(due_hours)));
            let due = due.map_err(|error| NodeError::Invalid(format!("the clock cannot have begun then: {error}")))?;
            let id = crate::ids::new_id(now);
            let task = Task { id, text, owner: None, role: Some(role), law, due_at: Some(due), done_at: None, done_by: None };
            task.put(tx, case)?;
        }
        case.put_event(tx, now, &CaseEvent::new(caller, CaseEventKind::PlaybookApplied)?.with_text(playbook.title))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use oikos_policy::Role;

    use super::*;

    #[test]
    fn every_playbook_in_the_folder_reads_and_says_who_does_what_by_when() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/playbooks");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".yaml").to_owned())
            .collect();
        files.sort();
        assert_eq!(files, PLAYBOOKS.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for (id, _) in PLAYBOOKS {
            let book = playbook(id).unwrap();
            assert!(!book.title.is_empty() && !book.when.is_empty() && !book.tasks.is_empty(), "{id}");
            for task in &book.tasks {
                Role::from_str(&task.role).unwrap();
                assert!(task.due_hours > 0 && !task.text.is_empty(), "{id}: {}", task.text);
            }
        }
    }

    #[test]
    fn the_clocks_of_the_law_are_those_of_the_law() {
        let hours = |id: &str, law: &str| {
            let tasks = playbook(id).unwrap().tasks;
            let task = tasks.into_iter().find(|task| task.law.as_ref().is_some_and(|cited| cited.contains(law)));
            task.unwrap().due_hours
        };
        assert_eq!(hours("critical-incident", "2022/2557 Art. 15(1)"), 24);
        assert_eq!(hours("critical-incident", "2022/2555 Art. 23(4)(a)"), 24);
        assert_eq!(hours("critical-incident", "2022/2555 Art. 23(4)(b)"), 72);
        assert_eq!(hours("investment-notified", "2019/452 Art. 6(7)"), 35 * 24);
    }
}
