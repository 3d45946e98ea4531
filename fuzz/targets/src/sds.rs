//! Operations on a string, against a `Vec<u8>`.

use arbitrary::Unstructured;
use russet_structures::sds::{Class, Sds};

target! { run, "it agrees with a `Vec<u8>`, and its header with the page" }

/// Beyond this length the string is cut, since all of it is compared after each step.
const LONGEST: usize = 70_000;

/// Bytes whose number is often near a limit of a header class.
fn bytes(input: &mut Unstructured<'_>) -> Vec<u8> {
    let choice: u8 = input.arbitrary().unwrap_or_default();
    let seed: u8 = input.arbitrary().unwrap_or_default();
    let len = match choice {
        0..160 => usize::from(choice % 40),
        160..220 => 200 + usize::from(seed),
        220..230 => 65_530 + usize::from(seed % 12),
        _ => return input.bytes(input.len().min(usize::from(seed))).unwrap_or_default().to_vec(),
    };
    (0..len).map(|n| seed.wrapping_add(n as u8)).collect()
}

/// Input: what the string is made from, then step by step what happens.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let mut model = bytes(&mut input);
    let mut string = Sds::from(&model[..]);
    assert_eq!(string.class(), Class::of(model.len()));
    for _ in 0..200 {
        if input.is_empty() {
            break;
        }
        let (a, b): (u16, u16) = input.arbitrary().unwrap_or_default();
        let (a, b) = (usize::from(a) % (model.len() + 1), usize::from(b) % (model.len() + 1));
        let range = a.min(b)..a.max(b);
        match input.arbitrary::<u8>().unwrap_or_default() % 15 {
            0 | 1 => {
                let bytes = bytes(&mut input);
                string.append(&bytes);
                model.extend_from_slice(&bytes);
            }
            2 => {
                let bytes = bytes(&mut input);
                string.splice(range.clone(), &bytes);
                model.splice(range, bytes);
            }
            3 => {
                string.truncate(a);
                model.truncate(a);
            }
            4 => {
                string.shrink_to_fit();
                assert_eq!(string.class(), Class::of(model.len()));
                assert_eq!(string.memory(), Sds::from(&model[..]).memory());
            }
            5 => {
                string.reserve(a * 2);
                assert!(string.capacity() >= model.len() + a * 2);
            }
            6 => {
                string.try_reserve(a + 40).expect("memory");
                assert!(string.capacity() >= model.len() + a + 40);
            }
            7 => {
                let bytes = bytes(&mut input);
                string.set_range(a + b % 64, &bytes);
                let end = a + b % 64 + bytes.len();
                if !bytes.is_empty() {
                    model.resize(model.len().max(end), 0);
                    model[end - bytes.len()..end].copy_from_slice(&bytes);
                }
            }
            8 => {
                string.keep(range.clone());
                model = model[range].to_vec();
            }
            9 => {
                let set = [a as u8, b as u8, 0];
                string.trim(&set);
                while model.last().is_some_and(|byte| set.contains(byte)) {
                    model.pop();
                }
                let front = model.iter().take_while(|byte| set.contains(byte)).count();
                model.drain(..front);
            }
            10 => {
                model = bytes(&mut input);
                string.assign(&model);
            }
            11 => {
                string.grow_zeroed(a + b % 64);
                model.resize(model.len().max(a + b % 64), 0);
            }
            12 => {
                string.push(a as u8);
                model.push(a as u8);
            }
            13 => {
                let mut quoted = Sds::new();
                quoted.append_quoted(&model[..model.len().min(300)]);
                assert!(quoted.iter().all(|byte| (b' '..=b'~').contains(byte)), "{quoted:?}");
                assert!(quoted.len() >= 2 && quoted[0] == b'"' && quoted.last() == Some(&b'"'));
                string = string.clone();
            }
            _ => {
                string.clear();
                model.clear();
            }
        }
        if model.len() > LONGEST {
            string.truncate(300);
            model.truncate(300);
        }
        check(&string, &model);
    }
}

fn check(string: &Sds, model: &[u8]) {
    string.validate().expect("a sound string");
    assert_eq!(&string[..], model);
    let image = string.image();
    assert_eq!(image.len(), string.class().header() + model.len());
    assert!(image.ends_with(model));
    assert!(string.memory() == 0 || string.memory() == string.class().header() + string.capacity());
}
