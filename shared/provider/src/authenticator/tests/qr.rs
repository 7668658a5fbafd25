//! QR codes.

use qrcode::{Color, EcLevel, QrCode};

use crate::authenticator::qr::svg;
use crate::authenticator::totp::{Digits, config_url, new_secret};

fn url() -> String {
    let secret = new_secret([7; 20]);
    config_url("Example", "alice@example.com", &secret, Digits::Six).to_string()
}

/// The dark squares that the strokes cover.
fn drawn(svg: &str) -> Vec<(usize, usize)> {
    let path = svg.split("stroke=\"#000\" d=\"").nth(1).unwrap();
    let path = path.split('"').next().unwrap();
    let strokes = path.split('M').skip(1);
    let squares = strokes.flat_map(|stroke| {
        let (x, rest) = stroke.split_once(' ').unwrap();
        let (y, length) = rest.split_once(".5h").unwrap();
        let x: usize = x.parse().unwrap();
        let y: usize = y.parse().unwrap();
        (x..x + length.parse::<usize>().unwrap()).map(move |x| (x, y))
    });
    squares.collect()
}

#[test]
fn each_dark_square_is_drawn_and_no_other() {
    let code = QrCode::with_error_correction_level(url(), EcLevel::M).unwrap();
    let width = code.width();
    let dark = code.to_colors().into_iter().enumerate();
    let dark = dark.filter(|(_, color)| *color == Color::Dark);
    let want: Vec<_> = dark
        .map(|(at, _)| (at % width + 4, at / width + 4))
        .collect();
    assert_eq!(drawn(&svg(&url()).unwrap()), want);
}

#[test]
fn it_is_small_and_refers_to_nothing() {
    let svg = svg(&url()).unwrap();
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
    assert!(svg.ends_with("\"/></svg>"));
    assert!(svg.len() < 8_000, "{} bytes", svg.len());
    for word in ["href", "style", "script", "url(", "<?xml", "GEZD"] {
        assert!(!svg.contains(word), "{word}");
    }
}

#[test]
fn a_text_is_at_most_2331_bytes() {
    assert!(svg(&"é".repeat(1_165)).is_some());
    assert!(svg(&"é".repeat(1_166)).is_none());
}
