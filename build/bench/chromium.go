package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"sitegroup.mx/crm/build/field"
)

// screenFigures are what frontend/e2e/measure-chromium.mjs finds.
type screenFigures struct {
	List       scrollFigures `json:"list"`       // of prospects
	Board      scrollFigures `json:"board"`      // one column of it
	Keystrokes int           `json:"keystrokes"` // while searching
	Paint      float64       `json:"paint"`      // p95 in ms, from the key to the paint after it
	Found      float64       `json:"found"`      // p95 in ms, from the key to the paint of what it finds
}

// scrollFigures tell how smoothly something scrolls.
type scrollFigures struct {
	Rows    int     `json:"rows"`    // that could be scrolled through
	Cards   int     `json:"cards"`   // the same of a column of the board
	Frames  int     `json:"frames"`  // seen while scrolling
	Share   float64 `json:"share"`   // of them in time
	Dropped int     `json:"dropped"` // of them that came instead of two
	Work    float64 `json:"work"`    // processor time in ms of the page's main thread for one frame
}

// chromiumFigures measures the list of 100,000 prospects and a column of 5,000 cards where people see them: in Chromium, against the program itself.
func chromiumFigures(ctx context.Context, b *bench) ([]Row, error) {
	dir, err := b.folder("chromium")
	if err != nil {
		return nil, err
	}
	say("filling an office with %d prospects", startProspects)
	if _, err := startFolder(ctx, dir); err != nil {
		return nil, err
	}
	f, err := measureChromium(ctx, b.binary, dir)
	if err != nil {
		return nil, err
	}
	where := "in headless Chromium, 1280×800, software rendering, against serve on this machine"
	how := fmt.Sprintf("the administrator's list of %d prospects %s", startProspects, where)
	const scrolled = "frames under 16.7 ms of %d, of which %d came instead of two, while scrolling, slowly and fast, through %d loaded %s, %.1f ms of the page's own work each; %s"
	return []Row{
		ratio("scroll-100k", f.List.Share, "share", "", 0, fmt.Sprintf(scrolled, f.List.Frames, f.List.Dropped, f.List.Rows, "rows", f.List.Work, how)),
		ratio("board-scroll-5k", f.Board.Share, "share", "", 0, fmt.Sprintf(scrolled, f.Board.Frames, f.Board.Dropped, f.Board.Cards, "cards", f.Board.Work, "one column of the administrator's board "+where)),
		ratio("keystroke-to-paint", f.Paint, "ms", "", 0, fmt.Sprintf("p95 of %d keys typed into the search, from the event to the paint after it (Event Timing API, to 8 ms); %s", f.Keystrokes, how)),
		ratio("keystroke-to-results", f.Found, "ms", "", 0, "p95 from the same keys to the frame that shows what they find, with the pause that the search waits for the next key; "+how),
	}, nil
}

// measureChromium starts the program on an office and has a browser use it.
func measureChromium(ctx context.Context, binary, dir string) (f screenFigures, err error) {
	p, err := field.Program{Path: binary}.Start("the program", "serve", "--data", dir, "--key-file", filepath.Join(dir, "keys.json"), "--addr", "127.0.0.1:0")
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, p.End(syscall.SIGTERM)) }()
	base, err := p.Says(ctx, address)
	if err != nil {
		return f, err
	}
	say("scrolling and searching in Chromium")
	cmd := exec.CommandContext(ctx, "node", "e2e/measure-chromium.mjs", base, "admin", password) //nolint:gosec // our own script
	cmd.Dir = "../../frontend"
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("measure in Chromium: %w", err)
	}
	return f, json.Unmarshal(out, &f)
}
