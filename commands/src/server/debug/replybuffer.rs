//! DEBUG REPLYBUFFER: how the buffers of replies are fitted to what they are used for.

use russet_engine::ReplyBuffers;
use russet_engine::debug_subcommand;
use russet_engine::number::parse_i64;
use russet_engine::prelude::*;

debug_subcommand! {
    name: "REPLYBUFFER", words: 4..=4,
    help: &[
        "REPLYBUFFER PEAK-RESET-TIME <NEVER|RESET|milliseconds>",
        "    After which time the most that a client has needed of its reply buffer is forgotten.",
        "REPLYBUFFER RESIZING <0|1>",
        "    Let reply buffers grow and shrink, or keep them as they are.",
    ],
    run: reply_buffer,
}

fn reply_buffer(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let buffers = &mut cx.core.reply_buffers;
    if args.is(2, "PEAK-RESET-TIME") {
        buffers.forget_after_ms = if args.is(3, "NEVER") {
            None
        } else if args.is(3, "RESET") {
            ReplyBuffers::default().forget_after_ms
        } else {
            Some(args.int(3)?)
        };
    } else if args.is(2, "RESIZING") {
        buffers.resized = parse_i64(args.word(3)).unwrap_or(0) != 0;
    } else {
        return Err(super::unknown(args.word(1)));
    }
    cx.reply.ok()
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    #[test]
    fn what_is_said_is_noted() {
        let mut shell = shell();
        for (line, reply) in [
            ("DEBUG REPLYBUFFER resizing 0", "+OK"),
            ("DEBUG REPLYBUFFER peak-reset-time 100", "+OK"),
            ("DEBUG REPLYBUFFER peak-reset-time x", "-ERR value is not an integer or out of range"),
            ("DEBUG REPLYBUFFER other 1", "-ERR unknown subcommand or wrong number of arguments for 'REPLYBUFFER'. Try DEBUG HELP."),
        ] {
            assert_eq!(shell.run(line), reply, "{line}");
        }
        let buffers = shell.engine.core.reply_buffers;
        assert_eq!((buffers.resized, buffers.forget_after_ms), (false, Some(100)));
        shell.run("DEBUG REPLYBUFFER peak-reset-time never");
        assert_eq!(shell.engine.core.reply_buffers.forget_after_ms, None);
        shell.run("DEBUG REPLYBUFFER peak-reset-time reset");
        assert_eq!(shell.engine.core.reply_buffers.forget_after_ms, Some(5000));
    }
}
