// fasthttp under test: its default client, which keeps connections and follows no redirects.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/valyala/fasthttp"
)

type request struct {
	Id          int
	Method, Url string
	Fields      [][2]string
	Content     *[]byte
}

type outcome map[string]any

// A byte becomes a character of ISO 8859-1.
func text(bytes []byte) string {
	runes := make([]rune, len(bytes))
	for at, one := range bytes {
		runes[at] = rune(one)
	}
	return string(runes)
}

func ask(asked request) (outcome, error) {
	sent, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(sent)
	defer fasthttp.ReleaseResponse(got)
	sent.Header.SetMethod(asked.Method)
	sent.SetRequestURI(asked.Url)
	for _, field := range asked.Fields {
		sent.Header.Add(field[0], field[1])
	}
	if asked.Content != nil {
		sent.SetBody(*asked.Content)
	}
	if err := fasthttp.Do(sent, got); err != nil {
		return nil, err
	}
	fields := [][2]string{}
	got.Header.VisitAll(func(name, value []byte) {
		fields = append(fields, [2]string{text(name), text(value)})
	})
	content := append([]byte{}, got.Body()...)
	return outcome{"status": got.StatusCode(), "fields": fields, "content": content}, nil
}

func main() {
	out, in := json.NewEncoder(os.Stdout), json.NewDecoder(bufio.NewReader(os.Stdin))
	_ = out.Encode(outcome{"version": 1, "client": "fasthttp " + os.Args[1]})
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
