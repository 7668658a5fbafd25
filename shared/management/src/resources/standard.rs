//! The operations that there are on every kind of object (Django REST framework's `ModelViewSet`, and authentik's
//! `used_by`).

use http::{Method, StatusCode};

use crate::filter::Filter;
use crate::form::Mode;
use crate::operation::{Answer, Body, Operation, Run};
use crate::resources::used_by;
use crate::shape::Shape;

/// A kind of object, and what is done with it.
pub struct Standard {
    /// How its operations are called, such as `core_users`.
    pub id: &'static str,
    /// Where its list is, such as `/core/users/`.
    pub path: &'static str,
    /// The name of the key in paths.
    pub key: &'static str,
    /// Its fields.
    pub shape: &'static Shape,
    /// What narrows its list down.
    pub filters: &'static [Filter],
    /// Answers a page of them.
    pub list: Run,
    /// Shows one.
    pub retrieve: Run,
    /// Makes and changes one; `None` where that is done elsewhere.
    pub edits: Option<Edits>,
    /// Removes one.
    pub destroy: Run,
    /// Shows what uses one.
    pub used_by: Run,
}

/// How one is made and changed.
pub struct Edits {
    /// Makes one.
    pub create: Run,
    /// Changes one as a whole.
    pub update: Run,
    /// Changes what is named of one.
    pub partial_update: Run,
}

impl Standard {
    /// The operations, the list first.
    pub fn operations(&self) -> Vec<Operation> {
        let id = |what: &str| format!("{}_{what}", self.id);
        let one = self.one();
        let list = Operation::new(id("list"), Method::GET, self.path, self.list)
            .narrowed_by(self.filters)
            .answers(Answer::Page(self.shape));
        let retrieve = Operation::new(id("retrieve"), Method::GET, &*one, self.retrieve)
            .answers(Answer::One(StatusCode::OK, self.shape));
        let destroy = Operation::new(id("destroy"), Method::DELETE, &*one, self.destroy);
        let used_by = Operation::new(
            id("used_by_list"),
            Method::GET,
            format!("{one}used_by/"),
            self.used_by,
        )
        .answers(Answer::Several(&used_by::SHAPE));
        let mut all = vec![list, retrieve, destroy, used_by];
        if let Some(edits) = &self.edits {
            all.extend(self.edited_by(edits));
        }
        all
    }

    fn one(&self) -> String {
        format!("{}{{{}}}/", self.path, self.key)
    }

    fn edited_by(&self, edits: &Edits) -> [Operation; 3] {
        let id = |what: &str| format!("{}_{what}", self.id);
        let takes = |mode| Body::Json(self.shape, mode);
        let shown = Answer::One(StatusCode::OK, self.shape);
        let create = Operation::new(id("create"), Method::POST, self.path, edits.create)
            .takes(takes(Mode::Create))
            .answers(Answer::One(StatusCode::CREATED, self.shape));
        let update = Operation::new(id("update"), Method::PUT, self.one(), edits.update)
            .takes(takes(Mode::Replace))
            .answers(shown);
        let changes = edits.partial_update;
        let change = Operation::new(id("partial_update"), Method::PATCH, self.one(), changes)
            .takes(takes(Mode::Change))
            .answers(shown);
        [create, update, change]
    }
}

/// The same operations, of which those with this name have these parameters beside.
pub fn with(
    mut operations: Vec<Operation>,
    id: &str,
    parameters: &'static [&'static str],
) -> Vec<Operation> {
    for operation in operations.iter_mut().filter(|it| it.id == id) {
        operation.parameters = parameters;
    }
    operations
}
