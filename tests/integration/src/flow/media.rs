//! `/media/{slug}`: pictures of brands (RFC 9110 §8.3, RFC 9111 §5.2.2).

use bytes::Bytes;
use http::Method;
use provider::media::{self, Image};

use crate::harness::answers::headers;
use crate::harness::{Bench, request};

#[tokio::test]
async fn a_picture_is_shown_as_what_it_is_and_kept_for_ever() {
    let bench = Bench::embedded().await;
    let bytes = Bytes::from_static(b"GIF89a\x10\0\x10\0\0\0\0<script>alert(1)</script>");
    let image = Image::accept(bytes.clone()).unwrap();
    let store = bench.backend.stores.media();
    let name = store.put(&bench.seeded.tenant.id, &image).await.unwrap();
    let answer = bench.get(&media::path(&name)).await;
    assert_eq!((answer.status().as_u16(), answer.body()), (200, &bytes));
    assert_eq!(
        headers(&answer),
        [
            "cache-control: public, max-age=31536000, immutable",
            "content-security-policy: default-src 'none'; sandbox",
            "content-type: image/gif",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
}

#[tokio::test]
async fn a_name_that_is_no_pictures_is_404_and_nothing_is_posted_there() {
    let bench = Bench::embedded().await;
    let unknown = media::path(&protocol::Digest::of(b"nobody"));
    for path in ["/media/logo", "/media/x", unknown.as_str()] {
        assert_eq!(bench.get(path).await.status(), 404, "{path}");
    }
    let posted = bench.send(request(Method::POST, &unknown, "a=b")).await;
    assert_eq!(posted.status(), 405);
}
