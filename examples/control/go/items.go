// Package items is the client under test: it asks for the items, and again if the server is not available.
package items

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// Items asks at most so many times.
func Items(url string, attempts int) (items []string, err error) {
	answer, err := http.Get(url + "items")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusServiceUnavailable && attempts > 1:
		return Items(url, attempts-1)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("expected items, found status %d", answer.StatusCode)
	}
	return items, json.NewDecoder(answer.Body).Decode(&items)
}
