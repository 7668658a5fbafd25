//! Pictures that brands upload: of four kinds, of bounded size, and nothing that could hold a script.

use bytes::Bytes;
use imagesize::ImageType;
use protocol::Digest;
use serde::{Deserialize, Serialize};
use url::Url;

/// Most bytes of a picture.
pub const MOST_BYTES: usize = 256 * 1024;

/// Most pixels of a side.
pub const MOST_PIXELS: usize = 4096;

/// A picture that may be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    kind: Kind,
    bytes: Bytes,
}

/// What a picture is, by its own first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// Graphics Interchange Format.
    Gif,
    /// WebP.
    Webp,
}

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageFault {
    /// More than [`MOST_BYTES`].
    #[error("The picture is too large. It may have 256 KB.")]
    TooLarge,
    /// A side longer than [`MOST_PIXELS`], or none at all.
    #[error("The picture is too wide or too high. It may have 4096 pixels on each side.")]
    TooWide,
    /// Not of the four kinds, such as SVG, or broken.
    #[error("This is no picture that can be shown. Use PNG, JPEG, GIF or WebP.")]
    Unknown,
}

impl Kind {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        match imagesize::image_type(bytes).ok()? {
            ImageType::Png => Some(Self::Png),
            ImageType::Jpeg => Some(Self::Jpeg),
            ImageType::Gif => Some(Self::Gif),
            ImageType::Webp => Some(Self::Webp),
            _ => None, // of another crate's kinds, all the rest is refused
        }
    }
}

impl Image {
    /// Looks a picture over: its kind and size are what its bytes say, whatever its sender called it.
    ///
    /// # Errors
    /// [`ImageFault`], which says what to do in words for people.
    pub fn accept(bytes: Bytes) -> Result<Self, ImageFault> {
        if bytes.len() > MOST_BYTES {
            return Err(ImageFault::TooLarge);
        }
        let kind = Kind::of(&bytes).ok_or(ImageFault::Unknown)?;
        let size = imagesize::blob_size(&bytes).map_err(|_| ImageFault::Unknown)?;
        let fits = |side| (1..=MOST_PIXELS).contains(&side);
        if !fits(size.width) || !fits(size.height) {
            return Err(ImageFault::TooWide);
        }
        Ok(Self { kind, bytes })
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Its bytes, as they came.
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What it is called: the digest of its bytes.
    pub fn name(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Image({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

/// The path a picture with this name is shown at.
pub fn path(name: &Digest) -> String {
    format!("/media/{}", name.encode())
}

/// Whether this may be set as an application's picture, beside one that was uploaded: a URL, a path, or the name of one
/// of Font Awesome's as authentik's pages show them (`fa://fa-server`).
pub fn is_icon(text: &str) -> bool {
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    {
        return false;
    }
    if let Some(name) = text.strip_prefix("fa://") {
        return name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    }
    match Url::parse(text) {
        Ok(url) => matches!(url.scheme(), "http" | "https"),
        Err(url::ParseError::RelativeUrlWithoutBase) => !text.starts_with("//"),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    fn gif(width: u16, height: u16) -> Vec<u8> {
        let [a, b] = width.to_le_bytes();
        let [c, d] = height.to_le_bytes();
        [b"GIF89a".as_slice(), &[a, b, c, d, 0, 0, 0]].concat()
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        bytes.extend(b"\xff\xc0\0\x11\x08");
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        bytes
    }

    fn webp(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"RIFF\x1a\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0".to_vec();
        bytes.extend(&(width - 1).to_le_bytes()[..3]);
        bytes.extend(&(height - 1).to_le_bytes()[..3]);
        bytes
    }

    fn accept(bytes: impl Into<Bytes>) -> Result<Kind, ImageFault> {
        Image::accept(bytes.into()).map(|image| image.kind())
    }

    #[test]
    fn four_kinds_are_taken_by_what_they_are() {
        assert_eq!(accept(png(180, 40)), Ok(Kind::Png));
        assert_eq!(accept(gif(180, 40)), Ok(Kind::Gif));
        assert_eq!(accept(jpeg(180, 40)), Ok(Kind::Jpeg));
        assert_eq!(accept(webp(180, 40)), Ok(Kind::Webp));
    }

    #[test]
    fn svg_and_everything_else_is_refused() {
        for other in [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            b"<?xml version='1.0'?><svg onload='alert(1)'/>",
            b"<!doctype html><script>alert(1)</script>",
            b"GIF89",
            b"\x89PNG\r\n\x1a\n",
            b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x10\0\0\0",
            b"%PDF-1.7",
            b"",
        ] {
            assert_eq!(
                accept(other.to_vec()),
                Err(ImageFault::Unknown),
                "{other:?}"
            );
        }
    }

    #[test]
    fn size_is_bounded_in_bytes_and_pixels() {
        for (width, height) in [(4096, 4096), (1, 1)] {
            assert!(accept(png(width, height)).is_ok());
        }
        for (width, height) in [(4097, 1), (1, 4097), (0, 1), (u32::MAX, u32::MAX)] {
            assert_eq!(accept(png(width, height)), Err(ImageFault::TooWide));
        }
        let mut large = png(10, 10);
        large.resize(MOST_BYTES, 0);
        assert!(accept(large.clone()).is_ok());
        large.push(0);
        assert_eq!(accept(large), Err(ImageFault::TooLarge));
    }

    #[test]
    fn an_icon_is_a_url_or_a_path_and_no_script() {
        for good in [
            "https://cdn.example/a.svg",
            "http://cdn.example/a.svg",
            "/media/x",
            "icons/a.png",
            "fa://fa-server",
        ] {
            assert!(is_icon(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "//evil.example/a.png",
            "fa://fa server",
            "fa:///x",
            "a b.png",
            "https://",
        ] {
            assert!(!is_icon(bad), "{bad}");
        }
    }

    #[test]
    fn the_same_picture_has_the_same_name_and_a_path_of_this_site() {
        let image = Image::accept(png(3, 3).into()).unwrap();
        let path = path(&image.name());
        assert_eq!(image.name(), Digest::of(&png(3, 3)));
        assert!(crate::brand::is_picture(&path), "{path}");
    }
}
