//! SVG pictures: shapes with classes, and one style sheet with colours for light and dark pages. A picture has a
//! background, so that it can be read on any page.

use std::fmt::{Display, Write};

/// A picture that is being drawn. Coordinates are pixels from the upper left corner.
pub(crate) struct Picture {
    title: String,
    width: f64,
    shapes: String,
}

/// The meaning of a shape, for which the style sheet has a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Wireserve,
    PythonCpu,
    Workers,
    Ceiling,
    Granian,
    Nginx,
    Patched,
    Shipped,
    /// Axes and whiskers.
    Line,
    /// Lines for comparison.
    Grid,
}

/// The alignment and the style of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Heading,
    /// Aligned to the left.
    Label,
    /// Centred.
    Tick,
    /// Aligned to the right.
    Name,
}

impl Picture {
    /// The title is for screen readers.
    pub(crate) fn new(title: &str, width: f64) -> Self {
        Self {
            title: title.to_owned(),
            width,
            shapes: String::new(),
        }
    }

    pub(crate) fn text(&mut self, kind: Text, x: f64, y: f64, text: impl Display) {
        let class = match kind {
            Text::Heading => "heading",
            Text::Label => "label",
            Text::Tick => "tick",
            Text::Name => "name",
        };
        let text = escaped(&text.to_string());
        self.shape(format_args!(
            r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{text}</text>"#
        ));
    }

    pub(crate) fn bar(&mut self, ink: Ink, x: f64, y: f64, width: f64, height: f64) {
        let class = ink.class();
        self.shape(format_args!(
            r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="2"/>"#
        ));
    }

    /// Connects points.
    pub(crate) fn line(&mut self, ink: Ink, points: &[(f64, f64)]) {
        let class = ink.class();
        let points: Vec<_> = points
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        let points = points.join(" ");
        self.shape(format_args!(
            r#"<polyline class="{class}" points="{points}"/>"#
        ));
    }

    /// The whole file.
    pub(crate) fn finish(self, height: f64) -> String {
        let Self {
            title,
            width,
            shapes,
        } = self;
        let title = escaped(&title);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" role="img">
<title>{title}</title>
<style>{STYLE}</style>
<rect class="ground" width="100%" height="100%" rx="6"/>
{shapes}</svg>
"#
        )
    }

    fn shape(&mut self, shape: impl Display) {
        let _ = writeln!(self.shapes, "{shape}");
    }
}

impl Ink {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Wireserve => "wireserve",
            Self::PythonCpu => "python-cpu",
            Self::Workers => "workers",
            Self::Ceiling => "ceiling",
            Self::Granian => "granian",
            Self::Nginx => "nginx",
            Self::Patched => "patched",
            Self::Shipped => "shipped",
            Self::Line => "line",
            Self::Grid => "grid",
        }
    }
}

const STYLE: &str = "
  svg { --ground: #fff; --text: #1f2328; --line: #59636e; --wireserve: #0969da;
    --python-cpu: #54aeff; --workers: #0a3069; --ceiling: #afb8c1; --granian: #d97706; --nginx: #1a7f37;
    --patched: #bf3989; --shipped: #e7a3cc; }
  @media (prefers-color-scheme: dark) {
    svg { --ground: #0d1117; --text: #e6edf3; --line: #9198a1; --wireserve: #4493f8;
      --python-cpu: #a5d6ff; --workers: #1f6feb; --ceiling: #656c76; --granian: #e09b3d; --nginx: #3fb950;
      --patched: #db61a2; --shipped: #7d3a60; }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--text); }
  .heading { font-weight: 600; font-size: 13px; }
  .tick { text-anchor: middle; }
  .name { text-anchor: end; }
  polyline { fill: none; }
  .line { stroke: var(--line); }
  .grid { stroke: var(--line); stroke-dasharray: 4 3; }
  .ground { fill: var(--ground); }
  .wireserve { fill: var(--wireserve); }
  .python-cpu { fill: var(--python-cpu); }
  .workers { fill: var(--workers); }
  .ceiling { fill: var(--ceiling); }
  .granian { fill: var(--granian); }
  .nginx { fill: var(--nginx); }
  .patched { fill: var(--patched); }
  .shipped { fill: var(--shipped); }
";

/// Escapes text for an element.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
