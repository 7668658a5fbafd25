claims = {
    "preferred_username": request.user.username,
    "nickname": request.user.username,
    "groups": [group.name for group in request.user.ak_groups.all()],
}
# Only the full name is known, so it is the given name too. A claim without value is left out.
if request.user.name:
    claims["name"] = request.user.name
    claims["given_name"] = request.user.name
return claims
