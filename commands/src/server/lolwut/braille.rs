//! A canvas of dots in a terminal: each Unicode braille character shows two by four of them.

/// Black dots on a white page; positions outside the page are not drawn.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    /// The dots of each character, as the low byte of its code point.
    cells: Vec<u8>,
}

impl Canvas {
    /// An empty page, in dots. An odd width and a height that is no multiple of four leave part of the last
    /// characters unused.
    pub(super) fn new(width: usize, height: usize) -> Self {
        Canvas { width, height, cells: vec![0; width.div_ceil(2) * height.div_ceil(4)] }
    }

    fn columns(&self) -> usize {
        self.width.div_ceil(2)
    }

    /// Draws one dot.
    fn dot(&mut self, x: i64, y: i64) {
        // Bit numbers of the dots of a braille character: two columns of three, and a later fourth row.
        const BITS: [[u8; 2]; 4] = [[0, 3], [1, 4], [2, 5], [6, 7]];
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            let cell = y / 4 * self.columns() + x / 2;
            self.cells[cell] |= 1 << BITS[y % 4][x % 2];
        }
    }

    /// Draws a line of dots between two positions, both ends included.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (x, y) = (from.0.round(), from.1.round());
        let (dx, dy) = (to.0.round() - x, to.1.round() - y);
        let steps = dx.abs().max(dy.abs()).max(1.0);
        for step in 0..=steps as i64 {
            let part = step as f64 / steps;
            self.dot((x + dx * part).round() as i64, (y + dy * part).round() as i64);
        }
    }

    /// Draws the outline of a square around `centre`, turned by `angle` in radians.
    pub(super) fn square(&mut self, centre: (f64, f64), side: f64, angle: f64) {
        let (sine, cosine) = angle.sin_cos();
        let half = side / 2.0;
        let corner = |x: f64, y: f64| (centre.0 + x * cosine - y * sine, centre.1 + x * sine + y * cosine);
        let corners = [corner(-half, -half), corner(half, -half), corner(half, half), corner(-half, half)];
        for (at, &from) in corners.iter().enumerate() {
            self.line(from, corners[(at + 1) % 4]);
        }
    }

    /// Appends the page as UTF-8, a newline behind each row but a last one that is a single dot high (that is
    /// how Redis ends a page).
    pub(super) fn append_to(&self, text: &mut Vec<u8>) {
        text.reserve((self.columns() * 3 + 1) * self.height.div_ceil(4));
        for (at, row) in self.cells.chunks(self.columns().max(1)).enumerate() {
            for dots in row {
                // U+2800 + dots.
                text.extend([0xe2, 0xa0 | dots >> 6, 0x80 | dots & 0x3f]);
            }
            if at * 4 + 1 != self.height {
                text.push(b'\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(canvas: &Canvas) -> String {
        let mut text = Vec::new();
        canvas.append_to(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn every_dot_has_its_bit() {
        let dots = |positions: &[(i64, i64)]| {
            let mut canvas = Canvas::new(2, 4);
            positions.iter().for_each(|&(x, y)| canvas.dot(x, y));
            text(&canvas)
        };
        assert_eq!(dots(&[]), "\u{2800}\n");
        assert_eq!(dots(&[(0, 0), (0, 1), (0, 2)]), "⠇\n");
        assert_eq!(dots(&[(1, 0), (1, 1), (1, 2)]), "⠸\n");
        assert_eq!(dots(&[(0, 3), (1, 3)]), "⣀\n");
        assert_eq!(dots(&[(-1, 0), (0, -1), (2, 0), (0, 4), (i64::MAX, i64::MIN)]), "\u{2800}\n");
    }

    #[test]
    fn a_straight_square_has_straight_sides() {
        let mut canvas = Canvas::new(8, 8);
        canvas.square((3.5, 3.5), 7.0, 0.0);
        assert_eq!(text(&canvas), "⡏⠉⠉⢹\n⣇⣀⣀⣸\n");
    }

    #[test]
    fn a_last_row_one_dot_high_ends_without_a_newline() {
        let rows = |height| text(&Canvas::new(2, height));
        assert_eq!((rows(4), rows(5), rows(6)), ("⠀\n".into(), "⠀\n⠀".into(), "⠀\n⠀\n".into()));
    }
}
