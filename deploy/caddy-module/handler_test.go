package zerohop

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

func TestLetsASessionInAndNobodyWithoutOne(t *testing.T) {
	g, key := realGate(t, 2)
	answer, seen := answerOf(t, g, pageLoad(key.session(t, "alice")))
	if answer.Code != 200 || seen == nil {
		t.Fatalf("%d", answer.Code)
	}
	if user := seen.Header["Remote-User"]; len(user) != 1 || user[0] != "alice" {
		t.Errorf("Remote-User is %q", user)
	}
	if cookie := seen.Header.Get("Cookie"); strings.Contains(cookie, "zerohop_session") || !strings.Contains(cookie, "theme=dark") {
		t.Errorf("the application gets %q", cookie)
	}
	if answer, seen = answerOf(t, g, pageLoad("none")); answer.Code != 302 || seen != nil {
		t.Errorf("%d", answer.Code)
	}
}

func TestTakesOutWhatIsAWayAround(t *testing.T) {
	g, key := realGate(t, 1)
	r := pageLoad(key.session(t, "alice"))
	for _, name := range []string{
		"Remote-User", "Remote_User", "Remote.User", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Real-IP", "X-Forwarded-Prefix",
		"HTTP2-Settings", "X-Authelia-URL",
	} {
		r.Header[http.CanonicalHeaderKey(name)] = []string{"mallory"}
		r.Header[strings.ToLower(name)] = []string{"mallory"}
		r.Header[strings.ToUpper(name)] = []string{"mallory"}
	}
	r.Header.Set("Connection", "Remote-User")
	r.Header.Set("Upgrade", "h2c")
	r.Header["x-kept"] = []string{"1", "2"}
	_, seen := answerOf(t, g, r)
	for name, values := range seen.Header {
		if strings.Contains(strings.Join(values, " "), "mallory") {
			t.Errorf("the application gets %s: %q", name, values)
		}
	}
	if len(seen.Header["X-Kept"]) != 2 || seen.Header.Get("Connection") != "" || seen.Header.Get("Upgrade") != "" {
		t.Errorf("the application gets %q", seen.Header)
	}
	r.Method = http.MethodConnect
	if answer, seen := answerOf(t, g, r); answer.Code != 405 || seen != nil {
		t.Errorf("CONNECT gets %d", answer.Code)
	}
}

// Names that the gate takes out, each beside all others: what a client sends in a megabyte must not take seconds, which all wait for.
func TestManyHeadersTakeNobodysTime(t *testing.T) {
	g, key := realGate(t, 1)
	token := key.session(t, "alice")
	ask := func(others, identities int) time.Duration {
		r := pageLoad(token)
		for i := range others {
			r.Header[fmt.Sprintf("A%d", i)] = []string{""}
		}
		r.Header["Remote-User"] = make([]string, identities)
		began := time.Now()
		if _, seen := answerOf(t, g, r); seen != nil && seen.Header["Remote-User"][0] != "alice" {
			t.Errorf("Remote-User is %q", seen.Header["Remote-User"])
		}
		return time.Since(began)
	}
	ask(1000, 1000)
	few, many := ask(4000, 4000), ask(40_000, 40_000)
	t.Logf("8,000 headers take %s, 80,000 %s", few, many)
	if many > 50*few+time.Second {
		t.Errorf("8,000 headers take %s, 80,000 %s", few, many)
	}
	if answer, _ := answerOf(t, g, pageLoad(token)); answer.Code != 200 {
		t.Errorf("%d", answer.Code)
	}
}

// The ways by which an answer's headers go, each of which has to tell the gate.
func TestTellsTheGateOfEachResponse(t *testing.T) {
	for name, respond := range map[string]func(w http.ResponseWriter) error{
		"a status": func(w http.ResponseWriter) error { w.WriteHeader(204); return nil },
		"a body":   func(w http.ResponseWriter) error { _, err := w.Write([]byte("ok")); return err },
		"a copied body": func(w http.ResponseWriter) error {
			_, err := w.(io.ReaderFrom).ReadFrom(strings.NewReader("ok"))
			return err
		},
		"a flush":     func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
		"early hints": func(w http.ResponseWriter) error { w.WriteHeader(103); w.WriteHeader(200); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			g, key := realGate(t, 1)
			recorder := httptest.NewRecorder()
			w := &watchedWriter{ResponseWriterWrapper: &caddyhttp.ResponseWriterWrapper{ResponseWriter: recorder}, worker: g.workers[0]}
			r := pageLoad(key.session(t, "alice"))
			prepare(r)
			w.stream = newStream(r, recorder.Header(), func() {})
			if err := w.worker.decide(w.stream); err != nil {
				t.Fatal(err)
			}
			if err := respond(w); err != nil {
				t.Fatal(err)
			}
			if !w.stream.hasResponse {
				t.Error("the gate was not told")
			}
		})
	}
}

