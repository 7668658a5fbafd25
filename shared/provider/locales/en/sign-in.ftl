### On the way in.

identification-heading = Sign in
to-continue-to = to continue to { $app }
uid-username = Username
uid-email = Email
uid-username-email = Email or username
uid-any = Email, username or company ID
with-passkey = Sign in with a passkey
forgot = Forgot your password?
no-account = No account yet?
enroll = Create one

password-heading = Enter your password
password = Password
show-password = Show password
forgot-password = Forgot your password?

captcha-heading = Are you a person?
captcha-solve = Solve the task below, then continue.
captcha-wait = This is checked by itself and takes a moment.
captcha-failed = The check could not be loaded. Turn off blockers for this page and reload it.
captcha-noscript = This check needs JavaScript. Switch it on for this page and reload it.

code-heading = Enter your code
code = Code
code-hint = Open your authenticator app and type the code it shows for this account.
recovery-code-heading = Enter a recovery code
recovery-code = Recovery code
recovery-code-hint = Type one of the recovery codes you kept. Each of them works once.
use-passkey-heading = Confirm that it is you
use-passkey-hint = Use your passkey or security key.
use-passkey = Use passkey
set-up-heading = Protect your account
set-up-hint = You need a second way to prove that it is you. Choose one to set up.
set-up-totp = Set up an authenticator app
set-up-static = Get recovery codes
set-up-webauthn = Create a passkey
other-ways = Or use something else
other-totp = A code of your authenticator app
other-static = A recovery code
other-webauthn = A passkey or security key

webauthn-waits = Follow what your browser or device asks.
webauthn-missing = This browser cannot use passkeys. Use another browser, or another way to sign in.
webauthn-failed = That did not work. Please try again.
webauthn-cancelled = That was cancelled, or it took too long. Please try again.
webauthn-known = This device already has a passkey for your account. Use it, or choose another device.
webauthn-address = Passkeys do not work at this address. Tell the people who run this service.
webauthn-noscript = Passkeys need JavaScript. Switch it on for this page and reload it, or use another way.

stay-heading = Stay signed in?
stay-explained = Then you are asked less often in this browser. Choose No on a shared computer.
stay-yes = Yes, stay signed in
stay-no = No

email-heading = Check your mailbox
email-sent = If the address belongs to an account, a mail with a link is on its way.
email-sent-to = If { $address } belongs to an account, a mail with a link is on its way.
email-wait = It can take a few minutes. Look into your spam folder, too.
email-again = Send it again
email-asked-again = We have tried to send it again. We send at most one mail a minute: if none comes, wait a minute and try once more.

continue-heading = One more click
continue-explained = You followed a link from a mail. Go on here.
continue-signed-in = In this browser you are signed in as { $user }.

one-moment = One moment…
on-your-way = You are on your way back to the application. If nothing happens, press Continue.
