### Wo ein Weg endet: Zustimmung, Abschied, und was schiefging.

consent-heading = Darf { $app } Ihr Konto benutzen?
permissions-new = Neue Berechtigungen
permissions-before = Schon früher erlaubt
consent-destination = Es geht weiter bei { $host }. Wählen Sie Erlauben nur, wenn Sie dem vertrauen.

sign-out-heading = Von { $brand } abmelden?
sign-out-asked = { $app } möchte Ihre Sitzung hier beenden. Andere Anwendungen fragen danach vielleicht wieder nach der Anmeldung.
sign-out-explained = Anwendungen fragen danach vielleicht wieder nach der Anmeldung.
stay-signed-in = Angemeldet bleiben
signed-out-heading = Sie sind abgemeldet
signed-out-of = Sie sind von { $app } abgemeldet
signed-out-explained = Ihre Sitzung bei { $brand } ist beendet. Wenn andere diesen Computer auch benutzen, schließen Sie den Browser.
signing-out-elsewhere = Andere Anwendungen erfahren gerade, dass Sie sich abgemeldet haben. Gleich geht es weiter.
session-goes-on = Ihre Sitzung bei { $brand } läuft weiter, andere Anwendungen lassen Sie also ohne Frage hinein. Wenn andere diesen Computer auch benutzen, beenden Sie sie ebenfalls.
close-browser = Wenn andere diesen Computer auch benutzen, schließen Sie den Browser.
sign-out-of = Von { $brand } abmelden
sign-in-again-to = Wieder bei { $app } anmelden
sign-in-again = Wieder bei der Anwendung anmelden
sign-in-anew = Wieder anmelden
return-to = Zurück zu { $app }

denied-heading = Sie haben keinen Zugang zu { $app }
denied-explained = Sie sind angemeldet, aber diese Anwendung steht Ihrem Konto nicht offen.
denied-advice = Wenn Sie Zugang haben sollten, fragen Sie die, die { $app } betreiben.
policies = Richtlinien
policies-why = Sie sehen das, weil Sie alles verwalten dürfen.
policy-passed = { $policy }: bestanden
policy-refused = { $policy }: abgelehnt

refused-heading = Hier geht es nicht weiter
refused-explained = Dieser Weg ist für Sie geschlossen. Beginnen Sie von vorn oder fragen Sie die, die diesen Dienst betreiben.

error-client = Diese Anwendung ist hier nicht bekannt
error-client-why = Der Link, der Sie hierher geführt hat, nennt eine Anwendung, die bei diesem Anmeldedienst nicht eingetragen ist.
error-redirect = Diesem Anmelde-Link zu folgen ist nicht sicher
error-redirect-why = Die Anwendung wollte Sie an eine Adresse schicken, die für sie nicht eingetragen ist. Darum wurde nichts gesendet.
error-tell = Gehen Sie zur Anwendung zurück und versuchen Sie es noch einmal. Geschieht es wieder, sagen Sie denen Bescheid, die sie betreiben.
error-logout-redirect = Diesem Abmelde-Link zu folgen ist nicht sicher
error-logout-redirect-why = Die Anwendung wollte Sie an eine Adresse schicken, die für sie nicht eingetragen ist. Sie sind noch angemeldet.
error-logout-redirect-advice = Um sich abzumelden, gehen Sie zur Anwendung zurück und melden Sie sich dort ab.
error-back = Gehen Sie zur Anwendung zurück und versuchen Sie es noch einmal.
error-csrf = Diese Seite ist abgelaufen
error-csrf-why = Das Formular gehört nicht zu dieser Sitzung Ihres Browsers, oder es ist zu alt. Es wurde nichts geändert.
error-csrf-advice = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
error-next = Dieser Link führt nirgendwohin
error-next-why = Der Link will Sie an einen Ort schicken, an den dieser Dienst niemanden schickt.
error-nothing = Hier ist nichts
error-nothing-why = Die Adresse, die Sie geöffnet haben, gibt es bei diesem Anmeldedienst nicht.
error-nothing-advice = Prüfen Sie die Adresse oder gehen Sie zurück zur Anwendung, von der Sie kommen.
error-ours = Bei uns ist etwas schiefgegangen
error-ours-why = Ihre Anfrage ließ sich nicht bearbeiten. Es wurde nichts geändert.
error-ours-advice = Versuchen Sie es bitte später noch einmal. Geschieht es wieder, nennen Sie die Nummer unten denen, die diesen Dienst betreiben.
error-busy = Bitte versuchen Sie es gleich noch einmal
error-busy-why = Der Anmeldedienst ist gerade überlastet oder nicht zu erreichen. Es wurde nichts geändert.
error-busy-advice = Warten Sie ein paar Sekunden und laden Sie diese Seite neu.
error-request = Diese Anfrage ist nicht zu verstehen
error-request-why = Der Link oder das Formular, das Sie hierher geführt hat, ist unvollständig oder fehlerhaft.
