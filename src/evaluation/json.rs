//! The table as JSON.

use serde_json::{Value, json};

use super::page::chosen;
use super::table::{Bar, Baseline, KindRow, Row, Table};

/// Everything on the page, and the record of every song.
pub fn json(table: &Table) -> Value {
    json!({
        "schema": 1,
        "discern": env!("CARGO_PKG_VERSION"),
        "figures": table.rows.iter().map(figure).collect::<Vec<_>>(),
        "kinds": table.kinds.iter().map(kind).collect::<Vec<_>>(),
        "confidence": table.bins.iter().map(|bin| json!({
            "from": bin.low, "to": bin.high, "count": bin.count, "mean": bin.confidence, "worth": bin.worth,
        })).collect::<Vec<_>>(),
        "beside": table.baselines.iter().map(baseline).collect::<Vec<_>>(),
        "read_aloud": chosen(&table.records).map(|record| &record.name).collect::<Vec<_>>(),
        "signals": table.foreign,
        "songs": table.records,
    })
}

fn figure(row: &Row) -> Value {
    let definition = &row.definition;
    let genre = |(genre, value, count): &(String, f64, usize)| json!({"genre": genre, "value": value, "count": count});
    json!({
        "key": definition.key,
        "what": definition.what,
        "definition": definition.says,
        "value": row.value,
        "count": row.count,
        "at_least": match definition.bar { Bar::AtLeast(bar) => Some(bar), _ => None },
        "at_most": match definition.bar { Bar::AtMost(bar) => Some(bar), _ => None },
        "met": row.is_met(),
        "by_genre": row.by_genre.iter().map(genre).collect::<Vec<_>>(),
    })
}

fn kind(row: &KindRow) -> Value {
    let instead = row.instead.iter().map(|(kind, count)| json!({"kind": kind, "count": count}));
    json!({
        "kind": row.kind,
        "count": row.count,
        "first": row.first,
        "found": row.found,
        "in_place": row.in_place,
        "undone": row.undone,
        "past": row.past,
        "instead": instead.collect::<Vec<_>>(),
    })
}

fn baseline(each: &Baseline) -> Value {
    json!({
        "name": each.name,
        "tonal_change_db": each.tonal_change_db,
        "recovery": each.recovery,
        "note": each.note,
    })
}
