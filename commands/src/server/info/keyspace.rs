//! INFO's section Keyspace: the databases that hold something.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Keyspace", order: 1300, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    for (index, database) in cx.db.keyspace().databases().iter().enumerate() {
        if !database.is_empty() {
            fields.put(
                format_args!("db{index}"),
                format_args!(
                    "keys={},expires={},avg_ttl={}",
                    database.len(),
                    database.volatile(),
                    database.average_ttl()
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn databases_with_keys() {
        conversation! {
            "SET a 1 EX 100 => +OK"
            "SET b 1 => +OK"
            "SELECT 3 => +OK"
            "SET a 1 => +OK"
            "INFO keyspace => $76 # Keyspace db0:keys=2,expires=1,avg_ttl=0 db3:keys=1,expires=0,avg_ttl=0"
        };
    }
}
