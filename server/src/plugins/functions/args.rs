//! `russet_args`: what a command was sent.

use crate::plugins::call;
use russet_plugin_abi::{self as abi, Call, Slice};

pub(super) static TABLE: abi::Args = abi::Args { size: size_of::<abi::Args>(), count, get };

extern "C" fn count(call: *const Call) -> usize {
    call::with(call, 0, |running| running.args.len())
}

extern "C" fn get(call: *const Call, index: usize) -> Slice {
    call::with(call, Slice::NONE, |running| running.args.get(index).map_or(Slice::NONE, Slice::of))
}
