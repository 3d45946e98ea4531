//! Hashes that barely differ: slow is allowed; wrong, endless or huge is not.

use russet_structures::dict::Dict;

fn grow_and_shrink(size: u64, hasher: impl Fn(&u64) -> u64 + Copy) -> usize {
    let mut dict = Dict::new();
    let mut most = 0;
    for key in 0..size {
        dict.insert_unique(hasher(&key), key, hasher);
        most = most.max(dict.memory());
        if key.is_power_of_two() {
            dict.validate(hasher);
        }
    }
    dict.validate(hasher);
    let mut seen = 0;
    let mut cursor = 0;
    loop {
        cursor = dict.scan(cursor, 1, hasher, |_| seen += 1);
        if cursor == 0 {
            break;
        }
    }
    assert_eq!(seen, size);
    for key in 0..size {
        assert_eq!(dict.find(hasher(&key), |&found| found == key), Some(&key));
    }
    for key in 0..size {
        assert_eq!(dict.remove(hasher(&key), |&found| found == key, hasher), Some(key));
        if key.is_power_of_two() {
            dict.validate(hasher);
        }
    }
    assert_eq!(dict.len(), 0);
    dict.validate(hasher);
    most
}

const SIZE: u64 = if cfg!(miri) { 40 } else { 6000 };

/// Splitting cannot separate equal hashes, so a segment grows past its usual bound instead, and
/// stays correct.
#[test]
fn equal_hashes() {
    for hash in [0, u64::MAX, 0x8000_0000_0000_0000, 0x0123_4567_89ab_cdef] {
        let most = grow_and_shrink(SIZE, |_| hash);
        assert!(most < 20 * SIZE as usize, "{most} bytes");
    }
}

/// Positions that share 32 bits: the directory may not double for every split they would need.
#[test]
fn a_shared_prefix_does_not_blow_up_the_directory() {
    let most = grow_and_shrink(SIZE, |key| super::mixed(key) >> 32 | 0x5555_5555_0000_0000);
    assert!(most < 20 * SIZE as usize, "{most} bytes");
}

/// The tag is all that differs.
#[test]
fn one_position_many_tags() {
    grow_and_shrink(SIZE, |key| 0xdead_beef_0000_0000 | super::mixed(key) & 0xffff);
}

/// Numbers as their own hashes, from the low end up: all in one prefix at first, then more.
#[test]
fn counting_as_a_hash() {
    grow_and_shrink(SIZE, |key| key << 16);
    grow_and_shrink(SIZE, |key| key << 40);
}

/// A long prefix at first, good hashes later: the overgrown segment splits once the directory may be wider.
#[test]
#[cfg_attr(miri, ignore = "too slow")]
fn an_overgrown_segment_splits_later() {
    let hasher = |key: &u64| if *key < 3000 { super::mixed(key) >> 6 } else { super::mixed(key) };
    let mut dict = Dict::new();
    for key in 0..200_000 {
        dict.insert_unique(hasher(&key), key, hasher);
    }
    dict.validate(hasher);
    let stats = dict.stats(hasher);
    assert!(stats.widest_segment <= 512, "{stats}");
    for key in 0..200_000 {
        assert!(dict.remove(hasher(&key), |&found| found == key, hasher).is_some());
    }
    dict.validate(hasher);
}