func TestDecidesManyAtATime(t *testing.T) {
	g, key := realGate(t, 2)
	var group sync.WaitGroup
	for i := range 8 {
		user := fmt.Sprintf("user-%d", i)
		token := key.session(t, user)
		group.Go(func() {
			for range 200 {
				r := pageLoad(token)
				r.RemoteAddr = fmt.Sprintf("192.0.2.1:%d", 1000+i)
				if _, seen := answerOf(t, g, r); seen == nil || seen.Header.Get("Remote-User") != user {
					t.Errorf("%s is not let in as such", user)
					return
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkAllowed(b *testing.B) {
	g, key := realGate(b, 1)
	handler := &Handler{gate: g}
	headers := pageLoad(key.session(b, "alice"))
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error { w.WriteHeader(200); return nil })
	var sink bytes.Buffer
	writer := &discarding{header: make(http.Header), body: &sink}
	b.ReportAllocs()
	for b.Loop() {
		r := *headers
		r.Header = headers.Header.Clone()
		if err := handler.ServeHTTP(writer, &r, next); err != nil || writer.status != 200 {
			b.Fatal(err, writer.status)
		}
	}
}

// What a worker costs that nobody asks, twenty times a second.
func BenchmarkTick(b *testing.B) {
	g, _ := realGate(b, 1)
	for b.Loop() {
		g.workers[0].tick()
	}
}

type discarding struct {
	header http.Header
	body   io.Writer
	status int
}

func (d *discarding) Header() http.Header             { return d.header }
func (d *discarding) Write(bytes []byte) (int, error) { return d.body.Write(bytes) }
func (d *discarding) WriteHeader(status int)          { d.status = status }

// A build from the repository's files alone has no gate inside.
func TestNamesWhatIsMissing(t *testing.T) {
	module, err := moduleOf("")
	if _, isBuilt := os.Stat("gate.wasm"); isBuilt == nil {
		if err != nil || len(module) == 0 {
			t.Error(err)
		}
	} else if err == nil || !strings.Contains(err.Error(), "name the gate.wasm") {
		t.Error(err)
	}
	if _, err = moduleOf("/nowhere/gate.wasm"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Handlers of one configuration and of others, in one registry as Caddy has it, and another after a reload.
func TestMetricsOfManyHandlers(t *testing.T) {
	own := &metrics{ids: make(map[metricName]uint32), gates: make(map[string]int), handlers: make(map[*prometheus.Registry]int)}
	before, after := prometheus.NewPedanticRegistry(), prometheus.NewPedanticRegistry()
	for _, config := range []string{"a.json", "b.json"} {
		own.countGate(config, 1)
		own.add(own.define(config, "zerohop.decisions.allow.one_factor", true), 3)
		own.set(own.define(config, "zerohop.bundle_version", false), 7)
	}
	for _, registry := range []*prometheus.Registry{before, before, after, before, after} {
		if err := own.enter(registry); err != nil {
			t.Fatal(err)
		}
	}
	own.countGate("b.json", -1)
	for _, registry := range []*prometheus.Registry{before, after} {
		families, err := registry.Gather()
		if err != nil || len(families) != 2 || len(families[0].Metric) != 1 {
			t.Errorf("%v %v", families, err)
		}
	}
	own.leave(after)
	own.leave(after)
	if len(own.handlers) != 1 {
		t.Error("a registry that is no more is kept")
	}
}

func TestLogsWhereTheNewestHandlerDoes(t *testing.T) {
	g := startTestGate(t, tinyGate, []byte("{}"), 1)
	first, second := zap.NewExample(), zap.NewExample()
	g.join(first)
	g.join(second)
	g.leave(first)
	if g.logger() != second {
		t.Error("it logs where nobody reads any more")
	}
	g.join(first)
	g.leave(first)
	if g.logger() != second {
		t.Error("after a reload that failed it logs where nobody reads")
	}
}
