//! GEOADD: put places into a sorted set.

use super::coordinates;
use russet_engine::prelude::*;
use russet_engine::value::{SortedSet, sorted_set::Limits};
use russet_structures::geohash::{Cell, STEPS};

command! {
    name: "GEOADD", group: Geo, since: "3.2.0",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    summary: "Adds one or more members to a geospatial index. The key is created if it doesn't exist.",
    syntax: "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
    notes: [
        of("NX | XX").since("6.2.0"),
        of("CH").since("6.2.0"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).read_write().update()],
    history: [
        ("6.2.0", "Added the `CH`, `NX` and `XX` options."),
    ],
    run: geoadd,
}

fn geoadd(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let (mut only_new, mut only_present, mut count_changed) = (false, false, false);
    let mut first = 2;
    loop {
        if args.is(first, "NX") {
            only_new = true;
        } else if args.is(first, "XX") {
            only_present = true;
        } else if args.is(first, "CH") {
            count_changed = true;
        } else {
            break;
        }
        first += 1;
    }
    let places = (args.len() - first) / 3;
    if !(args.len() - first).is_multiple_of(3) || places == 0 || (only_new && only_present) {
        return Err(Error::SYNTAX);
    }
    let mut scores = Vec::with_capacity(places);
    for at in (first..args.len()).step_by(3) {
        scores.push(Cell::of(coordinates::point(args, at)?, STEPS).score());
    }
    let key = args.key(1);
    let limits = Limits::of(&cx.core.params);
    let hasher = args.hasher();
    let (mut added, mut updated) = (0, 0);
    let put = |set: &mut SortedSet| {
        set.expect(places, limits, hasher);
        for (at, &score) in (first..).step_by(3).zip(&scores) {
            let change = set.update(args.word(at + 2), limits, hasher, |before| match before {
                Some(_) => (!only_new).then_some(score),
                None => (!only_present).then_some(score),
            });
            added += usize::from(change.added());
            updated += usize::from(change.updated());
        }
    };
    if only_present {
        cx.db.edit(key, put)?;
    } else {
        let make = || SortedSet::new(places, args.word(first + 2).len(), limits, hasher);
        cx.db.edit_or_insert(key, make, put)?;
    }
    if added + updated > 0 {
        cx.db.changed(key, Event::ZAdd);
        cx.db.count_changes(added + updated - 1);
    }
    cx.reply.count(if count_changed { added + updated } else { added })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn conditions_and_counts() {
        conversation! {
            "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2"
            "ZSCORE s Palermo => $16 3479099956230698"
            "GEOADD s CH 13.361389 38.115557 Palermo 1 1 new => :1"
            "GEOADD s XX CH 14 38 Palermo 1 1 other => :1"
            "GEOADD s NX CH 13 38 Palermo 1 1 other 2 2 other => :1"
            "GEOADD none XX 1 1 a => :0"
            "EXISTS none => :0"
            "GEOADD s NX XX 1 1 a => -ERR syntax error"
            "GEOADD s NX CH CH => -ERR syntax error"
            "GEOADD s 1 1 a 2 => -ERR syntax error"
            "GEOADD s 1 x a => -ERR value is not a valid float"
            "GEOADD s 1 1 a 1 86 b => -ERR invalid longitude,latitude pair 1.000000,86.000000"
            "GEOADD s inf -inf b => -ERR invalid longitude,latitude pair inf,-inf"
            "ZSCORE s a => $-1"
            "SET t x => +OK"
            "GEOADD t 1 1 a => -WRONGTYPE Operation against a key holding the wrong kind of value"
        };
    }
}
