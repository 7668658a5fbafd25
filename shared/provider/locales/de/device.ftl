### Ein Gerät verbinden.

device-heading = Ein Gerät verbinden
device-enter = Geben Sie den Code ein, den Ihr Gerät zeigt.
device-code = Code
device-code-spoken = Code:
device-confirm-heading = { $app } verbinden?
device-compare = Ein Gerät möchte Ihr Konto benutzen. Es muss genau diesen Code zeigen:
device-warning = Wählen Sie Erlauben nur, wenn Sie das selbst begonnen haben und das Gerät vor sich sehen. Hat Ihnen jemand den Code oder einen Link damit geschickt, wählen Sie Ablehnen: Er käme sonst in Ihr Konto.
device-connected = Ihr Gerät ist verbunden
device-not-connected = Ihr Gerät ist nicht verbunden
device-goes-on = { $app } macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.
device-gets-nothing = { $app } bekommt keinen Zugang zu Ihrem Konto. Sie können diese Seite schließen.
device-not-valid = Dieser Code gilt nicht. Vergleichen Sie ihn mit Ihrem Gerät oder beginnen Sie dort neu, um einen anderen zu bekommen.
device-too-many = { $count ->
    [one] Zu viele falsche Codes. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
   *[other] Zu viele falsche Codes. Warten Sie { $count } Minuten und versuchen Sie es dann noch einmal.
}
