//! INFO's section Latencystats: how long commands took, at the percentiles that
//! `latency-tracking-info-percentiles` names.

use russet_engine::info::{Fields, Shown};
use russet_engine::info_section;
use russet_engine::prelude::*;

info_section! { name: "Latencystats", order: 1100, shown: Shown::InAll, write: write }

fn write(cx: &mut Context<'_>, fields: &mut Fields) {
    if !cx.core.params.latency_tracking() {
        return;
    }
    let percentiles = cx.core.params.latency_tracking_info_percentiles();
    for entry in cx.registry.iter() {
        let Some(latency) = &cx.core.stats.command(entry.id).latency else { continue };
        let values: Vec<String> = percentiles
            .iter()
            .map(|&percentile| {
                let microseconds = latency.value_at_percentile(percentile) as f64 / 1000.0;
                format!("p{percentile}={microseconds:.3}")
            })
            .collect();
        fields.put(format_args!("latency_percentiles_usec_{}", entry.name), values.join(","));
    }
}

#[cfg(test)]
mod tests {
    use crate::shell::conversation;

    #[test]
    fn the_percentiles_that_are_configured() {
        let mut shell = conversation! {
            "PING => +PONG"
            "INFO latencystats => $79 # Latencystats latency_percentiles_usec_ping:p50=0.001,p99=0.001,p99.9=0.001"
        };
        shell.words(&[b"CONFIG", b"SET", b"latency-tracking-info-percentiles", b"0 100"]);
        assert!(shell.run("INFO latencystats").contains("latency_percentiles_usec_ping:p0=0.001,p100=0.001"));
        shell.run("CONFIG SET latency-tracking no");
        assert_eq!(shell.run("INFO latencystats"), "$16 # Latencystats");
    }
}
