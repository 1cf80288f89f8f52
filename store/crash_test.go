package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// crashEnv names the file that a child process writes until it is killed; rowsOfOne is how many rows it writes in each
// transaction.
const (
	crashEnv  = "STORE_TEST_CRASH_FILE"
	rowsOfOne = 4
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		if err := writeUntilKilled(path); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
	}
	if dir := os.Getenv(smallDiskEnv); dir != "" {
		if err := useSmallDisk(dir); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeUntilKilled writes from several goroutines and prints each revision that was acknowledged.
func writeUntilKilled(path string) error {
	s, err := store.Open(context.Background(), store.Options{
		Path: path, Key: storetest.Key(), Device: storetest.Device, Now: time.Now,
		NewID: func() string { return uuid.Must(uuid.NewV7()).String() },
	})
	if err != nil {
		return err
	}
	fmt.Println("open")
	errs := make(chan error)
	for range 3 {
		go func() {
			for {
				c, err := s.Write(context.Background(), store.System, writeSeveral)
				if err != nil {
					errs <- err
					return
				}
				// One write system call, so that lines of several goroutines do not mix.
				fmt.Println(c.Rev)
			}
		}()
	}
	return <-errs
}

// writeSeveral writes rows that belong together: all of them are there, or none.
func writeSeveral(tx *store.Tx) error {
	group := tx.NewID()
	for range rowsOfOne {
		if err := tx.Create("contact", tx.NewID(), store.Row{"name": group, "city": strings.Repeat("x", 300), "created_at": at}); err != nil {
			return err
		}
	}
	if err := tx.Grant("u1", group); err != nil {
		return err
	}
	_, err := tx.Exec("INSERT INTO setting (k, v) VALUES ({:k}, '1')", dbx.Params{"k": group})
	return err
}

func TestCrash_NothingAcknowledgedIsLost(t *testing.T) {
	const kills = 25
	path := closed(t, nil).Path
	acknowledged := int64(0)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // when to kill
	for range kills {
		if rev := crash(t, path, random.IntN(60)); rev > acknowledged {
			acknowledged = rev
		}
		after := inspect(t, path, acknowledged)
		acknowledged = max(acknowledged, after)
	}
	if acknowledged < kills {
		t.Errorf("only %d transactions in %d runs", acknowledged, kills)
	}
	t.Logf("%d transactions over %d kills", acknowledged, kills)
}

// crash starts a child, lets it acknowledge some transactions, kills it, and returns the greatest revision acknowledged.
func crash(t *testing.T, path string, transactions int) int64 {
	t.Helper()
	child, lines := startChild(t, crashEnv+"="+path)
	var acknowledged int64
	for n := -1; lines.Scan(); n++ {
		if n == transactions {
			// The kill falls wherever the child is by now; what it has printed until then is read below.
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		if lines.Text() == "open" {
			continue
		}
		rev, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			if n > transactions {
				break // cut off by the kill
			}
			t.Fatalf("the child says %q", lines.Text())
		}
		acknowledged = max(acknowledged, rev)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return acknowledged
}

// startChild runs this test binary again with an environment that makes it something else, and returns what it prints. It
// does not outlive the test.
func startChild(t *testing.T, env string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), env)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	return child, bufio.NewScanner(out)
}

func TestOpen_AnotherProcessHoldsIt(t *testing.T) {
	o := closed(t, nil)
	child, lines := startChild(t, crashEnv+"="+o.Path)
	if !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the child says %q, %v", lines.Text(), lines.Err())
	}
	if _, err := store.Open(t.Context(), o); !errors.Is(err, store.ErrInUse) {
		t.Errorf("Open = %v, want ErrInUse", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("the child ended by itself")
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open after the other process died: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// inspect opens the file that a killed process left and checks that it holds whole transactions, all the acknowledged
// ones among them. It returns the last revision.
func inspect(t *testing.T, path string, acknowledged int64) int64 {
	t.Helper()
	o := storetest.Options(t, "")
	o.Path = path
	s, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatalf("open after a kill: %v", err)
	}
	defer s.Close()
	if got := value(t, s.Read(), "PRAGMA integrity_check"); got != "ok" {
		t.Fatalf("integrity after a kill: %s", got)
	}
	stats, err := s.Stats(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if stats.Rev < acknowledged {
		t.Fatalf("acknowledged %d, found %d", acknowledged, stats.Rev)
	}
	for what, text := range map[string]string{
		"commits without a gap":        "SELECT count(*) FROM commits",
		"transactions with every row":  fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM contact GROUP BY name, rev HAVING count(*) = %d)", rowsOfOne),
		"transactions with any row":    "SELECT count(DISTINCT rev) FROM contact",
		"transactions with every op":   fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM op_log GROUP BY rev, tx_id HAVING count(*) = %d)", rowsOfOne+1),
		"transactions with any op":     "SELECT count(DISTINCT rev) FROM op_log",
		"transactions with a grant":    "SELECT count(*) FROM scope WHERE active",
		"transactions with local rows": "SELECT count(*) FROM setting",
	} {
		if got := value(t, s.Read(), text); got != fmt.Sprint(stats.Rev) {
			t.Fatalf("after revision %d there are %s %s", stats.Rev, got, what)
		}
	}
	if got := value(t, s.Read(), "SELECT count(*) FROM op_log WHERE hlc > (SELECT v FROM store_state WHERE k = 'hlc')"); got != "0" {
		t.Fatalf("%s ops are later than the saved clock", got)
	}
	return stats.Rev
}
