package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	api "goauthentik.io/api/v3"
)

// client calls operations by their names.
type client struct {
	api    *api.APIClient
	called map[string]bool
}

type request struct {
	operation string
	key       any
	query     map[string]any
	body      map[string]any
	refused   int
	raw       bool
}

func newClient(base, token string) *client {
	at, err := url.Parse(base)
	if err != nil {
		panic(err)
	}
	configuration := api.NewConfiguration()
	configuration.Host, configuration.Scheme = at.Host, at.Scheme
	configuration.AddDefaultHeader("Authorization", "Bearer "+token)
	return &client{api: api.NewAPIClient(configuration), called: map[string]bool{}}
}

// camel is core_users_list as this client has it: CoreUsersList.
func camel(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '_' })
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// call gives the answer as it came, once the client has decoded it.
func (c *client) call(it request) (any, error) {
	c.called[it.operation] = true
	section, _, _ := strings.Cut(it.operation, "_")
	service := reflect.ValueOf(c.api).Elem().FieldByName(camel(section) + "Api")
	method := service.MethodByName(camel(it.operation))
	if !method.IsValid() {
		return nil, fmt.Errorf("%s is no operation of this client", it.operation)
	}
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	if it.key != nil {
		key, err := converted(it.key, method.Type().In(1))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.operation, err)
		}
		arguments = append(arguments, key)
	}
	asked := method.Call(arguments)[0]
	for name, value := range it.query {
		set, err := setter(asked, camel(name), value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.operation, err)
		}
		asked = set
	}
	if it.body != nil {
		set, err := setter(asked, bodySetter(asked.Type()), it.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", it.operation, err)
		}
		asked = set
	}
	results := asked.MethodByName("Execute").Call(nil)
	failure, _ := results[len(results)-1].Interface().(error)
	response, _ := results[len(results)-2].Interface().(*http.Response)
	return it.judged(results, response, failure)
}

func (it request) judged(results []reflect.Value, response *http.Response, failure error) (any, error) {
	if response == nil {
		return nil, fmt.Errorf("%s was not answered: %w", it.operation, failure)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", it.operation, err)
	}
	if response.StatusCode >= 300 {
		if response.StatusCode == it.refused {
			return nil, nil
		}
		return nil, fmt.Errorf("%s was answered with %d: %s", it.operation, response.StatusCode, text)
	}
	if it.refused != 0 {
		return nil, fmt.Errorf("%s should have been refused with %d", it.operation, it.refused)
	}
	if failure != nil && !it.raw {
		return nil, fmt.Errorf("%s: the client cannot decode the answer: %w", it.operation, failure)
	}
	if len(text) == 0 {
		return nil, nil
	}
	var answer any
	if err := json.Unmarshal(text, &answer); err != nil {
		return string(text), nil // a file
	}
	if len(results) == 3 && !it.raw {
		if err := sayTheSame(results[0], answer); err != nil {
			return nil, fmt.Errorf("%s: %w", it.operation, err)
		}
	}
	return answer, nil
}

// setter calls the builder's method for one parameter.
func setter(asked reflect.Value, name string, value any) (reflect.Value, error) {
	method := asked.MethodByName(name)
	if !method.IsValid() {
		return asked, fmt.Errorf("the client has no parameter %s", name)
	}
	given, err := converted(value, method.Type().In(0))
	if err != nil {
		return asked, err
	}
	return method.Call([]reflect.Value{given})[0], nil
}

// bodySetter is the one that takes a request object.
func bodySetter(asked reflect.Type) string {
	for i := range asked.NumMethod() {
		method := asked.Method(i)
		if strings.HasSuffix(method.Name, "Request") && method.Type.NumIn() == 2 {
			return method.Name
		}
	}
	return "a body"
}

// converted is the value in one of the client's types, by way of JSON; what the type does not know is a mistake.
func converted(value any, into reflect.Type) (reflect.Value, error) {
	made := reflect.New(into)
	if given, ok := value.(map[string]any); ok && into == reflect.TypeFor[api.TransactionApplicationRequest]() {
		return transaction(given)
	}
	if into == reflect.TypeFor[*os.File]() {
		file, err := written(value.(string))
		return reflect.ValueOf(file), err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return made.Elem(), err
	}
	if into.Kind() == reflect.String && !bytes.HasPrefix(text, []byte(`"`)) {
		text = []byte(fmt.Sprintf("%q", text)) // a key that is a number elsewhere
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(made.Interface()); err != nil {
		return made.Elem(), fmt.Errorf("%s is no %s: %w", text, into, err)
	}
	return made.Elem(), nil
}

// written is a file with this text, to be sent.
func written(text string) (*os.File, error) {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("latchkey-go-client-%d.yaml", os.Getpid()))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return file, os.Remove(path) // what is open stays readable
}

// transaction has the provider told apart by hand: by its fields alone it could be one of several kinds.
func transaction(given map[string]any) (reflect.Value, error) {
	var made api.TransactionApplicationRequest
	provider, err := converted(given["provider"], reflect.TypeFor[api.OAuth2ProviderRequest]())
	if err != nil {
		return reflect.ValueOf(made), err
	}
	app, err := converted(given["app"], reflect.TypeFor[api.ApplicationRequest]())
	if err != nil {
		return reflect.ValueOf(made), err
	}
	bindings, err := converted(given["policy_bindings"], reflect.TypeFor[[]api.TransactionPolicyBindingRequest]())
	if err != nil {
		return reflect.ValueOf(made), err
	}
	made.App = app.Interface().(api.ApplicationRequest)
	made.ProviderModel = api.ProviderModelEnum(given["provider_model"].(string))
	its := provider.Interface().(api.OAuth2ProviderRequest)
	made.Provider = api.ModelRequest{OAuth2ProviderRequest: &its}
	made.PolicyBindings = bindings.Interface().([]api.TransactionPolicyBindingRequest)
	return reflect.ValueOf(made), nil
}
