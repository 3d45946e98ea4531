//! Files that outlive the server: what is written when, what is loaded again, and what is refused.
//!
//! A check that says `both` is played to Redis as well, which shows that it asks for what Redis does.

mod journal;
mod journal_tail;
mod loading;
mod place;
mod refusals;
mod snapshots;
mod stops;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::peers::Server;

type Check = fn(Server) -> Result<(), String>;
type OwnCheck = fn() -> Result<(), String>;

const BOTH: &[(&str, Check)] = &[
    ("snapshots::what_is_saved_is_there_after_a_kill", snapshots::what_is_saved_is_there_after_a_kill),
    ("snapshots::clients_are_served_meanwhile", snapshots::clients_are_served_meanwhile),
    ("snapshots::save_points", snapshots::save_points),
    ("snapshots::failures_stop_writes", snapshots::failures_stop_writes),
    ("snapshots::a_killed_child", snapshots::a_killed_child),
    ("snapshots::flushall", snapshots::flushall),
    ("snapshots::in_a_transaction", snapshots::in_a_transaction),
    ("snapshots::reload", snapshots::reload),
    ("stops::save_as_configured", stops::save_as_configured),
    ("stops::refused_unless_forced", stops::refused_unless_forced),
    ("stops::a_child_is_killed", stops::a_child_is_killed),
    ("stops::what_was_answered_is_saved", stops::what_was_answered_is_saved),
    ("loading::clients_are_told_to_wait", loading::clients_are_told_to_wait),
    ("loading::a_stop_leaves_the_file", loading::a_stop_leaves_the_file),
    ("loading::expired_keys_are_left_out", loading::expired_keys_are_left_out),
    ("loading::damaged_files", loading::damaged_files),
    ("journal::what_is_written", journal::what_is_written),
    ("journal::loaded_again_in_a_transaction", journal::loaded_again_in_a_transaction),
    ("journal::rewrites", journal::rewrites),
    ("journal::grows_and_is_rewritten", journal::grows_and_is_rewritten),
    ("journal::switched_on_and_off", journal::switched_on_and_off),
    ("journal::cannot_be_switched_on", journal::cannot_be_switched_on),
    ("journal::an_old_file_is_taken_over", journal::an_old_file_is_taken_over),
    ("journal::annotations", journal::annotations),
    ("journal::what_time_did_is_replayed", journal::what_time_did_is_replayed),
    ("journal_tail::a_cut_file_is_continued", journal_tail::a_cut_file_is_continued),
    ("journal_tail::what_is_refused", journal_tail::what_is_refused),
    ("journal_tail::what_is_obeyed", journal_tail::what_is_obeyed),
];

/// What Redis does in another way, or cannot be asked for.
const OWN: &[(&str, OwnCheck)] = &[
    ("refusals::manifests", refusals::manifests),
    ("refusals::files", refusals::files),
    ("journal_tail::every_cut_leaves_what_is_whole", journal_tail::every_cut_leaves_what_is_whole),
    ("journal_tail::a_start_on_any_cut_goes_on", journal_tail::a_start_on_any_cut_goes_on),
    ("journal_tail::what_is_no_command_is_refused", journal_tail::what_is_no_command_is_refused),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let both = BOTH.iter().flat_map(|&(name, check)| {
        [Server::Russet, Server::Redis].map(|server| {
            Trial::test(format!("{name}::{server}"), move || check(server).map_err(Failed::from))
        })
    });
    let own = OWN.iter().map(|&(name, check)| Trial::test(name, move || check().map_err(Failed::from)));
    libtest_mimic::run(&arguments, both.chain(own).collect()).exit_code()
}
