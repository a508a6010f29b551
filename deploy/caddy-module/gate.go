package zerohop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"hash/maphash"
	"net/http"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"go.uber.org/zap"
)

// The gate as Envoy runs it. `npm run build` lays it here.
//
//go:embed gate.wasm
var gateModule []byte

// A gate is what all handlers with the same configuration share: its workers, what they know, and their way to the host. It outlives
// the reload of a Caddyfile that leaves its configuration as it is.
type gate struct {
	configuration []byte
	host          *host
	log           *zap.Logger
	metrics       *metrics

	ctx      context.Context
	stop     context.CancelFunc
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	workers  []*worker
}

// The gates of this process, by what they are made of.
var gates = caddy.NewUsagePool()

// How long a ticker waits before the gate has said how often it wants its ticks.
const firstTick = 500 * time.Millisecond

func gateKey(configuration []byte, settings hostSettings, workers int) string {
	return fmt.Sprintf("%x %+v %d", sha256.Sum256(configuration), settings, workers)
}

// Starts a gate. Its configuration may be one that it refuses: it then says why in the log, and answers 503.
func startGate(configuration []byte, settings hostSettings, workers int, log *zap.Logger) (*gate, error) {
	connection, err := settings.open()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	g := &gate{configuration: configuration, host: connection, log: log, metrics: newMetrics(), ctx: ctx, stop: stop}
	g.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages))
	if err := g.fill(workers); err != nil {
		g.close()
		return nil, fmt.Errorf("starting the gate: %w", err)
	}
	for _, each := range g.workers {
		go each.run(ctx)
	}
	return g, nil
}

// What a worker may take at the most: 1 GiB, as in Envoy. Pages of 64 KiB.
const memoryPages = 1 << 14

func (g *gate) fill(workers int) (err error) {
	if err = instantiateHostFunctions(g.ctx, g.runtime); err != nil {
		return err
	}
	if g.compiled, err = g.runtime.CompileModule(g.ctx, gateModule); err != nil {
		return err
	}
	for range workers {
		w := &worker{gate: g, ticker: time.NewTicker(firstTick)}
		w.ctx = withWorker(g.ctx, w)
		if err = w.start(); err != nil {
			return err
		}
		g.workers = append(g.workers, w)
	}
	return nil
}

func (g *gate) instantiate(ctx context.Context) (api.Module, error) {
	configuration := wazero.NewModuleConfig().WithName("").WithStartFunctions().WithRandSource(rand.Reader)
	return g.runtime.InstantiateModule(ctx, g.compiled, configuration)
}

// Destruct ends the gate when no handler uses it any more. Those whose requests are under way keep it until they are over: with a reload
// Caddy has others for what is new, and lets these come to their end.
func (g *gate) Destruct() error {
	go func() {
		for g.isBusy() {
			time.Sleep(lookAgain)
		}
		g.close()
	}()
	return nil
}

// How often a gate that nobody needs any more is looked at.
const lookAgain = 100 * time.Millisecond

func (g *gate) isBusy() bool {
	for _, each := range g.workers {
		each.mutex.Lock()
		count := len(each.streams)
		each.mutex.Unlock()
		if count > 0 {
			return true
		}
	}
	return false
}

func (g *gate) close() {
	g.stop()
	for _, each := range g.workers {
		each.mutex.Lock()
		each.isClosed = true
		each.mutex.Unlock()
	}
	_ = g.runtime.Close(context.Background())
}

var seed = maphash.MakeSeed()

// The number of the connection that a request came by.
func connectionNumber(r *http.Request) uint64 {
	return maphash.String(seed, r.RemoteAddr) | 1
}

// The worker for a request: one for each connection, so that its session is in one cache.
func (g *gate) workerFor(r *http.Request) *worker {
	return g.workers[connectionNumber(r)%uint64(len(g.workers))]
}
