//! Intsets. (The smallest of these files, and the one to start from.)

use russet_tests::dump::{Dump, RDB_SET_INTSET, Reader, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// The least members that need 16, 32 and 64 bits: a width each.
const SETS: &[&[i64]] =
    &[&[1, 2, 3, -32768, 32767], &[5, 32768, -1, 70_000], &[i64::MIN, 0, i64::MAX, 2_147_483_648]];

#[test]
fn a_dumped_intset_is_sorted_little_endian_integers() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey, Server::Redis6] {
        let running = Running::start(server, &["--rdbcompression", "no"])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        for set in SETS {
            let mut words = vec!["SADD".to_string(), "set".to_string()];
            words.extend(set.iter().map(i64::to_string));
            client.call(&["DEL", "set"]).map_err(|e| e.to_string())?;
            client.call(&words).map_err(|e| e.to_string())?;
            let Dump { kind, body } = dump(&mut client, "set")?;
            assert_eq!(kind, RDB_SET_INTSET);
            let bytes = Reader::new(&body).string()?;
            let mut sorted = set.to_vec();
            sorted.sort_unstable();
            let width = u32::from_le_bytes(bytes[..4].try_into().expect("4 bytes")) as usize;
            let read = bytes[8..].chunks(width).map(|chunk| {
                let mut wide = [if chunk[width - 1] & 0x80 == 0 { 0 } else { 0xff }; 8];
                wide[..width].copy_from_slice(chunk);
                i64::from_le_bytes(wide)
            });
            assert_eq!(read.collect::<Vec<_>>(), sorted);
            restore(&mut client, "copy", kind, &body)?;
            let count = client.call(&["SCARD", "copy"]).map_err(|e| e.to_string())?.value;
            assert_eq!(count, Value::Integer(set.len() as i64));
        }
    }
    Ok(())
}
