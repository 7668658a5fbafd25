//! What the fuzz targets call (`tests/fuzz`): compiled for them alone.

use super::file::Blueprint;

/// How many entries a blueprint has; else the line in which it is wrong.
///
/// # Errors
/// That line, from 1.
pub fn entries(text: &str) -> Result<usize, usize> {
    let blueprint = Blueprint::read(text).map_err(|wrong| wrong.line)?;
    Ok(blueprint.entries.len())
}
