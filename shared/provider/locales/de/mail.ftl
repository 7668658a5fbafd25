# Briefe.

mail-greeting = Guten Tag,
mail-greeting-name = Guten Tag { $name },
mail-by-hand = Falls die Schaltfläche nichts bewirkt, kopieren Sie diese Adresse in Ihren Browser:
mail-life-minutes = { $count ->
    [one] Der Link gilt einmal und eine Minute lang.
   *[other] Der Link gilt einmal und { $count } Minuten lang.
}
mail-life-hours = { $count ->
    [one] Der Link gilt einmal und eine Stunde lang.
   *[other] Der Link gilt einmal und { $count } Stunden lang.
}
mail-life-days = { $count ->
    [one] Der Link gilt einmal und einen Tag lang.
   *[other] Der Link gilt einmal und { $count } Tage lang.
}

mail-password-reset-subject = Neues Passwort für { $brand } wählen
mail-password-reset-text = Jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei { $brand } wählen. Hier geht es weiter:
mail-password-reset-button = Neues Passwort wählen
mail-password-reset-unasked = Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.

mail-account-confirmation-subject = E-Mail-Adresse für { $brand } bestätigen
mail-account-confirmation-text = Bitte bestätigen Sie, dass dies Ihre E-Mail-Adresse ist, dann ist Ihr Konto bei { $brand } bereit:
mail-account-confirmation-button = E-Mail-Adresse bestätigen
mail-account-confirmation-unasked = Wenn Sie kein Konto wollten, müssen Sie nichts tun: Ohne Ihre Bestätigung entsteht keines.

mail-sign-in-request-subject = Jemand wartet bei { $brand } auf Ihre Antwort
mail-sign-in-request-text = Jemand, vermutlich Sie, will sich anderswo mit Ihrem Konto bei { $brand } anmelden. Sehen Sie sich die Anfrage an und beantworten Sie sie:
mail-sign-in-request-button = Anfrage ansehen
mail-sign-in-request-unasked = Wenn Sie das nicht waren, lehnen Sie die Anfrage ab, oder tun Sie nichts: Ohne Ihre Antwort geschieht nichts.

mail-setup-subject = Weiter bei { $brand }
mail-setup-text = Jemand, vermutlich Sie, hat { $brand } um einen Link gebeten, um weiterzumachen. Hier ist er:
mail-setup-button = Weiter
mail-setup-unasked = Wenn Sie das nicht waren, müssen Sie nichts tun: Solange niemand dem Link folgt, geschieht nichts.

mail-has-account-subject = Sie haben bereits ein Konto bei { $brand }
mail-has-account-text = Jemand, vermutlich Sie, wollte bei { $brand } ein Konto mit dieser E-Mail-Adresse anlegen. Sie haben schon eines. Falls Sie dessen Passwort vergessen haben, wählen Sie hier ein neues:
mail-has-account-button = Anmelden oder neues Passwort wählen
mail-has-account-unasked = Wenn Sie das nicht waren, müssen Sie nichts tun: Es wurde nichts geändert.
