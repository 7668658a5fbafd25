# Policies within a flow: the plan, its context, and what a run changed there.

# What stands under these keys is an object in authentik, and comes as a row of its fields.
_ak_row_keys = ("application", "source", "invitation")


def _ak_flow_classes():
    class Row:
        _ak_object = True

        def __init__(self, fields):
            for name, value in fields.items():
                setattr(self, name, value)
            self._text = str(fields.get("name") or fields.get("pk"))

        def __str__(self):
            return self._text

        def __eq__(self, other):
            return self is other or hasattr(other, "pk") and hasattr(self, "pk") and other.pk == self.pk

        def __hash__(self):
            return hash(self._text)

    class Stage:
        _ak_object = True

        def __init__(self, name):
            self.name = name

        def __str__(self):
            return self.name

    class FlowStageBinding:
        _ak_object = True

        def __init__(self, name, order):
            self.stage = Stage(name)
            self.order = order

        def __str__(self):
            return f"Flow-stage binding #{self.order} to {self.stage}"

    class FlowPlan:
        _ak_object = True

        def __init__(self, facts, context):
            self.flow_pk = facts["pk"]
            self.slug = facts["slug"]
            self.title = facts["title"]
            self.designation = facts["designation"]
            self.context = context
            self.bindings = [FlowStageBinding(name, i) for i, name in _ak_enumerate(facts["bindings"])]
            self.markers = [None for _ in self.bindings]
            self.has_stages = len(self.bindings) > 0
            self._destination = None

        def __str__(self):
            return f"FlowPlan(flow_pk='{self.flow_pk}')"

        def redirect(self, destination):
            self._destination = str(destination)

    return Row, FlowPlan


_ak_Row, _ak_Plan = _ak_flow_classes()


def _ak_enter_flow(facts, pending, own):
    """The context of a policy: the plan, what its context holds, and on top what belongs to this request alone.

    The values are the plan's own: a change inside of one is a change of the plan, as in authentik."""
    flow = facts["flow"]
    held = flow["context"]
    rows = {}
    for key in _ak_row_keys:
        value = held.get(key)
        if isinstance(value, dict):
            rows[key] = _ak_Application(value) if key == "application" and "slug" in value else _ak_Row(value)
            held[key] = rows[key]
    if pending is None:
        held.pop("pending_user", None)
    else:
        held["pending_user"] = pending
    plan = _ak_Plan(flow, held)
    context = {"flow_plan": plan}
    context.update(held)
    context.update(own)
    _ak_state["plan"] = [plan, facts["flow_before"], rows, pending]
    prompt = own.get("prompt_data")
    if isinstance(prompt, dict):
        _ak_state["prompt"] = [prompt, facts["prompt_before"]]
    return context


def _ak_leave_flow():
    """What the run changed in the plan, and in the data of a prompt: each `None` where it changed nothing."""
    plan, before, rows, pending = _ak_state["plan"]
    held = plan.context
    if not isinstance(held, dict):
        raise TypeError("flow_plan.context must be a dict")
    user = _ak_pending_change(held.get("pending_user"), pending)
    changed = _ak_changes(before, held, rows)
    flow = None
    if changed is not None or user is not None or plan._destination is not None:
        destination = None if plan._destination is None else _ak_write(plan._destination)
        flow = [changed or [{}, []], user, destination]
    prompt = _ak_state.get("prompt")
    return [flow, None if prompt is None else _ak_changes(prompt[1], prompt[0], {})]


def _ak_pending_change(now, before):
    if now is before:
        return None
    if now is None or isinstance(now, _ak_AnonymousUser):
        return False if before is not None else None
    if not isinstance(now, _ak_User) or now.pk is None:
        raise TypeError("pending_user takes a stored user")
    if before is not None and now.pk == before.pk:
        return None
    return [now.pk, str(now.uuid)]


def _ak_changes(before, now, rows):
    """The keys of `now` that differ from `before`, as JSON, and the keys that are gone."""
    fresh = {}
    for key, value in now.items():
        if key == "pending_user" and isinstance(value, (_ak_User, _ak_AnonymousUser, type(None))):
            continue
        if key in rows and value is rows[key]:
            continue
        if key not in before or not _ak_same(before[key], value, 0):
            fresh[_ak_json_key(key)] = _ak_json(value, 1, _ak_reference)
    gone = [_ak_write(key) for key in before if key not in now]
    return [fresh, gone] if fresh or gone else None


def _ak_same(a, b, depth):
    """Equality as JSON has it: `1`, `1.0` and `True` differ."""
    if type(a) is not type(b):
        return False
    if depth < 32 and isinstance(a, dict):
        return len(a) == len(b) and all([k in b and _ak_same(v, b[k], depth + 1) for k, v in a.items()])
    if depth < 32 and isinstance(a, list):
        return len(a) == len(b) and all([_ak_same(x, y, depth + 1) for x, y in _ak_zip(a, b)])
    return a == b


def _ak_reference(value):
    """An object of the database by its key; `None` for another object."""
    if not hasattr(value, "pk") or value.pk is None:
        return None
    row = {"pk": str(value.pk) if hasattr(value.pk, "_ak_object") else value.pk}
    for name in ("username", "slug", "name"):
        if hasattr(value, name):
            row[name] = getattr(value, name)
    return row


_ak_state["enter"] = _ak_enter_flow
_ak_state["leave"] = _ak_leave_flow
