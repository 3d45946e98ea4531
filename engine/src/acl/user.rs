//! A user: whether it may log in and with which passwords, and what it may do then.

use super::DEFAULT_USER;
use super::password::Digest;
use super::refusal::Refusal;
use super::selector::Selector;
use crate::command::Registry;
use crate::params::choice::PubsubDefault;

/// Whether what a user restores is looked at more closely than is needed to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadCheck {
    /// `sanitize-payload`.
    Thorough,
    /// `skip-sanitize-payload`.
    Skipped,
}

/// A user. It never changes: see [`mod@super`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    name: Box<[u8]>,
    enabled: bool,
    any_password: bool,
    payload: PayloadCheck,
    passwords: Vec<Digest>,
    root: Selector,
    others: Vec<Selector>,
    /// Whether one of the selectors permits everything.
    unlimited: bool,
}

impl User {
    /// One that may do nothing, and is nobody's: it is off.
    pub(super) fn new(name: &[u8], pubsub: PubsubDefault) -> Self {
        User {
            name: name.into(),
            enabled: false,
            any_password: false,
            payload: PayloadCheck::Thorough,
            passwords: Vec::new(),
            root: Selector::new(pubsub),
            others: Vec::new(),
            unlimited: false,
        }
    }

    /// The default user of a new server: it may do everything, and whoever connects is it.
    pub fn unlimited() -> Self {
        User {
            enabled: true,
            any_password: true,
            root: Selector::unlimited(),
            unlimited: true,
            ..User::new(DEFAULT_USER, PubsubDefault::AllChannels)
        }
    }

    /// Its name.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// Whether anybody may become it.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Whether any password is right.
    pub fn takes_any_password(&self) -> bool {
        self.any_password
    }

    /// Whether a client is it from the beginning, if it is the default user.
    pub fn is_open(&self) -> bool {
        self.enabled && self.any_password
    }

    /// Whether it may do everything.
    #[inline]
    pub fn is_unlimited(&self) -> bool {
        self.unlimited
    }

    /// How closely what it restores is looked at.
    pub fn payload_check(&self) -> PayloadCheck {
        self.payload
    }

    /// The digests of its passwords, in the order in which they were added.
    pub fn passwords(&self) -> &[Digest] {
        &self.passwords
    }

    /// What its rules outside of parentheses make.
    pub fn root(&self) -> &Selector {
        &self.root
    }

    /// Its selectors in parentheses.
    pub fn others(&self) -> &[Selector] {
        &self.others
    }

    /// All its selectors, the root first.
    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        std::iter::once(&self.root).chain(&self.others)
    }

    /// Takes one rule. A selector is one rule, its parentheses included.
    pub(super) fn apply(
        &mut self,
        rule: &[u8],
        registry: &Registry,
        pubsub: PubsubDefault,
    ) -> Result<(), Refusal> {
        match rule.to_ascii_lowercase().as_slice() {
            b"" => {}
            b"on" => self.enabled = true,
            b"off" => self.enabled = false,
            b"nopass" => (self.any_password, self.passwords) = (true, Vec::new()),
            b"resetpass" => (self.any_password, self.passwords) = (false, Vec::new()),
            b"sanitize-payload" => self.payload = PayloadCheck::Thorough,
            b"skip-sanitize-payload" => self.payload = PayloadCheck::Skipped,
            b"clearselectors" => self.others.clear(),
            b"reset" => *self = User::new(&self.name, pubsub),
            _ => match rule {
                [b'>', password @ ..] => self.add_password(Digest::of(password)),
                [b'#', digits @ ..] => self.add_password(Digest::read(digits).ok_or(Refusal::NoHash)?),
                [b'<', password @ ..] => self.remove_password(&Digest::of(password))?,
                [b'!', digits @ ..] => self.remove_password(&Digest::read(digits).ok_or(Refusal::NoHash)?)?,
                [b'(', .., b')'] => self.others.push(Selector::read(rule, registry, pubsub)?),
                _ => {
                    self.root.apply(rule, registry)?;
                    self.root.compile(registry);
                }
            },
        }
        self.judge();
        Ok(())
    }

    fn judge(&mut self) {
        let unlimited = self.selectors().any(Selector::is_unlimited);
        self.unlimited = unlimited;
    }

    fn add_password(&mut self, password: Digest) {
        if !self.passwords.contains(&password) {
            self.passwords.push(password);
        }
        self.any_password = false;
    }

    fn remove_password(&mut self, password: &Digest) -> Result<(), Refusal> {
        let at = self.passwords.iter().position(|known| known == password).ok_or(Refusal::NoSuchPassword)?;
        self.passwords.remove(at);
        Ok(())
    }

    /// Gives it this password and no other; an empty one is none, and any is right.
    pub(super) fn set_only_password(&mut self, password: &[u8]) {
        self.passwords.clear();
        self.any_password = password.is_empty();
        if !password.is_empty() {
            self.passwords.push(Digest::of(password));
        }
    }

    /// Compiles its rules for another set of commands.
    pub(super) fn compile(&mut self, registry: &Registry) {
        self.root.compile(registry);
        self.others.iter_mut().for_each(|selector| selector.compile(registry));
        self.judge();
    }

    /// Its flags, as `ACL GETUSER` names them.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> + Clone {
        let switch = if self.enabled { "on" } else { "off" };
        let payload = match self.payload {
            PayloadCheck::Thorough => "sanitize-payload",
            PayloadCheck::Skipped => "skip-sanitize-payload",
        };
        [switch].into_iter().chain(self.any_password.then_some("nopass")).chain([payload])
    }

    /// The line that declares it, from `user` on.
    pub fn line(&self) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = vec![b"user".to_vec(), self.name.to_vec()];
        parts.extend(self.flags().map(|flag| flag.as_bytes().to_vec()));
        parts.extend(self.passwords.iter().map(|password| [b"#", password.digits()].concat()));
        parts.push(self.root.describe());
        parts.extend(self.others.iter().map(|selector| [b"(", &*selector.describe(), b")"].concat()));
        parts.join(&b' ')
    }
}
