//! What a key with its value takes beside its text: in one record, and in the blocks of the classic design.

use russet_structures::record::{Record, Value};
use russet_structures::sds::Sds;

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::plot;

const KEY: &[u8] = b"user:1000:name00";

/// The blocks of a key in Redis 7: an entry of the table with three pointers, the key, and an object of two words with
/// its value, in one block up to 44 bytes of it.
struct Classic {
    _entry: Box<[u64; 3]>,
    _key: Sds,
    _object: Box<[u64; 2]>,
    _value: Sds,
}

fn classic(value: &[u8]) -> usize {
    if value.len() > 44 {
        let whole = || Classic { _entry: Box::new([0; 3]), _key: KEY.into(), _object: Box::new([0; 2]), _value: value.into() };
        return bytes_of(whole).0;
    }
    // Two words, the header of a string, its bytes and a zero byte.
    let together = vec![0u8; 16 + 3 + value.len() + 1].into_boxed_slice();
    bytes_of(|| (Box::new([0u64; 3]), Sds::from(KEY), together.clone())).0
}

plot! { "record-bytes", "Heap bytes of a key beside its text, by length of the value", bytes }

fn bytes() -> Chart {
    let beside = |total: usize, len: usize| (len as f64, (total - KEY.len() - len) as f64);
    let value = vec![b'x'; 300];
    let lengths: Vec<usize> = (0..=300).step_by(4).collect();
    let record = |len: usize| bytes_of(|| Record::<Box<[u8]>>::new(KEY, 0, None, Value::Inline(&value[..len]))).0;
    let volatile = |len: usize| bytes_of(|| Record::<Box<[u8]>>::new(KEY, 0, Some(1), Value::Inline(&value[..len]))).0;
    let apart = |len: usize| bytes_of(|| (KEY.to_vec(), value[..len].to_vec())).0;
    let line = |total: &dyn Fn(usize) -> usize| lengths.iter().map(|&len| beside(total(len), len)).collect();
    Chart::new("A key of 16 bytes with its value", ("bytes of the value", Scale::Linear), ("heap bytes beside key and value", Scale::Linear))
        .line("record", line(&record))
        .line("record with an expiry", line(&volatile))
        .line("two Vec (handles take 48 bytes more)", line(&apart))
        .line("entry, key, object and value as in Redis 7", line(&|len| classic(&value[..len])))
}
