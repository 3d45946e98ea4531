//! A hundred thousand keys and more whose time comes at the same moment: they go in pieces, between which clients are
//! served, and all go.
//!
//! Nothing here depends on how fast the machine is, but for a patience of a minute; `tests/bench/expiry` measures.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use russet_tests::client::Client;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

use crate::{ask, info, until};

const ENOUGH: u64 = 100_000;
const AT_MOST: u64 = 400_000;
const BATCH: u64 = 5_000;

pub(crate) fn at_once() -> Result<(), String> {
    // Half a millisecond for each cycle: no machine removes as many keys as these in two of them.
    let server = Running::start(Server::Russet, &["--hz", "500", "--enable-debug-command", "yes"])?;
    let mut client = server.connect().map_err(|e| e.to_string())?;
    ask(&mut client, "SET stays 1")?;
    ask(&mut client, "DEBUG SET-ACTIVE-EXPIRE 0")?;
    // A slow machine gets more time to write them.
    let mut made = 0;
    for seconds in [3, 12, 48] {
        made = made.max(fill(&mut client, seconds)?);
        if made >= ENOUGH {
            break;
        }
    }
    if made < ENOUGH {
        return Err(format!("only {made} keys could be written in time"));
    }
    let number = |client: &mut Client, field| info(client, field)?.parse::<u64>().map_err(|e| e.to_string());
    let (expired, capped) =
        (number(&mut client, "expired_keys")?, number(&mut client, "expired_time_cap_reached_count")?);
    ask(&mut client, "DEBUG SET-ACTIVE-EXPIRE 1")?;
    until("every key is gone", Duration::from_secs(60), || {
        ask(&mut client, "PING")?;
        Ok(ask(&mut client, "DBSIZE")? == "1")
    })?;
    let (expired, capped) = (
        number(&mut client, "expired_keys")? - expired,
        number(&mut client, "expired_time_cap_reached_count")? - capped,
    );
    if expired < made || capped < 2 {
        return Err(format!("{expired} keys of {made} expired, and {capped} cycles ran out of time"));
    }
    // What it costs to find nothing is that few of those that were looked at have expired.
    until("the share of stale keys falls", Duration::from_secs(60), || {
        Ok(info(&mut client, "expired_stale_perc")?.parse::<f64>().map_err(|e| e.to_string())? < 10.0)
    })?;
    if number(&mut client, "expire_cycle_cpu_milliseconds")? == 0 || ask(&mut client, "GET stays")? != "1" {
        return Err(format!("what stays is {}", ask(&mut client, "GET stays")?));
    }
    Ok(())
}

/// Writes keys that expire in that many seconds, until there are enough or the moment has come; and waits for it. Returns
/// how many stand.
fn fill(client: &mut Client, seconds: u64) -> Result<u64, String> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let at = now() + seconds * 1000;
    let mut first = 0;
    while first < AT_MOST && now() < at {
        let mut batch = String::new();
        for key in first..first + BATCH {
            // Writing into a String does not fail.
            let _ = write!(batch, "SET key:{key} v PXAT {at}\r\n");
        }
        client.send_raw(batch.as_bytes()).map_err(|e| e.to_string())?;
        for _ in 0..BATCH {
            client.read().map_err(|e| e.to_string())?;
        }
        first += BATCH;
    }
    std::thread::sleep(Duration::from_millis((at + 10).saturating_sub(now())));
    let stand: u64 = ask(client, "DBSIZE")?.parse().map_err(|e| format!("{e}"))?;
    Ok(stand - 1)
}
