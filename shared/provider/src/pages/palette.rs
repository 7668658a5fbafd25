//! Colours: ours in light and dark, and a brand's accent made readable on them (WCAG 2.2 §1.4.3, §1.4.11).

use crate::brand::{Brand, Theme};

/// A colour in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) [u8; 3]);

/// Contrast of text with what is behind it (WCAG 2.2 §1.4.3, level AA).
const READABLE: f64 = 4.5;

impl Rgb {
    const BLACK: Self = Self([0; 3]);
    const WHITE: Self = Self([255; 3]);

    const fn hex(value: u32) -> Self {
        let [_, red, green, blue] = value.to_be_bytes();
        Self([red, green, blue])
    }

    /// Reads `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| plain)
            .map(Self::hex)
    }

    fn css(self) -> String {
        let Self([red, green, blue]) = self;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// WCAG's relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let Self([red, green, blue]) = self;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// WCAG's contrast ratio, 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour with so many hundredths of another.
    fn mixed(self, other: Self, hundredths: u16) -> Self {
        let mix = |(own, others): (u8, u8)| {
            let sum = u16::from(own) * (100 - hundredths) + u16::from(others) * hundredths;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        let (Self([red, green, blue]), Self(others)) = (self, other);
        let [red_too, green_too, blue_too] = others;
        Self([(red, red_too), (green, green_too), (blue, blue_too)].map(mix))
    }

    /// Black or white, whichever is read better on it. One of them always has a contrast of at least 4.58.
    fn text_on(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) {
            Self::WHITE
        } else {
            Self::BLACK
        }
    }
}

/// The colours of a page, by what they are for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    /// Behind everything.
    pub(super) page: Rgb,
    /// Behind what is said.
    pub(super) card: Rgb,
    /// Behind what stands out a little.
    pub(super) tint: Rgb,
    /// Text.
    pub(super) ink: Rgb,
    /// Text of less weight.
    pub(super) soft: Rgb,
    /// Between things; carries no meaning.
    pub(super) line: Rgb,
    /// Around fields.
    pub(super) edge: Rgb,
    /// Buttons.
    pub(super) accent: Rgb,
    /// Buttons that are pointed at.
    pub(super) press: Rgb,
    /// Text on them.
    pub(super) on: Rgb,
    /// Links, marks and the ring of the focus.
    pub(super) link: Rgb,
    /// What is wrong.
    pub(super) bad: Rgb,
    /// Behind it.
    pub(super) bad_tint: Rgb,
    /// What went well.
    pub(super) good: Rgb,
}

pub(super) const LIGHT: Palette = Palette {
    page: Rgb::hex(0x00f1_f4f9),
    card: Rgb::WHITE,
    tint: Rgb::hex(0x00f1_f4fa),
    ink: Rgb::hex(0x0015_2033),
    soft: Rgb::hex(0x004a_586c),
    line: Rgb::hex(0x00db_e1ea),
    edge: Rgb::hex(0x0076_849a),
    accent: Rgb::hex(0x002b_4fd3),
    press: Rgb::hex(0x001f_3da8),
    on: Rgb::WHITE,
    link: Rgb::hex(0x002b_4fd3),
    bad: Rgb::hex(0x00ae_1f1a),
    bad_tint: Rgb::hex(0x00fd_f0ef),
    good: Rgb::hex(0x0017_693f),
};

pub(super) const DARK: Palette = Palette {
    page: Rgb::hex(0x000c_1016),
    card: Rgb::hex(0x0015_1a22),
    tint: Rgb::hex(0x001b_222d),
    ink: Rgb::hex(0x00e9_eef6),
    soft: Rgb::hex(0x00a6_b2c4),
    line: Rgb::hex(0x002a_3341),
    edge: Rgb::hex(0x0075_839a),
    accent: Rgb::hex(0x0092_adff),
    press: Rgb::hex(0x00b2_c5ff),
    on: Rgb::hex(0x000a_1434),
    link: Rgb::hex(0x0092_adff),
    bad: Rgb::hex(0x00ff_b3ab),
    bad_tint: Rgb::hex(0x0034_1a1c),
    good: Rgb::hex(0x007f_d8a8),
};

impl Palette {
    /// With a brand's accent: buttons have the very colour, links a shade of it that can be read.
    pub(super) fn with_accent(self, accent: Rgb) -> Self {
        let on = accent.text_on();
        let away = if on == Rgb::WHITE {
            Rgb::BLACK
        } else {
            Rgb::WHITE
        };
        Self {
            accent,
            on,
            press: accent.mixed(away, 18),
            link: self.readable(accent),
            ..self
        }
    }

    /// The colour, drawn towards that of text until it can be read.
    fn readable(&self, colour: Rgb) -> Rgb {
        let behind = [self.card, self.tint, self.page];
        let reads = |shade: &Rgb| behind.iter().all(|back| shade.contrast(*back) >= READABLE);
        let mut shades = (0..=100)
            .step_by(5)
            .map(|share| colour.mixed(self.ink, share));
        shades.find(reads).unwrap_or(self.ink)
    }

