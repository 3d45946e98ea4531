//! GEOPOS and GEOHASH: where members are, in degrees and as the text that others call a geohash.

use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use russet_structures::geohash::{self, Point};

command! {
    name: "GEOPOS", group: Geo, since: "3.2.0", complexity: "O(1) for each member requested.",
    summary: "Returns the longitude and latitude of members from a geospatial index.",
    syntax: "key [member [member ...]]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: geopos,
}

command! {
    name: "GEOHASH", group: Geo, since: "3.2.0", complexity: "O(1) for each member requested.",
    summary: "Returns members from a geospatial index as geohash strings.",
    syntax: "key [member [member ...]]",
    flags: READONLY,
    keys: [at(1).read_only().access()],
    run: geohash,
}

fn geopos(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.array(args.len() - 2)?;
    for member in args.iter_from(2) {
        match place(set, member) {
            Some(place) => super::results::answer_place(&mut cx.reply, place)?,
            None => cx.reply.null_array()?,
        }
    }
    Ok(())
}

fn geohash(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(1))?;
    cx.reply.array(args.len() - 2)?;
    for member in args.iter_from(2) {
        match place(set, member) {
            Some(place) => cx.reply.bulk(&geohash::text(place))?,
            None => cx.reply.null()?,
        }
    }
    Ok(())
}

/// Where a member is, if it is there. Any score stands for some place.
pub(super) fn place(set: Option<&SortedSet>, member: &[u8]) -> Option<Point> {
    set?.score(member).map(Point::of_score)
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn places_of_members_and_of_any_score() {
        let mut shell = conversation! {
            "GEOADD s 13.361389 38.115556 Palermo 180 85.05112878 corner => :2"
            "GEOPOS s Palermo none => *2 *2 $20 13.36138933897018433 $20 38.11555639549629859 *-1"
            "GEOPOS s corner => *1 *2 $3 180 $19 85.0511287799999991"
            "GEOPOS s => *0"
            "GEOPOS none a => *1 *-1"
            "GEOHASH s Palermo none => *2 $11 sqc8b49rny0 $-1"
            "GEOHASH none a => *1 $-1"
            "ZADD s -5 low inf high => :2"
            "GEOHASH s low high => *2 $11 bp05b5048p0 $11 00bh0hbj200"
        };
        shell.resp3();
        assert_eq!(
            shell.run("GEOPOS s Palermo none"),
            "*2 *2 ,13.36138933897018433 ,38.11555639549629859 _"
        );
    }
}
