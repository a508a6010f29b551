package zerohop

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"go.uber.org/zap"
)

// The gate as Envoy runs it, gate.wasm, where `npm run build` has laid it; a build from the repository's files alone is without.
//
//go:embed gate.wasm*
var inside embed.FS

// moduleOf reads the gate: a file, or what is inside this program where none is named.
func moduleOf(file string) ([]byte, error) {
	if file != "" {
		return os.ReadFile(file)
	}
	module, err := inside.ReadFile("gate.wasm")
	if err != nil {
		return nil, errors.New("this Caddy was built without the gate inside; name the gate.wasm of a release of Zerohop")
	}
	return module, nil
}

// A gate is what all handlers with the same configuration share: its workers, what they know, and their way to the host. It outlives
// the reload of a Caddyfile that leaves its configuration as it is.
type gate struct {
	// What its metrics are told apart by: the file of its configuration.
	name          string
	configuration []byte
	host          *host

	// The loggers of the handlers that use it, the newest last: Caddy closes those of a configuration that is no more.
	logMutex sync.Mutex
	loggers  []*zap.Logger
	log      atomic.Pointer[zap.Logger]

	ctx      context.Context
	stop     context.CancelFunc
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	workers  []*worker
	// Which of them asks the host.
	leaders *sharedData
	ticker  *time.Ticker
	// Holds something when a worker has put into the shared data what the host has just answered.
	news chan struct{}
}

// The gates of this process, by what they are made of.
var gates = caddy.NewUsagePool()

// How long a ticker waits before the gate has said how often it wants its ticks.
const firstTick = 500 * time.Millisecond

// gateSettings are what a gate is made of: handlers with the same ones share it.
type gateSettings struct {
	module        []byte
	name          string
	configuration []byte
	host          hostSettings
	workers       int
}

func (settings gateSettings) key() string {
	module, configuration := sha256.Sum256(settings.module), sha256.Sum256(settings.configuration)
	return fmt.Sprintf("%x %x %q %+v %d", module, configuration, settings.name, settings.host, settings.workers)
}

// Starts a gate. Its configuration may be one that it refuses: it then says why in the log, and answers 503.
func startGate(settings gateSettings, log *zap.Logger) (*gate, error) {
	connection, err := settings.host.open()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	g := &gate{name: settings.name, configuration: settings.configuration, host: connection, ctx: ctx, stop: stop,
		leaders: newSharedData(), ticker: time.NewTicker(firstTick), news: make(chan struct{}, 1)}
	g.log.Store(log)
	g.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages))
	counted.countGate(g.name, 1)
	if err := g.fill(settings.module, settings.workers); err != nil {
		g.close()
		return nil, fmt.Errorf("starting the gate: %w", err)
	}
	go g.run()
	return g, nil
}

// Gives all workers their ticks, until the gate ends: a processor that sleeps is woken once for all of them. They look for a new bundle
// with each, so that one is due as soon as there is something to be found: a log-out is in force everywhere without waiting for the next.
func (g *gate) run() {
	defer g.ticker.Stop()
	for {
		select {
		case <-g.ctx.Done():
			return
		case <-g.ticker.C:
		case <-g.news:
		}
		for _, each := range g.workers {
			each.tick()
		}
	}
}

func (g *gate) tellWorkers() {
	select {
	case g.news <- struct{}{}:
	default:
	}
}

func (g *gate) logger() *zap.Logger {
	return g.log.Load()
}

// join has the gate log where a handler does, until that leaves.
func (g *gate) join(log *zap.Logger) {
	g.logMutex.Lock()
	defer g.logMutex.Unlock()
	g.loggers = append(g.loggers, log)
	g.log.Store(log)
}

func (g *gate) leave(log *zap.Logger) {
	g.logMutex.Lock()
	defer g.logMutex.Unlock()
	if at := slices.Index(g.loggers, log); at >= 0 {
		g.loggers = slices.Delete(g.loggers, at, at+1)
	}
	// What the last one leaves goes on to log as it did.
	if len(g.loggers) > 0 {
		g.log.Store(g.loggers[len(g.loggers)-1])
	}
}

// What a worker may take at the most: 1 GiB, as in Envoy. Pages of 64 KiB.
const memoryPages = 1 << 14

func (g *gate) fill(module []byte, workers int) (err error) {
	if err = instantiateHostFunctions(g.ctx, g.runtime); err != nil {
		return err
	}
	// The gate has its random bytes from there.
	if _, err = wasi_snapshot_preview1.Instantiate(g.ctx, g.runtime); err != nil {
		return err
	}
	if g.compiled, err = g.runtime.CompileModule(g.ctx, module); err != nil {
		return err
	}
	for range workers {
		w := &worker{gate: g, streams: make(map[uint32]*stream)}
		w.ctx = workerContext{g.ctx, w}
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
	g.host.client.CloseIdleConnections()
	counted.countGate(g.name, -1)
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
