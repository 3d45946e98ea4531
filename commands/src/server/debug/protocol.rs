//! DEBUG PROTOCOL: one reply of each type, for those who test clients.

use russet_engine::debug_subcommand;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "PROTOCOL", words: 3..=3,
    help: &[
        "PROTOCOL <type>",
        "    Reply with a test value of the specified type. <type> can be: string,",
        "    integer, double, bignum, null, array, set, map, attrib, push, verbatim,",
        "    true, false.",
    ],
    run: protocol,
}

#[expect(clippy::approx_constant, reason = "Redis's test value has four digits, not those of pi")]
const DOUBLE: f64 = 3.141;

fn protocol(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let resp3 = cx.reply.protocol() >= Protocol::Resp3;
    let kind = args.word(2).to_ascii_lowercase();
    let reply = &mut cx.reply;
    match kind.as_slice() {
        b"string" => reply.bulk(b"Hello World"),
        b"integer" => reply.int(12345),
        b"double" => reply.double(DOUBLE),
        b"null" => reply.null(),
        b"bignum" => reply.big_number("1234567999999999999999999999999999999"),
        b"true" => reply.boolean(true),
        b"false" => reply.boolean(false),
        b"verbatim" => reply.verbatim("txt", b"This is a verbatim\nstring"),
        b"array" => {
            reply.array(3)?;
            (0..3).try_for_each(|number| reply.int(number))
        }
        b"set" => {
            reply.set(3)?;
            (0..3).try_for_each(|number| reply.int(number))
        }
        b"map" => {
            reply.map(3)?;
            (0..3).try_for_each(|number| {
                reply.int(number)?;
                reply.boolean(number == 1)
            })
        }
        b"attrib" => {
            if resp3 {
                reply.attribute(1)?;
                reply.bulk(b"key-popularity")?;
                reply.array(2)?;
                reply.bulk(b"key:123")?;
                reply.int(90)?;
            }
            // An attribute is no reply: one must follow.
            reply.bulk(b"Some real reply following the attribute")
        }
        b"push" if !resp3 => Err(Error::new("ERR RESP2 is not supported by this command")),
        b"push" => {
            // A push message is no reply either: it comes beside one.
            reply.bulk(b"Some real reply following the push reply")?;
            reply.push(2)?;
            reply.bulk(b"server-cpu-usage")?;
            reply.int(42)
        }
        _ => Err(Error::new(
            "ERR Wrong protocol type name. Please use one of the following: \
             string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn every_type_in_both_versions() {
        let (mut two, mut three) = (shell(), shell());
        three.resp3();
        for (kind, resp2, resp3) in [
            ("string", "$11 Hello World", "$11 Hello World"),
            ("integer", ":12345", ":12345"),
            ("double", "$5 3.141", ",3.141"),
            ("null", "$-1", "_"),
            ("array", "*3 :0 :1 :2", "*3 :0 :1 :2"),
            ("set", "*3 :0 :1 :2", "~3 :0 :1 :2"),
            ("map", "*6 :0 :0 :1 :1 :2 :0", "%3 :0 #f :1 #t :2 #f"),
            (
                "attrib",
                "$39 Some real reply following the attribute",
                "|1 $14 key-popularity *2 $7 key:123 :90 $39 Some real reply following the attribute",
            ),
            (
                "push",
                "-ERR RESP2 is not supported by this command",
                "$40 Some real reply following the push reply >2 $16 server-cpu-usage :42",
            ),
            ("verbatim", "$25 This is a verbatim\nstring", "=29 txt:This is a verbatim\nstring"),
            ("TRUE", ":1", "#t"),
            ("false", ":0", "#f"),
            ("bignum", "$37 1234567999999999999999999999999999999", "(1234567999999999999999999999999999999"),
        ] {
            assert_eq!(two.run(&format!("DEBUG PROTOCOL {kind}")), resp2);
            assert_eq!(three.run(&format!("DEBUG PROTOCOL {kind}")), resp3);
        }
        assert!(two.run("DEBUG PROTOCOL x").starts_with("-ERR Wrong protocol type name."));
    }
}
