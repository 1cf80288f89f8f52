package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"sitegroup.mx/crm/store/hlc"
	"sitegroup.mx/crm/store/mutant"
)

// feedLimit is how many rows a page has when nobody says otherwise.
const feedLimit = 500

// rowsOfRoot is how many rows a granted root is thought to bring, when it is decided of how many the rows are read.
const rowsOfRoot = 6

// Feed reads the next page for a device's user, from one snapshot of the file. It answers *ResetError when From is not a
// place in this file's history, or not one from which the user's rows can still be told.
//
// A row's place in the feed is the later of its own revision and the revision of the grant that shows it to the user, so
// one query is bootstrap, catching up and a prospect that changes hands.
func (s *Store) Feed(ctx context.Context, q FeedQuery) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = feedLimit
	}
	var page Page
	err := s.snapshot(ctx, func(tx *sql.Tx) error {
		f := &feed{s: s, tx: tx, ctx: ctx, q: q, from: q.From.Pos}
		if err := f.open(); err != nil {
			return err
		}
		if err := f.read(); err != nil {
			return err
		}
		page = f.page
		return nil
	})
	if err != nil {
		return Page{}, fmt.Errorf("read page: %w", err)
	}
	return page, nil
}

// Head returns the newest commit as the cursor of who has read everything.
func (s *Store) Head(ctx context.Context) (Cursor, error) {
	var c Cursor
	err := s.readDB.QueryRowContext(ctx, "SELECT rev, nonce FROM commits ORDER BY rev DESC LIMIT 1").Scan(&c.Head, &c.Nonce)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Cursor{}, fmt.Errorf("read head: %w", explain(err))
	}
	c.Pos = c.Head
	return c, nil
}

// snapshot runs fn in a reading transaction.
func (s *Store) snapshot(ctx context.Context, fn func(*sql.Tx) error) (err error) {
	tx, err := s.readDB.BeginTx(ctx, &sql.TxOptions{})
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", explain(err))
	}
	defer func() {
		if end := tx.Rollback(); end != nil && !errors.Is(end, sql.ErrTxDone) {
			err = errors.Join(err, end)
		}
	}()
	return fn(tx)
}

// feed is the making of one page.
type feed struct {
	s    *Store
	tx   *sql.Tx
	ctx  context.Context
	q    FeedQuery
	from int64 // rows after it
	all  bool  // the user sees every root
	head Cursor
	page Page
}

// open looks at the head and checks that the cursor is a place in this file's history.
func (f *feed) open() error {
	err := f.tx.QueryRowContext(f.ctx, "SELECT rev, nonce FROM commits ORDER BY rev DESC LIMIT 1").Scan(&f.head.Head, &f.head.Nonce)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read head: %w", explain(err))
	}
	var clock sql.NullInt64
	if err := f.one("SELECT v FROM store_state WHERE k = 'hlc'", nil, &clock); err != nil {
		return fmt.Errorf("read clock: %w", err)
	}
	f.page = Page{From: f.q.From, Clock: hlc.Time(clock.Int64), At: f.s.opts.Now().UnixMilli()}
	var granted, revoked, active sql.NullInt64
	err = f.one("SELECT granted_rev, revoked_rev, active FROM scope WHERE user_id = ? AND root_id = '*'", []any{f.q.User}, &granted, &revoked, &active)
	if err != nil {
		return fmt.Errorf("read scope: %w", err)
	}
	f.all = active.Int64 == 1
	if f.q.From == (Cursor{}) {
		return nil
	}
	if err := f.known(); err != nil {
		return err
	}
	if f.q.From.Head < max(granted.Int64, revoked.Int64) {
		return &ResetError{ResetRoleChanged}
	}
	return f.kept()
}

// Knows reports whether a cursor was read from a history of which this file still has what comes after it. Where it does not,
// the file was brought back from a copy, or has dropped what was removed long ago: the reader is about to begin again, and
// what it has made since may stand on what it sends once more then.
func (s *Store) Knows(ctx context.Context, c Cursor) (known bool, err error) {
	if c == (Cursor{}) {
		return true, nil
	}
	err = s.snapshot(ctx, func(tx *sql.Tx) error {
		f := &feed{s: s, tx: tx, ctx: ctx, q: FeedQuery{From: c}}
		err := f.one("SELECT rev FROM commits ORDER BY rev DESC LIMIT 1", nil, &f.head.Head)
		if err == nil {
			err = f.known()
		}
		if err == nil {
			err = f.kept()
		}
		return err
	})
	if errors.Is(err, ErrReset) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a cursor: %w", err)
	}
	return true, nil
}

