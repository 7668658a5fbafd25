### Auf dem Weg hinein.

identification-heading = Anmelden
to-continue-to = weiter zu { $app }
uid-username = Benutzername
uid-email = E-Mail-Adresse
uid-username-email = E-Mail-Adresse oder Benutzername
uid-any = E-Mail-Adresse, Benutzername oder Firmenkennung
with-passkey = Mit Passkey anmelden
forgot = Passwort vergessen?
no-account = Noch kein Konto?
enroll = Konto anlegen

password-heading = Passwort eingeben
password = Passwort
show-password = Passwort zeigen
forgot-password = Passwort vergessen?

captcha-heading = Sind Sie ein Mensch?
captcha-solve = Lösen Sie die Aufgabe und gehen Sie dann weiter.
captcha-wait = Das wird von selbst geprüft und dauert einen Augenblick.
captcha-failed = Die Prüfung ließ sich nicht laden. Schalten Sie Blocker für diese Seite aus und laden Sie sie neu.
captcha-noscript = Diese Prüfung braucht JavaScript. Schalten Sie es für diese Seite ein und laden Sie sie neu.

code-heading = Code eingeben
code = Code
code-hint = Öffnen Sie Ihre Authenticator-App und tippen Sie den Code ein, den sie für dieses Konto zeigt.
recovery-code-heading = Ersatzcode eingeben
recovery-code = Ersatzcode
recovery-code-hint = Tippen Sie einen der Ersatzcodes ein, die Sie aufgehoben haben. Jeder gilt einmal.
use-passkey-heading = Bestätigen Sie, dass Sie es sind
use-passkey-hint = Benutzen Sie Ihren Passkey oder Sicherheitsschlüssel.
use-passkey = Passkey benutzen
set-up-heading = Schützen Sie Ihr Konto
set-up-hint = Sie brauchen einen zweiten Weg, um zu zeigen, dass Sie es sind. Wählen Sie, was Sie einrichten wollen.
set-up-totp = Authenticator-App einrichten
set-up-static = Ersatzcodes holen
set-up-webauthn = Passkey anlegen
other-ways = Oder etwas anderes benutzen
other-totp = Einen Code der Authenticator-App
other-static = Einen Ersatzcode
other-webauthn = Einen Passkey oder Sicherheitsschlüssel

webauthn-waits = Folgen Sie dem, was Ihr Browser oder Gerät verlangt.
webauthn-missing = Dieser Browser kennt keine Passkeys. Nehmen Sie einen anderen Browser oder melden Sie sich anders an.
webauthn-failed = Das hat nicht geklappt. Versuchen Sie es noch einmal.
webauthn-cancelled = Das wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal.
webauthn-known = Dieses Gerät hat schon einen Passkey für Ihr Konto. Benutzen Sie ihn oder wählen Sie ein anderes Gerät.
webauthn-address = Unter dieser Adresse gehen keine Passkeys. Sagen Sie denen Bescheid, die diesen Dienst betreiben.
webauthn-noscript = Passkeys brauchen JavaScript. Schalten Sie es für diese Seite ein und laden Sie sie neu, oder nehmen Sie einen anderen Weg.

stay-heading = Angemeldet bleiben?
stay-explained = Dann werden Sie in diesem Browser seltener gefragt. Wählen Sie Nein, wenn andere ihn auch benutzen.
stay-yes = Ja, angemeldet bleiben
stay-no = Nein

email-heading = Sehen Sie in Ihr Postfach
email-sent = Wenn die Adresse zu einem Konto gehört, ist eine Mail mit einem Link unterwegs.
email-sent-to = Wenn { $address } zu einem Konto gehört, ist eine Mail mit einem Link unterwegs.
email-wait = Das kann einige Minuten dauern. Sehen Sie auch in den Spam-Ordner.
email-again = Noch einmal senden
email-asked-again = Wir haben versucht, sie noch einmal zu senden. Mehr als eine Mail in der Minute senden wir nicht: Wenn keine kommt, warten Sie eine Minute und versuchen es noch einmal.

continue-heading = Noch ein Klick
continue-explained = Sie sind einem Link aus einer Mail gefolgt. Hier geht es weiter.
continue-signed-in = In diesem Browser sind Sie als { $user } angemeldet.

one-moment = Einen Augenblick …
on-your-way = Sie sind auf dem Weg zurück zur Anwendung. Wenn nichts geschieht, drücken Sie auf Weiter.
