package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pocketbase/dbx"
)

// Stats are figures for the health page.
type Stats struct {
	FileBytes int64  // the database itself
	WALBytes  int64  // written but not yet moved into it
	PageSize  int64  // bytes
	Pages     int64  // of the database
	FreePages int64  // of those, without content
	Rev       int64  // of the last commit
	Cipher    string // "chacha20"
}

// Stats looks at the file.
func (s *Store) Stats(ctx context.Context) (Stats, error) {
	var st Stats
	err := s.ReadTx(ctx, func(q dbx.Builder) error {
		return q.NewQuery(`SELECT
				(SELECT page_size FROM pragma_page_size),
				(SELECT page_count FROM pragma_page_count),
				(SELECT freelist_count FROM pragma_freelist_count),
				(SELECT coalesce(max(rev), 0) FROM commits)`).Row(&st.PageSize, &st.Pages, &st.FreePages, &st.Rev)
	})
	if err != nil {
		return Stats{}, fmt.Errorf("read figures: %w", err)
	}
	st.Cipher = s.cipher
	if st.FileBytes, err = size(s.opts.Path); err != nil {
		return Stats{}, err
	}
	if st.WALBytes, err = size(s.opts.Path + "-wal"); err != nil {
		return Stats{}, err
	}
	return st, nil
}

func size(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the file: %w", err)
	}
	return info.Size(), nil
}

// Check reads every page and answers ErrCorrupt with what SQLite found. It does not compare indices with their tables.
func (s *Store) Check(ctx context.Context) error {
	var problems []string
	err := s.reader.NewQuery("PRAGMA quick_check(20)").WithContext(ctx).Column(&problems)
	if err != nil {
		return fmt.Errorf("check the file: %w", explain(err))
	}
	if len(problems) == 1 && problems[0] == "ok" {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrCorrupt, strings.Join(problems, "; "))
}
