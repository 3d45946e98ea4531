//! PERSIST: let a key stay.

use russet_engine::prelude::*;

command! {
    name: "PERSIST", group: Generic, since: "2.2.0", complexity: "O(1)",
    summary: "Removes the expiration time of a key.",
    syntax: "key",
    flags: WRITE | FAST,
    keys: [at(1).read_write().update()],
    run: persist,
}

fn persist(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let key = args.key(1);
    let volatile = cx.db.write(key).is_some_and(|entry| entry.expiry().is_some());
    if volatile {
        cx.db.set_expiry(key, None);
        cx.db.changed(key, Event::Persist);
    }
    cx.reply.flag(volatile)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn only_what_would_vanish_is_kept() {
        conversation! {
            "SET a 1 EX 10 => +OK"
            "PERSIST a => :1"
            "TTL a => :-1"
            "PERSIST a => :0"
            "PERSIST b => :0"
        };
    }
}
