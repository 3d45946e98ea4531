//! Parameters that the engine keeps in a form of its own, put into force at start and after `CONFIG SET`.

use crate::core::Core;
use crate::keyspace::{Keyspace, Policy};

pub(crate) fn apply(keyspace: &mut Keyspace, core: &mut Core) {
    let params = &core.params;
    core.track_latency = params.latency_tracking();
    let policy =
        if params.maxmemory_policy().word().ends_with("lfu") { Policy::Frequency } else { Policy::Recency };
    keyspace.access.configure(policy, params.lfu_log_factor() as u32, params.lfu_decay_time() as u32);
    keyspace.garbage.removed = params.lazyfree_lazy_server_del();
    keyspace.garbage.expired = params.lazyfree_lazy_expire();
    let notifications = params.notify_keyspace_events();
    keyspace.events.enable(notifications.classes(), notifications.channels());
}
