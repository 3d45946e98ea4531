//! LOLWUT: a picture made by a few lines of code, other each time, and the version.
//!
//! Each version of Redis that had a new picture can be asked for its own; 7.2 brought none, so without
//! `VERSION` there is only the last line.

mod braille;
mod schotter;
mod skyline;

use russet_engine::prelude::*;

command! {
    name: "LOLWUT", group: Server, since: "5.0.0",
    summary: "Displays computer art and the Redis version",
    syntax: "[VERSION version]",
    flags: READONLY | FAST,
    run: lolwut,
}

fn lolwut(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let mut text = Vec::new();
    if args.len() >= 3 && args.is(1, "VERSION") {
        // Redis keeps the low 32 bits.
        match args.int(2)? as u32 {
            5 => {
                let size = schotter::Size::from_numbers(&numbers(args, 3)?);
                schotter::draw(&mut text, size, &mut cx.core.random);
                text.extend_from_slice(schotter::CAPTION.as_bytes());
            }
            6 => {
                let size = skyline::Size::from_numbers(&numbers(args, 2)?);
                skyline::draw(&mut text, size, &mut cx.core.random);
                text.extend_from_slice(skyline::CAPTION.as_bytes());
            }
            _ => {}
        }
    }
    text.extend_from_slice(format!("Redis ver. {}\n", russet_engine::REDIS_VERSION).as_bytes());
    cx.reply.verbatim("txt", &text)
}

/// Up to `most` integers behind the version; words beyond them are not looked at.
fn numbers(args: Args<'_>, most: usize) -> Result<Vec<i64>, Error> {
    (3..args.len().min(3 + most)).map(|at| args.int(at)).collect()
}

#[cfg(test)]
mod tests {
    use crate::shell::{Shell, conversation};

    #[test]
    fn without_a_version_there_is_no_picture() {
        let mut shell = conversation! {
            "LOLWUT => $17 Redis ver. 7.2.4"
            "LOLWUT 5 6 7 => $17 Redis ver. 7.2.4"
            "LOLWUT VERSION => $17 Redis ver. 7.2.4"
            "LOLWUT VERSION 7 x => $17 Redis ver. 7.2.4"
            "LOLWUT VERSION -1 => $17 Redis ver. 7.2.4"
        };
        shell.resp3();
        assert_eq!(shell.run("LOLWUT"), "=21 txt:Redis ver. 7.2.4");
    }

    /// The picture's width in characters, its rows, and what follows it, less the newline at the very end.
    fn picture(shell: &mut Shell, request: &str) -> (usize, usize, String) {
        let reply = shell.run(request);
        let (head, body) = reply.split_once(' ').unwrap();
        assert_eq!(head, format!("${}", body.len() + 1), "{request}");
        let is_art = |line: &&str| line.contains(['\x1b', '\u{2800}']) || line.chars().any(|c| ('\u{2800}'..'\u{2900}').contains(&c));
        let rows: Vec<&str> = body.split('\n').take_while(is_art).collect();
        let width = |row: &str| if row.contains('\x1b') { row.matches("m ").count() } else { row.chars().count() };
        let first = width(rows[0]);
        assert!(rows.iter().all(|row| width(row) == first), "{request}");
        let length: usize = rows.iter().map(|row| row.len() + 1).sum();
        (first, rows.len(), body[length..].to_owned())
    }

    #[test]
    fn sizes_are_those_of_the_real_servers() {
        let mut shell = Shell::new();
        let nees = "\nGeorg Nees - schotter, plotter on paper, 1968. Redis ver. 7.2.4";
        for (arguments, width, rows) in [
            ("", 66, 49),
            (" 1 2 3", 1, 1),
            (" 1 2 3 4", 1, 1),
            (" 0 0 0", 1, 1),
            (" -1 -1 -1 x", 1, 1),
            (" 2000 1 1", 1000, 500),
            (" 30 0 5", 30, 71),
            (" 30 5 0", 30, 4),
            (" 11 30 30", 11, 6),
        ] {
            let drawn = picture(&mut shell, &format!("LOLWUT VERSION 5{arguments}"));
            assert_eq!(drawn, (width, rows, nees.to_owned()), "{arguments}");
        }
        let town = "Dedicated to the 8 bit game developers of past and present.\n\
            Original 8 bit image from Plaguemon by hikikomori. Redis ver. 7.2.4";
        for (arguments, width, rows) in
            [("", 80, 20), (" 3 3", 3, 3), (" 0 0", 1, 1), (" 1 1 x", 1, 1), (" 99999 1", 1000, 1), (" 7", 7, 20), (" 5 99999", 5, 1000)]
        {
            let drawn = picture(&mut shell, &format!("LOLWUT version 6{arguments}"));
            assert_eq!(drawn, (width, rows, town.to_owned()), "{arguments}");
        }
    }

    #[test]
    fn every_picture_is_another_one() {
        let mut shell = Shell::new();
        for request in ["LOLWUT VERSION 5", "LOLWUT VERSION 6"] {
            assert_ne!(shell.run(request), shell.run(request), "{request}");
        }
    }

    #[test]
    fn arguments_are_integers() {
        conversation! {
            "LOLWUT VERSION x => -ERR value is not an integer or out of range"
            "LOLWUT VERSION 5 x => -ERR value is not an integer or out of range"
            "LOLWUT VERSION 5 1 1 x => -ERR value is not an integer or out of range"
            "LOLWUT VERSION 6 10 x => -ERR value is not an integer or out of range"
        };
    }
}
