//! Users in text: the ACL file, and the `user` lines of a configuration file.
//!
//! Words are separated by single blanks, and none is quoted: a name and a pattern have no blanks.

use super::refusal::Refusal;
use super::user::User;
use super::words::{is_one_word, merge_selectors};
use crate::command::Registry;
use crate::params::choice::PubsubDefault;
use crate::params::load::trim;

/// Everything that is wrong with a file, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError(pub Vec<u8>);

/// Reads the text of an ACL file, called `place` in what is said of it.
///
/// # Errors
/// What is wrong with it, all of it.
pub fn read_users(
    text: &[u8],
    place: &str,
    registry: &Registry,
    pubsub: PubsubDefault,
) -> Result<Vec<User>, FileError> {
    let mut users: Vec<User> = Vec::new();
    let mut errors = Vec::new();
    for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let number = index + 1;
        let line = trim(line);
        if line.is_empty() {
            continue;
        }
        let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
        let [b"user", name, rules @ ..] = &words[..] else {
            let text = format!("{place}:{number} should start with user keyword followed by the username. ");
            errors.extend_from_slice(text.as_bytes());
            continue;
        };
        if !is_one_word(name) {
            let before = format!("'{place}:{number}: username '");
            errors.extend([before.as_bytes(), name, b"' contains invalid characters. "].concat());
            continue;
        }
        if users.iter().any(|user| user.name() == *name) {
            let after = format!("' found on line {number}. ");
            errors.extend([b"WARNING: Duplicate user '", *name, after.as_bytes()].concat());
            continue;
        }
        let mut user = User::new(name, pubsub);
        apply_all(&mut user, rules, &format!("{place}:{number}"), registry, pubsub, &mut errors);
        users.push(user);
    }
    if errors.is_empty() { Ok(users) } else { Err(FileError(errors)) }
}

/// Gives a user its rules, and appends what is wrong with them.
fn apply_all(
    user: &mut User,
    rules: &[&[u8]],
    place: &str,
    registry: &Registry,
    pubsub: PubsubDefault,
    errors: &mut Vec<u8>,
) {
    let Ok(rules) = merge_selectors(rules) else {
        errors
            .extend_from_slice(format!("{place}: Unmatched parenthesis in selector definition.").as_bytes());
        return;
    };
    let mut told = false;
    for rule in rules {
        let rule = trim(&rule);
        match user.apply(rule, registry, pubsub) {
            Ok(()) => {}
            // What it names is no secret.
            Err(refusal @ Refusal::Unknown) => {
                let (before, after) =
                    (format!("{place}: Error in applying operation '"), format!("': {refusal}. "));
                errors.extend([before.as_bytes(), rule, after.as_bytes()].concat());
            }
            // What follows may be wrong only because of it.
            Err(refusal) if !told => {
                errors.extend_from_slice(format!("{place}: {refusal}. ").as_bytes());
                told = true;
            }
            Err(_) => {}
        }
    }
}

/// A `user` line of a configuration file: the name and the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserLine {
    name: Vec<u8>,
    rules: Vec<Vec<u8>>,
}

impl UserLine {
    /// Takes the words behind `user`, the name first. Commands are not looked up: a plugin may bring them.
    ///
    /// # Errors
    /// What is wrong with it, and the word in question.
    pub fn read(words: &[Vec<u8>], before: &[UserLine]) -> Result<Self, (Vec<u8>, Refusal)> {
        let Some((name, rules)) = words.split_first() else { return Err((Vec::new(), Refusal::Syntax)) };
        if before.iter().any(|line| line.name == *name) {
            return Err((name.clone(), Refusal::Duplicate));
        }
        let rules: Vec<&[u8]> = rules.iter().map(Vec::as_slice).collect();
        let rules = merge_selectors(&rules).map_err(|word| (word, Refusal::Syntax))?;
        let nothing = Registry::empty();
        let mut trial = User::new(name, PubsubDefault::ResetChannels);
        for rule in &rules {
            match trial.apply(rule, &nothing, PubsubDefault::ResetChannels) {
                Ok(()) | Err(Refusal::Unknown) => {}
                Err(refusal) => return Err((rule.clone(), refusal)),
            }
        }
        Ok(UserLine { name: name.clone(), rules })
    }

    /// The user that it declares.
    ///
    /// # Errors
    /// The rule that makes no sense, and why.
    pub fn user(&self, registry: &Registry, pubsub: PubsubDefault) -> Result<User, (Vec<u8>, Refusal)> {
        let mut user = User::new(&self.name, pubsub);
        for rule in &self.rules {
            user.apply(rule, registry, pubsub).map_err(|refusal| (rule.clone(), refusal))?;
        }
        Ok(user)
    }

    /// The name.
    pub fn name(&self) -> &[u8] {
        &self.name
    }
}
