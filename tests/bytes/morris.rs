//! Morris counters and LRU clocks: what OBJECT FREQ and IDLETIME of real servers say is what ours say.

use russet_structures::lru_clock::LruClock;
use russet_structures::morris::{Counter, Rules};
use russet_tests::client::Client;
use russet_tests::dump::dump;
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

fn call(client: &mut Client, words: &[&[u8]]) -> Result<Value, String> {
    match client.call(words).map_err(|e| e.to_string())?.value {
        Value::Error(error) => Err(error.escape_ascii().to_string()),
        value => Ok(value),
    }
}

fn number(client: &mut Client, words: &[&[u8]]) -> Result<i64, String> {
    match call(client, words)? {
        Value::Integer(number) => Ok(number),
        other => Err(format!("{other:?}")),
    }
}

/// Puts back what DUMP gave, with an option and its number.
fn restore(client: &mut Client, payload: &[u8], option: &str, number: u64) -> Result<(), String> {
    let number = number.to_string();
    call(client, &[b"RESTORE", b"k", b"0", payload, b"REPLACE", option.as_bytes(), number.as_bytes()])?;
    Ok(())
}

fn payload(client: &mut Client) -> Result<Vec<u8>, String> {
    call(client, &[b"SET", b"k", b"v"])?;
    dump(client, "k")?;
    match call(client, &[b"DUMP", b"k"])? {
        Value::Bulk(payload) => Ok(payload),
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn frequencies_are_restored_as_they_are() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let running =
            Running::start(server, &["--maxmemory-policy", "allkeys-lfu", "--lfu-decay-time", "0"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let payload = payload(&mut client)?;
        for value in [0, 1, 4, 5, 6, 100, 254, 255u8] {
            restore(&mut client, &payload, "FREQ", value.into())?;
            let ours = Counter::with_value(value, 0).read(Rules::default(), 0);
            assert_eq!(number(&mut client, &[b"OBJECT", b"FREQ", b"k"])?, i64::from(ours), "{server:?}");
            // Up to 5 each use counts, and the last value stays.
            if value <= 5 || value == 255 {
                call(&mut client, &[b"GET", b"k"])?;
                let ours = Counter::with_value(value, 0).touch(Rules::default(), 0, || u64::MAX).value();
                assert_eq!(number(&mut client, &[b"OBJECT", b"FREQ", b"k"])?, i64::from(ours), "{server:?}");
            }
        }
        assert!(restore(&mut client, &payload, "FREQ", 256).is_err());
    }
    Ok(())
}

#[test]
fn idle_times_are_restored_as_they_are() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey] {
        let running = Running::start(server, &["--maxmemory-policy", "allkeys-lru"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        let payload = payload(&mut client)?;
        for idle in [0, 1, 60, 86_400, 300_000, 8_388_608, 16_777_000] {
            restore(&mut client, &payload, "IDLETIME", idle)?;
            let now = LruClock::at(1_700_000_000);
            let ours = i64::from(now.idle_since(now.before(idle)));
            let theirs = number(&mut client, &[b"OBJECT", b"IDLETIME", b"k"])?;
            // Seconds go by meanwhile.
            assert!((ours..ours + 10).contains(&theirs), "{server:?}: {theirs} after {idle}");
        }
    }
    Ok(())
}

/// Mean and standard deviation of a new counter after so many uses, exactly.
fn expected(uses: usize, factor: u32) -> (f64, f64) {
    let mut chances = [0.0f64; 257];
    chances[5] = 1.0;
    for _ in 0..uses {
        for value in (0..255).rev() {
            let up = chances[value] / (1.0 + f64::from(factor) * value.saturating_sub(5) as f64);
            chances[value] -= up;
            chances[value + 1] += up;
        }
    }
    let sum = |of: &dyn Fn(f64) -> f64| {
        chances.iter().enumerate().map(|(value, chance)| of(value as f64) * chance).sum::<f64>()
    };
    let mean = sum(&|value| value);
    (mean, sum(&|value| (value - mean).powi(2)).sqrt())
}

/// The servers' random numbers cannot be chosen: seven standard errors, which chance exceeds once in 10^11 runs.
#[test]
fn counters_of_servers_rise_as_the_formula_says() -> Result<(), String> {
    const KEYS: usize = 400;
    let script = b"for i = 1, ARGV[1] do for k = 1, ARGV[2] do redis.call('GET', 'k' .. k) end end";
    for server in [Server::Redis, Server::Valkey] {
        let running =
            Running::start(server, &["--maxmemory-policy", "allkeys-lfu", "--lfu-decay-time", "0"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        for factor in [0u32, 1, 10, 100] {
            call(&mut client, &[b"CONFIG", b"SET", b"lfu-log-factor", factor.to_string().as_bytes()])?;
            call(&mut client, &[b"FLUSHALL"])?;
            for key in 1..=KEYS {
                call(&mut client, &[b"SET", format!("k{key}").as_bytes(), b"v"])?;
            }
            let mut done = 0;
            for uses in [1, 20, 200, 600] {
                let rounds = (uses - done).to_string();
                call(&mut client, &[b"EVAL", script, b"0", rounds.as_bytes(), KEYS.to_string().as_bytes()])?;
                done = uses;
                let mut sum = 0;
                for key in 1..=KEYS {
                    sum += number(&mut client, &[b"OBJECT", b"FREQ", format!("k{key}").as_bytes()])?;
                }
                let (mean, deviation) = expected(uses, factor);
                let (found, error) = (sum as f64 / KEYS as f64, deviation / (KEYS as f64).sqrt());
                assert!(
                    (found - mean).abs() <= 7.0 * error + 1e-6,
                    "{server:?}, factor {factor}, {uses} uses: {found}, not {mean}"
                );
            }
        }
    }
    Ok(())
}
