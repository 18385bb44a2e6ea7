package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"countersign/batch"
	"countersign/web/api"
)

// client is one person at one program, speaking the JSON API.
type client struct {
	base     string
	http     *http.Client
	username string
	password string
	token    string
}

func newClient(base, username, password string) *client {
	return &client{base: base, http: &http.Client{Timeout: 30 * time.Second}, username: username, password: password}
}

// call sends one request and reads one answer. What the site refuses comes
// back as *api.Problem. Answer may be nil, or *[]byte for a file.
func (c *client) call(ctx context.Context, method, path string, body, answer any) error {
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode %s %s: %w", method, path, err)
		}
		sent = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, sent)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		var problem api.Problem
		if err := json.Unmarshal(got, &problem); err != nil || problem.Title == "" {
			return fmt.Errorf("%s %s: status %d", method, path, response.StatusCode)
		}
		return &problem
	}
	switch answer := answer.(type) {
	case nil:
		return nil
	case *[]byte:
		*answer = got
		return nil
	}
	if err := json.Unmarshal(got, answer); err != nil {
		return fmt.Errorf("%s %s: understand the answer: %w", method, path, err)
	}
	return nil
}

func (c *client) signIn(ctx context.Context) error {
	var session api.SessionView
	err := c.call(ctx, http.MethodPost, "/sessions", map[string]string{"username": c.username, "password": c.password}, &session)
	c.token = session.Token
	return err
}

// choosePassword replaces a one-time password by a lasting one.
func (c *client) choosePassword(ctx context.Context, next string) error {
	err := c.call(ctx, http.MethodPut, "/password",
		map[string]any{"username": c.username, "current": c.password, "next": next, "accept": true}, nil)
	if err == nil {
		c.password = next
	}
	return err
}

// key is a new idempotency key.
func key() string {
	var raw [16]byte
	if _, err := rand.Read(raw[:]); err != nil {
		panic(err) // crypto/rand does not fail on the systems that Go supports
	}
	return hex.EncodeToString(raw[:])
}

// do carries out one act, signing it when it needs a signature. Witness is
// the second person, who signs at the first one's terminal; nil when the
// client's own person signs.
func (c *client) do(ctx context.Context, id string, command batch.Command, second *client) (api.BatchView, error) {
	return c.doWith(ctx, id, command, second, key())
}

// doWith is do under a given key, so that an act whose answer was lost can be
// sent again and is done once.
func (c *client) doWith(ctx context.Context, id string, command batch.Command, second *client, key string) (api.BatchView, error) {
	var view api.BatchView
	raw, err := batch.MarshalCommand(command)
	if err != nil {
		return view, err
	}
	path := "/batches/" + url.PathEscape(id)
	err = c.call(ctx, http.MethodPost, path+"/commands", map[string]any{"key": key, "command": json.RawMessage(raw)}, &view)
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Code != "signature_needed" {
		return view, err
	}
	sheet, err := c.propose(ctx, id, raw, second)
	if err != nil {
		return view, err
	}
	return c.sign(ctx, id, raw, sheet.Nonce, second)
}

func (c *client) propose(ctx context.Context, id string, command json.RawMessage, second *client) (api.SheetView, error) {
	var sheet api.SheetView
	ask := map[string]any{"command": command}
	if second != nil {
		ask["username"] = second.username
	}
	err := c.call(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/proposals", ask, &sheet)
	return sheet, err
}

func (c *client) sign(ctx context.Context, id string, command json.RawMessage, nonce string, second *client) (api.BatchView, error) {
	var view api.BatchView
	signer := c
	if second != nil {
		signer = second
	}
	err := c.call(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/signatures", map[string]any{
		"nonce": nonce, "command": command, "username": signer.username, "password": signer.password,
	}, &view)
	return view, err
}
