# This scope lets the access token call the management API; it carries no claims.
return {}
