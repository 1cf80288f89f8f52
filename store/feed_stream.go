package store

import (
	"database/sql"
	"fmt"
	"sort"

	"sitegroup.mx/crm/store/mutant"
)

// streamChunk is how many rows a stream is read on by, when the others have to wait for it.
const streamChunk = 64

// stream is the rows of one entity, of which as many are read as a page needs.
type stream struct {
	f     *feed
	e     *entity
	from  *sql.Rows
	into  []any
	rows  []found
	ended bool // there are no more
}

// stream begins to read an entity's rows.
func (f *feed) stream(e *entity, text string, after, to int64, limit int) (*stream, error) {
	rows, err := f.tx.QueryContext(f.ctx, text, sql.Named("user", f.q.User), sql.Named("after", after), sql.Named("to", to), sql.Named("limit", limit))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", e.name, explain(err))
	}
	return &stream{f: f, e: e, from: rows, into: make([]any, len(e.feed.columns)+1)}, nil
}

// read reads up to n more rows; below 0, all.
func (s *stream) read(n int) error {
	for ; n != 0 && s.from.Next(); n-- {
		r := found{values: make([]any, len(s.e.feed.columns))}
		for i := range r.values {
			s.into[i] = &r.values[i]
		}
		s.into[len(r.values)] = &r.place
		if err := s.from.Scan(s.into...); err != nil {
			return fmt.Errorf("read %s: %w", s.e.name, err)
		}
		if mutant.On(mutant.NoTombstones) && r.values[s.e.feed.deletedAt] == int64(1) || mutant.On(mutant.CursorHighestHLC) && s.f.missed(s.e, r) {
			continue
		}
		s.rows = append(s.rows, r)
	}
	if err := s.from.Err(); err != nil {
		return fmt.Errorf("read %s: %w", s.e.name, explain(err))
	}
	s.ended = n != 0
	return nil
}

func (s *stream) close() { _ = s.from.Close() } // read has told what went wrong

// last is the commit of the last row that was read: of that commit there may be more.
func (s *stream) last() int64 {
	if len(s.rows) == 0 {
		return 0
	}
	return s.rows[len(s.rows)-1].values[s.e.feed.revAt].(int64)
}

// before counts rows of commits before one.
func (s *stream) before(rev int64) int {
	return sort.Search(len(s.rows), func(i int) bool { return s.rows[i].values[s.e.feed.revAt].(int64) >= rev })
}

// merge reads the entities side by side, always the one that lags behind, until limit rows are known of whole commits or one
// entity alone has more than that in a commit: rows of the next page are not read twice.
func (f *feed) merge(limit int) ([]*stream, error) {
	streams := make([]*stream, 0, len(f.s.feedOrder))
	defer func() {
		for _, s := range streams {
			s.close()
		}
	}()
	for _, e := range f.s.feedOrder {
		s, err := f.stream(e, f.byRevision(e), f.from, f.head.Head, -1)
		if err != nil {
			return nil, err
		}
		streams = append(streams, s)
		if err := s.read(min(streamChunk, limit+1)); err != nil {
			return nil, err
		}
	}
	for {
		s := slowest(streams)
		if s == nil || len(s.rows) > limit || whole(streams, s.last()) >= limit {
			return streams, nil
		}
		if err := s.read(min(streamChunk, limit+1-len(s.rows))); err != nil {
			return nil, err
		}
	}
}

// slowest is the stream whose unread rows come first, nil when all have ended.
func slowest(streams []*stream) *stream {
	var slow *stream
	for _, s := range streams {
		if !s.ended && (slow == nil || s.last() < slow.last()) {
			slow = s
		}
	}
	return slow
}

// whole counts the rows of commits before one.
func whole(streams []*stream, rev int64) (n int) {
	for _, s := range streams {
		n += s.before(rev)
	}
	return n
}

func rowsOf(streams []*stream) map[string][]found {
	tables := make(map[string][]found, len(streams))
	for _, s := range streams {
		tables[s.e.name] = s.rows
	}
	return tables
}
