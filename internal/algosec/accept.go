package algosec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
)

// failure returns what a reply of 2xx says that went wrong, "" if it does not: a page
// of HTML, which is a login page or a proxy's, or a JSON object with an error. That
// such replies exist was seen; how they look was not recorded.
func failure(rep reply) string {
	body := bytes.TrimSpace(rep.body)
	kind, _, _ := mime.ParseMediaType(rep.header.Get("Content-Type"))
	if kind == "text/html" || bytes.HasPrefix(body, []byte("<")) {
		return "the reply is an HTML page, such as a login page, not one of the API: is url the address of the AlgoSec server?"
	}
	if text := saysFailed(body); text != "" {
		return "the server says that it failed: " + text
	}
	return ""
}

// saysFailed returns the message of a JSON object that says that something failed.
func saysFailed(body []byte) string {
	var object map[string]any
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	failed := false
	switch e := object["error"].(type) {
	case nil:
	case bool:
		failed = e
	case string:
		failed = e != ""
	default:
		failed = true
	}
	switch word := object["status"].(type) {
	case string:
		failed = failed || slices.Contains([]string{"failure", "failed", "fail", "error"}, strings.ToLower(word))
	case bool:
		failed = failed || !word
	}
	if success, ok := object["success"].(bool); ok && !success {
		failed = true
	}
	if !failed {
		return ""
	}
	return serverMessage(reply{body: body})
}

// write sends a request that changes something, and makes sure that the reply is what
// it should be. An error with a status of 2xx leaves open whether the request was
// executed.
func (c *Client) write(ctx context.Context, r request, accept func(body []byte) error) error {
	rep, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	if err := accept(bytes.TrimSpace(rep.body)); err != nil {
		return &Error{Method: r.method, Path: r.path, Status: rep.status, Message: clean("the reply is not as expected: " + err.Error())}
	}
	return nil
}

// acceptNothing takes the recorded reply to a deletion, which is empty. Nothing is
// known about any other, but that JSON without an error is none of the faults seen.
func acceptNothing(body []byte) error {
	if len(body) == 0 || body[0] == '{' || body[0] == '[' {
		return acceptSome(body)
	}
	return fmt.Errorf("it should be empty, and is %q", clean(string(body)))
}

// acceptSome takes any JSON value but null, and an empty body.
func acceptSome(body []byte) error {
	switch {
	case len(body) == 0:
		return nil
	case string(body) == "null":
		return errors.New("it is null")
	case !json.Valid(body):
		return errors.New("it is not JSON, or not all of it")
	}
	return nil
}

// acceptFlow takes the recorded reply to a creation: a list that has the flow.
func acceptFlow(name string) func([]byte) error {
	return func(body []byte) error {
		var made []struct {
			Name string `json:"name"`
		}
		if err := decodeJSON(body, &made); err != nil {
			return err
		}
		for _, f := range made {
			if f.Name == name {
				return nil
			}
		}
		return fmt.Errorf("the flow %q is not in it", clean(name))
	}
}
