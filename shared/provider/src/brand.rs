//! Brands: what a sign-in looks like and which flows it runs, by the host it is reached at (authentik: `Brand`).

use protocol::{Malformed, Slug};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

use crate::flow::{self, Designation};

/// At which hosts a tenant's administrators may make brands. What nobody has is free, and the first brand at a host decides
/// who signs people in there: where tenants who are strangers share an installation, one must not take what another's customers
/// will trust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hosts {
    /// At those below a host that the tenant has already, such as `login.id.example.com` below `id.example.com`.
    #[default]
    Below,
    /// At any that is free: all tenants of the installation belong together.
    Any,
}

impl Hosts {
    /// Whether a tenant that has these hosts may take this one, if it is free.
    pub fn allow<'a>(self, host: &str, mut own: impl Iterator<Item = &'a str>) -> bool {
        let below = |own: &str| {
            let rest = host.strip_suffix(own);
            rest.and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| !rest.is_empty())
        };
        self == Self::Any || own.any(below)
    }
}

/// The brand of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brand {
    /// Its id in the API.
    pub id: Uuid,
    /// The host it is for.
    pub domain: String,
    /// Whether it stands for hosts without one of their own.
    pub default: bool,
    /// What pages call the service.
    pub branding_title: String,
    /// A picture in the place of the title: a path on this site or an `https:` URL; empty for none.
    pub branding_logo: String,
    /// The little picture of a tab; as the logo.
    pub branding_favicon: String,
    /// The picture behind flows that have none of their own; as the logo.
    pub branding_default_flow_background: String,
    /// Colours.
    pub colours: Colours,
    /// `automatic`, `light` or `dark`.
    pub theme: Theme,
    /// Signs people in.
    pub flow_authentication: Slug,
    /// Ends sessions.
    pub flow_invalidation: Slug,
    /// Replaces lost passwords; `None`: nobody can.
    pub flow_recovery: Option<Slug>,
    /// Removes one's own account.
    pub flow_unenrollment: Option<Slug>,
    /// Changes one's own profile.
    pub flow_user_settings: Option<Slug>,
    /// Asks for a device's code.
    pub flow_device_code: Option<Slug>,
    /// Where people without a destination go, and the application that `WebFinger` and the root's metadata speak
    /// of.
    pub default_application: Option<Slug>,
    /// The language where a browser asks for none that there is, such as `de`; empty for English.
    pub default_locale: String,
    /// Links at the foot of every page.
    pub footer_links: Vec<FooterLink>,
    /// Free attributes.
    pub attributes: Map<String, Value>,
}

/// A link at the foot of every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FooterLink {
    /// What it says.
    pub name: String,
    /// Where it leads; `None`: it is text alone.
    pub href: Option<String>,
}

/// Colours of pages, `#rrggbb`; `None` for ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Colours {
    /// Of buttons and links on light pages.
    pub accent: Option<String>,
    /// The same on dark ones.
    pub accent_dark: Option<String>,
}

/// Light or dark (authentik: `ui_theme`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the browser says.
    #[default]
    Automatic,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Brand {
    /// One with this title and the flows that are shipped.
    ///
    /// # Errors
    /// Never: the names of the flows are slugs.
    pub fn named(title: &str) -> Result<Self, Malformed> {
        Ok(Self {
            branding_title: title.to_owned(),
            ..Self::shipped()?
        })
    }

    fn shipped() -> Result<Self, Malformed> {
        Ok(Self {
            id: Uuid::nil(),
            domain: String::new(),
            default: true,
            branding_title: String::new(),
            branding_logo: String::new(),
            branding_favicon: String::new(),
            branding_default_flow_background: String::new(),
            colours: Colours::default(),
            theme: Theme::default(),
            flow_authentication: Slug::parse(flow::AUTHENTICATION)?,
            flow_invalidation: Slug::parse(flow::INVALIDATION)?,
            flow_recovery: Some(Slug::parse(flow::RECOVERY)?),
            flow_unenrollment: None,
            flow_user_settings: Some(Slug::parse(flow::USER_SETTINGS)?),
            flow_device_code: None,
            default_application: None,
            default_locale: String::new(),
            footer_links: Vec::new(),
            attributes: Map::new(),
        })
    }

    /// The flow it has for this, where it has one.
    pub fn flow_for(&self, designation: Designation) -> Option<&Slug> {
        match designation {
            Designation::Authentication => Some(&self.flow_authentication),
            Designation::Invalidation => Some(&self.flow_invalidation),
            Designation::Recovery => self.flow_recovery.as_ref(),
            Designation::Unenrollment => self.flow_unenrollment.as_ref(),
            Designation::StageConfiguration => self.flow_user_settings.as_ref(),
            Designation::Authorization | Designation::Enrollment => None,
        }
    }
}

