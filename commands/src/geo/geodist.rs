//! GEODIST: how far two members are from each other.

use super::coordinates;
use super::geopos::place;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use russet_structures::geohash::{Unit, distance};

command! {
    name: "GEODIST", group: Geo, since: "3.2.0", complexity: "O(1)",
    summary: "Returns the distance between two members of a geospatial index.",
    syntax: "key member1 member2 [M | KM | FT | MI]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: geodist,
}

fn geodist(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let unit = match args.len() {
        4 => Unit::Metre,
        5 => coordinates::unit(args, 4)?,
        _ => return Err(Error::SYNTAX),
    };
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    match (place(set, args.word(2)), place(set, args.word(3))) {
        (Some(from), Some(to)) => super::results::answer_distance(&mut cx.reply, distance(from, to) / unit.metres()),
        _ => cx.reply.null(),
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn in_all_units() {
        conversation! {
            "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2"
            "GEODIST s Palermo Catania => $11 166274.1516"
            "GEODIST s Palermo Catania km => $8 166.2742"
            "GEODIST s Palermo Catania MI => $8 103.3182"
            "GEODIST s Palermo Catania ft => $11 545518.8700"
            "GEODIST s Palermo none => $-1"
            "GEODIST none Palermo none => $-1"
            "GEODIST none a b cm => -ERR unsupported unit provided. please use M, KM, FT, MI"
            "GEODIST none a b m m => -ERR syntax error"
        };
    }
}
