//! What the assistant is held to: known faults, finished songs and what is no music, heard, judged, rendered and counted
//! (the table of the manual's chapter on behaviour).
//!
//! One worker per song writes a [`Record`]; the [`Table`] is made from all records and nothing else.

mod broad;
mod curve;
pub mod fault_bench;
pub mod fault_table;
mod faulty;
mod figures;
mod files;
mod fine_grid;
mod foreign;
pub mod inject;
mod json;
mod kinds;
mod level_only;
pub mod music;
mod page;
mod record;
mod ruler;
mod run;
pub mod section_bench;
mod sound;
mod spectrum;
mod statistics;
pub mod strengths;
mod table;
mod untouched;

pub use broad::{BROAD_SIZES_DB, BroadFault, broad_faults};
pub use figures::baseline;
pub use files::Files;
pub use fine_grid::peak_dbfs;
pub use record::{Foreign, Record};
pub use run::{LONGEST_S, Outcome, Plan, run};
pub use sound::{hear, render};
pub use spectrum::{Thirds, Undone, undone};
pub use table::{Baseline, Table};
