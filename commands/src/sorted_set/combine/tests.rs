//! Sorted sets combined: what is answered, stored and refused, and sums against a model in both encodings.

use crate::shell::{Shell, conversation};
use std::collections::BTreeMap;

#[test]
fn union_intersection_difference() {
    let mut shell = conversation! {
        "ZADD a 1 x 2 y 3 7 => :3"
        "ZADD b 10 y 20 7 30 z => :3"
        "SADD s 7 y => :2"
        "ZUNION 2 a b => *4 $1 x $1 y $1 7 $1 z"
        "ZUNION 3 a b s WEIGHTS 1 2 100 AGGREGATE MAX WITHSCORES => *8 $1 x $1 1 $1 z $2 60 $1 7 $3 100 $1 y $3 100"
        "ZINTER 2 a b WITHSCORES => *4 $1 y $2 12 $1 7 $2 23"
        "ZINTER 3 s a b AGGREGATE MIN WITHSCORES => *4 $1 7 $1 1 $1 y $1 1"
        "ZDIFF 2 a s WITHSCORES => *2 $1 x $1 1"
        "ZDIFF 2 none a => *0"
        "ZINTER 2 none a => *0"
        "ZINTERCARD 2 a b => :2"
        "ZINTERCARD 2 a b LIMIT 1 => :1"
        "ZUNIONSTORE d 2 a b WEIGHTS 1 -1 => :4"
        "ZRANGE d 0 -1 WITHSCORES => *8 $1 z $3 -30 $1 7 $3 -17 $1 y $2 -8 $1 x $1 1"
        "ZINTERSTORE a 2 a s => :2"
        "ZDIFFSTORE a 2 a s => :0"
        "EXISTS a => :0"
    };
    shell.resp3();
    assert_eq!(shell.run("ZINTER 2 b s WITHSCORES"), "*2 *2 $1 y ,11 *2 $1 7 ,21");
}

#[test]
fn refusals() {
    conversation! {
        "SET s 1 => +OK"
        "ZADD z 1 a => :1"
        "ZUNION 0 z => -ERR at least 1 input key is needed for 'zunion' command"
        "ZINTERCARD -1 z => -ERR at least 1 input key is needed for 'zintercard' command"
        "ZUNIONSTORE d x z => -ERR value is not an integer or out of range"
        "ZUNION 9223372036854775807 z => -ERR syntax error"
        "ZUNION 1 s WEIGHTS x => -WRONGTYPE Operation against a key holding the wrong kind of value"
        "ZUNION 1 z WEIGHTS x => -ERR weight value is not a float"
        "ZUNION 1 z WEIGHTS => -ERR syntax error"
        "ZUNION 1 z WEIGHTS 1 2 => -ERR syntax error"
        "ZUNION 1 z AGGREGATE AVG => -ERR syntax error"
        "ZUNIONSTORE d 1 z WITHSCORES => -ERR syntax error"
        "ZDIFF 1 z WEIGHTS 1 => -ERR syntax error"
        "ZDIFF 2 none s => -WRONGTYPE Operation against a key holding the wrong kind of value"
        "ZINTERCARD 1 z LIMIT -1 => -ERR LIMIT can't be negative"
        "ZINTERCARD 1 z WITHSCORES => -ERR syntax error"
    };
}

#[test]
fn infinities_that_cancel_each_other_out_leave_nothing() {
    conversation! {
        "ZADD i inf m => :1"
        "ZADD n -inf m => :1"
        "ZUNION 2 i n WITHSCORES => *2 $1 m $1 0"
        "ZINTER 2 i n WITHSCORES => *2 $1 m $1 0"
        "ZUNION 2 i n WEIGHTS 1 0 WITHSCORES => *2 $1 m $3 inf"
        "ZINTER 2 i n WEIGHTS 1 0 WITHSCORES => *2 $1 m $1 0"
        "ZINTER 2 i n WEIGHTS 1 0 AGGREGATE MIN WITHSCORES => *2 $1 m $3 inf"
    };
}

#[test]
fn sums_are_those_of_a_model_in_both_encodings() {
    for entries in ["128", "0"] {
        let mut shell = Shell::new();
        shell.set("zset-max-listpack-entries", entries);
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for (key, step) in [("a", 2), ("b", 3), ("c", 5)] {
            for n in (0..100).step_by(step) {
                shell.run(&format!("ZADD {key} {n} {n}"));
                *sums.entry(n.to_string()).or_default() += n as i64;
            }
        }
        let mut union: Vec<_> = sums.iter().map(|(member, sum)| (*sum, member.clone())).collect();
        union.sort();
        let shown = |elements: &[(i64, String)]| {
            let each = elements.iter().map(|(sum, member)| {
                let sum = sum.to_string();
                format!(" ${} {member} ${} {sum}", member.len(), sum.len())
            });
            format!("*{}{}", elements.len() * 2, each.collect::<String>())
        };
        assert_eq!(shell.run("ZUNION 3 a b c WITHSCORES"), shown(&union));
        let shared: Vec<_> = (0..100).step_by(30).map(|n: i64| (n * 3, n.to_string())).collect();
        assert_eq!(shell.run("ZINTER 3 a b c WITHSCORES"), shown(&shared));
        assert_eq!(shell.run("ZUNIONSTORE d 3 a b c"), format!(":{}", union.len()));
        assert_eq!(shell.run("ZRANGE d 0 -1 WITHSCORES"), shown(&union));
        let encoding = if entries == "128" { "$8 listpack" } else { "$8 skiplist" };
        assert_eq!(shell.run("OBJECT ENCODING d"), encoding);
    }
}
