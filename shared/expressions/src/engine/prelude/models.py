# The object model: users, groups, providers, requests. Made of the facts; what is not here raises AttributeError.

def _ak_merge(base, more):
    """authentik's deep merge: dicts recurse, lists are concatenated, sets united, all else overwritten."""
    for key, value in more.items():
        if key not in base:
            base[key] = _ak_copy(value)
        elif isinstance(base[key], dict) and isinstance(value, dict):
            _ak_merge(base[key], value)
        elif isinstance(base[key], list) and isinstance(value, list):
            base[key] = base[key] + _ak_copy(value)
        else:
            base[key] = _ak_copy(value)
    return base


def _ak_copy(value):
    if isinstance(value, dict):
        return {k: _ak_copy(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_ak_copy(v) for v in value]
    return value


def _ak_model_classes():
    class Group:
        _ak_object = True

        def __init__(self, facts):
            self.pk = _ak_UUID(facts["uuid"])
            self.group_uuid = self.pk
            self.num_pk = facts["num_pk"]
            self.name = facts["name"]
            self.is_superuser = facts["is_superuser"]
            self.attributes = facts["attributes"]
            self.parent = None

        def __str__(self):
            return f"Group {self.name}"

        def __repr__(self):
            return f"<Group: Group {self.name}>"

        def __eq__(self, other):
            return isinstance(other, Group) and other.pk == self.pk

        def __hash__(self):
            return hash(self.pk)

        def is_member(self, user):
            return self in user.all_groups()

    class ApplicationEntitlement:
        _ak_object = True

        def __init__(self, facts):
            self.name = facts["name"]
            self.attributes = facts["attributes"]

        def __str__(self):
            return f"Application Entitlement {self.name}"

        def __repr__(self):
            return f"<ApplicationEntitlement: {self}>"

        def __eq__(self, other):
            return isinstance(other, ApplicationEntitlement) and other.name == self.name

        def __hash__(self):
            return hash(self.name)

    class User:
        _ak_object = True

        def __init__(self, facts, groups):
            # Not stored yet: no key, as in Django.
            self.pk = facts["pk"] or None
            self.id = self.pk
            self.uuid = _ak_UUID(facts["uuid"]) if facts["uuid"] else None
            self.uid = facts["uid"]
            self.username = facts["username"]
            self.name = facts["name"]
            self.email = facts["email"]
            self.email_verified = facts.get("email_verified", False)
            self.is_active = facts["is_active"]
            self.is_superuser = facts["is_superuser"]
            self.is_staff = facts["is_superuser"]
            self.is_anonymous = False
            self.is_authenticated = True
            self.type = facts["type"]
            self.path = facts["path"]
            self.attributes = facts["attributes"]
            self.date_joined = _ak_time(facts["date_joined"])
            self.last_login = _ak_time(facts["last_login"])
            self.locale = facts["locale"]
            self.avatar = facts["avatar"]
            self._direct = [groups[g] for g in facts["groups"] if g in groups]
            self.ak_groups = _ak_RelatedManager(self._direct, "Group")
            self.groups = self.ak_groups
            self._entitlements = [ApplicationEntitlement(e) for e in facts["entitlements"]]
            # `totp`, or a class: `authentik_stages_authenticator_totp.TOTPDevice`.
            self._authenticators = [
                kind.split(".")[-1].lower().replace("device", "") for kind in facts["authenticators"]
            ]

        def __str__(self):
            return self.username

        def __repr__(self):
            return f"<User: {self.username}>"

        def __eq__(self, other):
            return isinstance(other, User) and other.pk == self.pk

        def __hash__(self):
            return hash(self.pk)

        def get_username(self):
            return self.username

        def all_groups(self):
            # Ancestors to depth 20; a cycle ends where it began.
            found = self._direct[:]
            level = found
            for _ in range(20):
                above = []
                for group in level:
                    if group.parent is not None and group.parent not in found and group.parent not in above:
                        above.append(group.parent)
                if not above:
                    break
                found = found + above
                level = above
            return _ak_rows(found, "Group")

        def group_attributes(self, request=None):
            merged = {}
            for group in _ak_QuerySet(self.all_groups(), "Group").order_by("name"):
                _ak_merge(merged, group.attributes)
            return _ak_merge(merged, self.attributes)

        def app_entitlements(self, app):
            if app is None:
                return []
            rows = self._entitlements if _ak_is_application(app) else []
            return _ak_QuerySet(rows, "ApplicationEntitlement").order_by("name")

        def app_entitlements_attributes(self, app):
            merged = {}
            for entitlement in self.app_entitlements(app):
                _ak_merge(merged, entitlement.attributes)
            return merged

    class AnonymousUser:
        _ak_object = True

        def __init__(self):
            self.pk = None
            self.id = None
            self.uuid = None
            self.uid = ""
            self.username = ""
            self.name = ""
            self.email = ""
            self.email_verified = False
            self.is_active = False
            self.is_superuser = False
            self.is_staff = False
            self.is_anonymous = True
            self.is_authenticated = False
            self.type = ""
            self.path = ""
            self.attributes = {}
            self.date_joined = None
            self.last_login = None
            self.locale = ""
            self.avatar = ""
            self.ak_groups = _ak_RelatedManager([], "Group")
            self.groups = self.ak_groups
            self._entitlements = []
            self._authenticators = []

        def __str__(self):
            return "AnonymousUser"

        def __repr__(self):
            return "<AnonymousUser>"

        def __eq__(self, other):
            return isinstance(other, AnonymousUser)

        def __hash__(self):
            return 1

        def get_username(self):
            return ""

        def all_groups(self):
            return _ak_rows([], "Group")

        def group_attributes(self, request=None):
            return {}

        def app_entitlements(self, app):
            return _ak_rows([], "ApplicationEntitlement")

        def app_entitlements_attributes(self, app):
            return {}

    return User, AnonymousUser, Group


_ak_User, _ak_AnonymousUser, _ak_Group = _ak_model_classes()
