package zerohop

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
)

const (
	testDomain = "example.com"
	testPortal = "https://auth.example.com"
	testHost   = "app.example.com"
)

// signer is a key as the host has them: it signs bundles and sessions alike.
type signer struct {
	kid     string
	x       string
	private ed25519.PrivateKey
}

func newSigner(t testing.TB) signer {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := base64.RawURLEncoding.EncodeToString(public)
	thumbprint := sha256.Sum256(fmt.Appendf(nil, `{"crv":"Ed25519","kty":"OKP","x":"%s"}`, x))
	return signer{base64.RawURLEncoding.EncodeToString(thumbprint[:]), x, private}
}

func (s signer) sign(t testing.TB, kind string, claims any) string {
	part := func(value any) string {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(map[string]string{"alg": "EdDSA", "typ": kind, "kid": s.kid}) + "." + part(claims)
	return signed + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.private, []byte(signed)))
}

func (s signer) session(t testing.TB, user string) string {
	return s.sessionOf(t, user, rand.Text())
}

func (s signer) sessionOf(t testing.TB, user, sid string) string {
	now := time.Now().Unix()
	return s.sign(t, "JWT", map[string]any{
		"iss": testPortal, "aud": testDomain, "sub": user, "sid": sid, "iat": now, "exp": now + 3600,
		"session_exp": now + 3600, "auth_time": now, "amr": []string{"pwd"}, "level": 1,
		"name": "Alice Liddell", "email": "alice@example.com", "groups": []string{"admins", "dev"},
	})
}

func realModule(t testing.TB) []byte {
	module, err := os.ReadFile("gate.wasm")
	if err != nil {
		t.Skip("gate.wasm is not built")
	}
	return module
}

// A bundle that lets in whoever is logged in, but for these sessions.
func (s signer) bundle(t testing.TB, version int, revoked ...string) string {
	return s.sign(t, "zerohop-bundle+jwt", map[string]any{
		"version": version, "iat": time.Now().Unix(), "revoked_sessions": append([]string{}, revoked...), "not_before": map[string]int{},
		"keys":    []any{map[string]string{"kty": "OKP", "crv": "Ed25519", "kid": s.kid, "x": s.x}},
		"cookies": []any{map[string]string{"domain": testDomain, "portal": testPortal, "name": "zerohop_session"}},
		"policy": map[string]any{"default_policy": "deny", "rules": []any{
			map[string]string{"domain": testHost, "policy": "one_factor"},
		}},
	})
}

// The real gate, as `npm run build` lays it here, with a bundle that lets in whoever is logged in.
func realGate(t testing.TB, workers int) (*gate, signer) {
	module := realModule(t)
	root := newSigner(t)
	configuration, _ := json.Marshal(map[string]any{
		"root_keys": []any{map[string]string{"kid": root.kid, "x": root.x}}, "bundle": root.bundle(t, 1),
	})
	return startTestGate(t, module, configuration, workers), root
}

func startTestGate(t testing.TB, module, configuration []byte, workers int) *gate {
	return startTestGateAt(t, "http://127.0.0.1:9", module, configuration, workers)
}

func startTestGateAt(t testing.TB, host string, module, configuration []byte, workers int) *gate {
	settings := gateSettings{module, t.Name(), configuration, hostSettings{URLs: []string{host}}, workers}
	g, err := startGate(settings, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.close)
	return g
}

// A page load as browsers send it, as far as Caddy has come with it.
func pageLoad(token string) *http.Request {
	r := httptest.NewRequest("GET", "https://"+testHost+"/projects/42?tab=files", nil)
	for name, value := range map[string]string{
		"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Accept":     "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "en-US,en;q=0.5",
		"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate",
		"Sec-Fetch-Site": "same-origin", "Cookie": "theme=dark; zerohop_session=" + token + "; lang=en-GB",
	} {
		r.Header.Set(name, value)
	}
	vars := map[string]any{caddyhttp.ClientIPVarKey: "192.0.2.1", caddyhttp.TrustedProxyVarKey: false}
	return r.WithContext(context.WithValue(r.Context(), caddyhttp.VarsCtxKey, vars))
}

// The status that a request gets, and the request as the application got it; nil when it did not.
func answerOf(t testing.TB, g *gate, r *http.Request) (*httptest.ResponseRecorder, *http.Request) {
	var seen *http.Request
	recorder := httptest.NewRecorder()
	handler := &Handler{gate: g}
	err := handler.ServeHTTP(recorder, r, caddyhttp.HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		seen = r
		_, err := w.Write([]byte("ok"))
		return err
	}))
	if failure, isOne := err.(caddyhttp.HandlerError); isOne {
		recorder.Code = failure.StatusCode
	} else if err != nil {
		t.Fatal(err)
	}
	return recorder, seen
}
