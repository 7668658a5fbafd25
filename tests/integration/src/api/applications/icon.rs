//! Pictures of applications (API reference B2, §D).

use http::Method;
use serde_json::{Value, json};

use super::one;
use crate::api::harness::Api;
use crate::harness::browser::Browser;
use crate::harness::{header, text};

/// The head of a picture of two by two pixels.
const GIF: &str = "GIF89a\x02\0\x02\0\0\0\0";

#[tokio::test]
async fn reference_b2_an_icon_is_uploaded_shown_and_cleared() {
    let api = Api::start().await;
    let path = format!("{}set_icon/", one("web"));
    let upload = |content: &str, field: &str| {
        let file = if field == "file" {
            "; filename=\"a.gif\""
        } else {
            ""
        };
        let head = format!("Content-Disposition: form-data; name=\"{field}\"{file}");
        format!("--x\r\n{head}\r\n\r\n{content}\r\n--x--\r\n")
    };
    let send = |body: String, kind: &'static str| {
        let (api, path) = (&api, &path);
        async move {
            api.as_root()
                .send(Method::POST, path, Some(kind), &body)
                .await
        }
    };
    let kind = "multipart/form-data; boundary=x";
    let answer = send(upload(GIF, "file"), kind).await;
    assert_eq!(
        (answer.status().as_u16(), text(&answer).as_str()),
        (200, "")
    );
    let icon = api.shown(&one("web")).await["meta_icon"].clone();
    let picture = api.bench.get(icon.as_str().expect("a path")).await;
    assert_eq!(
        (picture.status().as_u16(), picture.body().as_ref()),
        (200, GIF.as_bytes())
    );
    for (body, kind, status) in [
        (upload("<svg/>", "file"), kind, 400),
        (upload("false", "clear"), kind, 400),
        ("{}".to_owned(), "application/json", 415),
    ] {
        assert_eq!(send(body, kind).await.status(), status);
    }
    assert_eq!(
        api.shown(&one("web")).await["meta_icon"],
        icon,
        "none of these has changed it"
    );
    assert_eq!(send(upload("true", "clear"), kind).await.status(), 200);
    assert_eq!(api.shown(&one("web")).await["meta_icon"], Value::Null);
}

#[tokio::test]
async fn reference_d_an_icon_reads_back_as_it_was_given_and_is_no_script() {
    let api = Api::start().await;
    let path = format!("{}set_icon_url/", one("web"));
    for good in [
        "https://cdn.example/a.svg",
        "http://a.example/i",
        "/static/i.png",
        "icons/i.png",
        "fa://fa-key",
    ] {
        assert_eq!(
            api.post(&path, json!({ "url": good })).await.0,
            200,
            "{good}"
        );
        assert_eq!(api.shown(&one("web")).await["meta_icon"], good);
    }
    for bad in [
        "javascript:alert(1)",
        "data:image/png;base64,AA",
        "//evil.example/a",
        "",
    ] {
        let (status, told) = api.post(&path, json!({ "url": bad })).await;
        assert_eq!(status, 400, "{bad}");
        assert!(told["url"].is_array(), "{told}");
    }
    assert_eq!(api.as_user().post(&path, json!({"url": "/x"})).await.0, 403);
    assert_eq!(api.shown(&one("web")).await["meta_icon"], "fa://fa-key");
}

#[tokio::test]
async fn an_icon_stands_beside_the_name_on_the_page_of_ones_own_applications() {
    let api = Api::start().await;
    let path = format!("{}set_icon_url/", one("web"));
    let mut browser = Browser::new(&api.bench);
    browser.authorize("web", "openid", &[]).await; // signs in
    for (url, shown) in [
        ("https://cdn.example/web.png", true),
        ("fa://fa-key", false),
    ] {
        assert_eq!(api.post(&path, json!({ "url": url })).await.0, 200);
        let page = browser.get("/if/user/applications/").await;
        let html = text(&page);
        assert_eq!(
            html.contains(&format!("<img src=\"{url}\"")),
            shown,
            "{html}"
        );
        let policy = header(&page, "content-security-policy");
        assert_eq!(policy.contains("https://cdn.example"), shown, "{policy}");
    }
}
