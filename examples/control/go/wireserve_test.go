package items

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// A Server is a wireserve of a test's own, on free ports, and its control interface; see docs/control.md.
type Server struct {
	*testing.T
	url, control, token string
}

// Start starts one that ends with the test.
func Start(t *testing.T) (server Server) {
	command := exec.Command("wireserve", ".", "--port", "0", "--control", "--log", "warn")
	printed, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	line := "wireserve listening on %s "
	if _, err = fmt.Fscanf(printed, line+"(port)\n"+line+"(control)\n", &server.url, &server.control); err != nil {
		t.Fatal(err)
	}
	server.T = t
	server.control, server.token, _ = strings.Cut(server.control, "/?token=")
	return server
}

// Ask asks the control interface, and stores its answer.
func (server Server) Ask(method, path, body string, answer any) {
	server.Helper()
	request, err := http.NewRequest(method, server.control+path, strings.NewReader(body))
	if err != nil {
		server.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+server.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		server.Fatal(err)
	}
	defer response.Body.Close()
	if err = json.NewDecoder(response.Body).Decode(answer); err != nil || response.StatusCode >= 300 {
		server.Fatal(method, path, response.Status, err, answer)
	}
}
