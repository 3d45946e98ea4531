//! `LOLWUT VERSION 5`: Georg Nees's "Schotter" (gravel, 1968), one of the first works of computer art. Rows
//! of squares lose their order from top to bottom.

use super::braille::Canvas;
use rand::Rng;

/// What is drawn behind the picture, before the version.
pub(super) const CAPTION: &str = "\nGeorg Nees - schotter, plotter on paper, 1968. ";

/// How many terminal columns, and how many squares along and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) squares_per_row: usize,
    pub(super) squares_per_column: usize,
}

impl Size {
    /// From up to three arguments in the order of the fields; absent ones have defaults, and all are brought
    /// into range.
    pub(super) fn from_numbers(numbers: &[i64]) -> Self {
        let number = |at: usize, default: i64, largest: i64| {
            numbers.get(at).copied().unwrap_or(default).clamp(1, largest) as usize
        };
        Size { columns: number(0, 66, 1000), squares_per_row: number(1, 8, 200), squares_per_column: number(2, 12, 200) }
    }
}

/// Appends a picture to `text`.
pub(super) fn draw(text: &mut Vec<u8>, size: Size, random: &mut impl Rng) {
    let width = size.columns * 2;
    let margin = if width > 4 { 2.0 } else { 0.0 };
    let side = (width as f64 - 2.0 * margin) / size.squares_per_row as f64;
    let height = side * size.squares_per_column as f64 + 2.0 * margin;
    let mut canvas = Canvas::new(width, height as usize);
    for row in 0..size.squares_per_column {
        // The first two rows are in order; from there disorder grows with each.
        let disorder = if row < 2 { 0.0 } else { row as f64 / size.squares_per_column as f64 };
        for column in 0..size.squares_per_row {
            let mut stray = |most: f64| random.random_range(-1.0..=1.0) * most * disorder;
            let x = margin + (column as f64 + 0.5) * side + stray(side / 3.0);
            let y = margin + (row as f64 + 0.5) * side + stray(side / 3.0);
            let angle = stray(std::f64::consts::FRAC_PI_4);
            canvas.square((x, y), side, angle);
        }
    }
    canvas.append_to(text);
}
