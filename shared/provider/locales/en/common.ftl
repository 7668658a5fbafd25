### What many pages say.

skip = Skip to content
error-title = Error:
account = Account:
not-you = Not you?
sign-in = Sign in
sign-out = Sign out
continue = Continue
allow = Allow
deny = Deny
optional = (optional)
copy = Copy
copied = Copied
try-again = Try again
start-again = Start again
reference = If you ask for help, give this reference:
reference-with-status = If you ask for help, give this reference (error { $status }):
to-my-account = To my account
permissions = Permissions
