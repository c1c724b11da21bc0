//! The contract every backend must keep, as tests that a backend's crate calls with its own store.
//!
//! Tests of one table group take a transaction of any type that has the group, so that a backend can be proven group by group;
//! they leave it uncommitted. Tests of a whole store take a fresh, empty [`Store`](crate::Store).
//! [`store_contract!`](crate::store_contract) makes a `#[test]` of each.

mod asks;
mod cases;
mod catalogue;
mod detectors;
mod findings;
mod inbox;
mod journal_entries;
mod journal_index;
mod labels;
mod local;
mod notices;
mod parcels;
mod people;
mod reviews;
mod sample;
mod screenings;
mod search;
mod statements;
mod subjects;
mod transactions;
mod witnesses;

pub use asks::{
    counts_of_asks_add_up, hits_come_back_until_they_expire, references_belong_to_one_partner,
    requests_are_answered_once_and_expire,
};
pub use cases::{cases_come_back_with_what_is_in_them, tasks_and_events_go_with_their_case};
pub use catalogue::{
    an_erased_file_is_seen_by_no_snapshot, files_are_seen_from_their_snapshot_on, only_known_tables_and_columns_take_files,
    random_changes_of_files_add_up, tables_keep_their_columns,
};
pub use detectors::{detectors_keep_their_settings_and_history, findings_are_counted_by_day, only_the_newest_runs_are_kept};
pub use findings::{
    a_finding_has_one_owner, a_recalled_finding_stays_recalled, decisions_stay_with_their_finding, derivations_are_found,
    erasing_findings_leaves_nothing, findings_are_filtered_and_ordered, findings_survive_whatever_their_numbers,
    revisions_keep_the_state,
};
pub use inbox::{
    budgets_and_saved_filters_come_back, budgets_draw_a_line_per_desk, the_inbox_is_filtered_ranked_and_counted,
    work_states_stay_with_their_finding,
};
pub use journal_entries::journal_entries_have_no_gaps_and_can_lose_their_content;
pub use journal_index::journal_entries_are_found_by_their_terms;
pub use labels::a_label_is_interned_once;
pub use local::{
    checkpoints_are_found_by_time, import_numbers_are_never_reused, imports_are_found_until_erased, leads_are_replaced,
    partners_come_back, runs_and_jobs_come_back,
};
pub use notices::{
    chunks_follow_each_other, corrections_are_kept, links_remember, notices_are_acknowledged_by_their_parcels,
    what_came_from_one_node_is_erased,
};
pub use parcels::{
    a_recalled_statement_arrives_ended, parcels_are_numbered_and_delivered, recalls_reach_those_who_have_it,
    received_parcels_count_once,
};
pub use people::{
    a_challenge_is_taken_once, a_passkey_has_one_owner, a_subject_is_bound_once, accounts_come_back, approvals_come_back,
    failed_sign_ins_are_kept_and_bounded, purposes_are_stated_per_case, second_factors_come_back_and_recovery_codes_count_once,
    sessions_end,
};
pub use reviews::reviews_come_back;
pub use sample::act;
pub use screenings::{screening_decisions_come_back, screening_sets_come_back, screenings_are_erased_by_the_clock};
pub use search::{entities_are_found_by_name, findings_are_found_by_title, relationships_are_found_from_their_ends};
pub use statements::{
    erasing_statements_empties_the_index, judgements_keep_their_order, selectors_find_entities, statements_are_filtered,
    statements_come_back_and_count_once, statements_end_once, statements_have_a_version, statements_in_any_order_and_batches,
};
pub use subjects::{
    a_held_finding_stays_as_it_was_decided, bundles_and_requests_come_back, statements_naming_someone_are_found_and_erased,
};
pub use transactions::{
    a_dropped_transaction_leaves_nothing, a_snapshot_only_reads, a_snapshot_sees_one_state, writers_queue_and_lose_nothing,
};

pub use witnesses::witnessed_logs_come_back;

/// Makes a `#[test]` of every test of the contract. `$open` gives a fresh, empty store.
///
/// ```ignore
/// oikos_registry::store_contract!(SqliteStore::in_memory().unwrap());
/// ```
#[macro_export]
macro_rules! store_contract {
    ($open:expr) => {
        $crate::store_contract!(@groups $open;
            a_label_is_interned_once, statements_come_back_and_count_once, statements_end_once, statements_are_filtered,
            statements_have_a_version, selectors_find_entities, erasing_statements_empties_the_index, judgements_keep_their_order,
            revisions_keep_the_state, a_finding_has_one_owner, a_recalled_finding_stays_recalled,
            findings_are_filtered_and_ordered, decisions_stay_with_their_finding, derivations_are_found,
            erasing_findings_leaves_nothing, leads_are_replaced, import_numbers_are_never_reused,
            imports_are_found_until_erased, runs_and_jobs_come_back, checkpoints_are_found_by_time,
            accounts_come_back, sessions_end, purposes_are_stated_per_case,
            second_factors_come_back_and_recovery_codes_count_once, a_passkey_has_one_owner, a_challenge_is_taken_once,
            a_subject_is_bound_once, failed_sign_ins_are_kept_and_bounded, approvals_come_back,
            partners_come_back, parcels_are_numbered_and_delivered,
            notices_are_acknowledged_by_their_parcels, corrections_are_kept, chunks_follow_each_other, links_remember,
            what_came_from_one_node_is_erased,
            received_parcels_count_once, recalls_reach_those_who_have_it, a_recalled_statement_arrives_ended,
            references_belong_to_one_partner, counts_of_asks_add_up, hits_come_back_until_they_expire,
            requests_are_answered_once_and_expire,
            tables_keep_their_columns, files_are_seen_from_their_snapshot_on, an_erased_file_is_seen_by_no_snapshot,
            only_known_tables_and_columns_take_files, journal_entries_have_no_gaps_and_can_lose_their_content,
            journal_entries_are_found_by_their_terms, witnessed_logs_come_back, reviews_come_back, bundles_and_requests_come_back,
            statements_naming_someone_are_found_and_erased, a_held_finding_stays_as_it_was_decided,
            work_states_stay_with_their_finding, the_inbox_is_filtered_ranked_and_counted, budgets_draw_a_line_per_desk,
            budgets_and_saved_filters_come_back, cases_come_back_with_what_is_in_them, tasks_and_events_go_with_their_case,
            entities_are_found_by_name, findings_are_found_by_title, relationships_are_found_from_their_ends,
            detectors_keep_their_settings_and_history, only_the_newest_runs_are_kept, findings_are_counted_by_day,
            screening_decisions_come_back, screening_sets_come_back, screenings_are_erased_by_the_clock,
        );
        $crate::store_contract!(@stores $open;
            statements_in_any_order_and_batches, findings_survive_whatever_their_numbers, random_changes_of_files_add_up,
            a_dropped_transaction_leaves_nothing, a_snapshot_only_reads, a_snapshot_sees_one_state,
            writers_queue_and_lose_nothing,
        );
    };
    (@groups $open:expr; $($test:ident,)+) => {
        $(#[test]
        fn $test() {
            let store = $open;
            let mut transaction = $crate::Store::begin(&store, &$crate::contract::act()).unwrap();
            $crate::contract::$test(&mut *transaction);
        })+
    };
    (@stores $open:expr; $($test:ident,)+) => {
        $(#[test]
        fn $test() {
            $crate::contract::$test(&$open);
        })+
    };
}
