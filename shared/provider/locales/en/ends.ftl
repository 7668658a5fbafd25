### Where a way ends: consent, leaving, and what went wrong.

consent-heading = Allow { $app } to use your account?
permissions-new = New permissions
permissions-before = Allowed before
consent-destination = You will continue at { $host }. Choose Allow only if you trust it.

sign-out-heading = Sign out of { $brand }?
sign-out-asked = { $app } asks to end your session here. Other applications may then ask you to sign in again.
sign-out-explained = Applications may then ask you to sign in again.
stay-signed-in = Stay signed in
signed-out-heading = You are signed out
signed-out-of = You are signed out of { $app }
signed-out-explained = Your { $brand } session has ended. On a shared computer, close the browser as well.
signing-out-elsewhere = Telling other applications that you have signed out. You go on in a moment.
session-goes-on = Your { $brand } session goes on, so other applications let you in without asking. On a shared computer, end it as well.
close-browser = On a shared computer, close the browser as well.
sign-out-of = Sign out of { $brand }
sign-in-again-to = Sign in to { $app } again
sign-in-again = Sign in to the application again
sign-in-anew = Sign in again
return-to = Return to { $app }

denied-heading = You have no access to { $app }
denied-explained = You are signed in, but this application is not open to your account.
denied-advice = If you think you should have access, ask the people who run { $app }.
policies = Policies
policies-why = You see this because you are a superuser.
policy-passed = { $policy }: passed
policy-refused = { $policy }: refused

refused-heading = You cannot go on here
refused-explained = This way is closed for you. Start again, or ask the people who run this service.

error-client = This application is not known here
error-client-why = The link that brought you here names an application that is not registered with this sign-in service.
error-redirect = This sign-in link is not safe to follow
error-redirect-why = The application asked to send you to an address that is not registered for it, so nothing was sent.
error-tell = Go back to the application and try again. If it happens again, tell the people who run it.
error-logout-redirect = This sign-out link is not safe to follow
error-logout-redirect-why = The application asked to send you to an address that is not registered for it. You are still signed in.
error-logout-redirect-advice = To sign out, go back to the application and use its own sign-out.
error-back = Go back to the application and try again.
error-csrf = This page has expired
error-csrf-why = The form you sent was not made for this browser session, or it is too old. Nothing was changed.
error-csrf-advice = Go back, reload the page and try again.
error-next = This link leads nowhere
error-next-why = The link asks to send you to a place that this service does not send people to.
error-nothing = There is nothing here
error-nothing-why = The address you opened does not exist on this sign-in service.
error-nothing-advice = Check the address, or go back to the application you came from.
error-ours = Something went wrong on our side
error-ours-why = Your request could not be handled. Nothing was changed.
error-ours-advice = Please try again later. If it happens again, give the number below to the people who run this service.
error-busy = Please try again in a moment
error-busy-why = The sign-in service is very busy or cannot be reached right now. Nothing was changed.
error-busy-advice = Wait a few seconds and reload this page.
error-request = This request cannot be understood
error-request-why = The link or form that brought you here is not complete or not well-formed.
