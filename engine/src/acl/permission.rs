//! The permission step of the pipeline: judges a request, notes what is refused, and tells the client.

use super::check::Denied;
use super::log::{Entry as LogEntry, Occasion, Reason};
use crate::args::Args;
use crate::command::Entry;
use crate::command::flags::command as flag;
use crate::command::registry::Lookup;
use crate::context::Context;
use crate::error::{Error, Outcome};
use crate::session::line;

/// Whether a session may run this although it has not authenticated itself.
///
/// # Errors
/// That it must do so first.
pub(crate) fn require_login(cx: &Context<'_>, entry: &Entry) -> Outcome {
    if !cx.session.authenticated && !entry.has(flag::NO_AUTH) && cx.core.acl.requires_login() {
        return Err(Error::new("NOAUTH Authentication required."));
    }
    Ok(())
}

/// Whether a request of a client is permitted.
///
/// # Errors
/// That it is not.
pub(crate) fn permit(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>) -> Outcome {
    let occasion = if cx.session.transaction.is_some() { Occasion::Multi } else { Occasion::TopLevel };
    judge(cx, entry, args, occasion).map_err(|denied| refused(cx, b"NOPERM ", denied, entry, args))
}

/// Whether a command that was permitted when it was queued is so still.
///
/// # Errors
/// That it is not any more.
pub(crate) fn permit_again(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>) -> Outcome {
    judge(cx, entry, args, Occasion::Multi).map_err(|denied| {
        let reason = match denied {
            Denied::Command => "no permission to execute the command or subcommand",
            Denied::Key(_) => "no permission to touch the specified keys",
            Denied::Channel(_) => {
                "no permission to access one of the channels used as arguments to the command"
            }
        };
        Error::owned(format!(
            "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This \
             command is no longer allowed for the following reason: {reason}"
        ))
    })
}

/// Whether a command that another one runs, which is a plugin's, is permitted to the user who has called that.
///
/// # Errors
/// That it is not.
pub(crate) fn permit_nested(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>) -> Outcome {
    let judged = judge(cx, entry, args, Occasion::Plugin);
    judged.map_err(|denied| refused(cx, b"NOPERM ", denied, entry, args))
}

/// Whether a command that a script runs is permitted to the user who has called the script.
///
/// # Errors
/// That it is not.
pub(crate) fn permit_in_script(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>) -> Outcome {
    let judged = judge(cx, entry, args, Occasion::Script);
    judged.map_err(|denied| refused(cx, b"ERR ACL failure in script: ", denied, entry, args))
}

fn refused(cx: &Context<'_>, before: &[u8], denied: Denied, entry: &Entry, args: Args<'_>) -> Error {
    Error::owned([before, &denied.text(&cx.session.user, entry, args, false)].concat())
}

/// Judges a request, and notes it if it is refused.
fn judge(cx: &mut Context<'_>, entry: &Entry, args: Args<'_>, occasion: Occasion) -> Result<(), Denied> {
    cx.session.user.check(entry, args).inspect_err(|denied| {
        let reason = match denied {
            Denied::Command => Reason::Command,
            Denied::Key(_) => Reason::Key,
            Denied::Channel(_) => Reason::Channel,
        };
        let object = denied.word().and_then(|at| args.get(at)).unwrap_or(entry.name.as_bytes());
        let user = cx.session.user.clone();
        cx.note_refusal(reason, occasion, object, user.name(), args);
    })
}

impl Context<'_> {
    /// Notes that somebody was refused to log in as `user`.
    pub fn note_failed_login(&mut self, user: &[u8], args: Args<'_>) {
        let inside = self.session.transaction_size().is_some();
        let occasion = if inside { Occasion::Multi } else { Occasion::TopLevel };
        self.note_refusal(Reason::Auth, occasion, args.word(0), user, args);
    }

    /// Puts a refusal into the log.
    fn note_refusal(
        &mut self,
        reason: Reason,
        occasion: Occasion,
        object: &[u8],
        user: &[u8],
        args: Args<'_>,
    ) {
        self.core.stats.denied.count(reason);
        let most = usize::try_from(self.core.params.acllog_max_len()).unwrap_or(usize::MAX);
        if most == 0 {
            return self.core.acl.log.trim(0);
        }
        let now_ms = self.db.now_ms();
        let mut client = Vec::new();
        line::append(
            &mut client,
            self.session,
            self.reply.output(),
            self.registry,
            Some(args.bytes()),
            now_ms,
        );
        client.pop(); // the end of the line
        let entry = LogEntry {
            count: 1,
            reason,
            occasion,
            object: object.to_vec(),
            user: user.to_vec(),
            client,
            id: 0,
            created_ms: now_ms,
            updated_ms: now_ms,
        };
        self.core.acl.log.add(entry, most);
    }

    /// Whether the session's user may run this request, which is not run, and nobody hears of it:
    /// `redis.acl_check_cmd`. `None` if there is no such command.
    pub fn may_run(&self, args: Args<'_>) -> Option<bool> {
        match self.registry.lookup(args.get(0)?, args.get(1)) {
            Lookup::Found(id) => Some(self.session.user.check(self.registry.get(id), args).is_ok()),
            Lookup::Unknown | Lookup::UnknownSubcommand(_) => None,
        }
    }
}
