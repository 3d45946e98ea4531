//! Parameters whose value is one of a few words.

use super::declare::{How, Reason, Shape};
use super::setting::{Setting, single};

pub(super) fn unknown_word(words: &[&str]) -> Reason {
    format!("argument(s) must be one of the following: {}", words.join(", ")).into()
}

macro_rules! choices {
    ($(
        $(#[$doc:meta])+
        $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $word:literal $(| $alias:literal)*,)+ }
    )+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            #[default]
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            const WORDS: &[&str] = &[$($word, $($alias,)*)+];

            /// The word that stands for it in a configuration file.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl Setting for $name {
            type Rule = ();
            type View<'a> = Self;

            fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
                let word = single(args)?;
                *self = match () {
                    $(() if [$word, $($alias,)*].iter().any(|own| own.as_bytes().eq_ignore_ascii_case(word)) => {
                        Self::$variant
                    })+
                    () => return Err(unknown_word(Self::WORDS)),
                };
                Ok(())
            }

            fn show(&self, _: &()) -> Vec<u8> {
                self.word().as_bytes().to_vec()
            }

            fn view(&self) -> Self {
                *self
            }

            fn shape(_: &()) -> Shape {
                Shape { values: Self::WORDS.join(", "), unit: "" }
            }
        }
    )+};
}

choices! {
    /// How much the log tells.
    LogLevel {
        /// Everything that could help to find a fault.
        Debug = "debug",
        /// Many rarely useful facts.
        Verbose = "verbose",
        /// What one wants in production.
        Notice = "notice",
        /// Only what matters.
        Warning = "warning",
        /// Nothing at all.
        Nothing = "nothing",
    }
    /// The syslog facility that log lines are sent to.
    SyslogFacility {
        /// `LOG_USER`.
        User = "user",
        /// `LOG_LOCAL0`.
        Local0 = "local0",
        /// `LOG_LOCAL1`.
        Local1 = "local1",
        /// `LOG_LOCAL2`.
        Local2 = "local2",
        /// `LOG_LOCAL3`.
        Local3 = "local3",
        /// `LOG_LOCAL4`.
        Local4 = "local4",
        /// `LOG_LOCAL5`.
        Local5 = "local5",
        /// `LOG_LOCAL6`.
        Local6 = "local6",
        /// `LOG_LOCAL7`.
        Local7 = "local7",
    }
    /// What watches over the process and wants to know when it is ready.
    Supervision {
        /// Upstart: the process stops itself once ready.
        Upstart = "upstart",
        /// systemd: a message on `$NOTIFY_SOCKET`.
        Systemd = "systemd",
        /// Whichever of the two the environment shows.
        Auto = "auto",
        /// Nothing.
        No = "no",
    }
    /// Who may use something risky.
    Access {
        /// No one.
        No = "no",
        /// Everyone.
        Yes = "yes",
        /// Only connections from this machine.
        Local = "local",
    }
    /// When the append-only file is forced to disk.
    AppendFsync {
        /// Once a second, by a background thread.
        Everysec = "everysec",
        /// Before any reply of the tick leaves.
        Always = "always",
        /// When the operating system likes.
        No = "no",
    }
    /// How a replica takes a snapshot straight from the socket.
    DisklessLoad {
        /// Not at all: by way of a file.
        Disabled = "disabled",
        /// Only while it holds no data.
        OnEmptyDb = "on-empty-db",
        /// Beside the old data, which it swaps out at the end.
        SwapDb = "swapdb",
    }
    /// How the kernel's preference for killing this process is set.
    OomScoreAdj {
        /// Left alone.
        No = "no",
        /// Relative to the value at start.
        Relative = "yes" | "relative",
        /// As written.
        Absolute = "absolute",
    }
    /// How closely a dumped value is checked before it is used.
    SanitizeDump {
        /// Not beyond what safety needs.
        No = "no",
        /// Always.
        Yes = "yes",
        /// Only when a client other than a master sends it.
        Clients = "clients",
    }
    /// Which versions of snapshots are loaded.
    VersionCheck {
        /// Those that are known.
        Strict = "strict",
        /// Newer ones too, as far as they hold nothing that is not known.
        Relaxed = "relaxed",
    }
    /// What happens when a command that came from the master or the journal fails.
    PropagationError {
        /// It is counted.
        Ignore = "ignore",
        /// The server stops.
        Panic = "panic",
        /// The server stops if it is a replica.
        PanicOnReplicas = "panic-on-replicas",
    }
    /// Which channels a new user may use.
    PubsubDefault {
        /// All.
        AllChannels = "allchannels",
        /// None.
        ResetChannels = "resetchannels",
    }
    /// Whether a TLS client must show a certificate.
    TlsClientAuth {
        /// It is not asked for one.
        No = "no",
        /// It must.
        Yes = "yes",
        /// It may.
        Optional = "optional",
    }
    /// What a cluster node calls itself towards clients.
    EndpointType {
        /// Its address.
        Ip = "ip",
        /// Its host name.
        Hostname = "hostname",
        /// Nothing: the client is to use the address it connected to.
        UnknownEndpoint = "unknown-endpoint",
    }
}

bitflags::bitflags! {
    /// What a signal asks of the shutdown; empty leaves it to the configured save points.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ShutdownOptions: u8 {
        /// Save even without save points.
        const SAVE = 1;
        /// Do not save.
        const NOSAVE = 2;
        /// Do not wait for replicas.
        const NOW = 4;
        /// Go on even if saving fails.
        const FORCE = 8;
    }
}

impl ShutdownOptions {
    const WORDS: [(&'static str, Self); 5] = [
        ("default", Self::empty()),
        ("save", Self::SAVE),
        ("nosave", Self::NOSAVE),
        ("now", Self::NOW),
        ("force", Self::FORCE),
    ];
}

impl Access {
    /// Whether it lets a client in that is, or is not, on this machine.
    pub fn permits(self, local: bool) -> bool {
        match self {
            Access::No => false,
            Access::Yes => true,
            Access::Local => local,
        }
    }
}

impl Setting for ShutdownOptions {
    type Rule = ();
    type View<'a> = Self;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let words = Self::WORDS.map(|(word, _)| word);
        if args.is_empty() {
            return Err(unknown_word(&words));
        }
        let mut options = Self::empty();
        for arg in args {
            let known = Self::WORDS.iter().find(|(word, _)| word.as_bytes().eq_ignore_ascii_case(arg));
            options |= known.ok_or_else(|| unknown_word(&words))?.1;
        }
        if options.contains(Self::SAVE | Self::NOSAVE) {
            return Err("shutdown options SAVE and NOSAVE can't be used simultaneously".into());
        }
        *self = options;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        if self.is_empty() {
            return b"default".to_vec();
        }
        let words: Vec<&str> =
            Self::WORDS[1..].iter().filter(|(_, bit)| self.contains(*bit)).map(|(word, _)| *word).collect();
        words.join(" ").into_bytes()
    }

    fn view(&self) -> Self {
        *self
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "default, or any of save, nosave, now, force".into(), unit: "" }
    }
}