// known checks the cursor's nonce: that of the head it was read at, because a page is cut at Pos but read at Head.
func (f *feed) known() error {
	if mutant.On(mutant.NoNonce) {
		if f.q.From.Head > f.head.Head {
			return &ResetError{ResetUnknownCommit}
		}
		return nil
	}
	at := f.q.From.Head
	if mutant.On(mutant.NonceOfPos) {
		at = f.q.From.Pos
	}
	var nonce sql.NullInt64
	if err := f.one("SELECT nonce FROM commits WHERE rev = ?", []any{at}, &nonce); err != nil {
		return fmt.Errorf("read commit: %w", err)
	}
	if !nonce.Valid || nonce.Int64 != f.q.From.Nonce || f.q.From.Pos > f.q.From.Head {
		return &ResetError{ResetUnknownCommit}
	}
	return nil
}

// again reports whether the cursor is that of a replica that has read everything up to Head and does so once more.
func (c Cursor) again() bool { return c.Pos == 0 && c.Head > 0 }

// kept checks that nothing the cursor has not read was purged. A page read after the purge has seen what was left.
func (f *feed) kept() error {
	var to, at sql.NullInt64
	err := f.one("SELECT (SELECT v FROM store_state WHERE k = ?), (SELECT v FROM store_state WHERE k = ?)", []any{statePurgedTo, statePurgedAt}, &to, &at)
	if err != nil {
		return fmt.Errorf("read purge: %w", err)
	}
	from := f.q.From
	if from.Pos < to.Int64 && from.Head < at.Int64 && !(from.again() && from.Head >= to.Int64) {
		return &ResetError{ResetPurged}
	}
	return nil
}

