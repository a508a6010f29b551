package zerohop

import (
	"strings"
	"sync"
)

// sharedData is what the workers of this process tell each other: the bundle above all. It outlives a reload, so that a gate whose
// configuration has changed has something to decide with at once. The gate names its values by the root key of its host, and believes
// only what that key has signed.
type sharedData struct {
	mutex  sync.Mutex
	values map[string]sharedValue
}

type sharedValue struct {
	bytes   []byte
	version uint32
}

func newSharedData() *sharedData {
	return &sharedData{values: make(map[string]sharedValue)}
}

var shared = newSharedData()

// Where a value of this name is. Which of its workers asks the host each gate settles by itself: the host of another one may be away, or
// refuse its token, and what is revoked must reach this one all the same.
func (g *gate) sharedFor(name string) *sharedData {
	if strings.Contains(name, ".leader.") {
		return g.leaders
	}
	return shared
}

// Returns a value, which nobody changes, and its version; version 0 when there is none.
func (d *sharedData) get(key string) ([]byte, uint32) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	value := d.values[key]
	return value.bytes, value.version
}

// Sets a value. `version` is the one that it takes the place of; 0: whatever is there.
func (d *sharedData) set(key string, bytes []byte, version uint32) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	current := d.values[key].version
	if version != 0 && current != 0 && version != current {
		return false
	}
	next := current + 1
	if next == 0 {
		next = 1
	}
	d.values[key] = sharedValue{bytes, next}
	return true
}
