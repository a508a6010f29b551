// Package zerohop is the gate in Caddy: the module that Envoy runs, build/gate.wasm, run in Caddy's own process. Each request is
// decided there; the host is asked for nothing but bundles, leases and passwords that nobody knows yet.
package zerohop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

func init() {
	caddy.RegisterModule(Handler{})
	httpcaddyfile.RegisterHandlerDirective("zerohop", parseDirective)
	// What the application gets is what was decided about: after whatever changes the request's target, before all that answers.
	httpcaddyfile.RegisterDirectiveOrder("zerohop", httpcaddyfile.Before, "basicauth")
}

// Handler lets a request pass to the next handler, or answers it: with the portal's login, or a refusal.
//
// In a Caddyfile:
//
//	zerohop {
//		config  /etc/caddy/zerohop-gate.json
//		gate    /usr/share/zerohop/gate.wasm
//		host    http://127.0.0.1:9091
//		host_ca /etc/caddy/zerohop-host-ca.pem
//		host_name auth.example.com
//		workers 4
//	}
type Handler struct {
	// The file with the gate's configuration, as `zerohop gate config` prints it.
	Config string `json:"config"`
	// The gate's module, build/gate.wasm of Zerohop; the one inside this program when it is left out.
	Gate string `json:"gate,omitempty"`
	// Where the host listens; http://127.0.0.1:9091 when it is left out. Of several, with blanks between them, each answers as another.
	Host string `json:"host,omitempty"`
	// The certificates, in PEM, that an https host's is signed by; the system's when it is left out.
	HostCA string `json:"host_ca,omitempty"`
	// The name that an https host's certificate is for; the one in its URL when it is left out.
	HostName string `json:"host_name,omitempty"`
	// How many requests are decided at a time; as many as there are processors when it is left out.
	Workers int `json:"workers,omitempty"`

	gate     *gate
	key      string
	log      *zap.Logger
	registry *prometheus.Registry
}

// CaddyModule names the module.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.zerohop", New: func() caddy.Module { return new(Handler) }}
}

const (
	defaultHost = "http://127.0.0.1:9091"
	mostWorkers = 256
)

// Provision starts the gate, or joins the one that has the same configuration.
func (h *Handler) Provision(ctx caddy.Context) error {
	configuration, err := os.ReadFile(h.Config)
	if err != nil {
		return fmt.Errorf("zerohop: config: %w", err)
	}
	module, err := moduleOf(h.Gate)
	if err != nil {
		return fmt.Errorf("zerohop: gate: %w", err)
	}
	host := hostSettings{CA: h.HostCA, Name: h.HostName}
	if host.URLs, err = originsOf(h.Host); err != nil {
		return fmt.Errorf("zerohop: host: %w", err)
	}
	workers := h.Workers
	if workers == 0 {
		workers = min(runtime.GOMAXPROCS(0), mostWorkers)
	}
	if workers < 1 || workers > mostWorkers {
		return fmt.Errorf("zerohop: workers: must be from 1 to %d", mostWorkers)
	}
	settings := gateSettings{module, h.Config, configuration, host, workers}
	key := settings.key()
	h.log = ctx.Logger()
	known, _, err := gates.LoadOrNew(key, func() (caddy.Destructor, error) { return startGate(settings, h.log) })
	if err != nil {
		return fmt.Errorf("zerohop: %w", err)
	}
	h.gate, h.key = known.(*gate), key
	h.gate.join(h.log)
	h.registry = ctx.GetMetricsRegistry()
	if err := counted.enter(h.registry); err != nil {
		return fmt.Errorf("zerohop: metrics: %w", err)
	}
	return nil
}

// Cleanup leaves the gate, which ends when nobody uses it. Caddy calls it also when Provision has failed.
func (h *Handler) Cleanup() error {
	if h.key == "" {
		return nil
	}
	counted.leave(h.registry)
	h.gate.leave(h.log)
	_, err := gates.Delete(h.key)
	return err
}

// originsOf checks URLs with blanks between them. None is the usual one.
func originsOf(text string) (origins []string, err error) {
	for _, each := range strings.Fields(text) {
		origin, err := originOf(each)
		if err != nil {
			return nil, err
		}
		origins = append(origins, origin)
	}
	if len(origins) == 0 {
		return []string{defaultHost}, nil
	}
	return origins, nil
}

// originOf checks a URL that has nothing but scheme, host and port.
func originOf(text string) (string, error) {
	parsed, err := url.Parse(text)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" || parsed.User != nil ||
		strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		return "", fmt.Errorf("%q must be a URL such as %s, without a path", text, defaultHost)
	}
	return parsed.Scheme + "://" + parsed.Host, nil
}

// What Caddy and others answer for a client that has gone; nobody gets it, the log has it.
const statusClientGone = 499

// ServeHTTP decides a request.
func (h *Handler) ServeHTTP(writer http.ResponseWriter, original *http.Request, next caddyhttp.Handler) error {
	ctx, cancel := context.WithCancel(original.Context())
	defer cancel()
	request := original.WithContext(ctx)
	if !prepare(request) {
		return caddyhttp.Error(http.StatusMethodNotAllowed, errors.New("CONNECT is for proxies"))
	}
	s := newStream(request, writer.Header(), cancel)
	defer s.free()
	worker := h.gate.workerFor(request)
	defer worker.end(s)
	if err := worker.decide(s); err != nil {
		if original.Context().Err() != nil {
			return caddyhttp.Error(statusClientGone, err)
		}
		return caddyhttp.Error(http.StatusServiceUnavailable, err)
	}
	for name, value := range s.properties {
		caddyhttp.SetVar(ctx, name, string(value))
	}
	if s.local != nil {
		return s.local.write(writer)
	}
	watched := &watchedWriter{ResponseWriterWrapper: &caddyhttp.ResponseWriterWrapper{ResponseWriter: writer}, worker: worker, stream: s}
	return next.ServeHTTP(watched, request)
}

func parseDirective(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	handler := new(Handler)
	return handler, handler.UnmarshalCaddyfile(h.Dispenser)
}

// UnmarshalCaddyfile reads the directive. Its errors name file and line.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if d.NextArg() {
		return d.ArgErr()
	}
	for d.NextBlock(0) {
		key := d.Val()
		values := d.RemainingArgs()
		if len(values) == 0 || (len(values) > 1 && key != "host") {
			return d.Errf("zerohop: %s: takes one value", key)
		}
		value := strings.Join(values, " ")
		switch key {
		case "config":
			h.Config = value
		case "gate":
			h.Gate = value
		case "host":
			origins, err := originsOf(value)
			if err != nil {
				return d.Errf("zerohop: host: %v", err)
			}
			h.Host = strings.Join(origins, " ")
		case "host_ca":
			h.HostCA = value
		case "host_name":
			h.HostName = value
		case "workers":
			workers, err := strconv.Atoi(value)
			if err != nil || workers < 1 || workers > mostWorkers {
				return d.Errf("zerohop: workers: must be a whole number from 1 to %d", mostWorkers)
			}
			h.Workers = workers
		default:
			return d.Errf("zerohop: %s: is no option; there are config, gate, host, host_ca, host_name and workers", key)
		}
	}
	if h.Config == "" {
		return d.Err("zerohop: config: is missing; name the file that `zerohop gate config` has made")
	}
	return nil
}

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
)
