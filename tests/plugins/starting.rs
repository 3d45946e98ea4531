//! Plugins in the configuration: on the command line, in a redis.conf, in a RON file.

use super::libraries::{Libraries, text};
use super::talk::Talk;
use russet_tests::launch::{Running, temporary_directory};
use russet_tests::peers::Server;
use std::process::Command;

pub(crate) fn from_the_configuration(libraries: &Libraries) -> Result<(), String> {
    let (hello, troubled) = (text(&libraries.hello), text(&libraries.troubled));
    let check = |server: Running| {
        let mut talk = Talk::with(server)?;
        talk.check(&["HELLO.GREET x => *2 +Hello $-1", "TROUBLED.ABOUT x => *4 :0 $-1 :0 :0"])?;
        match talk.server.log_tail(100).contains("<troubled> told 2 things") {
            true => Ok(()),
            false => Err(talk.server.log_tail(100)),
        }
    };
    check(Running::start(Server::Russet, &["--loadmodule", hello, "--loadmodule", troubled, "a", "b"])?)?;

    let directory = temporary_directory()?;
    for (name, lines) in [
        ("redis.conf", format!("loadmodule {hello}\nloadmodule {troubled} a \"b c\"\n")),
        ("russet.ron", format!("(\n    plugins: [{hello:?}, [{troubled:?}, \"a\", \"b c\"]],\n)\n")),
    ] {
        let file = directory.path().join(name);
        std::fs::write(&file, lines).map_err(|error| error.to_string())?;
        check(Running::start_with_file(Server::Russet, &file, &[])?)?;
    }

    // One that cannot be loaded stops the start.
    let output = Command::new(Server::Russet.binary()?)
        .args(["--port", "0", "--unixsocket", "early.sock", "--loadmodule", text(&libraries.early)])
        .current_dir(directory.path())
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let is_right = output.status.code() == Some(1)
        && said.contains("failed to load: the plugin is built for version 9.0")
        && said.contains("Can't load module from")
        && !directory.path().join("constructor-ran").exists();
    if is_right { Ok(()) } else { Err(format!("{}\n{said}", output.status)) }
}
