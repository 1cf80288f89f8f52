package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/secret"
	"sitegroup.mx/crm/build/field"
)

const startProspects = 100_000

// startAndMemory starts the program itself, as its users do, on an office of 100,000 prospects and waits for the first list
// of a session that was open before.
func startAndMemory(ctx context.Context, b *bench) ([]Row, error) {
	if _, err := os.Stat(b.binary); err != nil {
		return nil, fmt.Errorf("find the program: %w", err)
	}
	dir, err := b.folder("start")
	if err != nil {
		return nil, err
	}
	say("filling an office with %d prospects", startProspects)
	token, err := startFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	var starts sample
	var memory []float64
	for range 5 {
		took, resident, err := startOnce(ctx, b.binary, dir, token)
		if err != nil {
			return nil, err
		}
		starts = append(starts, took)
		memory = append(memory, resident)
	}
	how := "serve on an office of 100,000 prospects, from the start of the process to the first list of 50 answered; slowest of 5"
	return []Row{
		ratio("start-100k", starts.p99(), "ms", "", 0, how),
		ratio("memory-100k", memory[len(memory)-1], "MiB", "", 0, "resident memory of the process then"),
	}, nil
}

// startFolder makes the folder that the program opens, and returns a seller's token.
func startFolder(ctx context.Context, dir string) (string, error) {
	path, err := newOffice(ctx, dir, sellers)
	if err != nil {
		return "", err
	}
	if err := crmtest.Fill(ctx, path, key, startProspects); err != nil {
		return "", err
	}
	o, err := openOffice(ctx, path)
	if err != nil {
		return "", err
	}
	// A real office has granted each prospect as it came.
	_, err = office.EnsureScope(ctx, o.Store)
	if err != nil {
		return "", errors.Join(err, o.Store.Close())
	}
	s, err := o.Accounts.SignIn(ctx, "vendedor0", password)
	if err != nil {
		return "", errors.Join(err, o.Store.Close())
	}
	if err := o.Store.Close(); err != nil {
		return "", err
	}
	vault, err := secret.File(filepath.Join(dir, "keys.json"))
	if err != nil {
		return "", err
	}
	if err := vault.Set("database-key/bench", key); err != nil {
		return "", err
	}
	installation, err := json.Marshal(map[string]string{"file": "bench", "device": "bench"})
	if err != nil {
		return "", err
	}
	return s.Token, os.WriteFile(filepath.Join(dir, "installation.json"), installation, 0o600)
}

var address = regexp.MustCompile(`http://[0-9.:]+`)

// startOnce returns how long a start took and the resident memory in MiB after it.
func startOnce(ctx context.Context, binary, dir, token string) (took time.Duration, resident float64, err error) {
	begin := time.Now()
	p, err := field.Program{Path: binary}.Start("the program", "serve", "--data", dir, "--key-file", filepath.Join(dir, "keys.json"), "--addr", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.End(syscall.SIGTERM)) }()
	base, err := p.Says(ctx, address)
	if err != nil {
		return 0, 0, err
	}
	if err := firstList(ctx, base, token); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	resident, err = residentMemory(p.Pid())
	return took, resident, err
}

func firstList(ctx context.Context, base, token string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/prospects", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || strings.Count(string(body), `"contact_id"`) != 50) {
		err = fmt.Errorf("first list: %d %.200s", answer.StatusCode, body)
	}
	return err
}

// residentMemory reads VmRSS in MiB (proc(5)); 0 where there is no /proc.
func residentMemory(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kib / 1024, err
		}
	}
	return 0, nil
}
