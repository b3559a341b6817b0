//! What the firmware costs: its size, and what it does until it has a token.

mod measure;
mod table;

pub use measure::{Difference, FEATURE_SETS, FigureError, Measured, Row, measure, size_of_board};
pub use table::{boards_table, device_table, grouped, json, json_of_board, written};
