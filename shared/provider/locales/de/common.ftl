### Was viele Seiten sagen.

skip = Zum Inhalt springen
error-title = Fehler:
account = Konto:
not-you = Nicht Sie?
sign-in = Anmelden
sign-out = Abmelden
continue = Weiter
allow = Erlauben
deny = Ablehnen
optional = (freiwillig)
copy = Kopieren
copied = Kopiert
try-again = Noch einmal versuchen
start-again = Von vorn beginnen
reference = Wenn Sie um Hilfe bitten, nennen Sie diese Nummer:
reference-with-status = Wenn Sie um Hilfe bitten, nennen Sie diese Nummer (Fehler { $status }):
to-my-account = Zu meinem Konto
permissions = Berechtigungen
