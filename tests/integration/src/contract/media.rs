//! `MediaStore`: pictures that were uploaded.

use bytes::Bytes;
use protocol::{Digest, TenantId};
use provider::media::{Image, MOST_BYTES};

use super::stage::Stage;

over_both_stores! {
    a_picture_is_found_by_its_name_and_is_what_it_was,
    the_largest_picture_fits_into_an_item,
    a_tenant_has_no_pictures_of_another,
}

/// A GIF of this many bytes.
fn picture(length: usize) -> Image {
    let mut bytes = b"GIF89a\x10\0\x10\0\0\0\0".to_vec();
    bytes.resize(length, 7);
    Image::accept(Bytes::from(bytes)).unwrap()
}

async fn a_picture_is_found_by_its_name_and_is_what_it_was(stage: &Stage) {
    let (media, image) = (stage.stores.media(), picture(100));
    for _ in 0..2 {
        let name = media.put(&stage.tenant, &image).await.unwrap();
        assert_eq!(name, image.name(), "as often as it is uploaded");
    }
    let found = media.get(&stage.tenant, &image.name()).await.unwrap();
    assert_eq!(found, Some(image));
    let nobody = media
        .get(&stage.tenant, &Digest::of(b"another"))
        .await
        .unwrap();
    assert_eq!(nobody, None);
}

async fn the_largest_picture_fits_into_an_item(stage: &Stage) {
    let (media, image) = (stage.stores.media(), picture(MOST_BYTES));
    let name = media.put(&stage.tenant, &image).await.unwrap();
    assert_eq!(media.get(&stage.tenant, &name).await.unwrap(), Some(image));
}

async fn a_tenant_has_no_pictures_of_another(stage: &Stage) {
    let media = stage.stores.media();
    let name = media.put(&stage.tenant, &picture(100)).await.unwrap();
    let other = TenantId::parse("b").unwrap();
    assert_eq!(media.get(&other, &name).await.unwrap(), None);
}
