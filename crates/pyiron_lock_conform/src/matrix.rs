//! The cells of a report as a table: a row for each target, a column for each tier. Knows no format.

use crate::report::{Cell, Report, State};

/// Tiers across, targets down; targets that no tier was looked at for are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix<'r> {
    /// The tiers, or the files of locks without one, in the order given.
    pub tiers: Vec<&'r str>,
    /// The id of each target with its cells, one a tier.
    pub rows: Vec<(&'r str, Vec<&'r Cell>)>,
}

impl<'r> Matrix<'r> {
    /// Arranges the cells of a report.
    pub fn new(report: &'r Report) -> Self {
        let mut tiers: Vec<&str> = Vec::new();
        let mut rows: Vec<(&str, Vec<&Cell>)> = Vec::new();
        // Cells come tier by tier, each with the same targets.
        for cell in &report.cells {
            if rows.first().is_none_or(|(first, _)| *first == cell.target) {
                tiers.push(&cell.label);
            }
            match rows.iter_mut().find(|(target, _)| *target == cell.target) {
                Some((_, cells)) => cells.push(cell),
                None => rows.push((&cell.target, vec![cell])),
            }
        }
        rows.retain(|(_, cells)| cells.iter().any(|cell| cell.state != State::NotAsked));
        Self { tiers, rows }
    }

    /// Returns what a cell shows: the platform that serves, `no`, `?`, or nothing where the tier is not meant for the
    /// target.
    pub fn sign(cell: &Cell) -> &str {
        match (cell.state, &cell.platform) {
            (State::Fits, Some(platform)) => platform.as_str(),
            (state, _) => state.sign(),
        }
    }
}
