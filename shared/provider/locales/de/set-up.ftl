### Etwas einrichten.

totp-heading = Authenticator-App einrichten
totp-scan = Öffnen Sie Ihre Authenticator-App, fügen Sie ein Konto hinzu und scannen Sie dieses Bild:
totp-picture = QR-Code für Ihre Authenticator-App
totp-type = Oder tippen Sie diesen Schlüssel in die App:
totp-open = Die App auf diesem Gerät öffnen
totp-code = Tippen Sie dann den Code ein, den die App zeigt
totp-done = Fertig

codes-heading = Ersatzcodes aufheben
codes-explained = Damit kommen Sie hinein, wenn Sie Ihr anderes Gerät verloren haben. Jeder gilt einmal. Drucken Sie sie aus oder heben Sie sie gut auf: Sie werden nicht wieder gezeigt.
codes-file = ersatzcodes.txt
codes-download = Herunterladen
codes-kept = Ich habe sie aufgehoben

passkey-heading = Passkey anlegen
passkey-explained = Danach melden Sie sich mit Fingerabdruck, Gesicht, PIN oder Sicherheitsschlüssel an, ohne Code.
passkey-create = Passkey anlegen

prompt-heading = Ein paar Angaben
file-large = Diese Datei ist zu groß. Wählen Sie eine von höchstens { $size }.
file-noscript = Eine Datei zu wählen braucht JavaScript. Schalten Sie es für diese Seite ein und laden Sie sie neu.
locale-automatic = Wie mein Browser es sagt

delete-heading = Ihr Konto löschen?
delete-explained = Ihr Konto und alles, was hier dazugehört, wird entfernt. Das lässt sich nicht rückgängig machen.
delete-yes = Mein Konto löschen
delete-no = Behalten
removed-heading = Ihr Konto ist entfernt
removed-explained = Sie sind überall abgemeldet. Sie können diese Seite schließen.
