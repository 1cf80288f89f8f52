package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// copyPattern is how copies from before a migration end, whole ones and those that were cut short.
var copyPattern = regexp.MustCompile(`^\.before-\d+-from-\d+(\.part)?$`)

// loadCopies notes whether a member has copies of its file from before a migration.
func (s *Store) loadCopies() (err error) {
	if s.opts.Member {
		var found []string
		found, err = copiesOf(s.opts.Path)
		s.copies = len(found) > 0
	}
	return err
}

func copiesOf(path string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("list copies: %w", err)
	}
	var found []string
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), filepath.Base(path)); ok && copyPattern.MatchString(rest) {
			found = append(found, filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return found, nil
}

// dropCopies removes a member's copies: they hold what it was told to forget since, and no page reaches them.
func (s *Store) dropCopies() error {
	if !s.copies {
		return nil
	}
	found, err := copiesOf(s.opts.Path)
	if err != nil {
		return err
	}
	for _, path := range found {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a copy of the file: %w", err)
		}
	}
	s.copies = false
	return nil
}

// dropSpentCopies removes copies once the migrated replica has read everything and all of its own work is settled: there is
// nothing left that only a copy has. What cannot be removed now is with the next page.
func (s *Store) dropSpentCopies() {
	if !s.copies || s.replica.filling {
		return
	}
	var pending bool
	_, err := s.row(s.st.member.anyPending, nil, &pending)
	if err == nil && !pending {
		err = s.dropCopies()
	}
	if err != nil {
		s.log.WithError(err).Warn("copies from before a migration stay for now")
	}
}
