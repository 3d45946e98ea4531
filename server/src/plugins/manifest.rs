//! Manifests: what a plugin's file says of itself, read from its bytes before any of its code runs.

use crate::plugins::refusal::Refusal;
use object::{Object, ObjectSection};
use russet_plugin_abi as abi;

/// The features that this server has.
pub(super) const FEATURES: u64 = abi::feature::KEYS | abi::feature::CALLS;

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// One sentence.
    pub about: String,
}

impl Manifest {
    /// Reads the manifest of the library that these bytes are, and checks that this server can load it.
    pub(super) fn of_library(library: &[u8]) -> Result<Manifest, Refusal> {
        let elf = object::File::parse(library)
            .ok()
            .filter(|file| file.format() == object::BinaryFormat::Elf)
            .ok_or(Refusal::NotALibrary)?;
        if elf.kind() != object::ObjectKind::Dynamic {
            return Err(Refusal::NotALibrary);
        }
        if elf.architecture() != HERE {
            return Err(Refusal::OtherMachine);
        }
        let section = elf.section_by_name(abi::SECTION).ok_or(Refusal::NoManifest)?;
        Manifest::read(section.data().map_err(|_| Refusal::NoManifest)?)
    }

    /// Checks the manifest of a plugin that is part of the server.
    pub(super) fn of(manifest: &abi::Manifest) -> Result<Manifest, Refusal> {
        Manifest::read(&bytes(manifest))
    }

    /// Reads a manifest:
    ///
    /// ```text
    ///  0        8      12      14      16         24        28       64        256
    ///  ┌────────┬───────┬───────┬───────┬──────────┬─────────┬────────┬─────────┐
    ///  │ magic  │ size  │ major │ minor │ features │ version │  name  │  about  │
    ///  └────────┴───────┴───────┴───────┴──────────┴─────────┴────────┴─────────┘
    /// ```
    pub(super) fn read(bytes: &[u8]) -> Result<Manifest, Refusal> {
        if bytes.get(..8) != Some(&abi::MAGIC) {
            return Err(Refusal::NoManifest);
        }
        let rest = bytes.get(..size_of::<abi::Manifest>()).ok_or(Refusal::NoManifest)?;
        let number = |from: usize, to: usize| {
            rest[from..to].iter().rev().fold(0, |number: u64, byte| number << 8 | u64::from(*byte))
        };
        let (size, major, features, version) =
            (number(8, 12), number(12, 14), number(16, 24), number(24, 28));
        if major != u64::from(abi::MAJOR) {
            return Err(Refusal::OtherAbi { theirs: major, minor: number(14, 16) });
        }
        if size < size_of::<abi::Manifest>() as u64 {
            return Err(Refusal::NoManifest);
        }
        let missing = features & !FEATURES;
        if missing != 0 {
            // They have no names here, or they would not be missing.
            let numbers = (0..64).filter(|bit| missing >> bit & 1 == 1).map(|bit| format!("number {bit}"));
            return Err(Refusal::MissingFeatures(numbers.collect::<Vec<_>>().join(", ")));
        }
        let name = text(&rest[28..64]).ok_or(Refusal::NoManifest)?;
        let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(is_good) {
            return Err(Refusal::BadName);
        }
        let about = text(&rest[64..256]).ok_or(Refusal::NoManifest)?;
        Ok(Manifest { name, version: version as u32, about })
    }
}

#[cfg(target_arch = "x86_64")]
const HERE: object::Architecture = object::Architecture::X86_64;
#[cfg(target_arch = "aarch64")]
const HERE: object::Architecture = object::Architecture::Aarch64;

/// A manifest as it stands in a file.
fn bytes(manifest: &abi::Manifest) -> Vec<u8> {
    let mut bytes = manifest.magic.to_vec();
    bytes.extend(manifest.size.to_le_bytes());
    bytes.extend(manifest.abi_major.to_le_bytes());
    bytes.extend(manifest.abi_minor.to_le_bytes());
    bytes.extend(manifest.features.to_le_bytes());
    bytes.extend(manifest.version.to_le_bytes());
    bytes.extend(manifest.name);
    bytes.extend(manifest.about);
    bytes
}

/// The text in a field, up to its zero byte.
fn text(field: &[u8]) -> Option<String> {
    let end = field.iter().position(|byte| *byte == 0)?;
    String::from_utf8(field[..end].to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(change: impl FnOnce(&mut abi::Manifest)) -> Vec<u8> {
        let mut manifest = abi::Manifest::new("hello", 7, abi::feature::KEYS, "Greets.");
        change(&mut manifest);
        super::bytes(&manifest)
    }

    fn told(change: impl FnOnce(&mut abi::Manifest)) -> String {
        Manifest::read(&bytes(change)).expect_err("refused").to_string()
    }

    #[test]
    fn a_manifest_is_read() {
        let expected = Manifest { name: "hello".into(), version: 7, about: "Greets.".into() };
        assert_eq!(Manifest::read(&bytes(|_| ())), Ok(expected.clone()));
        let newer = bytes(|manifest| {
            manifest.abi_minor = 9;
            manifest.size += 64;
        });
        assert_eq!(Manifest::read(&[&newer[..], &[1; 64]].concat()), Ok(expected));
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_to_do() {
        assert!(told(|m| m.magic[0] = b'X').contains("no manifest"));
        assert!(told(|m| m.size = 100).contains("no manifest"));
        assert!(told(|m| m.abi_major = 2).contains("version 2.0"), "{}", told(|m| m.abi_major = 2));
        assert!(told(|m| m.features = 1 << 63 | 1).contains("number 63"));
        assert!(!told(|m| m.features = 1 << 63 | 1).contains("number 0"));
        for name in [&b"\0"[..], b"a b\0", b"a/b\0", b"\xff\0"] {
            let text = told(|m| m.name[..name.len()].copy_from_slice(name));
            assert!(text.contains("name") || text.contains("manifest"), "{text}");
        }
        assert!(told(|m| m.about = [b'x'; 192]).contains("no manifest"));
    }

    #[test]
    fn every_shortened_manifest_is_refused() {
        let whole = bytes(|_| ());
        for length in 0..whole.len() {
            assert_eq!(Manifest::read(&whole[..length]), Err(Refusal::NoManifest), "{length} bytes");
        }
    }

    #[test]
    fn what_is_no_library_is_refused() {
        for bytes in [&b""[..], b"\x7fELF", b"#!/bin/sh\n", b"!<arch>\n"] {
            assert_eq!(Manifest::of_library(bytes), Err(Refusal::NotALibrary));
        }
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(matches!(Manifest::of_library(&program), Err(Refusal::NotALibrary | Refusal::NoManifest)));
    }
}
