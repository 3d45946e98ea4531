//! Real clients: `redis-cli` in a terminal and in pipes, `redis-benchmark`, redis-py.
//!
//! Where a person or a script would see output, the same is done with Redict (Redis soon after 7.2 under another name), and what
//! both show must be equal.

mod batch;
mod interactive;
mod python;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use russet_tests::launch::Running;
use russet_tests::peers::Server;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = interactive::trials();
    trials.extend(batch::trials());
    trials.extend(python::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Makes a trial of a function that shows what a person sees of a server: that must be the same with both servers.
fn same(
    name: impl Into<String>,
    show: impl Fn(&Running) -> Result<String, String> + Send + 'static,
) -> Trial {
    Trial::test(name, move || {
        let shown = |server| -> Result<String, String> {
            let running = Running::start(server, &[])?;
            let text = show(&running)?;
            // Redict says its own name where Redis said Redis.
            let port = running.address.port().to_string();
            Ok(text.replace(&port, "PORT").replace("Redict", "Redis").replace("redict", "redis"))
        };
        let (right, got) = (shown(Server::Redict)?, shown(Server::Russet)?);
        if right == got {
            return Ok(());
        }
        Err(Failed::from(format!("--- with redict:\n{right}\n--- with russet:\n{got}")))
    })
}
