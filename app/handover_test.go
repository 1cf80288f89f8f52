package app

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/recovery"
)

// TestEnded_NoLeadIsFetchedAnyMore: this computer has just heard that another one is the host. What is on its way may take its
// time to end; nothing new begins meanwhile.
func TestEnded_NoLeadIsFetchedAnyMore(t *testing.T) {
	o, err := openFolder(t.Context(), setUp(t))
	if err != nil {
		t.Fatal(err)
	}
	fetching, release := make(chan struct{}), make(chan struct{})
	r := intakeOf(o, t.Context())
	o.handover.intake, r.stop, r.crew = r, func() { close(fetching) }, &crew{log: o.log}
	r.crew.start("intake", nil, func() { <-release })
	was := runtime.GOMAXPROCS(1) // nothing in the background is faster than what is awaited
	o.network.ended()
	select {
	case <-fetching:
	default:
		t.Error("leads are fetched after another computer became the host")
	}
	runtime.GOMAXPROCS(was)
	r.mu.Lock()
	r.stop = func() {}
	r.mu.Unlock()
	close(release)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestProgram_TellsOfADamagedCopy: a member has no health page of its own; its page of how it stands says so.
func TestProgram_TellsOfADamagedCopy(t *testing.T) {
	o := &openOffice{}
	p := &program{office: o}
	if p.current().Damaged() {
		t.Error("a copy that nobody has looked at is damaged")
	}
	o.damaged.Store(true)
	if !p.current().Damaged() {
		t.Error("the damage is told to nobody")
	}
}

// TestReceive_OnlyTheCopyThatWasMade: what comes here becomes the office, so it is what the host says that it has sealed.
func TestReceive_OnlyTheCopyThatWasMade(t *testing.T) {
	sealed := bytes.Repeat([]byte("un respaldo sellado "), 1000)
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	size, digest, err := digestOf(source)
	if err != nil {
		t.Fatal(err)
	}
	file := api.HandoverFile{Bytes: size, Digest: digest}
	for name, tt := range map[string]struct {
		sends func(at int64) []byte
		want  string
	}{
		"whole":            {func(at int64) []byte { return sealed[at:min(at+7000, size)] }, ""},
		"one bit turned":   {func(at int64) []byte { part := bytes.Clone(sealed[at:]); part[len(part)-1] ^= 1; return part }, recovery.CodeDamaged},
		"more than it was": {func(at int64) []byte { return append(bytes.Clone(sealed[at:]), 'x') }, recovery.CodeDamaged},
		"cut off":          {func(at int64) []byte { return sealed[at:max(at, size-1)][:max(0, size-1-at)] }, recovery.CodeDamaged},
		"an older copy":    {func(at int64) []byte { return bytes.Repeat([]byte("un respaldo anterior"), 1000)[at:] }, recovery.CodeDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "copy")
			err := receive(file, path, func(at int64) ([]byte, error) { return tt.sends(at), nil })
			if got := fault.Code(err); err != nil && got != tt.want || (err == nil) != (tt.want == "") {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if got, _ := os.ReadFile(path); tt.want == "" && !bytes.Equal(got, sealed) {
				t.Error("another file is there")
			}
		})
	}
}
