package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

const me = "go"

// run knows what was made so far, by the name of its resource.
type run struct {
	client *client
	known  map[string]any
	failed bool
}

func newRun(client *client) *run {
	return &run{client: client, known: map[string]any{}}
}

func (r *run) attempt(it resource, what string, work func(resource) error) {
	if err := work(it); err != nil {
		r.failed = true
		fmt.Printf("FAILED  %s (%s): %s\n", it.Prefix, what, err)
		return
	}
	fmt.Printf("ok      %s (%s)\n", it.Prefix, what)
}

// filled is the value with {n} and $resource.field replaced.
func (r *run) filled(value any, number int) (any, error) {
	switch it := value.(type) {
	case map[string]any:
		made := map[string]any{}
		for name, item := range it {
			inner, err := r.filled(item, number)
			if err != nil {
				return nil, err
			}
			made[name] = inner
		}
		return made, nil
	case []any:
		made := []any{}
		for _, item := range it {
			inner, err := r.filled(item, number)
			if err != nil {
				return nil, err
			}
			made = append(made, inner)
		}
		return made, nil
	case string:
		if path, found := strings.CutPrefix(it, "$"); found {
			return at(r.known, path)
		}
		return strings.ReplaceAll(it, "{n}", fmt.Sprintf("%s-%d", me, number)), nil
	}
	return value, nil
}

func (r *run) object(value map[string]any, number int) (map[string]any, error) {
	if value == nil {
		return nil, nil
	}
	made, err := r.filled(value, number)
	if err != nil {
		return nil, err
	}
	return made.(map[string]any), nil
}

func (r *run) actions(it resource) error {
	for _, action := range it.Actions {
		if err := r.act(action); err != nil {
			return err
		}
	}
	return nil
}

// act is one call of the table.
func (r *run) act(it action) error {
	key, err := r.filled(it.Key, 1)
	if err != nil {
		return err
	}
	query, err := r.object(merged(it.Query, it.Form), 1)
	if err != nil {
		return err
	}
	body, err := r.object(it.Body, 1)
	if err != nil {
		return err
	}
	answer, err := r.client.call(request{it.Call, key, query, body, it.Refused, it.Raw[me] != ""})
	if err != nil {
		return err
	}
	if it.Save != "" {
		r.known[it.Save] = answer
	}
	for path, value := range it.Expect {
		wanted, err := r.filled(value, 1)
		if err != nil {
			return err
		}
		got, err := at(answer, path)
		if err != nil {
			return err
		}
		if err := same(it.Call, path, got, wanted); err != nil {
			return err
		}
	}
	return nil
}

// live makes two, reads, lists, changes.
func (r *run) live(it resource) error {
	first, err := r.object(it.Create, 1)
	if err != nil {
		return err
	}
	made, err := r.made(it, it.Prefix, first)
	if err != nil {
		return err
	}
	second, err := r.object(merged(it.Create, it.Second), 2)
	if err != nil {
		return err
	}
	other, err := r.made(it, it.Prefix+"_2", second)
	if err != nil {
		return err
	}
	key := made[it.Key]
	if reflect.DeepEqual(key, other[it.Key]) {
		return fmt.Errorf("%s: two have one key", it.Prefix)
	}
	if err := agree(it.Prefix+"_create", made, first, it); err != nil {
		return err
	}
	if err := r.listed(it); err != nil {
		return err
	}
	return r.changed(it, key, first)
}

func (r *run) made(it resource, name string, body map[string]any) (map[string]any, error) {
	answer, err := r.client.call(request{operation: it.Prefix + "_create", body: body})
	if err != nil {
		return nil, err
	}
	r.known[name] = answer
	return answer.(map[string]any), nil
}

// listed looks at two pages of one row each.
func (r *run) listed(it resource) error {
	operation := it.Prefix + "_list"
	var before any
	for _, number := range []int{1, 2} {
		page, err := r.client.call(request{operation: operation, query: map[string]any{"page": number, "page_size": 1}})
		if err != nil {
			return err
		}
		current, err := at(page, "pagination.current")
		if err != nil {
			return err
		}
		if err := same(operation, "current", current, number); err != nil {
			return err
		}
		row, err := at(page, "results.0")
		if err != nil {
			return err
		}
		if reflect.DeepEqual(row, before) {
			return fmt.Errorf("%s: both pages have the same row", operation)
		}
		before = row
	}
	_, err := r.client.call(request{operation: operation, query: map[string]any{"ordering": "-pk", "page_size": 50}})
	return err
}

