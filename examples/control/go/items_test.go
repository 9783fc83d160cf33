package items

import (
	"fmt"
	"testing"
)

func TestTheClientAsksAgainAfter503(t *testing.T) {
	server := Start(t)
	var route, list map[string]any
	server.Ask("POST", "/v1/routes", `{"path": "/items", "answers": [{"status": 503, "times": 2}, {"json": ["a", "b"]}]}`, &route)
	if items, err := Items(server.url, 3); fmt.Sprint(items, err) != "[a b] <nil>" {
		t.Error(items, err)
	}
	server.Ask("GET", "/v1/requests?path=/items&status=503", "", &list)
	if requests := list["requests"].([]any); len(requests) != 2 {
		t.Error(requests)
	}
}
