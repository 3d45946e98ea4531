//! What a search finds: looked for, put in order, answered or stored.

use super::query::{Destination, Direction, Form, Query};
use russet_engine::Reply;
use russet_engine::number::{LongDouble, double};
use russet_engine::prelude::*;
use russet_engine::value::{SortedSet, sorted_set::Limits};
use russet_structures::element::Element;
use russet_structures::geohash::{Point, Search, Unit};
use std::ops::{Bound, ControlFlow};

/// A member inside the area.
#[derive(Clone, Copy)]
struct Found<'a> {
    member: Element<'a>,
    score: f64,
    /// From the centre, in metres.
    distance: f64,
}

/// Runs a request of any form.
///
/// O(log n + m) with m the number of members in the cells around the area, and O(log k) for each of those inside it where k
/// of them are wanted in order. Memory is in proportion to what is answered.
pub(super) fn run(cx: &mut Context<'_>, args: Args<'_>, form: Form) -> Outcome {
    let set = cx.db.get::<SortedSet>(args.key(form.source()))?;
    let query = Query::read(args, form, set)?;
    let place = set.zip(query.search());
    let Some(Destination { key, distances }) = query.destination else {
        return match place {
            Some((set, search)) => answer(&mut cx.reply, set, &search, &query),
            None => cx.reply.array(0),
        };
    };
    let (found, unit) = place.map_or((Vec::new(), Unit::Metre), |(set, search)| (find(set, &search, &query), search.unit));
    let scored = |found: &Found<'_>| if distances { found.distance / unit.metres() } else { found.score };
    let elements = || found.iter().map(|found| (found.member, scored(found)));
    let set = SortedSet::from_sorted(elements, Limits::of(&cx.core.params), args.hasher());
    let len = found.len();
    if len == 0 {
        cx.db.delete(key);
    } else {
        cx.db.replace(key, set);
        cx.db.changed(key, form.stored());
        cx.db.count_changes(len - 1);
    }
    cx.reply.count(len)
}

/// The order in which members are wanted. Who wants a few in no order wants the nearest, unless any will do.
fn direction(query: &Query<'_>) -> Option<Direction> {
    match (query.direction, query.count) {
        (None, Some(_)) if !query.any => Some(Direction::NearestFirst),
        (direction, _) => direction,
    }
}

/// Shows the members inside the area.
fn each_inside<'a>(set: &'a SortedSet, search: &Search, mut see: impl FnMut(Found<'a>) -> ControlFlow<()>) {
    let mut inside = search.scores().flat_map(|scores| {
        set.range(set.score_range(Bound::Included(scores.start as f64), Bound::Excluded(scores.end as f64)))
    });
    let _ = inside.try_for_each(|(member, score)| match search.distance_if_inside(Point::of_score(score)) {
        Some(distance) => see(Found { member, score, distance }),
        None => ControlFlow::Continue(()),
    });
}

/// The members that are wanted. Those at the same distance come in the order in which they are met.
fn find<'a>(set: &'a SortedSet, search: &Search, query: &Query<'_>) -> Vec<Found<'a>> {
    let (wanted, direction) = (query.count.unwrap_or(usize::MAX), direction(query));
    let mut found: Vec<Found<'a>> = Vec::new();
    each_inside(set, search, |member| {
        found.push(member);
        if query.any && found.len() == wanted {
            return ControlFlow::Break(());
        }
        // Twice as many as are wanted: then half of them can go, and each sort pays for as many steps.
        if found.len() / 2 >= wanted {
            put_in_order(&mut found, direction);
            found.truncate(wanted);
        }
        ControlFlow::Continue(())
    });
    put_in_order(&mut found, direction);
    found.truncate(wanted);
    found
}

