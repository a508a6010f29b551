package zerohop

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// hostSettings say how the gate reaches the host.
type hostSettings struct {
	// Their URLs, such as `http://127.0.0.1:9091`, without a path: each answers as well as another.
	URLs []string
	// A file with the certificates of those that may have signed the host's, in PEM; empty for the system's.
	CA string
	// The name that their certificates are for, where it is not the one in the URL.
	Name string
}

// host is the way to the host's API for gates.
type host struct {
	urls   []string
	client *http.Client
	calls  atomic.Uint32
	// The one that is asked first: it answered last.
	first atomic.Uint32
}

// The most that is read of an answer: a bundle holds the whole policy. Bytes.
const longestAnswer = 64 << 20

// open makes the way. It calls nobody: a host that is down is no mistake of the configuration.
func (settings hostSettings) open() (*host, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The gate's own calls go where the configuration says, whatever the environment has for others.
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 64
	transport.TLSClientConfig = &tls.Config{ServerName: settings.Name, MinVersion: tls.VersionTLS12}
	if len(settings.URLs) > 1 {
		transport.DialContext = (&net.Dialer{Timeout: longestDial}).DialContext
	}
	if settings.CA != "" {
		pem, err := os.ReadFile(settings.CA)
		if err != nil {
			return nil, fmt.Errorf("host_ca: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("host_ca: %s holds no certificate in PEM", settings.CA)
		}
		transport.TLSClientConfig.RootCAs = roots
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return &host{urls: settings.URLs, client: client}, nil
}

// How long a host of several may take to accept a connection before another one is asked.
const longestDial = 500 * time.Millisecond

// hostAnswer is what the host has answered.
type hostAnswer struct {
	status string
	header http.Header
	body   []byte
}

// begin sends a call, whose answer or silence is delivered to the worker. Returns its number.
func (h *host) begin(headers []pair, timeout time.Duration, w *worker) uint32 {
	call := h.calls.Add(1)
	go func() {
		answer, err := h.call(w.gate.ctx, headers, timeout)
		if err != nil {
			w.gate.logger().Debug("the host does not answer: " + err.Error())
		}
		w.deliver(call, answer)
	}()
	return call
}

// Asks one host after the other until one answers. One that keeps everybody waiting is asked last from then on.
func (h *host) call(ctx context.Context, headers []pair, timeout time.Duration) (answer *hostAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	first, count := h.first.Load(), uint32(len(h.urls))
	at := first
	for range count {
		if answer, err = h.ask(ctx, h.urls[at], headers); err == nil {
			break
		}
		at = (at + 1) % count
		if ctx.Err() != nil {
			break
		}
	}
	h.first.CompareAndSwap(first, at)
	return answer, err
}

func (h *host) ask(ctx context.Context, url string, headers []pair) (*hostAnswer, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	for _, each := range headers {
		switch each.name {
		case ":method":
			request.Method = each.value
		case ":path":
			path, query, _ := strings.Cut(each.value, "?")
			request.URL.Path, request.URL.RawQuery = path, query
		case ":authority":
			request.Host = each.value
		case ":scheme":
		default:
			request.Header.Add(each.name, each.value)
		}
	}
	response, err := h.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > longestAnswer {
		return nil, fmt.Errorf("an answer of more than %d bytes", longestAnswer)
	}
	return &hostAnswer{strconv.Itoa(response.StatusCode), response.Header, body}, nil
}
