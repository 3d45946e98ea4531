//! GEOSEARCH and GEOSEARCHSTORE: which members are inside a circle or a rectangle.

use super::query::Form;
use super::results;
use russet_engine::prelude::*;

command! {
    name: "GEOSEARCH", group: Geo, since: "6.2.0",
    complexity: "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
    summary: "Queries a geospatial index for members inside an area of a box or a circle.",
    syntax: "key <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
    notes: [
        of("FROMMEMBER member ...").name("from"),
        of("BYRADIUS radius <M | KM | FT | MI> ...").name("by"),
        of("BYRADIUS radius ...").name("circle"),
        of("BYBOX width ...").name("box"),
        of("COUNT count [ANY]").name("count-block"),
    ],
    flags: READONLY,
    keys: [at(1).read_only().access()],
    history: [
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    run: search,
}

command! {
    name: "GEOSEARCHSTORE", group: Geo, since: "6.2.0",
    complexity: "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape provided as the filter and M is the number of items inside the shape",
    summary: "Queries a geospatial index for members inside an area of a box or a circle, optionally stores the result.",
    syntax: "destination source <FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] [COUNT count [ANY]] [STOREDIST]",
    notes: [
        of("FROMMEMBER member ...").name("from"),
        of("BYRADIUS radius <M | KM | FT | MI> ...").name("by"),
        of("BYRADIUS radius ...").name("circle"),
        of("BYBOX width ...").name("box"),
        of("COUNT count [ANY]").name("count-block"),
    ],
    flags: WRITE | DENYOOM,
    keys: [at(1).overwrite().update(), at(2).read_only().access()],
    history: [
        ("7.0.0", "Added support for uppercase unit names."),
    ],
    run: search_store,
}

fn search(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::Search)
}

fn search_store(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    results::run(cx, args, Form::SearchStore)
}
