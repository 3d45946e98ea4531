//! A line chart and its data: every plot of the structures is one of these.

#![allow(dead_code, reason = "a kit for the experiments beside it: each takes the marks that it needs")]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plotters::coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter};
use plotters::prelude::*;

/// How an axis is divided.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Evenly.
    Linear,
    /// By powers of ten; values must be above 0.
    Log,
}

struct Axis {
    label: String,
    scale: Scale,
    /// Both ends, where the data shall not decide.
    ends: Option<(f64, f64)>,
}

enum Marks {
    Line,
    /// Only the points.
    Points,
    /// A grey area between this series and the second one's values.
    Band(Vec<f64>),
}

struct Series {
    name: String,
    points: Vec<(f64, f64)>,
    marks: Marks,
}

/// A chart under construction.
pub(crate) struct Chart {
    title: String,
    x: Axis,
    y: Axis,
    series: Vec<Series>,
}

const SIZE: (u32, u32) = (760, 440);

/// Colours that stay apart for colour-blind readers (Okabe and Ito, 2008), without the yellow that is faint on white.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(60, 60, 60),
];

impl Chart {
    /// A chart without series.
    pub(crate) fn new(title: &str, x: (&str, Scale), y: (&str, Scale)) -> Chart {
        let axis = |(label, scale): (&str, Scale)| Axis { label: label.into(), scale, ends: None };
        Chart { title: title.into(), x: axis(x), y: axis(y), series: Vec::new() }
    }

    /// Sets both ends of the horizontal axis.
    pub(crate) fn x_range(mut self, from: f64, to: f64) -> Chart {
        self.x.ends = Some((from, to));
        self
    }

    /// Sets both ends of the vertical axis.
    pub(crate) fn y_range(mut self, from: f64, to: f64) -> Chart {
        self.y.ends = Some((from, to));
        self
    }

    /// Adds a line through these points.
    pub(crate) fn line(self, name: &str, points: Vec<(f64, f64)>) -> Chart {
        self.add(name, points, Marks::Line)
    }

    /// Adds a cloud of points.
    pub(crate) fn points(self, name: &str, points: Vec<(f64, f64)>) -> Chart {
        self.add(name, points, Marks::Points)
    }

    /// Adds a grey band: for each x, from which y to which. One without a name is not in the legend.
    pub(crate) fn band(self, name: &str, band: Vec<(f64, f64, f64)>) -> Chart {
        let upper = band.iter().map(|point| point.2).collect();
        self.add(name, band.iter().map(|point| (point.0, point.1)).collect(), Marks::Band(upper))
    }

    fn add(mut self, name: &str, points: Vec<(f64, f64)>, marks: Marks) -> Chart {
        self.series.push(Series { name: name.into(), points, marks });
        self
    }

    /// Writes the data and the picture to where the pages of the structures look for them; returns the picture's path.
    pub(crate) fn save(&self, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/plots/structures");
        self.save_in(Path::new(directory), name)
    }

    /// Writes the data and the picture to this directory; returns the picture's path.
    pub(crate) fn save_in(&self, directory: &Path, name: &str) -> Result<PathBuf, Box<dyn Error>> {
        std::fs::create_dir_all(directory)?;
        std::fs::write(directory.join(format!("{name}.tsv")), self.table())?;
        let mut picture = String::new();
        {
            let area = SVGBackend::with_string(&mut picture, SIZE).into_drawing_area();
            area.fill(&WHITE)?;
            let ((x0, x1), (y0, y1)) = (self.ends(&self.x, 0), self.ends(&self.y, 1));
            match (self.x.scale, self.y.scale) {
                (Scale::Linear, Scale::Linear) => self.draw(&area, x0..x1, y0..y1)?,
                (Scale::Linear, Scale::Log) => self.draw(&area, x0..x1, (y0..y1).log_scale())?,
                (Scale::Log, Scale::Linear) => self.draw(&area, (x0..x1).log_scale(), y0..y1)?,
                (Scale::Log, Scale::Log) => self.draw(&area, (x0..x1).log_scale(), (y0..y1).log_scale())?,
            }
            area.present()?;
        }
        let path = directory.join(format!("{name}.svg"));
        std::fs::write(&path, picture)?;
        Ok(path)
    }

    /// All points, one a line: series, x, y (and the band's other y).
    fn table(&self) -> String {
        let mut table = format!("series\t{}\t{}\n", self.x.label, self.y.label);
        for series in &self.series {
            for (n, (x, y)) in series.points.iter().enumerate() {
                let _ = write!(table, "{}\t{x}\t{y:.4}", series.name);
                if let Marks::Band(upper) = &series.marks {
                    let _ = write!(table, "\t{:.4}", upper[n]);
                }
                table.push('\n');
            }
        }
        table
    }

