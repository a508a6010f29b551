package zerohop

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// What ends a session is in force on every worker once it has come to one of them: nobody waits for the next tick.
func TestANewBundleIsTakenWithoutATick(t *testing.T) {
	module, root := realModule(t), newSigner(t)
	const sid = "SIDSIDSIDSIDSIDSIDSIDS"
	session := root.sessionOf(t, "alice", sid)
	asked, logout := make(chan struct{}, 16), make(chan struct{})
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == "" {
			_, _ = w.Write([]byte(root.bundle(t, 1)))
			return
		}
		asked <- struct{}{}
		select {
		case <-logout:
			_, _ = w.Write([]byte(root.bundle(t, 2, sid)))
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(host.Close)
	configuration, _ := json.Marshal(map[string]any{
		"root_keys": []any{map[string]string{"kid": root.kid, "x": root.x}}, "edge_token": "zhe_" + root.x,
		"host_cluster": "zerohop_host", "host_authority": "auth.example.com", "max_stale": 3600,
	})
	g := startTestGateAt(t, host.URL, module, configuration, 4)
	statuses := func(expected int) func() bool {
		return func() bool {
			for _, each := range g.workers {
				alone := &gate{ctx: g.ctx, workers: []*worker{each}}
				if recorder, _ := answerOf(t, alone, pageLoad(session)); recorder.Code != expected {
					return false
				}
			}
			return true
		}
	}
	until(t, "all workers let in", statuses(200))
	<-asked
	g.ticker.Reset(time.Hour)
	close(logout)
	until(t, "no worker lets in any more", statuses(302))
}
