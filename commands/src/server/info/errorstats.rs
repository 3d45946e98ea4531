//! INFO's section Errorstats: how often each error code was answered.

use russet_engine::info::{Fields, Shown, harmless};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Errorstats", order: 1000, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    for (code, count) in cx.core.stats.errors() {
        fields.put(format_args!("errorstat_{}", harmless(code)), format_args!("count={count}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn by_code() {
        conversation! {
            "NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:"
            "MULTI => +OK"
            "NOSUCH => -ERR unknown command 'NOSUCH', with args beginning with:"
            "EXEC => -EXECABORT Transaction discarded because of previous errors."
            "INFO errorstats => $66 # Errorstats errorstat_ERR:count=2 errorstat_EXECABORT:count=1"
        };
    }
}
