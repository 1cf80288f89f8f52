package sqlitebox

import (
	"context"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/relay"
	"sitegroup.mx/crm/backend/relay/relaywire"
)

// Append implements relay.Inbox.
func (b *Inbox) Append(ctx context.Context, office string, e relaywire.Event, q relay.Quota) (seq int64, err error) {
	size := int64(len(e.Body) + len(e.Signature))
	body := e.Body
	if body == nil {
		body = []byte{}
	}
	err = b.do(ctx, len(e.Body), func(context.Context) error {
		x := b.boxes[office]
		switch {
		case x == nil:
			return relay.ErrNotFound
		case q.Events > 0 && x.events >= q.Events, q.Bytes > 0 && x.bytes+size > q.Bytes:
			return relay.ErrFull
		}
		result, err := b.st.append.Exec(x.n, e.At, e.Kind, e.Code, e.Signature, body)
		if err != nil {
			return err
		}
		x.events++
		x.bytes += size
		seq, err = result.LastInsertId()
		return err
	})
	if err != nil {
		return 0, err
	}
	return seq, nil
}

// List implements relay.Inbox.
func (b *Inbox) List(_ context.Context, office string, after int64, limit int) ([]relaywire.Event, error) {
	rows, err := b.st.list.Query(office, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err says it
	var events []relaywire.Event
	for size := 0; size <= relay.ListBytes && rows.Next(); {
		var e relaywire.Event
		if err := rows.Scan(&e.Seq, &e.At, &e.Kind, &e.Code, &e.Signature, &e.Body); err != nil {
			return nil, fmt.Errorf("list events: %w", err)
		}
		size += len(e.Body)
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return events, nil
}

// AckThrough implements relay.Inbox.
func (b *Inbox) AckThrough(ctx context.Context, office string, seq int64) error {
	return b.do(ctx, 0, func(context.Context) error {
		x := b.boxes[office]
		if x == nil {
			return nil
		}
		var events, bytes int64
		if err := b.st.waiting.QueryRow(x.n, seq).Scan(&events, &bytes); err != nil {
			return err
		}
		if events == 0 {
			return nil
		}
		if _, err := b.st.ack.Exec(x.n, seq); err != nil {
			return err
		}
		x.events -= events
		x.bytes -= bytes
		return nil
	})
}

// Stats implements relay.Inbox.
func (b *Inbox) Stats(_ context.Context, office string) (relay.Stats, error) {
	var s relay.Stats
	var oldest int64
	if err := b.st.first.QueryRow(office).Scan(&s.Events, &s.Bytes, &oldest); err != nil {
		return relay.Stats{}, fmt.Errorf("count events: %w", err)
	}
	s.Oldest = instant(oldest)
	return s, nil
}

// old is an event that has waited too long.
type old struct {
	seq    int64
	office string
	size   int64
}

// Expire implements relay.Inbox. What was dropped or acknowledged before it is not on the disk any more after it, but for what
// somebody reads meanwhile: the log beside the file, which keeps it for as long as few events come, is emptied.
func (b *Inbox) Expire(ctx context.Context, before time.Time) (dropped int64, err error) {
	if dropped, err = b.expire(ctx, before); err != nil {
		return dropped, err
	}
	var busy, frames, moved int
	if err := b.read.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return dropped, fmt.Errorf("empty the inbox's log: %w", err)
	}
	return dropped, nil
}

// expire drops what is too old. Clocks are put right now and then, so that the order of events is not that of their times: all
// are looked at, beside the writer.
func (b *Inbox) expire(ctx context.Context, before time.Time) (dropped int64, err error) {
	for after := int64(0); ; {
		olds, err := b.listOld(before, after)
		if err != nil {
			return dropped, err
		}
		if len(olds) == 0 {
			break
		}
		after = olds[len(olds)-1].seq
		err = b.do(ctx, 0, func(context.Context) error {
			for _, e := range olds {
				result, err := b.st.expire.Exec(e.seq)
				if err != nil {
					return err
				}
				n, err := result.RowsAffected()
				if err != nil {
					return err
				}
				if x := b.boxes[e.office]; x != nil && n > 0 {
					x.events--
					x.bytes -= e.size
				}
				dropped += n
			}
			return nil
		})
		if err != nil {
			return dropped, err
		}
	}
	err = b.do(ctx, 0, func(ctx context.Context) error {
		result, err := b.conn.ExecContext(ctx, "DELETE FROM deletion WHERE at < ?", before.UnixMilli())
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		dropped += n
		return err
	})
	return dropped, err
}

func (b *Inbox) listOld(before time.Time, after int64) ([]old, error) {
	rows, err := b.st.old.Query(before.UnixMilli(), after)
	if err != nil {
		return nil, fmt.Errorf("list old events: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err says it
	var olds []old
	for rows.Next() {
		var e old
		if err := rows.Scan(&e.seq, &e.office, &e.size); err != nil {
			return nil, fmt.Errorf("list old events: %w", err)
		}
		olds = append(olds, e)
	}
	return olds, rows.Err()
}