    /// The ends of an axis: those that were set, or what holds the data, with 0 on a linear axis of positive values.
    fn ends(&self, axis: &Axis, which: usize) -> (f64, f64) {
        if let Some(ends) = axis.ends {
            return ends;
        }
        let mut values: Vec<f64> = Vec::new();
        for series in &self.series {
            values.extend(series.points.iter().map(|point| if which == 0 { point.0 } else { point.1 }));
            if let (1, Marks::Band(upper)) = (which, &series.marks) {
                values.extend(upper);
            }
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        match axis.scale {
            Scale::Linear if which == 1 => (low.min(0.0), high + (high - low.min(0.0)) * 0.08),
            Scale::Linear => (low, high),
            Scale::Log if which == 1 => (low / 1.3, high * 1.3),
            Scale::Log => (low, high),
        }
    }

    /// The corner in which the fewest points would lie under the legend.
    fn quietest_corner(&self) -> SeriesLabelPosition {
        let place = |axis: &Axis, which: usize, value: f64| {
            let (low, high) = self.ends(axis, which);
            match axis.scale {
                Scale::Linear => (value - low) / (high - low),
                Scale::Log => (value / low).ln() / (high / low).ln(),
            }
        };
        let named = self.series.iter().filter(|series| !series.name.is_empty()).count();
        let rows = named as f64 * 0.06 + 0.05;
        let points = || self.series.iter().flat_map(|series| &series.points);
        let hidden = |left: bool, top: bool| {
            let within = |&&(x, y): &&(f64, f64)| {
                let (x, y) = (place(&self.x, 0, x), place(&self.y, 1, y));
                (if left { x < 0.5 } else { x > 0.5 }) && (if top { y > 1.0 - rows } else { y < rows })
            };
            points().filter(within).count()
        };
        let corners = [
            (hidden(true, true), SeriesLabelPosition::UpperLeft),
            (hidden(false, true), SeriesLabelPosition::UpperRight),
            (hidden(true, false), SeriesLabelPosition::LowerLeft),
            (hidden(false, false), SeriesLabelPosition::LowerRight),
        ];
        let [first, ..] = &corners;
        corners.iter().fold(first, |best, corner| if corner.0 < best.0 { corner } else { best }).1.clone()
    }

    fn draw<X, Y>(
        &self,
        area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
        x: X,
        y: Y,
    ) -> Result<(), Box<dyn Error>>
    where
        X: AsRangedCoord<Value = f64>,
        Y: AsRangedCoord<Value = f64>,
        X::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
        Y::CoordDescType: Ranged<ValueType = f64> + ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 19))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(66)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE.mix(0.0))
            .bold_line_style(RGBColor(220, 220, 220))
            .x_desc(&self.x.label)
            .y_desc(&self.y.label)
            .x_label_formatter(&|value| short(*value))
            .y_label_formatter(&|value| short(*value))
            .label_style(("sans-serif", 13))
            .axis_desc_style(("sans-serif", 14))
            .draw()?;
        let mut colours = COLOURS.iter().copied().cycle();
        for series in &self.series {
            if let Marks::Band(upper) = &series.marks {
                let there = series.points.iter().copied();
                let back = series.points.iter().zip(upper).map(|(point, upper)| (point.0, *upper)).rev();
                let area = Polygon::new(there.chain(back).collect::<Vec<_>>(), RGBColor(225, 225, 225));
                let drawn = chart.draw_series([area])?;
                if !series.name.is_empty() {
                    drawn.label(&series.name).legend(|(x, y)| {
                        Rectangle::new([(x, y - 5), (x + 18, y + 5)], RGBColor(225, 225, 225).filled())
                            .into_dyn()
                    });
                }
                continue;
            }
            let colour = colours.next().unwrap_or(BLACK);
            let dots = series.points.iter().map(|point| Circle::new(*point, 3, colour.filled()));
            if matches!(series.marks, Marks::Line) {
                let line = LineSeries::new(series.points.iter().copied(), colour.stroke_width(2));
                chart.draw_series(line)?;
            }
            let few = series.points.len() <= 40 || matches!(series.marks, Marks::Points);
            let dots = dots.take(if few { usize::MAX } else { 0 });
            chart
                .draw_series(dots)?
                .label(&series.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(3)));
        }
        chart
            .configure_series_labels()
            .position(self.quietest_corner())
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(200, 200, 200))
            .label_font(("sans-serif", 13))
            .draw()?;
        Ok(())
    }
}

/// A number as an axis shows it: `0.81`, `250`, `10k`, `5M`.
fn short(value: f64) -> String {
    let plain = |value: f64| {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    };
    match value.abs() {
        size if size >= 1e9 => plain(value / 1e9) + "G",
        size if size >= 1e6 => plain(value / 1e6) + "M",
        size if size >= 1e4 => plain(value / 1e3) + "k",
        _ => plain(value),
    }
}
