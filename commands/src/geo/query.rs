//! What a search is asked: where, how far, how many, in which order, and what is to be done with the result.

use super::coordinates;
use super::geopos::place;
use russet_engine::prelude::*;
use russet_engine::value::SortedSet;
use russet_structures::geohash::{Point, Search, Shape, Unit};

/// Which of the commands asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `GEORADIUS`, or `GEORADIUS_RO`, which does not store.
    Radius { stores: bool },
    /// `GEORADIUSBYMEMBER`, or `GEORADIUSBYMEMBER_RO`.
    RadiusByMember { stores: bool },
    /// `GEOSEARCH`.
    Search,
    /// `GEOSEARCHSTORE`.
    SearchStore,
}

impl Form {
    /// The word that names the key with the places.
    pub(super) fn source(self) -> usize {
        if self == Form::SearchStore { 2 } else { 1 }
    }

    /// The event that tells of a result that was stored.
    pub(super) fn stored(self) -> Event {
        if self.searches() { Event::GeoSearchStore } else { Event::GeoRadiusStore }
    }

    fn stores(self) -> bool {
        matches!(self, Form::Radius { stores: true } | Form::RadiusByMember { stores: true })
    }

    fn searches(self) -> bool {
        matches!(self, Form::Search | Form::SearchStore)
    }
}

/// Where the result is stored, in place of an answer.
#[derive(Clone, Copy)]
pub(super) struct Destination<'a> {
    pub(super) key: Key<'a>,
    /// Scores are distances, in the unit of the search, not geohashes.
    pub(super) distances: bool,
}

/// In which order members are answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    NearestFirst,
    FarthestFirst,
}

/// What a search goes around.
#[derive(Clone, Copy)]
enum Centre {
    Place(Point),
    /// A member; `None` if there is not even its key.
    Member(Option<Point>),
}

/// One request.
#[derive(Default)]
pub(super) struct Query<'a> {
    centre: Option<Centre>,
    area: Option<(Shape, Unit)>,
    pub(super) direction: Option<Direction>,
    /// How many members are wanted at most.
    pub(super) count: Option<usize>,
    /// The first ones that are met will do.
    pub(super) any: bool,
    pub(super) with_distance: bool,
    pub(super) with_score: bool,
    pub(super) with_place: bool,
    pub(super) destination: Option<Destination<'a>>,
}

impl<'a> Query<'a> {
    /// Reads a request. The centre may be a member of the set: that it is none is found in the order of the words.
    pub(super) fn read(args: Args<'a>, form: Form, set: Option<&SortedSet>) -> Result<Self, Error> {
        let mut query = Query::default();
        let mut at = match form {
            Form::Radius { .. } => {
                query.centre = Some(Centre::Place(coordinates::point(args, 2)?));
                query.area = Some(coordinates::circle(args, 4)?);
                6
            }
            Form::RadiusByMember { .. } => {
                query.centre = Some(member(set, args.word(2))?);
                // Without the key nobody looks at the radius.
                if set.is_some() {
                    query.area = Some(coordinates::circle(args, 3)?);
                }
                5
            }
            Form::Search => 2,
            Form::SearchStore => {
                query.destination = Some(Destination { key: args.key(1), distances: false });
                3
            }
        };
        while at < args.len() {
            at += query.option(args, at, form, set)?;
        }
        query.check(args, form)?;
        Ok(query)
    }

    /// Takes the option at word `at`; returns the number of its words.
    fn option(
        &mut self,
        args: Args<'a>,
        at: usize,
        form: Form,
        set: Option<&SortedSet>,
    ) -> Result<usize, Error> {
        let behind = args.len() - at - 1;
        let is = |name: &str| args.is(at, name);
        if is("WITHDIST") {
            self.with_distance = true;
        } else if is("WITHHASH") {
            self.with_score = true;
        } else if is("WITHCOORD") {
            self.with_place = true;
        } else if is("ANY") {
            self.any = true;
        } else if is("ASC") {
            self.direction = Some(Direction::NearestFirst);
        } else if is("DESC") {
            self.direction = Some(Direction::FarthestFirst);
        } else if is("COUNT") && behind >= 1 {
            self.count = Some(count(args, at + 1)?);
            return Ok(2);
        } else if form.searches() {
            return self.search_option(args, at, form, set);
        } else if (is("STORE") || is("STOREDIST")) && form.stores() && behind >= 1 {
            self.destination = Some(Destination { key: args.key(at + 1), distances: is("STOREDIST") });
            return Ok(2);
        } else {
            return Err(Error::SYNTAX);
        }
        Ok(1)
    }