fn put_in_order(found: &mut [Found<'_>], direction: Option<Direction>) {
    let nearer = |a: &Found<'_>, b: &Found<'_>| a.distance.total_cmp(&b.distance);
    match direction {
        None => {}
        Some(Direction::NearestFirst) => found.sort_by(nearer),
        Some(Direction::FarthestFirst) => found.sort_by(|a, b| nearer(b, a)),
    }
}

/// Answers with the members that are wanted, as they are met where they come in no order.
fn answer(reply: &mut Reply<'_>, set: &SortedSet, search: &Search, query: &Query<'_>) -> Outcome {
    if direction(query).is_some() {
        let found = find(set, search, query);
        reply.array(found.len())?;
        return found.iter().try_for_each(|found| answer_one(reply, found, query, search.unit));
    }
    reply.counted_array(|reply| {
        let (mut count, mut outcome) = (0, Ok(()));
        each_inside(set, search, |found| {
            outcome = answer_one(reply, &found, query, search.unit);
            count += 1;
            if outcome.is_err() || query.count == Some(count) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome.map(|()| count)
    })
}

/// Answers with a member, and what is asked for beside it.
fn answer_one(reply: &mut Reply<'_>, found: &Found<'_>, query: &Query<'_>, unit: Unit) -> Outcome {
    if query.details() > 0 {
        reply.array(1 + query.details())?;
    }
    reply.element(found.member)?;
    if query.with_distance {
        answer_distance(reply, found.distance / unit.metres())?;
    }
    if query.with_score {
        reply.int(found.score as i64)?;
    }
    if query.with_place {
        answer_place(reply, Point::of_score(found.score))?;
    }
    Ok(())
}

/// A distance, in whatever unit, as text with four decimals.
pub(super) fn answer_distance(reply: &mut Reply<'_>, distance: f64) -> Outcome {
    let mut text = Vec::with_capacity(16);
    double::append_four_decimals(&mut text, distance);
    reply.bulk(&text)
}

/// Longitude and latitude.
pub(super) fn answer_place(reply: &mut Reply<'_>, place: Point) -> Outcome {
    reply.array(2)?;
    reply.decimal(LongDouble::from(place.longitude()))?;
    reply.decimal(LongDouble::from(place.latitude()))
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};
    use proptest::prelude::*;
    use russet_structures::geohash::{Cell, Point, STEPS, Search, Shape, Unit};
    use std::collections::BTreeSet;

    /// The members in a reply.
    fn names(reply: &str) -> Vec<String> {
        reply.split(' ').filter(|word| word.starts_with('m')).map(str::to_owned).collect()
    }

    #[test]
    fn searches_of_all_forms() {
        conversation! {
            "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2"
            "GEOSEARCH s FROMLONLAT 15 37 BYRADIUS 200 km => *2 $7 Palermo $7 Catania"
            "GEOSEARCH s FROMLONLAT 15 37 BYBOX 400 400 KM ASC => *2 $7 Catania $7 Palermo"
            "GEOSEARCH s FROMMEMBER Palermo BYRADIUS 1 m WITHDIST => *1 *2 $7 Palermo $6 0.0000"
            "GEORADIUS s 15 37 200 km COUNT 1 => *1 $7 Catania"
            "GEORADIUS s 15 37 200 km COUNT 1 ANY => *1 $7 Palermo"
            "GEORADIUS_RO s 15 37 200 km DESC COUNT 1 WITHHASH => *1 *2 $7 Palermo :3479099956230698"
            "GEORADIUSBYMEMBER s Catania 1 m WITHCOORD => *1 *2 $7 Catania *2 $20 15.08726745843887329 $20 37.50266842333162032"
            "GEORADIUSBYMEMBER_RO s Catania 200 mi STORE d => -ERR syntax error"
            "GEOSEARCH none FROMLONLAT 15 37 BYRADIUS 200 km => *0"
        };
    }

    #[test]
    fn what_is_stored() {
        conversation! {
            "GEOADD s 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2"
            "GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km => :2"
            "ZSCORE d Palermo => $16 3479099956230698"
            "GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST => :2"
            "ZSCORE d Palermo => $18 190.44242984775784"
            "GEORADIUS s 15 37 200 km STOREDIST d STORE d => :2"
            "ZSCORE d Palermo => $16 3479099956230698"
            "GEORADIUSBYMEMBER s Palermo 1 m STORE d => :1"
            "GEOSEARCHSTORE d s FROMLONLAT -15 37 BYRADIUS 1 km => :0"
            "EXISTS d => :0"
            "SET d x => +OK"
            "GEORADIUSBYMEMBER none Palermo 1 m STORE d => :0"
            "EXISTS d => :0"
            "GEOSEARCHSTORE d s FROMLONLAT 15 37 BYRADIUS 200 km WITHDIST => -ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            "GEORADIUS s 15 37 200 km STORE d WITHHASH => -ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
        };
    }

    #[test]
    fn what_is_journaled() {
        let mut shell = conversation! { "GEOADD s 1 1 a 2 2 b => :2" };
        shell.engine.keyspace.effects.attach(true);
        shell.run("GEOSEARCHSTORE d s FROMLONLAT 1 1 BYRADIUS 500 km");
        assert_eq!(shell.effects(), ["GEOSEARCHSTORE d s FROMLONLAT 1 1 BYRADIUS 500 km"]);
        shell.run("GEOSEARCHSTORE none s FROMLONLAT 9 9 BYRADIUS 1 km");
        shell.run("GEOADD s 1 1 a");
        assert!(shell.effects().is_empty());
        shell.run("GEOADD s CH 1.1 1 a");
        assert_eq!(shell.effects(), ["GEOADD s CH 1.1 1 a"]);
    }

    /// Few of many, taken while looking, are the first of all put in order.
    #[test]
    fn the_nearest_of_many() {
        let mut shell = Shell::new();
        for number in 0..500u64 {
            let at = |salt: u64| (number.wrapping_mul(salt) % 1000) as f64 / 100.0;
            shell.run(&format!("GEOADD s {} {} m{number}", at(7919), at(104_729)));
        }
        for order in ["ASC", "DESC"] {
            let all = shell.run(&format!("GEOSEARCH s FROMLONLAT 5 5 BYRADIUS 400 km {order}"));
            let all = names(&all);
            assert!(all.len() > 50, "{} found", all.len());
            for count in [1, 2, 7, 49, 499] {
                let few = shell.run(&format!("GEOSEARCH s FROMLONLAT 5 5 BYRADIUS 400 km COUNT {count} {order}"));
                assert_eq!(names(&few), all[..count.min(all.len())], "{count}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

        /// What a search finds is what looking at every member finds. Away from the poles and the last meridian: there Redis
        /// misses some, and so do we.
        #[test]
        fn a_search_finds_what_a_scan_finds(
            places in prop::collection::vec((-180.0..180.0, -60.0..60.0), 1..150),
            crowd in prop::collection::vec((-0.5..0.5, -0.5..0.5), 0..100),
            (longitude, latitude) in (-180.0..180.0, -50.0..50.0f64),
            size in 2.0..6.0f64,
            flat in prop::option::of(0.2..0.8),
            packed: bool,
        ) {
            let mut shell = Shell::new();
            shell.set("zset-max-listpack-entries", if packed { "1000" } else { "0" });
            let near = crowd.iter().map(|(x, y)| (longitude + x, latitude + y));
            let places = places.iter().copied().chain(near).filter_map(|(x, y)| Point::new(x, y));
            let centre = Point::new(longitude, latitude).expect("on the map");
            let size = 10f64.powf(size);
            let (shape, words) = match flat {
                None => (Shape::Circle { radius: size }, format!("BYRADIUS {size}")),
                Some(flat) => {
                    let (width, height) = (size * flat, size * (1.0 - flat));
                    (Shape::Rectangle { width, height }, format!("BYBOX {width} {height}"))
                }
            };
            let search = Search { centre, shape, unit: Unit::Metre };
            let mut expected = BTreeSet::new();
            for (number, place) in places.enumerate() {
                shell.run(&format!("GEOADD s {} {} m{number}", place.longitude(), place.latitude()));
                let stored = Point::of_score(Cell::of(place, STEPS).score());
                if search.distance_if_inside(stored).is_some() {
                    expected.insert(format!("m{number}"));
                }
            }
            let ask = format!("GEOSEARCH s FROMLONLAT {longitude} {latitude} {words} m");
            let reply = shell.run(&ask);
            let found: Vec<String> = names(&reply);
            prop_assert_eq!(found.len(), expected.len(), "each once");
            prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);

            // In order, each is as far as the one before it or farther.
            let reply = shell.run(&format!("{ask} ASC WITHDIST"));
            let distances: Vec<f64> = reply.split(' ').filter(|word| word.contains('.')).map(|word| word.parse().expect("a number")).collect();
            prop_assert!(distances.is_sorted(), "{:?}", distances);
        }
    }
}
