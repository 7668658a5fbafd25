//! How large values are, as aliases repeat them.

use serde_json::Value;

use super::{Data, Node};

/// How large a value is.
#[derive(Clone, Copy, Default)]
pub(super) struct Size {
    /// How many values it has.
    pub nodes: usize,
    /// How long its texts are.
    pub bytes: usize,
    /// How deep it goes.
    pub depth: usize,
}

/// How large it is, names and tags counted in.
pub(super) fn measure(node: &Node) -> Size {
    let mut size = Size {
        nodes: 1,
        ..Size::default()
    };
    match &node.data {
        Data::Plain(Value::String(text)) => size.bytes = text.len(),
        Data::Plain(_) => {}
        Data::List(items) => items.iter().for_each(|item| size.hold(measure(item))),
        Data::Map(pairs) => {
            for (name, inner) in pairs {
                size.bytes += name.len();
                size.hold(measure(inner));
            }
        }
        Data::Tagged(tag, inner) => {
            size = measure(inner);
            size.bytes += tag.len();
        }
    }
    size.depth += usize::from(matches!(node.data, Data::List(_) | Data::Map(_)));
    size
}

impl Size {
    /// Takes in what is inside.
    fn hold(&mut self, inner: Self) {
        self.nodes += inner.nodes;
        self.bytes += inner.bytes;
        self.depth = self.depth.max(inner.depth);
    }
}
