package zerohop

import (
	"encoding/binary"
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
	host, configuration := hostWithLogout(t, root, sid, asked, logout)
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

// hostWithLogout has a bundle, and once logout is closed one in which the session with this id has ended. Each poll that has to wait is
// told of in asked. It returns the configuration of a gate that asks there, too.
func hostWithLogout(t *testing.T, root signer, sid string, asked, logout chan struct{}) (*httptest.Server, []byte) {
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
	return host, configuration
}

// What one gate cannot hear of its host, for that is away or refuses its token, another one of the same host hears by itself.
func TestAGateWhoseHostIsAwayKeepsNothingFromAnother(t *testing.T) {
	module, root := realModule(t), newSigner(t)
	const sid = "SIDSIDSIDSIDSIDSIDSIDS"
	session := root.sessionOf(t, "alice", sid)
	logout := make(chan struct{})
	host, configuration := hostWithLogout(t, root, sid, make(chan struct{}, 16), logout)
	// As a worker of the other gate says with each tick that it asks the host.
	claim := time.NewTicker(10 * time.Millisecond)
	t.Cleanup(claim.Stop)
	go func() {
		for t.Context().Err() == nil {
			at := <-claim.C
			value := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, 1), uint64(at.UnixNano()+150_000_000))
			shared.set("zerohop.2.leader."+root.kid, value, 0)
		}
	}()
	time.Sleep(50 * time.Millisecond)
	g := startTestGateAt(t, host.URL, module, configuration, 1)
	status := func(expected int) func() bool {
		return func() bool {
			recorder, _ := answerOf(t, g, pageLoad(session))
			return recorder.Code == expected
		}
	}
	until(t, "it lets in", status(200))
	close(logout)
	until(t, "it lets in no more", status(302))
}
