//! Start and end: arguments, files, sockets, signals, crashes.

mod crashing;
mod ending;
mod listening;
mod settings;
mod users;

use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::peers::Server;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let check = |name: &str, body: fn() -> Result<(), String>| {
        Trial::test(name, move || body().map_err(Failed::from))
    };
    let trials = vec![
        check("settings::version", settings::version),
        check("settings::help", settings::help),
        check("settings::redis_conf", settings::redis_conf),
        check("settings::ron", settings::ron),
        check("settings::command_line_wins", settings::command_line_wins),
        check("settings::unknown_in_redis_conf", settings::unknown_in_redis_conf),
        check("settings::unknown_in_ron", settings::unknown_in_ron),
        check("settings::unknown_on_the_command_line", settings::unknown_on_the_command_line),
        check("settings::unreadable_values", settings::unreadable_values),
        check("settings::rewrite_survives_a_restart", settings::rewrite),
        check("users::acl_file", users::acl_file),
        check("users::lines_of_the_configuration", users::lines_of_the_configuration),
        check("users::mistakes_stop_the_start", users::mistakes_stop_the_start),
        check("listening::several_addresses", listening::several_addresses),
        check("listening::unix_socket", listening::unix_socket),
        check("listening::port_in_use", listening::port_in_use),
        check("listening::ready_line", listening::ready_line),
        check("listening::daemon", listening::daemon),
        check("listening::systemd_is_told", listening::systemd_is_told),
        check("crashing::every_signal", crashing::every_signal),
        check("crashing::what_broke_it", crashing::what_broke_it),
        check("crashing::what_clients_sent_is_hidden", crashing::what_clients_sent_is_hidden),
        check("crashing::a_panic", crashing::a_panic),
        check("crashing::without_a_report", crashing::without_a_report),
        check("crashing::the_watchdog_shows_where_it_stands", crashing::the_watchdog_shows_where_it_stands),
        check("crashing::a_child_that_breaks_is_told_of", crashing::a_child_that_breaks_is_told_of),
        check("ending::sigterm", ending::sigterm),
        check("ending::sigint", ending::sigint),
        check("ending::shutdown_command", ending::shutdown_command),
        check("ending::a_second_sigint_forces", ending::second_sigint),
        check("ending::replies_are_flushed", ending::replies_are_flushed),
        check("ending::sigterm_while_many_talk", ending::sigterm_while_many_talk),
        check("ending::a_kill_leaves_nothing_in_the_way", ending::kill),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Runs the server with arguments on which it must end by itself: exit code, and all that it printed.
fn run_to_end(arguments: &[&str]) -> Result<(i32, String), String> {
    let directory = tempfile::tempdir().map_err(|e| e.to_string())?;
    let output = Command::new("timeout")
        .arg("10")
        .arg(Server::Russet.binary()?)
        .args(arguments)
        .current_dir(directory.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|e| e.to_string())?;
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(124) | None => Err(format!("did not end ({}):\n{text}", output.status)),
        Some(code) => Ok((code, text)),
    }
}

/// That all of `parts` stand in `text`.
fn contains(text: &str, parts: &[&str]) -> Result<(), String> {
    match parts.iter().find(|part| !text.contains(**part)) {
        None => Ok(()),
        Some(part) => Err(format!("{part:?} is missing in:\n{text}")),
    }
}
