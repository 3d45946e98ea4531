//! What a server says of its own commands, flattened so that two servers can be compared line by line.
//!
//! `COMMAND INFO` and `COMMAND DOCS` of one command become a map from a path such as `flags`,
//! `key_specs.0.begin_search.spec.index` or `docs.arguments.2.token` to a text. A subcommand is a command of its own,
//! named `client|list`.

use std::collections::BTreeMap;
use std::io;

use crate::client::Client;
use crate::resp::Value;

/// Paths and texts of one command.
pub type Facts = BTreeMap<String, String>;

/// All commands and subcommands of a server, by name.
#[derive(Debug, Default)]
pub struct CommandTable(pub BTreeMap<String, Facts>);

/// The fields of a `COMMAND INFO` entry after the name.
const FIELDS: [&str; 8] =
    ["arity", "flags", "first_key", "last_key", "step", "categories", "tips", "key_specs"];

impl CommandTable {
    /// Asks a server; `client` must speak RESP3.
    ///
    /// # Errors
    /// Those of the connection, and replies of another shape.
    pub fn read(client: &mut Client) -> io::Result<CommandTable> {
        let mut table = CommandTable::default();
        let infos = client.call(&["COMMAND"])?.value;
        for info in infos.items().ok_or_else(|| strange("COMMAND", &infos))? {
            table.add_info(info)?;
        }
        let docs = client.call(&["COMMAND", "DOCS"])?.value;
        let Value::Map(docs) = docs else { return Err(strange("COMMAND DOCS", &docs)) };
        for (name, doc) in &docs {
            table.add_docs(&name.lossy(), doc)?;
        }
        Ok(table)
    }

    fn add_info(&mut self, info: &Value) -> io::Result<()> {
        let items = info.items().filter(|items| items.len() == 10).ok_or_else(|| strange("COMMAND", info))?;
        let facts = self.0.entry(items[0].lossy()).or_default();
        for (field, value) in FIELDS.iter().zip(&items[1..9]) {
            flatten(field, value, facts);
        }
        for subcommand in items[9].items().unwrap_or_default() {
            self.add_info(subcommand)?;
        }
        Ok(())
    }

    fn add_docs(&mut self, name: &str, doc: &Value) -> io::Result<()> {
        let Value::Map(fields) = doc else { return Err(strange("COMMAND DOCS", doc)) };
        for (field, value) in fields {
            match (field.lossy().as_str(), value) {
                ("subcommands", Value::Map(subcommands)) => {
                    for (name, doc) in subcommands {
                        self.add_docs(&name.lossy(), doc)?;
                    }
                }
                (field, value) => {
                    flatten(&format!("docs.{field}"), value, self.0.entry(name.to_string()).or_default());
                }
            }
        }
        Ok(())
    }
}

fn strange(command: &str, reply: &Value) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{command} answered {reply:?}"))
}

fn flatten(path: &str, value: &Value, facts: &mut Facts) {
    match value {
        Value::Map(pairs) => {
            for (key, value) in pairs {
                flatten(&format!("{path}.{}", key.lossy()), value, facts);
            }
        }
        // Sets have no order.
        Value::Set(items) => {
            let mut texts: Vec<String> = items.iter().map(leaf).collect();
            texts.sort();
            facts.insert(path.into(), texts.join("; "));
        }
        Value::Array(items) => {
            // So that an empty array is not the same as none.
            facts.insert(path.into(), format!("{} elements", items.len()));
            for (index, value) in items.iter().enumerate() {
                flatten(&format!("{path}.{index}"), value, facts);
            }
        }
        other => {
            facts.insert(path.into(), leaf(other));
        }
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::Integer(n) => n.to_string(),
        Value::Simple(_) | Value::Bulk(_) => value.lossy(),
        Value::Array(items) => items.iter().map(leaf).collect::<Vec<_>>().join(": "),
        other => format!("{other:?}"),
    }
}
