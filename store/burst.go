package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
)

// burstSizes is how many lines one statement writes, largest first.
var burstSizes = [...]int{25, 5, 1}

// burst collects what the ops of a transaction write beside their rows: the lines of the log and the clocks of fields. Most
// of what such a line costs is the statement around it, so several go into one. What reads the log or clocks while some
// wait has them written first.
type burst struct {
	lines, clocks []any           // arguments, line by line
	rows          map[rowKey]bool // whose clocks wait
}

const (
	lineArgs  = 15
	clockArgs = 5
)

// burstStatements write as many lines as burstSizes says.
type burstStatements struct {
	lines, clocks [len(burstSizes)]*sql.Stmt
}

func (b *burstStatements) add(texts map[**sql.Stmt]string) {
	for i, n := range burstSizes {
		texts[&b.lines[i]] = insertOps + marks(n, lineArgs, 13) // outcome_rev begins as rev
		texts[&b.clocks[i]] = "INSERT INTO main.field_clock (entity, row_id, field, hlc, device_id) VALUES " + marks(n, clockArgs, 0) +
			" ON CONFLICT DO UPDATE SET hlc = excluded.hlc, device_id = excluded.device_id"
	}
}

// marks writes rows of numbered parameters; again, when it is not 0, is the number of one that comes once more at the end.
func marks(rows, args, again int) string {
	var b strings.Builder
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(")
		for i := 1; i <= args; i++ {
			if i > 1 {
				b.WriteString(", ")
			}
			b.WriteString("?" + strconv.Itoa(row*args+i))
		}
		if again > 0 {
			b.WriteString(", ?" + strconv.Itoa(row*args+again))
		}
		b.WriteString(")")
	}
	return b.String()
}

// logLine has a line of the log wait.
func (tx *Tx) logLine(args ...any) error {
	tx.burst.lines = append(tx.burst.lines, args...)
	if len(tx.burst.lines) >= burstSizes[0]*lineArgs {
		return tx.flush()
	}
	return nil
}

// putClock has the clock of a field wait.
func (tx *Tx) putClock(entity, row string, args ...any) {
	tx.burst.clocks = append(append(tx.burst.clocks, entity, row), args...)
	tx.burst.rows[rowKey{entity, row}] = true
}

// flush writes what waits.
func (tx *Tx) flush() error {
	b := &tx.burst
	if len(b.lines) == 0 && len(b.clocks) == 0 {
		return nil
	}
	err := tx.writeAll(&tx.s.st.burst.clocks, b.clocks, clockArgs)
	if err == nil {
		err = tx.writeAll(&tx.s.st.burst.lines, b.lines, lineArgs)
	}
	b.forget()
	if err != nil {
		return tx.spoil(fmt.Errorf("log ops: %w", err))
	}
	return nil
}

// forget drops what waits: it was written, or taken back.
func (b *burst) forget() {
	clear(b.lines)
	clear(b.clocks)
	clear(b.rows)
	b.lines, b.clocks = b.lines[:0], b.clocks[:0]
}

func (tx *Tx) writeAll(statements *[len(burstSizes)]*sql.Stmt, args []any, each int) error {
	for i, n := range burstSizes {
		for ; len(args) >= n*each; args = args[n*each:] {
			if err := tx.s.exec(statements[i], args[:n*each]...); err != nil {
				return err
			}
		}
	}
	return nil
}
