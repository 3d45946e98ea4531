//! CLIENT ID: the number that no other client of this process ever has.

use russet_engine::prelude::*;

command! {
    name: "CLIENT|ID", group: Connection, since: "5.0.0", complexity: "O(1)",
    summary: "Returns the unique client ID of the connection.",
    flags: NOSCRIPT | LOADING | STALE,
    run: id,
}

fn id(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let id = cx.session.id;
    cx.reply.int(id as i64)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn is_never_used_again() {
        let mut shell = conversation! { "CLIENT ID => :1" };
        let first = shell.another();
        assert_eq!(shell.run("CLIENT ID"), ":2");
        shell.engine.disconnect(first);
        shell.another();
        assert_eq!(shell.run("CLIENT ID"), ":3");
    }
}
