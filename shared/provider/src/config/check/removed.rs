//! What may not be removed.

use crate::config::object::Object;
use crate::config::problem::{Problems, WHOLE};
use crate::config::refer::{self, Hold};
use crate::config::state::Config;
use crate::ports::ObjectKind;

/// Notes who cannot be without an object that would no longer stand in this configuration.
pub(in crate::config) fn removed(config: &Config, gone: &Object, problems: &mut Problems) {
    for kind in ObjectKind::ALL {
        for object in config.of_kind(kind) {
            if refer::hold(object, gone) == Hold::Needs {
                let text = format!("is in use by {}", who(config, object));
                problems.add(gone, WHOLE, text);
            }
        }
    }
}

/// What messages call an object that has no name of its own: by where it stands.
fn who(config: &Config, object: &Object) -> String {
    let kind = object.kind().as_str();
    match object {
        Object::FlowStageBinding(binding) => match config.flow(binding.target) {
            Some(flow) => format!("flow {}", flow.slug),
            None => format!("a flow stage binding, {}", binding.id),
        },
        named => format!("{kind} {}", named.label()),
    }
}
