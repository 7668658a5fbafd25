# What `import` finds, for modules that the interpreter lacks or has in part. `modules.rs` lists every name.

_ak_modules = {}


def _ak_module_class():
    class module:
        pass

    return module


_ak_Module = _ak_module_class()


def _ak_module(name, **members):
    made = _ak_modules.get(name)
    if made is None:
        made = _ak_Module()
        _ak_modules[name] = made
    for key, value in members.items():
        setattr(made, key, value)
    return made


def _ak_import(name):
    return _ak_modules[name]


def _ak_from(name, member):
    module = _ak_modules[name]
    if not hasattr(module, member):
        raise ImportError(f"cannot import name '{member}' from '{name}'")
    return getattr(module, member)
