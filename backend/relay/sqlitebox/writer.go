package sqlitebox

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	sqlite3 "github.com/mattn/go-sqlite3"

	"sitegroup.mx/crm/backend/relay"
)

// Bounds of one commit.
const (
	maxGroup      = 1024
	maxGroupBytes = 8 << 20
)

// request is one thing to be written. run answers one of relay's errors before it has written anything; any other error
// undoes the whole group.
type request struct {
	run  func(context.Context) error
	size int
	done chan error
}

// box is what waits for one office.
type box struct {
	n             int64
	events, bytes int64
}

type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.driver }

// do has the writer run something and returns once that is on disk, or is not and never will be.
func (b *Inbox) do(ctx context.Context, size int, run func(context.Context) error) error {
	r := request{run, size, make(chan error, 1)}
	select {
	case b.queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-b.closing:
		return errClosed
	}
	select {
	case err := <-r.done:
		return err
	case <-b.stopped:
	}
	select {
	case err := <-r.done:
		return err
	default:
		return errClosed
	}
}

// writes commits what waits, as much of it at once as there is, until the inbox is closed.
func (b *Inbox) writes() {
	group := make([]request, 0, maxGroup)
	for {
		group = group[:0]
		select {
		case r := <-b.queue:
			group = append(group, r)
		case <-b.closing:
			select {
			case r := <-b.queue:
				group = append(group, r)
			default:
				return
			}
		}
		for size := group[0].size; len(group) < maxGroup && size < maxGroupBytes; {
			select {
			case r := <-b.queue:
				group = append(group, r)
				size += r.size
				continue
			default:
			}
			break
		}
		b.commit(group)
	}
}

// commit writes a group. Its context has no end, so that the driver needs no goroutine to interrupt a statement.
func (b *Inbox) commit(group []request) {
	ctx := context.Background()
	answers := make([]error, len(group))
	err := errors.New("relay: the inbox's writer panicked")
	defer func() {
		for i, r := range group {
			if err != nil {
				answers[i] = err
			}
			r.done <- answers[i]
		}
	}()
	if err = b.begin(ctx); err != nil {
		return
	}
	for i, r := range group {
		if answers[i] = r.run(ctx); answers[i] != nil && !expected(answers[i]) {
			err = answers[i]
			break
		}
	}
	if err == nil {
		_, err = b.st.commit.Exec()
	}
	if err != nil {
		err = fmt.Errorf("write to inbox: %w", err)
		b.sick = true
		b.log.WithError(err).WithField("group", len(group)).Error("the inbox was not written")
		_, _ = b.st.rollback.Exec() // SQLite may have done it by itself
	}
}

// begin begins a transaction; after one that was undone it first counts anew.
func (b *Inbox) begin(ctx context.Context) error {
	if b.sick {
		_, _ = b.st.rollback.Exec() // of a writer that panicked
		if err := b.count(ctx); err != nil {
			return err
		}
		b.sick = false
	}
	if _, err := b.st.begin.Exec(); err != nil {
		return fmt.Errorf("write to inbox: %w", err)
	}
	return nil
}

func expected(err error) bool {
	for _, known := range []error{relay.ErrNotFound, relay.ErrFull, relay.ErrTaken, relay.ErrSuperseded} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// count reads how much waits for each office.
func (b *Inbox) count(ctx context.Context) error {
	rows, err := b.conn.QueryContext(ctx, `
		SELECT o.id, o.n, count(e.seq), coalesce(sum(length(e.body) + length(e.signature)), 0)
		FROM office o LEFT JOIN event e ON e.office = o.n
		GROUP BY o.n`)
	if err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err says it
	boxes := map[string]*box{}
	for rows.Next() {
		var id string
		x := &box{}
		if err := rows.Scan(&id, &x.n, &x.events, &x.bytes); err != nil {
			return fmt.Errorf("count what waits: %w", err)
		}
		boxes[id] = x
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("count what waits: %w", err)
	}
	b.boxes = boxes
	return nil
}
