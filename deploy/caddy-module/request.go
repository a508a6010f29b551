package zerohop

import (
	"net/http"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// Whether some frameworks take host, path or client from a header, behind the back of the rules. Its name is in lower case.
func isMisleading(name string) bool {
	switch name {
	case "forwarded", "x-rewrite-url", "x-real-ip", "x-authelia-url", "http2-settings":
		return true
	case "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host":
		// Caddy writes its own.
		return false
	}
	return strings.HasPrefix(name, "x-original-") || strings.HasPrefix(name, "x-forwarded-")
}

// prepare takes out of a request what would make a way around the gate in Caddy. False for a CONNECT, by which a client gets a tunnel.
func prepare(r *http.Request) bool {
	if r.Method == http.MethodConnect {
		return false
	}
	for name := range r.Header {
		if !isPlain(name) || isMisleading(strings.ToLower(name)) {
			delete(r.Header, name)
		}
	}
	// Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application undecided.
	// And with `Connection: Remote-User` a client could have Caddy drop what the gate says.
	isWebSocket := len(r.Header["Upgrade"]) == 1 && strings.EqualFold(r.Header["Upgrade"][0], "websocket")
	r.Header.Del("Connection")
	if isWebSocket {
		r.Header.Set("Connection", "Upgrade")
	} else {
		r.Header.Del("Upgrade")
	}
	return true
}

// isPlain tells a name of letters, digits and hyphens. CGI and its like fold others into the same variable.
func isPlain(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
		default:
			return false
		}
	}
	return true
}

// clientAddress is the client's as Caddy knows it: of those that its trusted_proxies name it believes the header.
func clientAddress(r *http.Request) string {
	address, _ := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string)
	return address
}

// schemeOf is the scheme that the client used, which a trusted proxy in front tells.
func schemeOf(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	if trusted, _ := caddyhttp.GetVar(r.Context(), caddyhttp.TrustedProxyVarKey).(bool); trusted {
		if strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
			return "https"
		}
	}
	return "http"
}
