package zerohop

import (
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the gate's, all workers together, under the names that docs/observability.md has for Envoy.
type metrics struct {
	mutex sync.Mutex
	byID  []metric
	ids   map[string]uint32
}

type metric struct {
	description *prometheus.Desc
	labels      []string
	isCounter   bool
	value       int64
}

func newMetrics() *metrics {
	return &metrics{ids: make(map[string]uint32)}
}

// The last parts of these names are values of labels.
var labelled = map[string][]string{
	"zerohop.decisions":   {"outcome", "policy"},
	"zerohop.renewals":    {"result"},
	"zerohop.basic_calls": {"result"},
}

// Returns the number of a metric, the same for all workers.
func (m *metrics) define(name string, isCounter bool) uint32 {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if id, isKnown := m.ids[name]; isKnown {
		return id
	}
	base, names, values := name, []string(nil), []string(nil)
	for prefix, labels := range labelled {
		if rest, isOne := strings.CutPrefix(name, prefix+"."); isOne {
			if parts := strings.Split(rest, "."); len(parts) == len(labels) {
				base, names, values = prefix, labels, parts
			}
		}
	}
	description := prometheus.NewDesc(strings.ReplaceAll(base, ".", "_"), "Zerohop's gate, see docs/observability.md.", names, nil)
	id := uint32(len(m.byID))
	m.byID = append(m.byID, metric{description, values, isCounter, 0})
	m.ids[name] = id
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

// Describe tells nothing: which metrics there are shows when they first count.
func (m *metrics) Describe(chan<- *prometheus.Desc) {}

// Collect gives the values of this moment.
func (m *metrics) Collect(to chan<- prometheus.Metric) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, each := range m.byID {
		kind := prometheus.GaugeValue
		if each.isCounter {
			kind = prometheus.CounterValue
		}
		to <- prometheus.MustNewConstMetric(each.description, kind, float64(each.value), each.labels...)
	}
}
