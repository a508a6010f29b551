package zerohop

import (
	"errors"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the gates', all workers of one together, under the names that docs/observability.md has for Envoy. They outlive a reload, as
// counters have to, and are shown while the gate of their configuration is there.
type metrics struct {
	mutex sync.Mutex
	byID  []metric
	ids   map[metricName]uint32
	// How many gates there are of each configuration: a reload may have two of one for a while.
	gates map[string]int
	// How many handlers there are with each registry: Caddy makes one with each configuration of its own.
	handlers map[*prometheus.Registry]int
}

// A metric of the gates of a configuration, which is named by its file.
type metricName struct{ config, name string }

type metric struct {
	config      string
	description *prometheus.Desc
	labels      []string
	isCounter   bool
	value       int64
}

var counted = &metrics{
	ids: make(map[metricName]uint32), gates: make(map[string]int), handlers: make(map[*prometheus.Registry]int),
}

// The last parts of these names are values of labels.
var labelled = map[string][]string{
	"zerohop.decisions":   {"outcome", "policy"},
	"zerohop.renewals":    {"result"},
	"zerohop.basic_calls": {"result"},
}

// Returns the number of a metric, the same for all workers.
func (m *metrics) define(config, name string, isCounter bool) uint32 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	key := metricName{config, name}
	if id, isKnown := m.ids[key]; isKnown {
		return id
	}
	base, names, values := name, []string{"config"}, []string{config}
	for prefix, labels := range labelled {
		if rest, isOne := strings.CutPrefix(name, prefix+"."); isOne {
			if parts := strings.Split(rest, "."); len(parts) == len(labels) {
				base, names, values = prefix, append(names, labels...), append(values, parts...)
			}
		}
	}
	description := prometheus.NewDesc(strings.ReplaceAll(base, ".", "_"), "Zerohop's gate, see docs/observability.md.", names, nil)
	id := uint32(len(m.byID))
	m.byID = append(m.byID, metric{config, description, values, isCounter, 0})
	m.ids[key] = id
	return id
}

func (m *metrics) add(id uint32, by int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if int(id) < len(m.byID) {
		m.byID[id].value += by
	}
}

func (m *metrics) set(id uint32, to int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if int(id) < len(m.byID) {
		m.byID[id].value = to
	}
}

// Counts a gate that begins (1) or ends (-1).
func (m *metrics) countGate(config string, change int) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.gates[config] += change; m.gates[config] == 0 {
		delete(m.gates, config)
	}
}

// Puts the metrics into the registry of a handler, where those of all gates are once.
func (m *metrics) enter(registry *prometheus.Registry) error {
	m.mutex.Lock()
	m.handlers[registry]++
	isFirst := m.handlers[registry] == 1
	m.mutex.Unlock()
	if !isFirst {
		return nil
	}
	var before prometheus.AlreadyRegisteredError
	if err := registry.Register(m); err != nil && !errors.As(err, &before) {
		return err
	}
	return nil
}

func (m *metrics) leave(registry *prometheus.Registry) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.handlers[registry]--; m.handlers[registry] <= 0 {
		delete(m.handlers, registry)
	}
}

// Describe tells nothing: which metrics there are shows when they first count.
func (m *metrics) Describe(chan<- *prometheus.Desc) {}

// Collect gives the values of this moment.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, each := range m.byID {
		if m.gates[each.config] == 0 {
			continue
		}
		kind := prometheus.GaugeValue
		if each.isCounter {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(each.description, kind, float64(each.value), each.labels...)
	}
}
