def hasattr(value, name):
    return _ak_native_hasattr(value, name) or _ak_has_method(value, name)


def getattr(value, name, *default):
    if not _ak_native_hasattr(value, name) and _ak_has_method(value, name):
        raise TypeError(f"getattr() of the method '{name}' of '{type(value).__name__}' is not supported")
    return _ak_native_getattr(value, name, *default)
