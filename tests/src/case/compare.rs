//! When two replies count as the same.

use crate::client::Reply;
use crate::resp::Value;

/// What may differ. The default is nothing: the raw bytes are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Elements in any order.
    pub sorted: bool,
    /// Arrays of even length are pairs (a map in RESP2), in any order.
    pub paired: bool,
    /// By how much integers may differ.
    pub near: i64,
    /// Fields whose values are not compared; `*` stands for every field.
    pub ignored: Vec<String>,
    /// Fields that are taken out of texts, name and value.
    pub removed: Vec<String>,
    /// Only types and sizes.
    pub shape: bool,
    /// Nothing.
    pub any: bool,
}

impl Rule {
    /// Whether `got` is as good as `want`.
    pub fn accepts(&self, got: &Reply, want: &Reply) -> bool {
        self.any
            || got.raw == want.raw
            || (*self != Rule::default() && self.accepts_value(&got.value, &want.value))
    }

    /// [`Rule::accepts`] for a part of a reply, which has no bytes of its own.
    pub fn accepts_value(&self, got: &Value, want: &Value) -> bool {
        self.any || got == want || self.same(&self.normal(got), &self.normal(want))
    }

    /// The value without what the rule does not compare, in a fixed order.
    fn normal(&self, value: &Value) -> Value {
        let list = |items: &[Value]| {
            let mut items: Vec<Value> = items.iter().map(|v| self.normal(v)).collect();
            if self.sorted {
                items.sort();
            }
            items
        };
        let pairs = |pairs: &[(Value, Value)]| {
            let mut pairs: Vec<_> = pairs
                .iter()
                .map(|(k, v)| {
                    (self.normal(k), if self.ignores(&k.lossy()) { Value::Null } else { self.normal(v) })
                })
                .collect();
            if self.sorted || self.paired {
                pairs.sort();
            }
            pairs
        };
        match value {
            Value::Array(items) if !self.ignored.is_empty() && flat_map(items) => {
                let (keys, values): (Vec<_>, Vec<_>) =
                    pairs(&value.pairs().expect("an even array")).into_iter().unzip();
                Value::Array(keys.into_iter().zip(values).flat_map(|(k, v)| [k, v]).collect())
            }
            Value::Array(items) if self.paired && items.len().is_multiple_of(2) => {
                let mut pairs: Vec<Vec<Value>> =
                    items.chunks(2).map(|pair| pair.iter().map(|v| self.normal(v)).collect()).collect();
                pairs.sort();
                Value::Array(pairs.concat())
            }
            Value::Array(items) => Value::Array(list(items)),
            Value::Set(items) => Value::Set(list(items)),
            Value::Push(items) => Value::Push(list(items)),
            Value::Map(p) => Value::Map(pairs(p)),
            Value::Simple(text) => Value::Simple(self.fields(text)),
            Value::Bulk(text) => Value::Bulk(self.fields(text)),
            Value::Verbatim(kind, text) => Value::Verbatim(*kind, self.fields(text)),
            other => other.clone(),
        }
    }

    fn ignores(&self, field: &str) -> bool {
        self.ignored.iter().any(|name| name == field || name == "*")
    }

    /// A text of `name=value` or `name:value` fields, with the ignored values taken out.
    fn fields(&self, text: &[u8]) -> Vec<u8> {
        if self.ignored.is_empty() && self.removed.is_empty() {
            return text.to_vec();
        }
        let text = String::from_utf8_lossy(text);
        let fields = text.split_inclusive([' ', '\n', ',']).map(|field| match field.split_once(['=', ':']) {
            Some((name, _)) if self.removed.iter().any(|removed| removed == name) => String::new(),
            Some((name, value)) if self.ignores(name) => {
                let end = value.trim_start_matches(|c| !" \r\n,".contains(c));
                format!("{name}=?{end}")
            }
            _ => field.to_string(),
        });
        fields.collect::<String>().into_bytes()
    }

    fn same(&self, got: &Value, want: &Value) -> bool {
        let lists =
            |a: &[Value], b: &[Value]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same(a, b));
        match (got, want) {
            (Value::Array(a), Value::Array(b))
            | (Value::Set(a), Value::Set(b))
            | (Value::Push(a), Value::Push(b)) => lists(a, b),
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| self.same(&a.0, &b.0) && self.same(&a.1, &b.1))
            }
            (Value::Integer(a), Value::Integer(b)) => {
                self.shape || a.abs_diff(*b) <= self.near.unsigned_abs()
            }
            _ if self.shape => std::mem::discriminant(got) == std::mem::discriminant(want),
            _ => got == want,
        }
    }
}

/// Whether an array can stand for a map: its even elements are names.
fn flat_map(items: &[Value]) -> bool {
    !items.is_empty()
        && items.len().is_multiple_of(2)
        && items.iter().step_by(2).all(|k| matches!(k, Value::Bulk(_) | Value::Simple(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp;

    fn reply(raw: &str) -> Reply {
        let raw = raw.replace(' ', "\r\n").into_bytes();
        let (value, _) = resp::parse(&raw).unwrap();
        Reply { raw, value }
    }

    #[test]
    fn by_default_bytes_must_be_equal() {
        let rule = Rule::default();
        assert!(rule.accepts(&reply(":1 "), &reply(":1 ")));
        assert!(!rule.accepts(&reply(":1 "), &reply("$1 1 ")));
    }

    #[test]
    fn each_allowance_allows_only_what_it_says() {
        let sorted = Rule { sorted: true, ..Rule::default() };
        assert!(sorted.accepts(&reply("*2 :1 :2 "), &reply("*2 :2 :1 ")));
        assert!(!sorted.accepts(&reply("*2 :1 :2 "), &reply("*2 :2 :2 ")));
        let paired = Rule { paired: true, ..Rule::default() };
        assert!(paired.accepts(&reply("*4 +a +1 +b +2 "), &reply("*4 +b +2 +a +1 ")));
        assert!(!paired.accepts(&reply("*4 +a +1 +b +2 "), &reply("*4 +a +2 +b +1 ")));
        let near = Rule { near: 3, ..Rule::default() };
        assert!(near.accepts(&reply(":10 "), &reply(":13 ")));
        assert!(!near.accepts(&reply(":10 "), &reply(":14 ")));
        assert!(!near.accepts(&reply("$2 10 "), &reply(":10 ")));
        let shape = Rule { shape: true, ..Rule::default() };
        assert!(shape.accepts(&reply("*1 $1 a "), &reply("*1 $2 bb ")));
        assert!(!shape.accepts(&reply("*1 $1 a "), &reply("*1 :1 ")));
        let ignore = Rule { ignored: vec!["id".into()], ..Rule::default() };
        assert!(ignore.accepts(&reply("$9 id=1,db=0 "), &reply("$10 id=22,db=0 ")));
        assert!(!ignore.accepts(&reply("$9 id=1,db=0 "), &reply("$9 id=1,db=1 ")));
        let without = Rule { removed: vec!["new".into()], ..Rule::default() };
        let later = Reply { raw: Vec::new(), value: Value::Bulk(b"a=1 new=2 b=3".to_vec()) };
        let earlier = Reply { raw: b"?".to_vec(), value: Value::Bulk(b"a=1 b=3".to_vec()) };
        assert!(without.accepts(&earlier, &later) && !Rule::default().accepts(&earlier, &later));
        assert!(ignore.accepts(&reply("*2 $2 id :4 "), &reply("*2 $2 id :5 ")));
    }
}
