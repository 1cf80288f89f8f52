package app

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"
)

// The log is one file of at most 5 MB; what was in it before is kept beside it, and every line is in one of the two.
func TestLog_StartsANewFileAtFiveMegabytes(t *testing.T) {
	at := folder(t.TempDir())
	log, file := openLog(at, logrus.InfoLevel, io.Discard)
	line := strings.Repeat("x", 1000)
	for range 6000 {
		log.Info(line)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(at.logFile()), "*.log"))
	if err != nil || len(names) != 2 {
		t.Fatalf("6 MB of lines are in %q, %v", names, err)
	}
	lines := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 5<<20 {
			t.Errorf("%s has %d bytes", filepath.Base(name), len(text))
		}
		lines += strings.Count(string(text), "\n")
	}
	if lines != 6000 {
		t.Errorf("%d of 6000 lines are left", lines)
	}
}
