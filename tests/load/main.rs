//! Many clients, slow clients, greedy clients, broken clients: nobody may starve or harm another.
//!
//! `cargo test -p russet-tests --test load`. One test at a time: each wants the machine for itself.

mod chaos;
mod crowd;
mod expiry;
mod limits;
mod manners;
mod memory;
mod output;
mod pubsub;
mod wakeups;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::client::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let check = |name: &str, body: fn() -> Result<(), String>| {
        Trial::test(name, move || body().map_err(Failed::from))
    };
    let trials = vec![
        check("crowd::ten_thousand_idle_and_a_thousand_busy", crowd::idle_and_busy),
        check("crowd::connections_that_come_and_go", crowd::come_and_go),
        check("crowd::beyond_maxclients", crowd::beyond_maxclients),
        check("crowd::idle_connections_time_out", crowd::time_out),
        check("manners::an_endless_pipeline_starves_nobody", manners::endless_pipeline),
        check("manners::a_huge_pipeline_in_one_write_is_answered_in_order", manners::huge_pipeline),
        check("manners::commands_a_byte_at_a_time", manners::byte_at_a_time),
        check("manners::commands_cut_anywhere_then_closed", manners::cut_anywhere),
        check("manners::random_bytes_harm_nobody", manners::random_bytes),
        check("output::a_slow_reader_gets_all_and_stops_nobody", output::slow_reader),
        check("output::the_hard_limit_closes", output::hard_limit),
        check("output::the_soft_limit_closes_after_its_seconds", output::soft_limit),
        check("output::a_reader_below_the_limit_stays", output::below_limit),
        check("pubsub::a_thousand_subscribers_and_one_who_does_not_read", pubsub::a_thousand_and_a_slow_one),
        check(
            "pubsub::subscriptions_cost_memory_only_while_they_last",
            pubsub::subscriptions_cost_memory_only_while_they_last,
        ),
        check("expiry::many_keys_in_the_same_second", expiry::at_once),
        check("memory::idle_connections_cost_little", memory::idle_connections),
        check("memory::what_is_announced_costs_nothing", memory::claims),
        check("memory::a_value_of_64_megabytes", memory::large_value),
        check("memory::replies_that_never_quite_drain", memory::never_drained),
        check("memory::comes_back_after_a_slow_reader", memory::after_a_slow_reader),
        check("memory::of_replies_that_nobody_wants", memory::unanswered),
        check("memory::the_query_buffer_limit_closes", memory::query_buffer_limit),
        check("memory::a_million_words_in_small_pieces", memory::many_words_in_pieces),
        check("limits::a_burst_of_writes_comes_back_under_the_cap", limits::burst_of_writes),
        check("limits::many_requests_leave_nothing_behind", limits::after_many_requests),
        check("limits::events_of_evictions_evict_nothing", limits::events_of_evictions),
        check("limits::the_largest_clients_go", limits::largest_clients_go),
        check("limits::a_reply_beyond_the_limit_is_not_begun", limits::reply_beyond_the_limit),
        check("wakeups::half_closed_sockets_are_answered_as_by_redis", wakeups::half_closed),
        check("wakeups::what_stands_behind_a_wait_runs_after_it", wakeups::behind_a_wait),
        check("wakeups::thousands_wait_for_a_pause_to_end", wakeups::paused),
        check("wakeups::a_burst_of_arrivals_is_taken_to_the_last", wakeups::arrivals_in_a_burst),
        check("wakeups::an_arrival_waits_for_a_descriptor", wakeups::arrival_without_descriptor),
        check("wakeups::pipelines_of_waits_cost_what_they_run", wakeups::pipelines_of_waits),
        check("wakeups::waiting_costs_no_processor_time", wakeups::waiting_costs_nothing),
        check("chaos::clients_without_any_order", chaos::without_order),
        check("wakeups::pieces_pauses_waits_and_late_readers", wakeups::everything_at_once),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Raises this process's limit of open files as far as it may.
fn raise_file_limit(wanted: u64) -> Result<(), String> {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(u64::MAX);
    if hard < wanted {
        return Err(format!("this machine allows {hard} open files, {wanted} are needed (ulimit -Hn)"));
    }
    let current = limit.current.map(|current| current.max(wanted));
    setrlimit(Resource::Nofile, Rlimit { current, maximum: limit.maximum }).map_err(|e| e.to_string())
}

/// A command's simple, integer or bulk reply as text.
fn ask(client: &mut Client, line: &str) -> Result<String, String> {
    let reply = client.line(line).map_err(|e| format!("{line}: {e}"))?;
    Ok(reply.value.integer().map_or_else(|| reply.value.lossy(), |n| n.to_string()))
}

/// A field of `INFO`.
fn info(client: &mut Client, field: &str) -> Result<String, String> {
    let all = ask(client, "INFO")?;
    let line = all.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.map(|value| value.trim().to_string()).ok_or_else(|| format!("INFO has no {field}"))
}

/// Waits until `good`, for at most `wait`.
fn until(what: &str, wait: Duration, mut good: impl FnMut() -> Result<bool, String>) -> Result<(), String> {
    let end = Instant::now() + wait;
    while !good()? {
        if Instant::now() > end {
            return Err(format!("{what}: not within {wait:?}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
