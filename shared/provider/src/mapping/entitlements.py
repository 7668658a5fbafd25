names = [entitlement.name for entitlement in request.user.app_entitlements(provider.application)]
return {
    "entitlements": names,
    "roles": names,
}
