// authentik's own Go client goes through every resource of ../resources.json.
//
//	go run . BASE TOKEN
//
// Each answer is decoded by the client's own types, and has to say the same when it is encoded again.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

type table struct {
	NotInTheseClients map[string]string `json:"not_in_these_clients"`
	Resources         []resource        `json:"resources"`
}

type resource struct {
	Prefix  string         `json:"prefix"`
	Key     string         `json:"key"`
	Create  map[string]any `json:"create"`
	Second  map[string]any `json:"second"`
	Change  map[string]any `json:"change"`
	Find    map[string]any `json:"find"`
	Differs []string       `json:"differs"`
	Actions []action       `json:"actions"`
}

type action struct {
	Call    string         `json:"call"`
	Key     any            `json:"key"`
	Query   map[string]any `json:"query"`
	Body    map[string]any `json:"body"`
	Form    map[string]any `json:"form"`
	Refused int            `json:"refused"`
	Save    string         `json:"save"`
	Expect  map[string]any `json:"expect"`
	// Clients whose own types cannot decode what upstream answers, and why.
	Raw map[string]string `json:"raw"`
}

func main() {
	text, err := os.ReadFile("../resources.json")
	if err != nil || len(os.Args) != 3 {
		fmt.Println("run it in tests/clients/go: go run . BASE TOKEN", err)
		os.Exit(2)
	}
	var all table
	if err := json.Unmarshal(text, &all); err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	run := newRun(newClient(os.Args[1], os.Args[2]))
	for _, it := range all.Resources {
		if it.Create != nil {
			run.attempt(it, "made, read, listed, changed", run.live)
		}
		if it.Actions != nil {
			run.attempt(it, "actions", run.actions)
		}
	}
	for i := len(all.Resources) - 1; i >= 0; i-- {
		if all.Resources[i].Create != nil {
			run.attempt(all.Resources[i], "removed", run.end)
		}
	}
	if left := uncalled(run.client, all); len(left) > 0 {
		run.failed = true
		fmt.Println("FAILED  resources.json does not call", strings.Join(left, ", "))
	}
	if run.failed {
		os.Exit(1)
	}
}

// uncalled is what the API has, the client too, and the table does not.
func uncalled(client *client, all table) []string {
	var left []string
	schema, err := client.call(request{operation: "schema_retrieve", query: map[string]any{"format": "json"}})
	if err != nil {
		return []string{err.Error()}
	}
	for _, path := range schema.(map[string]any)["paths"].(map[string]any) {
		for _, operation := range path.(map[string]any) {
			id := operation.(map[string]any)["operationId"].(string)
			known := client.called[id]
			for prefix := range all.NotInTheseClients {
				known = known || strings.HasPrefix(id, prefix)
			}
			if !known {
				left = append(left, id)
			}
		}
	}
	return left
}
