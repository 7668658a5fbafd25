# Every OpenID Connect request has this scope; `sub` needs no mapping.
return {}
