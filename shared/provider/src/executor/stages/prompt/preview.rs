//! A field as somebody would see it who is asked to fill it in (API reference B12, `preview`), outside of any flow.

use serde_json::{Map, Value};

use super::fields::Field;
use crate::executor::policies::written;
use crate::flow::challenge::PromptField;
use crate::flow::stage::{FieldType, PromptSettings};
use crate::http::Call;
use crate::policies::Policies;
use crate::ports::PortError;
use crate::user::User;

impl Policies {
    /// The field as this user would see it, or why one of its expressions failed, with the line. Nothing is recorded.
    ///
    /// # Errors
    /// Where facts cannot be read. An expression that fails is no error.
    pub async fn preview_prompt(
        &self,
        call: &Call<'_>,
        settings: &PromptSettings,
        user: &User,
    ) -> Result<Result<PromptField, String>, PortError> {
        let said = async |text: &str, expression: bool| {
            if !expression {
                return Ok(Ok(text.into()));
            }
            let said = self.try_prompt(call, settings, text, user).await?;
            Ok::<_, PortError>(said.map(written))
        };
        let placeholder = said(&settings.placeholder, settings.placeholder_expression);
        let placeholder = match placeholder.await? {
            Ok(value) => value,
            Err(why) => return Ok(Err(why)),
        };
        let initial = if settings.r#type == FieldType::Password {
            Ok(Value::Null) // as in a flow
        } else {
            said(&settings.initial_value, settings.initial_value_expression).await?
        };
        Ok(initial.map(|initial| Field::of(settings, placeholder, initial).shown(&Map::new())))
    }
}
