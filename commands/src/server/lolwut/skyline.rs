//! `LOLWUT VERSION 6`: a town at dusk in four greys, for terminals that know colours. Every call builds
//! another town.

use rand::Rng;

/// What is drawn behind the picture, before the version.
pub(super) const CAPTION: &str = "Dedicated to the 8 bit game developers of past and present.\n\
    Original 8 bit image from Plaguemon by hikikomori. ";

/// Terminal columns and rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Size {
    /// From up to two arguments in the order of the fields; absent ones have defaults, and all are brought
    /// into range.
    pub(super) fn from_numbers(numbers: &[i64]) -> Self {
        let number = |at: usize, default: i64| numbers.get(at).copied().unwrap_or(default).clamp(1, 1000) as usize;
        Size { columns: number(0, 80), rows: number(1, 20) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Grey {
    Black,
    Dark,
    Light,
    White,
}

impl Grey {
    /// A space in this colour: foreground and background alike, so that the text is a picture even where
    /// spaces are shown.
    fn cell(self) -> &'static [u8] {
        match self {
            Grey::Black => b"\x1b[0;30;40m \x1b[0m",
            Grey::Dark => b"\x1b[0;90;100m \x1b[0m",
            Grey::Light => b"\x1b[0;37;47m \x1b[0m",
            Grey::White => b"\x1b[0;97;107m \x1b[0m",
        }
    }
}

struct Picture {
    size: Size,
    cells: Vec<Grey>,
}

impl Picture {
    fn new(size: Size) -> Self {
        Picture { size, cells: vec![Grey::White; size.columns * size.rows] }
    }

    fn set(&mut self, x: i64, y: i64, grey: Grey) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.size.columns && y < self.size.rows {
            self.cells[y * self.size.columns + x] = grey;
        }
    }

    fn fill(&mut self, left: i64, top: i64, width: i64, height: i64, grey: Grey) {
        // Only the part on the page is walked, however large the shape.
        let right = (left + width).min(self.size.columns as i64);
        let bottom = (top + height).min(self.size.rows as i64);
        for y in top.max(0)..bottom {
            for x in left.max(0)..right {
                self.set(x, y, grey);
            }
        }
    }

    /// A round cloud, twice as wide as high.
    fn cloud(&mut self, x: i64, y: i64, radius: i64) {
        for dy in -radius..=radius {
            let half = (((radius * radius - dy * dy) as f64).sqrt() * 2.0) as i64;
            self.fill(x - half, y + dy, 2 * half + 1, 1, Grey::Light);
        }
    }

    /// A house that stands on the lower edge, with windows of which some are lit.
    fn house(&mut self, left: i64, width: i64, height: i64, wall: Grey, random: &mut impl Rng) {
        let top = self.size.rows as i64 - height;
        self.fill(left, top, width, height, wall);
        if wall == Grey::Light {
            return;
        }
        // The front, one cell in from a border of the wall's colour.
        let inside = if wall == Grey::Dark { Grey::Black } else { Grey::Dark };
        self.fill(left + 1, top + 1, width - 2, height - 1, inside);
        for y in (top + 3..self.size.rows as i64 - 1).step_by(2) {
            for x in (left + 3..left + width - 4).step_by(4) {
                let window = if random.random_bool(0.7) { Grey::Light } else { wall };
                self.fill(x, y, 2, 1, window);
            }
        }
    }
}

/// Appends a picture to `text`, a newline behind each row.
pub(super) fn draw(text: &mut Vec<u8>, size: Size, random: &mut impl Rng) {
    let (columns, rows) = (size.columns as i64, size.rows as i64);
    let mut picture = Picture::new(size);
    for _ in 0..columns / 10 {
        let radius = random.random_range(1..=(rows / 6).clamp(1, 40));
        picture.cloud(random.random_range(0..columns), random.random_range(rows / 4..=rows / 2), radius);
    }
    // From the far end of the town to the near one, houses get lower, wider apart and darker.
    for (wall, highest, gap) in [(Grey::Light, rows * 3 / 4, 2), (Grey::Dark, rows * 2 / 3, 8), (Grey::Black, rows / 2, 16)] {
        let mut left = random.random_range(-6..6);
        while left < columns {
            let width = 4 * random.random_range(2..=5) + 2;
            let height = random.random_range(highest / 2..=highest.max(1));
            picture.house(left, width, height, wall, random);
            left += width + random.random_range(0..=gap);
        }
    }
    text.reserve(picture.cells.len() * Grey::Dark.cell().len() + size.rows);
    for row in picture.cells.chunks(size.columns) {
        row.iter().for_each(|grey| text.extend_from_slice(grey.cell()));
        text.push(b'\n');
    }
}
