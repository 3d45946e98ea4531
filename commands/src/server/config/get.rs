//! CONFIG GET: parameters by name or pattern.

use russet_engine::prelude::*;

command! {
    name: "CONFIG|GET", group: Server, since: "2.0.0",
    complexity: "O(N) when N is the number of configuration parameters provided",
    summary: "Returns the effective values of configuration parameters.",
    syntax: "parameter [parameter ...]",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    history: [("7.0.0", "Added the ability to pass multiple pattern parameters in one call")],
    run: get,
}

fn get(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let patterns: Vec<&[u8]> = args.iter_from(2).collect();
    let found = cx.core.params.get(&patterns);
    cx.reply.map(found.len())?;
    found.iter().try_for_each(|(name, value)| {
        cx.reply.bulk(name)?;
        cx.reply.bulk(value)
    })
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn names_and_patterns() {
        let mut shell = conversation! {
            "CONFIG GET => -ERR wrong number of arguments for 'config|get' command"
            "CONFIG GET nosuch => *0"
            "CONFIG GET MaxMemory => *2 $9 MaxMemory $1 0"
            "CONFIG GET maxmemory maxmemory nosuch => *2 $9 maxmemory $1 0"
            "CONFIG GET acllog-max-* PORT => *4 $14 acllog-max-len $3 128 $4 PORT $4 6379"
        };
        shell.resp3();
        assert_eq!(shell.run("CONFIG GET timeout"), "%1 $7 timeout $1 0");
        assert_eq!(shell.run("CONFIG GET nosuch"), "%0");
    }
}
