package delve

import (
	"reflect"
	"sync"
	"time"

	"github.com/go-delve/delve/pkg/proc"
	"github.com/go-delve/delve/service/debugger"
)

// stopOf is [Served.Stop]. It waits for the questions of others, not for the program.
func stopOf(d *debugger.Debugger) (id any, stopped bool) {
	// Delve holds this lock for the whole of a continue, and says that the program
	// runs only once it has it.
	lock, err := unexportedVar[sync.Mutex](d, "targetMutex")
	if err != nil {
		return nil, !d.IsRunning()
	}
	for tries := 0; !lock.TryLock(); tries++ {
		// While it switches to another goroutine it says so, too, for an instant.
		if d.IsRunning() && tries > 20 {
			return nil, false
		}
		time.Sleep(100 * time.Microsecond)
	}
	defer lock.Unlock()
	group, err := unexported[*proc.TargetGroup](d, "target")
	if err != nil || group == nil {
		return nil, true
	}
	if ok, _ := group.Valid(); !ok {
		return nil, true
	}
	return cacheOf(group.Selected), true
}

// cacheOf returns which map Delve keeps the goroutines in that it has read. It makes
// a new one after each resume (proc.(*Target).ClearCaches); the pointer keeps the map
// from being collected, so that no other one gets its address.
func cacheOf(t *proc.Target) any {
	cache := func() any {
		field, err := fieldOf(t, "gcache")
		if err != nil {
			return nil
		}
		m := field.Elem().FieldByName("partialGCache")
		if m.Kind() != reflect.Map || m.IsNil() {
			return nil
		}
		return m.UnsafePointer()
	}
	if c := cache(); c != nil {
		return c
	}
	if _, _, err := proc.GoroutinesInfo(t, 0, 1); err != nil {
		return nil
	}
	return cache()
}
