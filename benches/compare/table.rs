//! Markdown tables with aligned columns.

use std::fmt::Write;

/// A table; its columns are aligned to the left or to the right.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

pub(crate) struct Column {
    heading: &'static str,
    side: Side,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

impl Column {
    pub(crate) fn left(heading: &'static str) -> Self {
        let side = Side::Left;
        Self { heading, side }
    }

    pub(crate) fn right(heading: &'static str) -> Self {
        let side = Side::Right;
        Self { heading, side }
    }
}

impl Table {
    pub(crate) fn new(columns: impl Into<Vec<Column>>) -> Self {
        Self {
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    /// A row with a cell for each column.
    pub(crate) fn row(&mut self, cells: impl Into<Vec<String>>) {
        let cells = cells.into();
        assert_eq!(cells.len(), self.columns.len());
        self.rows.push(cells);
    }

    /// The table and an empty line; an empty text if there are no rows.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        if self.rows.is_empty() {
            return text;
        }
        let headings: Vec<_> = self.columns.iter().map(|one| one.heading.into()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let all = self.rows.iter().chain([&headings]);
                all.map(|row| width(&row[at])).max().unwrap_or(0)
            })
            .collect();
        self.line(&mut text, &headings, &widths);
        for (column, width) in self.columns.iter().zip(&widths) {
            let _ = match column.side {
                Side::Left => write!(text, "| {:-<width$} ", ""),
                Side::Right => write!(text, "| {:-<before$}: ", "", before = width - 1),
            };
        }
        text.push_str("|\n");
        for row in &self.rows {
            self.line(&mut text, row, &widths);
        }
        text.push('\n');
        text
    }

    fn line(&self, text: &mut String, cells: &[String], widths: &[usize]) {
        for ((column, cell), full) in self.columns.iter().zip(cells).zip(widths) {
            let space = " ".repeat(full - width(cell));
            let _ = match column.side {
                Side::Left => write!(text, "| {cell}{space} "),
                Side::Right => write!(text, "| {space}{cell} "),
            };
        }
        text.push_str("|\n");
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
