module latchkey/tests/clients

go 1.23.0

require goauthentik.io/api/v3 v3.2024104.1

require golang.org/x/oauth2 v0.0.0-20210218202405-ba52d332ba99 // indirect

replace golang.org/x/oauth2 => golang.org/x/oauth2 v0.30.0
