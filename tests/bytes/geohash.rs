//! Geohashes: scores, places, texts and distances to the last digit, and searches in the order in which a server
//! meets their members.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use russet_structures::geohash::{Cell, LATITUDE_LIMIT, Point, STEPS, Search, Shape, Unit, distance, text};
use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// Servers that search as 7.2 does.
const SERVERS: [Server; 3] = [Server::Redis, Server::Valkey, Server::Redict];

/// Other numbers in every run; a failure prints the seed.
fn random() -> StdRng {
    let seed = rand::random();
    println!("seed {seed}");
    StdRng::seed_from_u64(seed)
}

fn call(client: &mut Client, words: &[String]) -> Result<Value, String> {
    let value = client.call(words).map_err(|e| e.to_string())?.value;
    if value.is_error() { Err(format!("{words:?}: {}", value.lossy())) } else { Ok(value) }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(String::from).collect()
}

/// A double as commands print it when every digit counts: it reads back as itself.
fn number(value: &Value) -> Result<f64, String> {
    value.lossy().parse::<f64>().map_err(|e| format!("{value:?}: {e}"))
}

/// A place as GEOPOS prints it: 17 decimals less the zeros at the end.
fn coordinate(degrees: f64) -> String {
    let text = format!("{degrees:.17}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A distance as replies print it: ten thousandths, rounded to an integer as a double, so that for distances of many digits the
/// product's own rounding shows.
fn decimals(away: f64) -> String {
    let scaled = (away * 10_000.0).round_ties_even() as u64;
    format!("{}.{:04}", scaled / 10_000, scaled % 10_000)
}

/// Points everywhere, in towns, at the ends of the map and on the lines between the largest cells.
fn points(random: &mut StdRng, count: usize) -> Vec<(f64, f64)> {
    let mut points = vec![
        (180.0, LATITUDE_LIMIT),
        (-180.0, -LATITUDE_LIMIT),
        (180.0, 0.0),
        (0.0, LATITUDE_LIMIT),
        (0.0, 0.0),
        (-0.0, -0.0),
        (13.361389, 38.115556),
        (15.087269, 37.502669),
    ];
    let towns: Vec<(f64, f64)> =
        (0..12).map(|_| (random.random_range(-180.0..180.0), random.random_range(-85.0..85.0))).collect();
    while points.len() < count {
        let (x, y) = match random.random_range(0..4) {
            0 => (random.random_range(-180.0..180.0), random.random_range(-LATITUDE_LIMIT..LATITUDE_LIMIT)),
            1 => (random.random_range(-181.0..181.0), random.random_range(-86.0..86.0)),
            _ => {
                let (x, y) = towns[random.random_range(0..towns.len())];
                let spread = 10f64.powf(random.random_range(-5.0..1.0));
                (x + random.random_range(-spread..spread), y + random.random_range(-spread..spread))
            }
        };
        points.push((x.clamp(-180.0, 180.0), y.clamp(-LATITUDE_LIMIT, LATITUDE_LIMIT)));
    }
    points
}

/// Adds points; returns score and member, sorted as the server sorts them.
fn add(client: &mut Client, points: &[(f64, f64)]) -> Result<Vec<(u64, String)>, String> {
    call(client, &words("DEL places"))?;
    let mut members = Vec::new();
    for (n, (x, y)) in points.iter().enumerate() {
        let member = format!("m{n:05}");
        call(client, &["GEOADD".into(), "places".into(), x.to_string(), y.to_string(), member.clone()])?;
        let point = Point::new(*x, *y).ok_or("outside")?;
        members.push((Cell::of(point, STEPS).score() as u64, member));
    }
    members.sort();
    Ok(members)
}

#[test]
fn scores_places_texts_and_distances_are_the_same() -> Result<(), String> {
    let mut random = random();
    for server in SERVERS {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let members = add(&mut client, &points(&mut random, 1200))?;
        for (n, (score, member)) in members.iter().enumerate() {
            let ask = |client: &mut Client, command: &str| {
                call(client, &words(&format!("{command} places {member}")))
            };
            assert_eq!(number(&ask(&mut client, "ZSCORE")?)?, *score as f64, "{server}: {member}");
            let stored = Point::of_score(*score as f64);
            let place = ask(&mut client, "GEOPOS")?;
            let place = place.items().and_then(|all| all[0].items()).ok_or("no place")?;
            assert_eq!(place[0].lossy(), coordinate(stored.longitude()), "{server}: {member}");
            assert_eq!(place[1].lossy(), coordinate(stored.latitude()), "{server}: {member}");
            let hash = ask(&mut client, "GEOHASH")?;
            let hash = hash.items().and_then(|all| all[0].text()).ok_or("no hash")?;
            assert_eq!(hash, text(stored), "{server}: {member}");
            let (other, unit) = (&members[(n * 7 + 3) % members.len()], ["m", "km", "ft", "mi"][n % 4]);
            let asked = call(&mut client, &words(&format!("GEODIST places {member} {} {unit}", other.1)))?;
            let metres = distance(stored, Point::of_score(other.0 as f64));
            let unit = Unit::parse(unit.as_bytes()).ok_or("no unit")?;
            assert_eq!(asked.lossy(), decimals(metres / unit.metres()), "{server}: {member} {other:?}");
        }
    }
    Ok(())
}

#[test]
fn any_score_is_the_same_place() -> Result<(), String> {
    let mut random = random();
    for server in SERVERS {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let mut scores = vec![
            -1.0,
            -0.5,
            f64::INFINITY,
            f64::NEG_INFINITY,
            2f64.powi(63),
            2f64.powi(64),
            -(2f64.powi(63)),
            2f64.powi(64) - 2048.0,
            1e300,
            -1e300,
        ];
        scores.extend((0..500).map(|_| random.random::<f64>() * 2f64.powi(random.random_range(0..70))));
        scores.extend((0..200).map(|_| -random.random::<f64>() * 2f64.powi(random.random_range(0..70))));
        for score in scores {
            call(&mut client, &words(&format!("ZADD any {score:e} x")))?;
            let place = call(&mut client, &words("GEOPOS any x"))?;
            let place = place.items().and_then(|all| all[0].items()).ok_or("no place")?;
            let ours = Point::of_score(score);
            let ours = (coordinate(ours.longitude()), coordinate(ours.latitude()));
            assert_eq!((place[0].lossy(), place[1].lossy()), ours, "{server}: {score:e}");
        }
    }
    Ok(())
}

/// A search and the words that ask for it.
fn search(random: &mut StdRng, around: (f64, f64)) -> Result<(Search, String), String> {
    let unit = [Unit::Metre, Unit::Kilometre, Unit::Foot, Unit::Mile][random.random_range(0..4)];
    let mut length = || {
        let metres = 10f64.powf(random.random_range(-1.0..7.5));
        (metres / unit.metres() * 1000.0).ceil() / 1000.0
    };
    let (a, b) = (length(), length());
    let centre = Point::new(around.0, around.1).ok_or("outside")?;
    let (shape, asked) = match random.random() {
        true => (Shape::Circle { radius: a }, format!("BYRADIUS {a}")),
        false => (Shape::Rectangle { width: a, height: b }, format!("BYBOX {a} {b}")),
    };
    let asked = format!("places FROMLONLAT {} {} {asked} {}", around.0, around.1, unit.name());
    Ok((Search { centre, shape, unit }, asked))
}

#[test]
fn searches_meet_the_same_members_in_the_same_order() -> Result<(), String> {
    let mut random = random();
    let mut found_at_all = 0;
    for server in SERVERS {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let places = points(&mut random, 1500);
        let members = add(&mut client, &places)?;
        for n in 0..1000 {
            let (search, asked) = search(&mut random, places[n * 13 % places.len()])?;
            let mut ours = Vec::new();
            for range in search.scores() {
                let inside = members.iter().filter(|(score, _)| range.contains(score));
                ours.extend(inside.filter_map(|(score, member)| {
                    let away = search.distance_if_inside(Point::of_score(*score as f64))?;
                    Some((member.clone(), *score, away / search.unit.metres()))
                }));
            }
            let reply = call(&mut client, &words(&format!("GEOSEARCH {asked} WITHDIST WITHHASH")))?;
            let theirs = reply.items().ok_or("no array")?.iter().map(|item| {
                let item = item.items().unwrap_or_default();
                (item[0].lossy(), item[2].integer().unwrap_or(-1).to_string(), item[1].lossy())
            });
            let expected: Vec<_> =
                ours.iter().map(|(m, s, away)| (m.clone(), s.to_string(), decimals(*away))).collect();
            // The whole lists would fill pages.
            for (n, (theirs, ours)) in theirs.clone().zip(&expected).enumerate() {
                assert_eq!(theirs, *ours, "{server}: {asked}: member {n}");
            }
            assert_eq!(theirs.count(), expected.len(), "{server}: {asked}");
            // All digits of the distances.
            call(&mut client, &words(&format!("GEOSEARCHSTORE found {asked} STOREDIST")))?;
            let stored = call(&mut client, &words("ZRANGE found 0 -1 WITHSCORES"))?;
            let stored = stored.items().unwrap_or_default();
            assert_eq!(stored.len(), 2 * ours.len(), "{server}: {asked}");
            for pair in stored.chunks(2) {
                let own = ours.iter().find(|own| own.0 == pair[0].lossy()).ok_or("a stranger")?;
                let (theirs, away) = (number(&pair[1])?, own.2);
                // 7.0 takes the haversine of points on one meridian too; 7.2 the difference of their latitudes.
                let one_meridian = Point::of_score(own.1 as f64).longitude() == search.centre.longitude();
                let close = server == Server::Redis && one_meridian && (theirs / away - 1.0).abs() < 1e-9;
                assert!(theirs == away || close, "{server}: {asked} {}: {theirs} {away}", own.0);
            }
            found_at_all += ours.len();
        }
    }
    assert!(found_at_all > 10_000, "{found_at_all} found");
    Ok(())
}
