//! Lists in pages (GitHub's REST API: `page`, `per_page`; RFC 8288).

/// Items on a page where the client does not say.
const USUAL: usize = 30;

/// Most items on a page.
const MOST: usize = 100;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Counted from 1.
    number: usize,
    /// Items on it.
    size: usize,
}

impl Page {
    /// Reads the query. As GitHub does, it takes what makes no sense for the usual, and too many for the most.
    pub fn parse(query: &str) -> Self {
        let positive = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let (_, value) = pairs.find(|(given, _)| given == name)?;
            value.parse::<usize>().ok().filter(|number| *number > 0)
        };
        Self {
            number: positive("page").unwrap_or(1),
            size: positive("per_page").unwrap_or(USUAL).min(MOST),
        }
    }

    /// The items on this page: none past the last one, which is where clients stop.
    pub fn of<T>(self, items: Vec<T>) -> Vec<T> {
        let before = (self.number - 1).saturating_mul(self.size);
        items.into_iter().skip(before).take(self.size).collect()
    }

    /// The `Link` header of a list of `total` items at `url` (RFC 8288 §3); `None` where it is all on one page.
    pub fn links(self, url: &str, total: usize) -> Option<String> {
        let last = total.div_ceil(self.size).max(1);
        let mut links = Vec::new();
        let mut link = |number: usize, rel: &str| {
            links.push(format!(
                "<{url}?page={number}&per_page={}>; rel=\"{rel}\"",
                self.size
            ));
        };
        if self.number > 1 {
            link(last.min(self.number - 1), "prev");
        }
        if self.number < last {
            link(self.number + 1, "next");
            link(last, "last");
        }
        if self.number > 1 {
            link(1, "first");
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn on(query: &str, total: usize) -> Vec<usize> {
        Page::parse(query).of((0..total).collect())
    }

    #[test]
    fn a_list_is_read_page_by_page_until_one_is_empty() {
        assert_eq!(on("per_page=2", 5), [0, 1]);
        assert_eq!(on("per_page=2&page=3", 5), [4]);
        assert!(on("per_page=2&page=4", 5).is_empty());
        assert_eq!(on("", 40).len(), 30);
        assert_eq!(on("page=2", 40).len(), 10);
        assert!(on("page=2&per_page=100", 1).is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_the_usual_and_too_many_is_the_most() {
        for query in [
            "per_page=0",
            "per_page=-1",
            "per_page=x",
            "per_page=",
            "limit=200",
        ] {
            assert_eq!(on(query, 200).len(), 30, "{query}");
        }
        assert_eq!(on("per_page=1000", 200).len(), 100);
        for query in [
            "page=0",
            "page=-1",
            "page=x",
            "page=99999999999999999999999",
        ] {
            assert_eq!(on(query, 200).first(), Some(&0), "{query}");
        }
        assert!(on("page=18446744073709551615&per_page=100", 200).is_empty());
    }

    #[test]
    fn rfc8288_3_links_lead_to_the_other_pages() {
        let links = |query, total| Page::parse(query).links("https://id.example/user/teams", total);
        assert_eq!(links("", 3), None);
        assert_eq!(
            links("per_page=2", 5).as_deref(),
            Some(
                "<https://id.example/user/teams?page=2&per_page=2>; rel=\"next\", \
                 <https://id.example/user/teams?page=3&per_page=2>; rel=\"last\""
            )
        );
        assert_eq!(
            links("per_page=2&page=3", 5).as_deref(),
            Some(
                "<https://id.example/user/teams?page=2&per_page=2>; rel=\"prev\", \
                 <https://id.example/user/teams?page=1&per_page=2>; rel=\"first\""
            )
        );
    }

    proptest! {
        #[test]
        fn every_page_is_of_the_list_and_nothing_panics(query in "[a-z_=&0-9-]{0,40}", total in 0usize..300) {
            let page = Page::parse(&query);
            prop_assert!(page.of((0..total).collect()).len() <= MOST);
            page.links("/", total);
        }
    }
}
