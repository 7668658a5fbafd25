# Letters.

mail-greeting = Hello,
mail-greeting-name = Hello { $name },
mail-by-hand = If the button does nothing, copy this address into your browser:
mail-life-minutes = { $count ->
    [one] The link works once, and for one minute.
   *[other] The link works once, and for { $count } minutes.
}
mail-life-hours = { $count ->
    [one] The link works once, and for one hour.
   *[other] The link works once, and for { $count } hours.
}
mail-life-days = { $count ->
    [one] The link works once, and for one day.
   *[other] The link works once, and for { $count } days.
}

mail-password-reset-subject = Choose a new password for { $brand }
mail-password-reset-text = Somebody, probably you, wants to choose a new password for your account at { $brand }. Go on here:
mail-password-reset-button = Choose a new password
mail-password-reset-unasked = If it was not you, there is nothing to do: your password stays as it is.

mail-account-confirmation-subject = Confirm your email address for { $brand }
mail-account-confirmation-text = Please confirm that this is your email address, and your account at { $brand } is ready:
mail-account-confirmation-button = Confirm my email address
mail-account-confirmation-unasked = If you did not ask for an account, there is nothing to do: without your confirmation there will be none.

mail-sign-in-request-subject = Somebody is waiting for your answer at { $brand }
mail-sign-in-request-text = Somebody, probably you, wants to sign in elsewhere with your account at { $brand }. Look at the request and answer it:
mail-sign-in-request-button = Look at the request
mail-sign-in-request-unasked = If it was not you, refuse the request, or do nothing: without your answer nothing happens.

mail-setup-subject = Go on at { $brand }
mail-setup-text = Somebody, probably you, asked { $brand } for a link to go on with. Here it is:
mail-setup-button = Go on
mail-setup-unasked = If it was not you, there is nothing to do: nothing happens unless the link is followed.

mail-has-account-subject = You already have an account at { $brand }
mail-has-account-text = Somebody, probably you, wanted to make an account at { $brand } with this email address. You have one already. If you forgot its password, choose a new one here:
mail-has-account-button = Sign in or choose a new password
mail-has-account-unasked = If it was not you, there is nothing to do: nothing was changed.
