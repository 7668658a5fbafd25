# This scope lets the client refresh its tokens; it carries no claims.
return {}
