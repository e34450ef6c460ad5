//! The table of runs in CSV format.

use super::row::{Costs, Row};
use crate::escape;

const HEADER: &str = "number,folder,name,started,status,epochs,best_epoch,best_accuracy,last_accuracy,int8_accuracy,\
    ram_bytes,flash_bytes,macs,params,classes,seconds,seed,data";

/// One line for each of `rows`, in this order; accuracies from 0 to 1. Unknown values are empty.
pub fn csv<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    let mut out = format!("{HEADER}\n");
    for row in rows {
        out += &fields(row).join(",");
        out.push('\n');
    }
    out
}

fn fields(row: &Row) -> Vec<String> {
    let mut fields = vec![row.number.to_string(), escape::csv(&row.folder)];
    let Ok(known) = &row.found else {
        fields.extend([String::new(), row.started.timestamp().to_string(), "unreadable".to_owned()]);
        fields.resize(HEADER.split(',').count(), String::new());
        return fields;
    };
    let info = &known.info;
    let number = |value: Option<f64>| {
        value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string())
    };
    let cost = |of: fn(&Costs) -> u64| known.costs.as_ref().map_or_else(String::new, |costs| of(costs).to_string());
    fields.extend([
        escape::csv(&info.name),
        row.started.timestamp().to_string(),
        info.status.name().to_owned(),
        info.epochs_done.to_string(),
        info.best.map_or_else(String::new, |best| best.epoch.to_string()),
        number(known.best()),
        number(info.last.map(|last| last.val_accuracy)),
        number(known.int8),
        cost(|costs| costs.ram_bytes),
        cost(|costs| costs.flash_bytes),
        cost(|costs| costs.macs),
        cost(|costs| costs.params),
        info.classes.to_string(),
        number(Some(known.seconds())),
        info.seed.to_string(),
        escape::csv(&info.data.source),
    ]);
    fields
}
