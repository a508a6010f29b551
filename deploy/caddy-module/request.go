package zerohop

import (
	"net/http"
	"net/textproto"
	"strings"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// Whether some frameworks take host, path or client from a header, behind the back of the rules. Its name is spelled as net/http does.
func isMisleading(name string) bool {
	switch name[0] {
	case 'F', 'H', 'X':
	default:
		return false
	}
	switch name {
	case "Forwarded", "X-Rewrite-Url", "X-Real-Ip", "X-Authelia-Url", "Http2-Settings":
		return true
	case "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host":
		// Caddy writes its own.
		return false
	}
	return strings.HasPrefix(name, "X-Original-") || strings.HasPrefix(name, "X-Forwarded-")
}

// prepare takes out of a request what would make a way around the gate in Caddy. False for a CONNECT, by which a client gets a tunnel.
// Every name is spelled as net/http does then.
func prepare(r *http.Request) bool {
	if r.Method == http.MethodConnect {
		return false
	}
	for name, values := range r.Header {
		if !isPlain(name) {
			delete(r.Header, name)
			continue
		}
		spelled := textproto.CanonicalMIMEHeaderKey(name)
		if spelled != name {
			delete(r.Header, name)
			if !isMisleading(spelled) {
				r.Header[spelled] = append(r.Header[spelled], values...)
			}
		} else if isMisleading(name) {
			delete(r.Header, name)
		}
	}
	// Of upgrades only WebSockets pass: in a tunnel to another protocol, h2c above all, requests would reach the application undecided.
	// And with `Connection: Remote-User` a client could have Caddy drop what the gate says.
	isWebSocket := len(r.Header["Upgrade"]) == 1 && strings.EqualFold(r.Header["Upgrade"][0], "websocket")
	if isWebSocket {
		r.Header["Connection"] = []string{"Upgrade"}
	} else {
		delete(r.Header, "Connection")
		delete(r.Header, "Upgrade")
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
	return name != ""
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
