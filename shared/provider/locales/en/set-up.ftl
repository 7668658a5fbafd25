### Setting things up.

totp-heading = Set up an authenticator app
totp-scan = Open your authenticator app, add an account and scan this picture:
totp-picture = QR code for your authenticator app
totp-type = Or type this key into the app:
totp-open = Open the app on this device
totp-code = Then type the code that the app shows
totp-done = Finish

codes-heading = Keep your recovery codes
codes-explained = They let you in when you have lost your other device. Each works once. Print them or keep them in a safe place: they are not shown again.
codes-file = recovery-codes.txt
codes-download = Download
codes-kept = I have kept them

passkey-heading = Create a passkey
passkey-explained = Then you sign in with your fingerprint, your face, a PIN or a security key, without a code.
passkey-create = Create passkey

prompt-heading = A few details
file-large = That file is too large. Choose one of at most { $size }.
file-noscript = Choosing a file needs JavaScript. Switch it on for this page and reload it.
locale-automatic = As my browser says

delete-heading = Delete your account?
delete-explained = Your account and all that belongs to it here is removed. This cannot be undone.
delete-yes = Delete my account
delete-no = Keep it
removed-heading = Your account is removed
removed-explained = You are signed out everywhere. You can close this page.