// one reads at most one row; where there is none the targets stay as they are.
func (f *feed) one(text string, args []any, into ...any) error {
	err := f.tx.QueryRowContext(f.ctx, text, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return explain(err)
}

// read fills the page.
func (f *feed) read() error {
	tables, cut, err := f.changed()
	if err != nil {
		return err
	}
	to := cut.at(f.q.Limit, f.from, f.head.Head)
	if to <= f.from && f.from < f.head.Head { // one commit larger than a page
		to = cut.bound
		if tables, err = f.changedUpTo(to); err != nil {
			return err
		}
		if err := f.granted(tables, to, nil); err != nil {
			return err
		}
	}
	f.page.To, f.page.More = Cursor{Pos: to, Head: f.head.Head, Nonce: f.head.Nonce}, to < f.head.Head
	f.page.Rest = f.head.Head - to
	if mutant.On(mutant.NonceOfPos) {
		if err := f.one("SELECT nonce FROM commits WHERE rev = ?", []any{to}, &f.page.To.Nonce); err != nil {
			return err
		}
	}
	if err := f.forgotten(to); err != nil {
		return err
	}
	if err := f.whole(to); err != nil {
		return err
	}
	if err := f.outcomes(to); err != nil {
		return err
	}
	f.page.Tables = f.tables(tables, to)
	if !f.page.More && f.q.Check {
		return f.check()
	}
	return nil
}

// found is a row on its way into a page.
type found struct {
	place  int64 // in the feed
	values []any
}

// cut decides where a page ends.
type cut struct {
	weights []weight
	bound   int64 // the last commit of which every row is known, of streams that were cut short
	short   bool
}

type weight struct{ place, weight int64 }

func (c *cut) add(place, w int64) { c.weights = append(c.weights, weight{place, w}) }

// shorten notes that a stream was cut short within commit rev.
func (c *cut) shorten(rev int64) {
	if !c.short || rev < c.bound {
		c.short, c.bound = true, rev
	}
}

// at returns the last commit of a page of about limit rows. It is at most from when not one whole commit is known.
func (c *cut) at(limit int, from, head int64) int64 {
	last := head
	if c.short {
		last = c.bound - 1
	}
	slices.SortFunc(c.weights, func(a, b weight) int { return int(min(1, max(-1, a.place-b.place))) })
	sum := int64(0)
	for _, w := range c.weights {
		if w.place > last {
			break
		}
		sum += w.weight
		if sum >= int64(limit) {
			return max(w.place, from)
		}
	}
	return last
}

// changed reads the rows after the cursor, each entity at most one more than a page holds.
func (f *feed) changed() (map[string][]found, *cut, error) {
	tables, err := f.merge(f.q.Limit)
	if err != nil {
		return nil, nil, err
	}
	c := &cut{}
	for _, s := range tables {
		for _, r := range s.rows {
			c.add(r.place, 1)
		}
		if !s.ended {
			c.shorten(s.last())
		}
	}
	if err := f.weigh(c, "SELECT outcome_rev FROM op_log WHERE device_id = ? AND outcome_rev > ? ORDER BY outcome_rev LIMIT ?", f.q.Device, 1); err != nil {
		return nil, nil, err
	}
	if f.all {
		return rowsOf(tables), c, nil
	}
	if err := f.weigh(c, "SELECT revoked_rev FROM scope WHERE user_id = ? AND revoked_rev > 0 AND revoked_rev > ? ORDER BY revoked_rev LIMIT ?", f.q.User, 1); err != nil {
		return nil, nil, err
	}
	found := rowsOf(tables)
	return found, c, f.weighGranted(c, found)
}

// weighGranted adds the older rows of roots that became the user's, of as many grants as a page may have room for. They are
// counted row by row: a root that the user was given when it was made brings none that was not counted.
func (f *feed) weighGranted(c *cut, tables map[string][]found) error {
	if f.from == 0 { // there is no row that a grant could bring and no change has
		return nil
	}
	grants := &cut{}
	most := f.q.Limit/rowsOfRoot + 1
	if err := f.weighUpTo(grants, most, "SELECT granted_rev FROM scope WHERE user_id = ? AND active AND granted_rev > ? ORDER BY granted_rev LIMIT ?", f.q.User, 0); err != nil {
		return err
	}
	to := f.head.Head
	if grants.short {
		c.shorten(grants.bound)
		to = grants.bound - 1
	}
	if len(grants.weights) == 0 || to <= f.from {
		return nil
	}
	return f.granted(tables, to, c)
}

// weigh counts what a query says into the cut, as far as a page may have room for it.
func (f *feed) weigh(c *cut, text, whose string, w int64) error {
	return f.weighUpTo(c, f.q.Limit, text, whose, w)
}

func (f *feed) weighUpTo(c *cut, most int, text, whose string, w int64) error {
	rows, err := f.tx.QueryContext(f.ctx, text, whose, f.from, most+1)
	if err != nil {
		return fmt.Errorf("weigh page: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	n, place := 0, int64(0)
	for rows.Next() {
		if err := rows.Scan(&place); err != nil {
			return fmt.Errorf("weigh page: %w", err)
		}
		c.add(place, w)
		n++
	}
	if n > most {
		c.shorten(place)
	}
	return explain(rows.Err())
}

// changedUpTo reads every row of the commits after the cursor up to one.
func (f *feed) changedUpTo(to int64) (map[string][]found, error) {
	tables := map[string][]found{}
	for _, e := range f.s.feedOrder {
		rows, err := f.rows(e, f.from, to, -1)
		if err != nil {
			return nil, err
		}
		tables[e.name] = rows
	}
	return tables, nil
}

// rows reads rows of one entity by revision, those in the user's scope.
func (f *feed) rows(e *entity, after, to int64, limit int) ([]found, error) {
	return f.scan(e, f.byRevision(e), after, to, limit)
}

// byRevision is the query of an entity's rows that the user may see.
func (f *feed) byRevision(e *entity) string {
	if f.all || e.root == everyRoot {
		return e.feed.every
	}
	return e.feed.scoped
}

// scan reads all that a query of an entity's rows says.
func (f *feed) scan(e *entity, text string, after, to int64, limit int) ([]found, error) {
	s, err := f.stream(e, text, after, to, limit)
	if err != nil {
		return nil, err
	}
	defer s.close()
	if err := s.read(-1); err != nil {
		return nil, err
	}
	return s.rows, nil
}

// missed is what a cursor by time would not have seen: a row whose last change is older than what was already read.
func (f *feed) missed(e *entity, r found) bool {
	var late bool
	err := f.one(`SELECT ifnull((SELECT max(hlc) FROM op_log WHERE entity = ?1 AND row_id = ?2 AND outcome = 1) <=
		(SELECT max(hlc) FROM op_log WHERE rev <= ?3), 0)`, []any{e.name, r.values[0], f.from}, &late)
	return err == nil && late
}

// forgotten lists the roots that were taken from the user.
func (f *feed) forgotten(to int64) error {
	if f.all {
		return nil
	}
	rows, err := f.tx.QueryContext(f.ctx, `
		SELECT root_id, revoked_rev
		FROM scope
		WHERE user_id = ?1
		AND revoked_rev > 0
		AND revoked_rev > ?2
		AND revoked_rev <= ?3
		ORDER BY revoked_rev, root_id`, f.q.User, f.from, to)
	if err != nil {
		return fmt.Errorf("read revocations: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var root string
		var rev int64
		if err := rows.Scan(&root, &rev); err != nil {
			return fmt.Errorf("read revocations: %w", err)
		}
		if mutant.On(mutant.RevocationLiveOnly) && rev != f.from+1 {
			continue
		}
		f.page.Forget = append(f.page.Forget, root)
	}
	return explain(rows.Err())
}

// granted adds the older rows of roots that became the user's up to a commit, and counts them into the cut, if there is one.
func (f *feed) granted(tables map[string][]found, to int64, c *cut) error {
	if f.all || f.from == 0 || mutant.On(mutant.GrantOnlyChanges) {
		return nil
	}
	for _, e := range f.s.feedOrder {
		if e.root == everyRoot {
			continue
		}
		rows, err := f.scan(e, e.feed.granted, f.from, to, -1)
		if err != nil {
			return err
		}
		tables[e.name] = append(tables[e.name], rows...)
		if c != nil {
			for _, r := range rows {
				c.add(r.place, 1)
			}
		}
	}
	return nil
}

// whole lists what the roots refer to that became the user's, or were given anew, up to a commit: everything under it is in
// the page, or changes again after it. Who has read nothing yet has nothing that could be beside it.
func (f *feed) whole(to int64) error {
	if f.all || f.q.From == (Cursor{}) {
		return nil
	}
	for _, e := range f.s.feedOrder {
		if e.feed.whole == "" {
			continue
		}
		if err := f.wholeOf(e, to); err != nil {
			return fmt.Errorf("read what came whole of %s: %w", e.name, explain(err))
		}
	}
	return nil
}

func (f *feed) wholeOf(e *entity, to int64) error {
	rows, err := f.tx.QueryContext(f.ctx, e.feed.whole, sql.Named("user", f.q.User), sql.Named("after", f.from), sql.Named("to", to))
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		f.page.Whole = append(f.page.Whole, id)
	}
	return rows.Err()
}

// outcomes lists how the device's ops were settled, in the order in which it made them.
func (f *feed) outcomes(to int64) error {
	rows, err := f.tx.QueryContext(f.ctx, `
		SELECT o.op_id, o.outcome, o.reason, w.user_id, w.hlc
		FROM op_log o
		LEFT JOIN op_log w ON (o.outcome = 2 OR o.reason = '`+ReasonChangedSince+`') AND w.n = (
			SELECT l.n
			FROM op_log l
			WHERE l.entity = o.entity
			AND l.row_id = o.row_id
			AND l.field = o.field
			AND l.outcome = 1
			ORDER BY l.hlc DESC
			LIMIT 1)
		WHERE o.device_id = ?1
		AND o.outcome_rev > ?2
		AND o.outcome_rev <= ?3
		ORDER BY o.n`, f.q.Device, f.from, to)
	if err != nil {
		return fmt.Errorf("read outcomes: %w", explain(err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		var id []byte
		var o OpOutcome
		var reason, by sql.NullString
		var at sql.NullInt64
		if err := rows.Scan(&id, &o.Outcome, &reason, &by, &at); err != nil {
			return fmt.Errorf("read outcomes: %w", err)
		}
		copy(o.ID[:], id)
		o.Reason, o.ByUser = reason.String, by.String
		if at.Valid {
			o.ByAt = hlc.Time(at.Int64).Wall().UnixMilli()
		}
		f.page.Outcomes = append(f.page.Outcomes, o)
	}
	return explain(rows.Err())
}

// tables puts the rows up to a commit into the order in which a member writes them: children, contacts, prospects.
func (f *feed) tables(all map[string][]found, to int64) []Table {
	var tables []Table
	for _, e := range f.s.feedOrder {
		t := Table{Entity: e.name, Columns: e.feed.columns}
		seen := map[any]bool{}
		for _, r := range all[e.name] {
			if r.place > to || seen[r.values[0]] {
				continue
			}
			seen[r.values[0]] = true
			t.Rows = append(t.Rows, r.values)
		}
		if len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}
