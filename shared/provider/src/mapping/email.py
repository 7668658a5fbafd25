# A claim without value is left out (OpenID Connect Core §5.3.2).
if not request.user.email:
    return {}
return {
    "email": request.user.email,
    "email_verified": request.user.email_verified,
}
