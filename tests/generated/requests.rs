//! Random request bytes: what a server answers to them until it, or the end of the input, closes the connection.

use libtest_mimic::Failed;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use russet_tests::client::talk;
use russet_tests::launch::Running;
use russet_tests::peers::Server;

const PIECES: &[&[u8]] = &[
    b"*",
    b"$",
    b"\r\n",
    b"\n",
    b"\r",
    b"1",
    b"2",
    b"3",
    b"-1",
    b"0",
    b"+1",
    b" ",
    b"\t",
    b"\x0b",
    b"\x0c",
    b"\0",
    b"'",
    b"\"",
    b"\\",
    b"\\x41",
    b"\xff",
    b"a",
    b"PING",
    b"ECHO",
    b"65537",
    b"2147483648",
    b"536870913",
    b":1\r\n",
    b"+OK\r\n",
    b"ping\r\n",
    b"*1\r\n$4\r\nPING\r\n",
    b"*2\r\n$4\r\nECHO\r\n$1\r\na\r\n",
    b"$4\r\nPING\r\n",
    b"ECHO 'a b'\r\n",
    b"ECHO \"\\x41\\n\"\r\n",
    b"*2\r\n",
    b"$1\r\n",
    b"*1\r\n",
    b"$4\r\n",
    b"*3\r\n$3\r\nSET\r\n",
    b"$-1\r\n",
    b"$0\r\n\r\n",
    b"*0\r\n",
    b"*-1\r\n",
    b"*01\r\n",
    b"$04\r\nPING\r\n",
    b"*1 \r\n",
    b"* 1\r\n",
    b"SET k v\r\n",
    b"GET k\r\n",
    b"NOSUCH a\r\n",
    b"MULTI\r\n",
    b"EXEC\r\n",
    b"QUIT\r\n",
    b"POST",
    b"Host:",
    b"GET / HTTP/1.1\r\n",
    b"host: x\r\n",
];

/// Plays `count` random requests to both servers.
pub(crate) fn check(seed: u64, count: usize) -> Result<(), Failed> {
    let (right, tested) = (Running::start(Server::Redict, &[])?, Running::start(Server::Russet, &[])?);
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..count {
        let mut pieces: Vec<&[u8]> = Vec::new();
        for _ in 0..random.random_range(1..12) {
            pieces.push(PIECES.choose(&mut random).copied().unwrap_or_default());
        }
        let differs = |pieces: &[&[u8]]| -> std::io::Result<Option<(Vec<u8>, Vec<u8>)>> {
            let (want, got) =
                (talk(right.address, &[&pieces.concat()])?, talk(tested.address, &[&pieces.concat()])?);
            Ok((want != got).then_some((want, got)))
        };
        if differs(&pieces)?.is_some() {
            // What can be left out is.
            let mut place = 0;
            while place < pieces.len() {
                let left = pieces.remove(place);
                if differs(&pieces)?.is_none() {
                    pieces.insert(place, left);
                    place += 1;
                }
            }
            let (want, got) = differs(&pieces)?.unwrap_or_default();
            let shown = [&pieces.concat(), &want, &got].map(|bytes| bytes.escape_ascii().to_string());
            return Err(
                format!("sent \"{}\"\nredict \"{}\"\nrusset \"{}\"", shown[0], shown[1], shown[2]).into()
            );
        }
        // What is answered before an HTTP request is seen to be one depends on how it arrives.
        let whole = pieces.concat();
        let http = whole
            .windows(4)
            .any(|four| four.eq_ignore_ascii_case(b"post") || four.eq_ignore_ascii_case(b"ost:"));
        if !http && random.random_bool(0.1) {
            let bytes: Vec<&[u8]> = whole.chunks(1).collect();
            let (want, got) = (talk(tested.address, &[&whole])?, talk(tested.address, &bytes)?);
            if want != got {
                let shown = [&whole, &want, &got].map(|bytes| bytes.escape_ascii().to_string());
                return Err(format!(
                    "sent \"{}\"\nwhole \"{}\"\nin bytes \"{}\"",
                    shown[0], shown[1], shown[2]
                )
                .into());
            }
        }
    }
    Ok(())
}
