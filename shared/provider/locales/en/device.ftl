### Connecting a device.

device-heading = Connect a device
device-enter = Enter the code that your device shows.
device-code = Code
device-code-spoken = Code:
device-confirm-heading = Connect { $app }?
device-compare = A device asks to use your account. It must show this very code:
device-warning = Choose Allow only if you started this yourself and have the device before you. If somebody sent you the code or a link with it, choose Deny: they would get into your account.
device-connected = Your device is connected
device-not-connected = Your device is not connected
device-goes-on = { $app } goes on by itself in a few seconds. You can close this page.
device-gets-nothing = { $app } gets no access to your account. You can close this page.
device-not-valid = This code is not valid. Compare it with your device, or start again there to get a new one.
device-too-many = { $count ->
    [one] Too many wrong codes. Wait a minute and try again.
   *[other] Too many wrong codes. Wait { $count } minutes and try again.
}
