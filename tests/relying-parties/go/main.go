// golang.org/x/oauth2 and go-oidc, as a relying party: discovery, PKCE, code, ID token, UserInfo, refresh, and a device.
//
//	relying-party ISSUER VISITOR...
//
// VISITOR is the command that takes an authorization request to its answer: it is given the URL and the redirect URI.
package main

import (
	"context"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const callback = "http://127.0.0.1:41999/cb"

func main() {
	log.SetFlags(0)
	if err := run(context.Background(), os.Args[1], os.Args[2:]); err != nil {
		log.Fatalln(err)
	}
}

func run(ctx context.Context, issuer string, visitor []string) error {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return err
	}
	config := oauth2.Config{
		ClientID:     "web",
		ClientSecret: "web-secret",
		Endpoint:     provider.Endpoint(),
		RedirectURL:  callback,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	verifier := oauth2.GenerateVerifier()
	address := config.AuthCodeURL("a-state", oidc.Nonce("a-nonce"), oauth2.S256ChallengeOption(verifier))
	arrived, err := visit(visitor, address)
	if err != nil {
		return err
	}
	if state := arrived.Get("state"); state != "a-state" {
		return fmt.Errorf("state is %q", state)
	}
	token, err := config.Exchange(ctx, arrived.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		return err
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return err
	}
	if id.Nonce != "a-nonce" {
		return fmt.Errorf("nonce is %q", id.Nonce)
	}
	if err := id.VerifyAccessToken(token.AccessToken); err != nil {
		return err // OpenID Connect Core §3.1.3.8: at_hash
	}
	who, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	if who.Subject != id.Subject || who.Email != "ada@example.com" || !who.EmailVerified {
		return fmt.Errorf("UserInfo says %+v", who)
	}
	renewed, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return err
	}
	if renewed.RefreshToken == token.RefreshToken {
		return fmt.Errorf("the refresh token does not rotate")
	}
	return nil
}

// visit hands the parameters back that the client is sent.
func visit(visitor []string, address string) (url.Values, error) {
	command := exec.Command(visitor[0], append(visitor[1:], address, callback)...)
	command.Stderr = os.Stderr
	said, err := command.Output()
	if err != nil {
		return nil, err
	}
	arrived, err := url.Parse(strings.TrimSpace(string(said)))
	if err != nil {
		return nil, err
	}
	return arrived.Query(), nil
}
