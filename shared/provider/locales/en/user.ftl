# One's own account.

user-sections = Your account
user-section-applications = My applications
user-section-profile = Profile
user-section-security = Security
user-section-sessions = Sessions
user-section-consents = Permissions
user-section-tokens = Tokens
user-section-requests = Requests
user-sign-out = Sign out
user-more = More
user-save = Save
user-remove = Remove
user-rename = Rename
user-for-good = without an end
user-since = since { $time }
user-until = until { $time }

user-applications-none = There is no application for you here yet.
user-new-tab = (opens in a new tab)

user-username = Username
user-name = Name
user-email = Email
user-email-verified = confirmed
user-groups = Groups
user-profile-change = Change profile
user-account-remove = Remove my account

user-password = Password
user-password-set = You have a password.
user-password-none = You have no password.
user-password-change = Set a new password
user-authenticators = Passkeys and second factors
user-authenticators-none = You have none yet. A passkey signs you in without a password, and nobody can trick you out of it.
user-class-totp = Authenticator app
user-class-static = Recovery codes
user-class-webauthn = Passkey or security key
user-added = added { $day }
user-last-used = last used { $time }
user-never-used = not used yet
user-name-of-it = New name
user-add-webauthn = Add a passkey
user-add-totp = Add an authenticator app
user-add-static = Make recovery codes

user-browser-unknown = Unknown browser
user-session-here = this browser
user-session-end = Sign out there
user-sessions-end-others = Sign out everywhere else

user-consents-none = You have not allowed any application anything so far.
user-consents-about = What you have allowed applications. Taking it back also ends the access they have now.
user-consent-revoke = Take back

user-requests-none = Nobody is waiting for your answer.
user-requests-about = Somebody has you asked from elsewhere. Allow only what you have just begun yourself, and only where the message is the one you see there.
user-request-message = The message there: “{ $message }”
user-request-allow = Allow
user-request-refuse = Refuse

user-tokens-about = An app password stands in for your password where a program signs in as you. An API token lets a program call the API as you.
user-token-made = “{ $identifier }” is made. Copy its key now: it is shown this once.
user-token-new = New token
user-token-identifier = Name (letters, digits, - and _)
user-token-description = What it is for
user-token-intent = Kind
user-intent-app_password = App password
user-intent-api = API token
user-intent-recovery = Recovery
user-intent-verification = Verification
user-token-days = Days it is good (empty: without an end)
user-token-create = Make token
user-token-expired = expired
user-token-taken = There is a token of this name already. Choose another name.
user-token-identifier-wrong = Give it a name of letters, digits, - and _, at most 255 of them.
user-token-description-long = Describe it in at most 1000 characters.
user-token-days-wrong = Give a number of days from 1 to 3650, or nothing.
user-token-too-many = You have as many tokens as there may be. Remove one first.

user-notice-session-ended = That browser is signed out.
user-notice-others-ended = All other browsers are signed out.
user-notice-consent-revoked = It is taken back.
user-notice-authenticator-renamed = The name is changed.
user-notice-authenticator-removed = It is removed.
user-notice-token-removed = The token is removed.
user-notice-request-allowed = It is allowed. Go on where you began.
user-notice-request-refused = It is refused.
user-notice-request-denied = It is refused: you may not use this application.
user-notice-gone = It was gone already.
