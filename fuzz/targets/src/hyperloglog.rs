//! Operations on HyperLogLogs against an array of registers, and bytes that claim to be one.

use arbitrary::Unstructured;
use russet_structures::hyperloglog::{
    DENSE_LEN, Encoding, Error, HEADER, MAX_REGISTER, REGISTERS, SPARSE_MAX_BYTES, Union, add, add_all, add_hash,
    cached, count, count_cached, decode, encoding, estimate, histogram, invalidate, new, opcodes, place, register,
    registers, to_dense, validate,
};

target! { run, "operations agree with an array of registers; every entry refuses, or takes, the same bytes" }

/// Input: a byte that chooses between bytes from outside and operations, then those.
pub fn run(data: &[u8]) {
    match data.split_first() {
        Some((choice, rest)) if choice % 2 == 0 => foreign(*choice, rest),
        Some((_, rest)) => operations(&mut Unstructured::new(rest)),
        None => assert_eq!(validate(data), Err(Error::NotHyperLogLog)),
    }
}

/// The input as it is, behind a header, or behind one and as long as a dense one is: every entry takes it.
fn foreign(choice: u8, data: &[u8]) {
    let bytes = match choice / 2 % 4 {
        0 => data.to_vec(),
        form => {
            let mut bytes = new();
            bytes.truncate(HEADER);
            bytes[4] = u8::from(form != 1);
            bytes.extend_from_slice(data);
            if form == 1 && !data.is_empty() {
                let repeated: Vec<u8> = data.iter().copied().cycle().take(DENSE_LEN - HEADER).collect();
                bytes.truncate(HEADER);
                bytes.extend(repeated);
            }
            bytes
        }
    };
    let valid = validate(&bytes);
    assert_eq!(encoding(&bytes).is_err(), valid == Err(Error::NotHyperLogLog));
    assert_eq!(cached(&bytes).is_err(), encoding(&bytes).is_err());
    assert_eq!(count(&bytes).err(), valid.err());
    assert!(valid.is_err() || decode(&bytes).is_ok());
    assert_eq!(registers(&bytes).err(), valid.err());
    assert_eq!(register(&bytes, data.len() % REGISTERS).err(), valid.err());
    if let Ok(Some(opcodes)) = opcodes(&bytes) {
        let runs: usize = opcodes.flatten().map(|opcode| opcode.run()).sum();
        assert!(valid.is_err() || runs == REGISTERS);
    }
    let mut counted = bytes.clone();
    if cached(&counted).is_ok_and(|count| count.is_none()) {
        assert_eq!(count_cached(&mut counted), count(&bytes));
    }
    let mut dense = bytes.clone();
    assert_eq!(to_dense(&mut dense).err(), valid.err());
    if valid.is_ok() {
        assert_eq!(registers(&dense), registers(&bytes));
        assert_eq!(histogram(&dense), histogram(&bytes));
        assert_eq!(count(&dense), count(&bytes));
    } else {
        assert_eq!(dense, bytes);
    }
    let mut added = bytes.clone();
    let elements = || data.chunks(5);
    let verdict = add_all(&mut added, elements(), SPARSE_MAX_BYTES);
    assert!(valid.is_err() || verdict.is_ok());
    assert_eq!(validate(&added).is_ok(), valid.is_ok());
    let mut singly = bytes.clone();
    let single = elements().try_fold(false, |changed, element| {
        add(&mut singly, element, SPARSE_MAX_BYTES).map(|more| changed | more)
    });
    assert_eq!(single, verdict);
    assert_eq!(singly, added);
    let mut union = Union::new();
    assert_eq!(union.add(&bytes).err(), valid.err());
    write(&union, &bytes, SPARSE_MAX_BYTES);
    write(&union, &new(), SPARSE_MAX_BYTES);
}

/// A union written to a target: the bytes are those of one raise after the other.
fn write(union: &Union, target: &[u8], max_len: usize) {
    let mut written = target.to_vec();
    let verdict = union.write(&mut written, max_len);
    assert_eq!(verdict.err(), validate(target).err());
    if verdict.is_err() {
        assert_eq!(written, target);
        return;
    }
    let mut singly = target.to_vec();
    if encoding(&written) == Ok(Encoding::Dense) {
        assert_eq!(to_dense(&mut singly).err(), None);
    }
    for (index, value) in union.registers().iter().enumerate() {
        // What no hash asks for comes from forged dense registers only.
        if (1..=MAX_REGISTER).contains(value) {
            assert!(add_hash(&mut singly, hash_for(index, *value), max_len).is_ok());
        }
    }
    invalidate(&mut singly);
    if union.registers().iter().all(|value| *value <= MAX_REGISTER) {
        assert_eq!(written, singly);
    }
}

