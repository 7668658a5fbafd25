//! A QR code as a drawing that stands in a page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Empty squares around it (ISO/IEC 18004 §5.3.8).
const MARGIN: usize = 4;

/// The text as `<svg>…</svg>`: black on white in any colour scheme, as readers need it, and as large as the page
/// makes it. It refers to nothing, has no style and no script. Its role and its name for those who do not see it are
/// the page's, on the element around it.
///
/// `None` if the text is longer than a QR code can be: 2,331 bytes.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * MARGIN;
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = MARGIN;
        // One stroke for neighbours of one colour, through the middle of the row.
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let _ = write!(path, "M{x} {}.5h{}", y + MARGIN, run.len());
            }
            x += run.len();
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path stroke=\"#000\" d=\"{path}\"/></svg>"
    ))
}
