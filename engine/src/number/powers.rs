//! Powers of ten in 64 bits, eight decades apart: what [`grisu`](super::grisu) scales a double with.
//!
//! Entry `i` is `10^(-348 + 8 i)`, as `(f, e)` with `f × 2^e` nearest to the power and the top bit of `f`
//! set. A test computes each entry again from exact integers.

/// Exponent of ten of the first entry.
pub(super) const FIRST: i32 = -348;
/// Exponents of ten between two entries.
pub(super) const STEP: i32 = 8;

/// `(significand, binary exponent)` of each power.
#[rustfmt::skip]
pub(super) const POWERS: [(u64, i32); 87] = [
    (0xfa8fd5a0081c0288, -1220), (0xbaaee17fa23ebf76, -1193), (0x8b16fb203055ac76, -1166), (0xcf42894a5dce35ea, -1140),
    (0x9a6bb0aa55653b2d, -1113), (0xe61acf033d1a45df, -1087), (0xab70fe17c79ac6ca, -1060), (0xff77b1fcbebcdc4f, -1034),
    (0xbe5691ef416bd60c, -1007), (0x8dd01fad907ffc3c, -980), (0xd3515c2831559a83, -954), (0x9d71ac8fada6c9b5, -927),
    (0xea9c227723ee8bcb, -901), (0xaecc49914078536d, -874), (0x823c12795db6ce57, -847), (0xc21094364dfb5637, -821),
    (0x9096ea6f3848984f, -794), (0xd77485cb25823ac7, -768), (0xa086cfcd97bf97f4, -741), (0xef340a98172aace5, -715),
    (0xb23867fb2a35b28e, -688), (0x84c8d4dfd2c63f3b, -661), (0xc5dd44271ad3cdba, -635), (0x936b9fcebb25c996, -608),
    (0xdbac6c247d62a584, -582), (0xa3ab66580d5fdaf6, -555), (0xf3e2f893dec3f126, -529), (0xb5b5ada8aaff80b8, -502),
    (0x87625f056c7c4a8b, -475), (0xc9bcff6034c13053, -449), (0x964e858c91ba2655, -422), (0xdff9772470297ebd, -396),
    (0xa6dfbd9fb8e5b88f, -369), (0xf8a95fcf88747d94, -343), (0xb94470938fa89bcf, -316), (0x8a08f0f8bf0f156b, -289),
    (0xcdb02555653131b6, -263), (0x993fe2c6d07b7fac, -236), (0xe45c10c42a2b3b06, -210), (0xaa242499697392d3, -183),
    (0xfd87b5f28300ca0e, -157), (0xbce5086492111aeb, -130), (0x8cbccc096f5088cc, -103), (0xd1b71758e219652c, -77),
    (0x9c40000000000000, -50), (0xe8d4a51000000000, -24), (0xad78ebc5ac620000, 3), (0x813f3978f8940984, 30),
    (0xc097ce7bc90715b3, 56), (0x8f7e32ce7bea5c70, 83), (0xd5d238a4abe98068, 109), (0x9f4f2726179a2245, 136),
    (0xed63a231d4c4fb27, 162), (0xb0de65388cc8ada8, 189), (0x83c7088e1aab65db, 216), (0xc45d1df942711d9a, 242),
    (0x924d692ca61be758, 269), (0xda01ee641a708dea, 295), (0xa26da3999aef774a, 322), (0xf209787bb47d6b85, 348),
    (0xb454e4a179dd1877, 375), (0x865b86925b9bc5c2, 402), (0xc83553c5c8965d3d, 428), (0x952ab45cfa97a0b3, 455),
    (0xde469fbd99a05fe3, 481), (0xa59bc234db398c25, 508), (0xf6c69a72a3989f5c, 534), (0xb7dcbf5354e9bece, 561),
    (0x88fcf317f22241e2, 588), (0xcc20ce9bd35c78a5, 614), (0x98165af37b2153df, 641), (0xe2a0b5dc971f303a, 667),
    (0xa8d9d1535ce3b396, 694), (0xfb9b7cd9a4a7443c, 720), (0xbb764c4ca7a44410, 747), (0x8bab8eefb6409c1a, 774),
    (0xd01fef10a657842c, 800), (0x9b10a4e5e9913129, 827), (0xe7109bfba19c0c9d, 853), (0xac2820d9623bf429, 880),
    (0x80444b5e7aa7cf85, 907), (0xbf21e44003acdd2d, 933), (0x8e679c2f5e44ff8f, 960), (0xd433179d9c8cb841, 986),
    (0x9e19db92b4e31ba9, 1013), (0xeb96bf6ebadf77d9, 1039), (0xaf87023b9bf0ee6b, 1066),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Multiplies a little-endian big integer by a small number.
    fn multiply(limbs: &mut Vec<u64>, by: u64) {
        let mut carry = 0u128;
        for limb in limbs.iter_mut() {
            let product = u128::from(*limb) * u128::from(by) + carry;
            *limb = product as u64;
            carry = product >> 64;
        }
        if carry > 0 {
            limbs.push(carry as u64);
        }
    }

    fn bit(limbs: &[u64], at: i64) -> u64 {
        if at < 0 { 0 } else { limbs.get((at / 64) as usize).map_or(0, |limb| limb >> (at % 64) & 1) }
    }

    fn bit_length(limbs: &[u64]) -> i64 {
        let top = limbs.iter().rposition(|limb| *limb != 0).expect("a power of ten is not zero");
        (top as i64 + 1) * 64 - i64::from(limbs[top].leading_zeros())
    }

    /// For 10^k with k ≥ 0 the entry is the top 64 bits of the integer, rounded to nearest.
    #[test]
    fn entries_of_ten_to_a_positive_power_are_rounded_integers() {
        for (i, &(f, e)) in POWERS.iter().enumerate() {
            let k = FIRST + STEP * i as i32;
            if k < 0 {
                continue;
            }
            let mut limbs = vec![1u64];
            (0..k).for_each(|_| multiply(&mut limbs, 10));
            let shift = bit_length(&limbs) - 64;
            let top = (0..64).fold(0u64, |bits, n| bits | bit(&limbs, shift + n) << n);
            assert_eq!((top + bit(&limbs, shift - 1), i64::from(e)), (f, shift), "10^{k}");
        }
    }

    /// For 10^-k the entry times 10^k is a power of two, off by at most half of 10^k.
    #[test]
    fn entries_of_ten_to_a_negative_power_invert_the_integer() {
        for (i, &(f, e)) in POWERS.iter().enumerate() {
            let k = -(FIRST + STEP * i as i32);
            if k <= 0 {
                continue;
            }
            let mut power = vec![1u64];
            (0..k).for_each(|_| multiply(&mut power, 10));
            // |f × 10^k - 2^-e| × 2 ≤ 10^k, where f × 10^k is found without its sign by comparing with 2^-e.
            let mut product = power.clone();
            multiply(&mut product, f);
            let mut target = vec![0u64; (-e) as usize / 64 + 1];
            target[(-e) as usize / 64] = 1 << ((-e) % 64);
            let width = product.len().max(target.len()).max(power.len()) + 1;
            [&mut product, &mut target, &mut power].into_iter().for_each(|limbs| limbs.resize(width, 0));
            let (above, below) = if product.iter().rev().ge(target.iter().rev()) {
                (&product, &target)
            } else {
                (&target, &product)
            };
            let mut borrow = false;
            let mut difference: Vec<u64> = above
                .iter()
                .zip(below)
                .map(|(a, b)| {
                    let (d, first) = a.overflowing_sub(*b);
                    let (d, second) = d.overflowing_sub(u64::from(borrow));
                    borrow = first || second;
                    d
                })
                .collect();
            multiply(&mut difference, 2);
            difference.resize(width, 0);
            assert!(difference.iter().rev().le(power.iter().rev()), "10^-{k}");
        }
    }
}