impl Brand {
    /// What pages call the service.
    pub fn title(&self) -> &str {
        if self.branding_title.is_empty() {
            "Latchkey"
        } else {
            &self.branding_title
        }
    }

    /// The picture in the place of the title.
    pub fn logo(&self) -> Option<&str> {
        picture(&self.branding_logo)
    }

    /// The little picture of a tab.
    pub fn favicon(&self) -> Option<&str> {
        picture(&self.branding_favicon)
    }

    /// The picture behind a flow: its own, else the brand's.
    pub fn background<'a>(&'a self, own: &'a str) -> Option<&'a str> {
        picture(own).or_else(|| picture(&self.branding_default_flow_background))
    }
}

impl FooterLink {
    /// Where it leads, where that is a web page, an address of mail or a path on this site.
    pub fn target(&self) -> Option<&str> {
        let href = self.href.as_deref()?;
        let web = ["https://", "http://", "mailto:"];
        let leads = located(href) || web.iter().any(|scheme| href.starts_with(scheme));
        leads.then_some(href)
    }
}

/// Whether this may be set as a picture: nothing, a path on this site or an `https:` URL.
pub fn is_picture(text: &str) -> bool {
    text.is_empty() || located(text)
}

/// A picture that pages can show. authentik's own files, which its defaults name, are not here.
pub fn picture(text: &str) -> Option<&str> {
    (located(text) && !text.starts_with("/static/")).then_some(text)
}

fn located(text: &str) -> bool {
    let printable = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = text.starts_with('/') && !text.starts_with("//");
    let url = || Url::parse(text).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    printable && (path || url())
}

impl Default for Brand {
    /// Without a title. The names of the flows that are shipped are slugs, which a test shows.
    fn default() -> Self {
        Self::shipped().unwrap_or_else(|_| unreachable!("the names of shipped flows are slugs"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_without_anything_set_has_the_flows_that_are_shipped() {
        let brand: Brand = serde_json::from_str("{}").unwrap();
        assert_eq!(brand, Brand::default());
        assert_eq!(brand.flow_authentication.as_str(), flow::AUTHENTICATION);
        let found = brand.flow_for(Designation::Recovery).map(Slug::as_str);
        assert_eq!(found, Some(flow::RECOVERY));
        assert_eq!(brand.flow_for(Designation::Enrollment), None);
    }

    #[test]
    fn a_picture_is_a_path_on_this_site_or_an_https_url() {
        for good in ["", "/media/abc", "https://cdn.example/logo.png?v=2"] {
            assert!(is_picture(good), "{good}");
        }
        for bad in [
            "//cdn.example/logo.png",
            "/\\cdn.example/logo.png",
            "http://cdn.example/logo.png",
            "javascript:alert(1)",
            "data:image/svg+xml,<svg onload=alert(1)>",
            "logo.png",
            "https://",
            "/a b",
        ] {
            assert!(!is_picture(bad), "{bad}");
        }
    }

    #[test]
    fn pictures_of_authentiks_own_files_are_not_asked_for() {
        let mut brand = Brand {
            branding_logo: "/static/dist/assets/icons/icon_left_brand.svg".to_owned(),
            branding_favicon: "/media/icon".to_owned(),
            branding_default_flow_background: "https://cdn.example/hills.webp".to_owned(),
            ..Brand::default()
        };
        assert_eq!((brand.logo(), brand.favicon()), (None, Some("/media/icon")));
        let default = "/static/dist/assets/images/flow_background.jpg";
        assert_eq!(
            brand.background(default),
            Some("https://cdn.example/hills.webp")
        );
        assert_eq!(brand.background("/media/own"), Some("/media/own"));
        brand.branding_default_flow_background.clear();
        assert_eq!((brand.background(""), brand.title()), (None, "Latchkey"));
    }
}
