//! Parameters that the engine keeps in a form of its own, put into force at start and after `CONFIG SET`.

use crate::core::Core;
use crate::keyspace::Keyspace;
use crate::params::amount::Share;
use crate::params::{self, Params};

pub(crate) fn apply(keyspace: &mut Keyspace, core: &mut Core) {
    make_watchdog_patient(&mut core.params);
    core.apply_requirepass();
    let params = &core.params;
    core.track_latency = params.latency_tracking();
    core.observation.configure(params);
    let (log_factor, decay_minutes) = (params.lfu_log_factor() as u32, params.lfu_decay_time() as u32);
    keyspace.access.configure(params.maxmemory_policy(), log_factor, decay_minutes);
    let limit = match params.maxmemory() {
        Share::Bytes(bytes) => bytes,
        percent @ Share::Percent(_) => percent.of(core.host.usage().system_memory),
    };
    core.evictor.configure(params, limit);
    core.limit_clients(limit);
    let params = &core.params;
    keyspace.garbage.removed = params.lazyfree_lazy_server_del();
    keyspace.garbage.expired = params.lazyfree_lazy_expire();
    let notifications = params.notify_keyspace_events();
    keyspace.events.enable(notifications.classes(), notifications.channels());
}

/// A period that would report every server becomes the shortest that does not.
fn make_watchdog_patient(params: &mut Params) {
    let least = params.least_watchdog_period();
    if (1..least).contains(&params.watchdog_period())
        && let Some(parameter) = params::find(b"watchdog-period")
    {
        // It takes every number of milliseconds.
        let _ = params.assign(parameter, &[least.to_string().as_bytes()]);
    }
}