    fn css(&self, shadow: &str) -> String {
        let colours = [
            ("page", self.page),
            ("card", self.card),
            ("tint", self.tint),
            ("ink", self.ink),
            ("soft", self.soft),
            ("line", self.line),
            ("edge", self.edge),
            ("accent", self.accent),
            ("press", self.press),
            ("on", self.on),
            ("link", self.link),
            ("bad", self.bad),
            ("bad-tint", self.bad_tint),
            ("good", self.good),
        ];
        let set = colours.map(|(name, colour)| format!("--{name}:{};", colour.css()));
        format!(":root{{{}--shadow:{shadow}}}", set.concat())
    }
}

const LIGHT_SHADOW: &str = "0 1px 2px #1520330f,0 12px 32px #1520331a";
const DARK_SHADOW: &str = "0 0 0 1px #2a3341";

/// The style sheet that gives every colour its value: the one part of a page's look that is the brand's.
pub(super) fn css(brand: &Brand) -> String {
    let colours = &brand.colours;
    let light_accent = colours.accent.as_deref().and_then(Rgb::parse);
    let dark_accent = colours.accent_dark.as_deref().and_then(Rgb::parse);
    let tinted = |palette: Palette, accent: Option<Rgb>| {
        accent.map_or(palette, |accent| palette.with_accent(accent))
    };
    let light = tinted(LIGHT, light_accent).css(LIGHT_SHADOW);
    let dark = tinted(DARK, dark_accent.or(light_accent)).css(DARK_SHADOW);
    match brand.theme {
        Theme::Automatic => format!(
            ":root{{color-scheme:light dark}}{light}@media (prefers-color-scheme:dark){{{dark}}}"
        ),
        Theme::Light => format!(":root{{color-scheme:light}}{light}"),
        Theme::Dark => format!(":root{{color-scheme:dark}}{dark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brand::Colours;

    /// Text and what is behind it, on every page.
    fn texts(colours: &Palette) -> Vec<(&'static str, Rgb, Rgb)> {
        let mut pairs = Vec::new();
        for (on, back) in [
            ("card", colours.card),
            ("tint", colours.tint),
            ("page", colours.page),
        ] {
            pairs.push((on, colours.ink, back));
            pairs.push((on, colours.soft, back));
            pairs.push((on, colours.link, back));
        }
        pairs.push(("good", colours.good, colours.card));
        pairs.push(("bad", colours.bad, colours.card));
        pairs.push(("bad", colours.bad, colours.bad_tint));
        pairs.push(("button", colours.on, colours.accent));
        pairs.push(("pressed", colours.on, colours.press));
        pairs
    }

    fn readable(colours: &Palette) {
        for (what, text, back) in texts(colours) {
            let ratio = text.contrast(back);
            assert!(
                ratio >= READABLE,
                "{what}: {text:?} on {back:?} is {ratio:.2}"
            );
        }
        for back in [colours.card, colours.tint] {
            let ratio = colours.edge.contrast(back);
            assert!(ratio >= 3.0, "edge on {back:?} is {ratio:.2}");
        }
    }

    #[test]
    fn wcag_1_4_3_and_1_4_11_every_text_can_be_read_and_every_field_be_seen() {
        readable(&LIGHT);
        readable(&DARK);
    }

    #[test]
    fn wcag_1_4_3_a_brands_accent_can_be_read_whatever_it_is() {
        let steps = [0x00, 0x33, 0x66, 0x77, 0x99, 0xcc, 0xff];
        for red in steps {
            for green in steps {
                for blue in steps {
                    let accent = Rgb([red, green, blue]);
                    readable(&LIGHT.with_accent(accent));
                    readable(&DARK.with_accent(accent));
                }
            }
        }
    }

    #[test]
    fn wcag_contrast_is_what_its_definition_says() {
        assert!((Rgb::BLACK.contrast(Rgb::WHITE) - 21.0).abs() < 1e-9);
        assert!((Rgb::hex(0x0077_7777).contrast(Rgb::WHITE) - 4.48).abs() < 0.01);
        assert!((Rgb::WHITE.contrast(Rgb::WHITE) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_colour_is_six_hex_digits_and_nothing_else() {
        assert_eq!(Rgb::parse("#2B4fd3"), Some(Rgb([0x2b, 0x4f, 0xd3])));
        for bad in [
            "", "2b4fd3", "#2b4", "#2b4fd", "#2b4fd3f", "#+b4fd3", "#ééé", "red",
        ] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_theme_says_which_colours_there_are() {
        let mut brand = Brand::default();
        let both = css(&brand);
        assert!(both.contains("light dark") && both.contains("prefers-color-scheme"));
        brand.theme = Theme::Dark;
        let dark = css(&brand);
        assert!(
            dark.contains("--card:#151a22") && !dark.contains("--card:#ffffff"),
            "{dark}"
        );
        brand.theme = Theme::Light;
        brand.colours = Colours {
            accent: Some("#ffd400".to_owned()),
            accent_dark: Some("}</style>".to_owned()),
        };
        let light = css(&brand);
        assert!(
            light.contains("--accent:#ffd400;") && light.contains("--on:#000000;"),
            "{light}"
        );
        assert!(!light.contains('<'), "what is no colour is left out");
    }
}