// changed changes one part, finds it, writes the whole and reads it again.
func (r *run) changed(it resource, key any, first map[string]any) error {
	change, err := r.object(it.Change, 1)
	if err != nil {
		return err
	}
	whole := merged(first, change)
	operation := it.Prefix + "_partial_update"
	answer, err := r.client.call(request{operation: operation, key: key, body: change})
	if err != nil {
		return err
	}
	if err := agree(operation, answer, change, it); err != nil {
		return err
	}
	if err := r.found(it, key); err != nil {
		return err
	}
	for _, it2 := range []request{{operation: it.Prefix + "_update", key: key, body: whole}, {operation: it.Prefix + "_retrieve", key: key}} {
		answer, err := r.client.call(it2)
		if err != nil {
			return err
		}
		if err := agree(it2.operation, answer, whole, it); err != nil {
			return err
		}
		r.known[it.Prefix] = answer
	}
	_, err = r.client.call(request{operation: it.Prefix + "_used_by_list", key: key})
	return err
}

func (r *run) found(it resource, key any) error {
	find, err := r.object(it.Find, 1)
	if err != nil {
		return err
	}
	operation := it.Prefix + "_list"
	answer, err := r.client.call(request{operation: operation, query: find})
	if err != nil {
		return err
	}
	var keys []any
	for _, row := range answer.(map[string]any)["results"].([]any) {
		keys = append(keys, row.(map[string]any)[it.Key])
	}
	return same(operation, "rows found", keys, []any{key})
}

// end removes both.
func (r *run) end(it resource) error {
	for _, name := range []string{it.Prefix + "_2", it.Prefix} {
		key, err := at(r.known, name+"."+it.Key)
		if err != nil {
			return err
		}
		if _, err := r.client.call(request{operation: it.Prefix + "_destroy", key: key}); err != nil {
			return err
		}
		if _, err := r.client.call(request{operation: it.Prefix + "_retrieve", key: key, refused: 404}); err != nil {
			return err
		}
	}
	return nil
}

func merged(first, second map[string]any) map[string]any {
	made := map[string]any{}
	for _, it := range []map[string]any{first, second} {
		for name, value := range it {
			made[name] = value
		}
	}
	return made
}

// at is what stands at a.0.b.
func at(value any, path string) (any, error) {
	for _, part := range strings.Split(path, ".") {
		switch it := value.(type) {
		case map[string]any:
			inner, found := it[part]
			if !found {
				return nil, fmt.Errorf("there is no %s", path)
			}
			value = inner
		case []any:
			index, err := strconv.Atoi(part)
			if err != nil || index >= len(it) {
				return nil, fmt.Errorf("there is no %s", path)
			}
			value = it[index]
		default:
			return nil, fmt.Errorf("there is no %s", path)
		}
	}
	return value, nil
}

func same(operation, what string, got, wanted any) error {
	its, _ := json.Marshal(got)
	ours, _ := json.Marshal(wanted)
	if string(its) != string(ours) {
		return fmt.Errorf("%s: %s is %s, not %s", operation, what, its, ours)
	}
	return nil
}

// agree: what was sent is what stands there, as far as it is shown.
func agree(operation string, answer any, body map[string]any, it resource) error {
	shown := answer.(map[string]any)
	for name, wanted := range body {
		got, there := shown[name]
		if there && !slices.Contains(it.Differs, name) {
			if err := same(operation, name, got, wanted); err != nil {
				return err
			}
		}
	}
	return nil
}

// sayTheSame: what the client decoded says what was sent, as far as it knows the fields.
func sayTheSame(decoded reflect.Value, answer any) error {
	text, err := json.Marshal(decoded.Interface())
	if err != nil {
		return err
	}
	var again any
	if err := json.Unmarshal(text, &again); err != nil {
		return err
	}
	return within("answer", again, answer)
}

func within(where string, part, whole any) error {
	switch it := part.(type) {
	case map[string]any:
		if whole == nil {
			return nil // an object that is not there is an empty one in Go
		}
		all, ok := whole.(map[string]any)
		if !ok {
			return fmt.Errorf("%s was decoded as an object", where)
		}
		for name, value := range it {
			if err := within(where+"."+name, value, all[name]); err != nil {
				return err
			}
		}
		return nil
	case []any:
		all, ok := whole.([]any)
		if !ok || len(all) != len(it) {
			return fmt.Errorf("%s was decoded as a list", where)
		}
		for i, value := range it {
			if err := within(fmt.Sprintf("%s.%d", where, i), value, all[i]); err != nil {
				return err
			}
		}
		return nil
	case string:
		if at, err := time.Parse(time.RFC3339Nano, it); err == nil {
			other, err := time.Parse(time.RFC3339Nano, fmt.Sprint(whole))
			if err == nil && at.Equal(other) {
				return nil
			}
		}
	}
	return same("decoding", where, part, whole)
}
