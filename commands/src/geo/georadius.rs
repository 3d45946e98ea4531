//! GEORADIUS, GEORADIUSBYMEMBER and their forms that do not store: what GEOSEARCH does, as it was asked for before.

use super::query::Form;
use super::results;
use russet_engine::prelude::*;

command! {
    name: "GEORADIUS", group: Geo, since: "3.2.0",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    summary: "Queries a geospatial index for members within a distance from a coordinate, optionally stores the result.",
    syntax: "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
    notes: [
        of("COUNT count [ANY]").name("count-block"),
        of("ANY").since("6.2.0"),
        of("STORE key | STOREDIST key").name("store"),
        of("STORE").name("storekey"),
        of("STOREDIST").name("storedistkey"),
    ],
    flags: WRITE | DENYOOM,
    keys: [
        at(1).read_only().access(),
        after("STORE", 6).overwrite().update(),
        after("STOREDIST", 6).overwrite().update(),
    ],
    history: [
        ("6.2.0", "Added the `ANY` option for `COUNT`."),
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    deprecated: ("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"),
    run: radius,
}

command! {
    name: "GEORADIUS_RO", group: Geo, since: "3.2.10",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    summary: "Returns members from a geospatial index that are within a distance from a coordinate.",
    syntax: "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
    notes: [
        of("COUNT count [ANY]").name("count-block"),
        of("ANY").since("6.2.0"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("6.2.0", "Added the `ANY` option for `COUNT`."),
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    deprecated: ("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument"),
    run: radius_ro,
}

command! {
    name: "GEORADIUSBYMEMBER", group: Geo, since: "3.2.0",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    summary: "Queries a geospatial index for members within a distance from a member, optionally stores the result.",
    syntax: "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] [STORE key | STOREDIST key]",
    notes: [
        of("COUNT count [ANY]").name("count-block"),
        of("STORE key | STOREDIST key").name("store"),
        of("STORE").name("storekey"),
        of("STOREDIST").name("storedistkey"),
    ],
    flags: WRITE | DENYOOM,
    keys: [
        at(1).read_only().access(),
        after("STORE", 5).overwrite().update(),
        after("STOREDIST", 5).overwrite().update(),
    ],
    history: [
        ("6.2.0", "Added the `ANY` option for `COUNT`."),
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    deprecated: ("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"),
    run: by_member,
}

command! {
    name: "GEORADIUSBYMEMBER_RO", group: Geo, since: "3.2.10",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area delimited by center and radius and M is the number of items inside the index.",
    summary: "Returns members from a geospatial index that are within a distance from a member.",
    syntax: "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
    notes: [
        of("COUNT count [ANY]").name("count-block"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("6.2.0", "Added the `ANY` option for `COUNT`."),
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    deprecated: ("6.2.0", "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"),
    run: by_member_ro,
}

fn radius(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::Radius { stores: true })
}

fn radius_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::Radius { stores: false })
}

fn by_member(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::RadiusByMember { stores: true })
}

fn by_member_ro(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::RadiusByMember { stores: false })
}