    /// Takes an option that only `GEOSEARCH` and `GEOSEARCHSTORE` have. A centre and a shape may be said again in the same
    /// way, but not in the other one.
    fn search_option(
        &mut self,
        args: Args<'a>,
        at: usize,
        form: Form,
        set: Option<&SortedSet>,
    ) -> Result<usize, Error> {
        let behind = args.len() - at - 1;
        let is = |name: &str| args.is(at, name);
        if is("FROMMEMBER") && behind >= 1 && !matches!(self.centre, Some(Centre::Place(_))) {
            self.centre = Some(member(set, args.word(at + 1))?);
            Ok(2)
        } else if is("FROMLONLAT") && behind >= 2 && !matches!(self.centre, Some(Centre::Member(_))) {
            self.centre = Some(Centre::Place(coordinates::point(args, at + 1)?));
            Ok(3)
        } else if is("BYRADIUS") && behind >= 2 && !matches!(self.area, Some((Shape::Rectangle { .. }, _))) {
            self.area = Some(coordinates::circle(args, at + 1)?);
            Ok(3)
        } else if is("BYBOX") && behind >= 3 && !matches!(self.area, Some((Shape::Circle { .. }, _))) {
            self.area = Some(coordinates::rectangle(args, at + 1)?);
            Ok(4)
        } else if is("STOREDIST") && form == Form::SearchStore {
            self.destination = Some(Destination { key: args.key(1), distances: true });
            Ok(1)
        } else {
            Err(Error::SYNTAX)
        }
    }

    /// Whether the options go together.
    fn check(&self, args: Args<'_>, form: Form) -> Result<(), Error> {
        const ANY_ALONE: Error = Error::new("ERR the ANY argument requires COUNT argument");
        if self.destination.is_some() && self.details() > 0 {
            let what = if form == Form::SearchStore { "GEOSEARCHSTORE" } else { "STORE option in GEORADIUS" };
            return Err(Error::owned(format!(
                "ERR {what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            )));
        }
        let missing = |what: &str| Err(Error::quoting(&format!("ERR exactly one of {what} for "), args.word(0), ""));
        if self.centre.is_none() {
            return missing("FROMMEMBER or FROMLONLAT can be specified");
        }
        if form.searches() && self.area.is_none() {
            return missing("BYRADIUS and BYBOX can be specified");
        }
        if self.any && self.count.is_none() { Err(ANY_ALONE) } else { Ok(()) }
    }

    /// What is to be looked for; `None` if there is nothing to look in.
    pub(super) fn search(&self) -> Option<Search> {
        let (shape, unit) = self.area?;
        match self.centre? {
            Centre::Place(centre) | Centre::Member(Some(centre)) => Some(Search { centre, shape, unit }),
            Centre::Member(None) => None,
        }
    }

    /// How many things are answered of a member beside its name.
    pub(super) fn details(&self) -> usize {
        usize::from(self.with_distance) + usize::from(self.with_score) + usize::from(self.with_place)
    }
}

/// A member as the centre.
fn member(set: Option<&SortedSet>, name: &[u8]) -> Result<Centre, Error> {
    const NOT_A_MEMBER: Error = Error::new("ERR could not decode requested zset member");
    match place(set, name) {
        None if set.is_some() => Err(NOT_A_MEMBER),
        place => Ok(Centre::Member(place)),
    }
}

fn count(args: Args<'_>, at: usize) -> Result<usize, Error> {
    match args.int(at)? {
        ..=0 => Err(Error::new("ERR COUNT must be > 0")),
        count => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
    }
}
