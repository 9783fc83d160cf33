// Go's net/http under test: the default client, with its redirects and its pool.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"runtime"
	"strings"
)

type request struct {
	Id          int
	Method, Url string
	Fields      [][2]string
	Content     *[]byte
	Trailers    [][2]string
	Credentials *[2]string
	DropAfter   *int64 `json:"drop_after"`
}

type outcome map[string]any

func pairs(header http.Header) [][2]string {
	found := [][2]string{}
	for name, values := range header {
		for _, value := range values {
			found = append(found, [2]string{name, value})
		}
	}
	return found
}

func ask(asked request) (outcome, error) {
	interim := []outcome{}
	trace := httptrace.ClientTrace{Got1xxResponse: func(code int, header textproto.MIMEHeader) error {
		interim = append(interim, outcome{"status": code, "fields": pairs(http.Header(header))})
		return nil
	}}
	var body io.Reader
	if asked.Content != nil {
		body = bytes.NewReader(*asked.Content)
	}
	traced := httptrace.WithClientTrace(context.Background(), &trace)
	sent, err := http.NewRequestWithContext(traced, asked.Method, asked.Url, body)
	if err != nil {
		return nil, err
	}
	for _, field := range asked.Fields {
		sent.Header.Add(field[0], field[1])
	}
	if len(asked.Trailers) > 0 {
		sent.Trailer, sent.ContentLength = http.Header{}, -1
		for _, field := range asked.Trailers {
			sent.Trailer.Add(field[0], field[1])
		}
	}
	if asked.Credentials != nil {
		sent.SetBasicAuth(asked.Credentials[0], asked.Credentials[1])
	}
	response, err := http.DefaultClient.Do(sent)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var reader io.Reader = response.Body
	if asked.DropAfter != nil {
		reader = io.LimitReader(reader, *asked.DropAfter)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	reason := strings.TrimPrefix(response.Status, fmt.Sprint(response.StatusCode, " "))
	found := outcome{"status": response.StatusCode, "reason": reason, "fields": pairs(response.Header)}
	found["url"] = response.Request.URL.String()
	found["content"], found["trailers"], found["interim"] = content, pairs(response.Trailer), interim
	return found, nil
}

func main() {
	out, in := json.NewEncoder(os.Stdout), json.NewDecoder(bufio.NewReader(os.Stdin))
	_ = out.Encode(outcome{"version": 1, "client": "net/http (" + runtime.Version() + ")"})
	var asked request
	for in.Decode(&asked) == nil {
		found, err := ask(asked)
		if err != nil {
			found = outcome{"error": outcome{"kind": fmt.Sprintf("%T", err), "text": err.Error()}}
		}
		found["id"] = asked.Id
		_ = out.Encode(found)
		asked = request{}
	}
}
