# Das eigene Konto.

user-sections = Ihr Konto
user-section-applications = Meine Anwendungen
user-section-profile = Profil
user-section-security = Sicherheit
user-section-sessions = Sitzungen
user-section-consents = Freigaben
user-section-tokens = Tokens
user-section-requests = Anfragen
user-sign-out = Abmelden
user-more = Mehr
user-save = Speichern
user-remove = Entfernen
user-rename = Umbenennen
user-for-good = ohne Ende
user-since = seit { $time }
user-until = bis { $time }

user-applications-none = Hier gibt es noch keine Anwendung für Sie.
user-new-tab = (öffnet einen neuen Tab)

user-username = Benutzername
user-name = Name
user-email = E-Mail
user-email-verified = bestätigt
user-groups = Gruppen
user-profile-change = Profil ändern
user-account-remove = Mein Konto löschen

user-password = Passwort
user-password-set = Sie haben ein Passwort.
user-password-none = Sie haben kein Passwort.
user-password-change = Neues Passwort festlegen
user-authenticators = Passkeys und zweite Faktoren
user-authenticators-none = Sie haben noch keinen. Ein Passkey meldet Sie ohne Passwort an, und niemand kann ihn Ihnen entlocken.
user-class-totp = Authenticator-App
user-class-static = Wiederherstellungscodes
user-class-webauthn = Passkey oder Sicherheitsschlüssel
user-added = hinzugefügt { $day }
user-last-used = zuletzt benutzt { $time }
user-never-used = noch nicht benutzt
user-name-of-it = Neuer Name
user-add-webauthn = Passkey hinzufügen
user-add-totp = Authenticator-App hinzufügen
user-add-static = Wiederherstellungscodes erzeugen

user-browser-unknown = Unbekannter Browser
user-session-here = dieser Browser
user-session-end = Dort abmelden
user-sessions-end-others = Überall sonst abmelden

user-consents-none = Sie haben bisher keiner Anwendung etwas erlaubt.
user-consents-about = Was Sie Anwendungen erlaubt haben. Nehmen Sie es zurück, endet auch der Zugriff, den sie jetzt haben.
user-consent-revoke = Zurücknehmen

user-requests-none = Niemand wartet auf Ihre Antwort.
user-requests-about = Jemand lässt Sie von anderswo fragen. Erlauben Sie nur, was Sie gerade selbst begonnen haben, und nur, wenn dort dieselbe Nachricht steht.
user-request-message = Die Nachricht dort: „{ $message }“
user-request-allow = Erlauben
user-request-refuse = Ablehnen

user-tokens-about = Ein App-Passwort steht für Ihr Passwort, wo sich ein Programm als Sie anmeldet. Mit einem API-Token ruft ein Programm die API als Sie auf.
user-token-made = „{ $identifier }“ ist erzeugt. Kopieren Sie den Schlüssel jetzt: Er wird nur dieses eine Mal gezeigt.
user-token-new = Neues Token
user-token-identifier = Name (Buchstaben, Ziffern, - und _)
user-token-description = Wofür es ist
user-token-intent = Art
user-intent-app_password = App-Passwort
user-intent-api = API-Token
user-intent-recovery = Wiederherstellung
user-intent-verification = Bestätigung
user-token-days = Tage, die es gilt (leer: ohne Ende)
user-token-create = Token erzeugen
user-token-expired = abgelaufen
user-token-taken = Ein Token dieses Namens gibt es schon. Wählen Sie einen anderen Namen.
user-token-identifier-wrong = Geben Sie ihm einen Namen aus Buchstaben, Ziffern, - und _, höchstens 255.
user-token-description-long = Beschreiben Sie es in höchstens 1000 Zeichen.
user-token-days-wrong = Geben Sie eine Zahl von Tagen von 1 bis 3650 an, oder nichts.
user-token-too-many = Sie haben so viele Tokens, wie es geben darf. Entfernen Sie zuerst eines.

user-notice-session-ended = Dieser Browser ist abgemeldet.
user-notice-others-ended = Alle anderen Browser sind abgemeldet.
user-notice-consent-revoked = Es ist zurückgenommen.
user-notice-authenticator-renamed = Der Name ist geändert.
user-notice-authenticator-removed = Er ist entfernt.
user-notice-token-removed = Das Token ist entfernt.
user-notice-request-allowed = Es ist erlaubt. Machen Sie dort weiter, wo Sie begonnen haben.
user-notice-request-refused = Es ist abgelehnt.
user-notice-request-denied = Es ist abgelehnt: Diese Anwendung ist nicht für Sie freigegeben.
user-notice-gone = Es war schon weg.
