//! INFO's section Modules: the plugins that are loaded.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Modules", order: 800, shown: Shown::ByDefault, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    for plugin in cx.core.host.plugins() {
        let (name, version) = (&plugin.name, plugin.version);
        fields.put("module", format_args!("name={name},ver={version},api=1,filters=0,usedby=[],using=[],options=[]"));
    }
}