/// A hash that asks for this.
fn hash_for(index: usize, value: u8) -> u64 {
    let rest = if value == MAX_REGISTER { 0 } else { 1u64 << (value - 1) };
    let hash = index as u64 | rest << REGISTERS.trailing_zeros();
    assert_eq!(place(hash), (index, value));
    hash
}

/// One that grows as commands let it, one that is dense from the start, and the registers.
struct Three {
    bytes: Vec<u8>,
    dense: Vec<u8>,
    model: Vec<u8>,
}

impl Three {
    fn new() -> Three {
        let mut dense = new();
        assert_eq!(to_dense(&mut dense), Ok(true));
        Three { bytes: new(), dense, model: vec![0; REGISTERS] }
    }

    fn raise(&mut self, hash: u64, max_len: usize) {
        let (index, value) = place(hash);
        let raised = value > self.model[index];
        self.model[index] = self.model[index].max(value);
        assert_eq!(add_hash(&mut self.bytes, hash, max_len), Ok(raised));
        assert_eq!(add_hash(&mut self.dense, hash, max_len), Ok(raised));
    }

    fn check(&self) {
        assert_eq!(validate(&self.bytes), Ok(()));
        let mut counts = [0; 64];
        self.model.iter().for_each(|value| counts[usize::from(*value)] += 1);
        for bytes in [&self.bytes, &self.dense] {
            assert_eq!(registers(bytes).as_deref().map(|held| &held[..]), Ok(&self.model[..]));
            assert_eq!(histogram(bytes), Ok(counts));
            assert_eq!(count(bytes), Ok(estimate(&counts)));
        }
    }
}

fn operations(input: &mut Unstructured<'_>) {
    let max_len = match input.arbitrary::<u8>().unwrap_or_default() {
        choice @ 0..64 => usize::from(choice) * 4,
        _ => SPARSE_MAX_BYTES,
    };
    let mut all = [Three::new(), Three::new()];
    for step in 0..400 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let one = &mut all[usize::from(choice & 1)];
        match choice / 2 % 16 {
            // Few registers, so that runs meet; high values seldom.
            0..8 => {
                let wide: u16 = input.arbitrary().unwrap_or_default();
                let index = if choice < 128 { usize::from(wide) % 48 } else { usize::from(wide) % REGISTERS };
                let value = (wide >> 8) as u8;
                let value = if value < 250 { value % 4 + 1 } else { value % MAX_REGISTER + 1 };
                one.raise(hash_for(index, value), max_len);
            }
            8..11 => one.raise(input.arbitrary().unwrap_or_default(), max_len),
            11 => {
                let many = input.bytes(usize::from(choice).min(input.len())).unwrap_or_default();
                let mut bytes = one.bytes.clone();
                assert!(add_all(&mut bytes, many.chunks(3), max_len).is_ok());
                many.chunks(3).for_each(|element| one.raise(russet_structures::hyperloglog::hash(element), max_len));
                assert_eq!(bytes, one.bytes);
            }
            12 => {
                let count = count(&one.bytes);
                assert_eq!(count_cached(&mut one.bytes), count);
                assert_eq!(cached(&one.bytes).map(|cached| cached.unwrap_or_default()), count);
            }
            13 if choice > 224 => assert!(to_dense(&mut one.bytes).is_ok()),
            14 => {
                let mut union = Union::new();
                assert_eq!(all.iter().try_for_each(|one| union.add(&one.bytes)), Ok(()));
                let target = usize::from(choice & 1);
                write(&union, &all[target].bytes, max_len);
                assert_eq!(union.write(&mut all[target].bytes, max_len), Ok(()));
                assert_eq!(union.write(&mut all[target].dense, max_len), Ok(()));
                all[target].model.copy_from_slice(union.registers());
            }
            _ => one.check(),
        }
        if step % 32 == 0 {
            all.iter().for_each(Three::check);
        }
    }
    all.iter().for_each(Three::check);
}
