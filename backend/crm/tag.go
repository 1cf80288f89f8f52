package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/pocketbase/dbx"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Tag is a word of the office's own for prospects. Administrators keep the words; whoever may see a prospect puts them on
// and takes them off.
type Tag struct {
	ID    string `json:"id" db:"id"`
	Name  string `json:"name" db:"name"`
	Color string `json:"color" db:"color"` // one of TagColors, or ""
}

// TagColors are the colours that a tag may have.
var TagColors = []string{"gray", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"}

// Limits of tags.
const (
	longestTag = 40
	mostTags   = 200 // words of an office
)

// CodeTagNotFound answers for a tag that does not exist.
const CodeTagNotFound = "tag.not_found"

// TagPatch changes what is not nil.
type TagPatch struct {
	Name, Color *string
}

// ListTags returns the office's tags by name.
func (s *Service) ListTags(ctx context.Context) ([]Tag, error) {
	tags := []Tag{}
	err := s.store.Read().NewQuery(`
		SELECT id, name, color
		FROM tag
		WHERE deleted = 0
		ORDER BY name COLLATE NOCASE, id`).WithContext(ctx).All(&tags)
	if err != nil {
		return nil, fmt.Errorf("list tags: %w", err)
	}
	return tags, nil
}

// CreateTag adds a word. Faults: access.admin_only; input.required; tag.exists for a name that another tag has;
// tag.too_many.
func (s *Service) CreateTag(ctx context.Context, v account.Viewer, name, color string) (Created, error) {
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		id = tx.NewID()
		row, err := tagRow(tx, v, id, TagPatch{&name, &color})
		if err != nil {
			return err
		}
		row["created_at"] = nowText(tx)
		return tx.Create("tag", id, row)
	})
	if err != nil {
		return Created{}, fmt.Errorf("create tag: %w", err)
	}
	return Created{id, c}, nil
}

// UpdateTag renames or recolours a word. Faults as CreateTag's, and tag.not_found.
func (s *Service) UpdateTag(ctx context.Context, v account.Viewer, id string, patch TagPatch) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		row, err := tagRow(tx, v, id, patch)
		if err != nil {
			return err
		}
		if err := mustBeTag(tx, id); err != nil {
			return err
		}
		return tx.Set("tag", id, row)
	})
	if err != nil {
		return Change{}, fmt.Errorf("update tag: %w", err)
	}
	return c, nil
}

// DeleteTag takes a word away from the office, and so from every prospect: they show it no more, and an undo brings it back
// to all of them. Faults: access.admin_only, tag.not_found.
func (s *Service) DeleteTag(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if !v.IsAdmin() {
			return fault.New("access.admin_only")
		}
		if err := mustBeTag(tx, id); err != nil {
			return err
		}
		return tx.Remove("tag", id)
	})
	if err != nil {
		return Change{}, fmt.Errorf("delete tag: %w", err)
	}
	return c, nil
}

// tagRow checks what a person wrote for a tag.
func tagRow(tx *store.Tx, v account.Viewer, id string, patch TagPatch) (store.Row, error) {
	if !v.IsAdmin() {
		return nil, fault.New("access.admin_only")
	}
	row := store.Row{}
	if patch.Color != nil {
		if *patch.Color != "" && !slices.Contains(TagColors, *patch.Color) {
			return nil, fault.Invalid("color", "input.invalid")
		}
		row["color"] = *patch.Color
	}
	if patch.Name == nil {
		return row, nil
	}
	name, err := checkText("name", *patch.Name, longestTag)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fault.Invalid("name", "input.required")
	}
	var others []Tag
	if err := tx.Query().NewQuery("SELECT id, name, color FROM tag WHERE deleted = 0").All(&others); err != nil {
		return nil, fmt.Errorf("read tags: %w", err)
	}
	for _, o := range others {
		if o.ID != id && foldText(o.Name) == foldText(name) {
			return nil, fault.Invalid("name", "tag.exists")
		}
	}
	if len(others) >= mostTags {
		return nil, fault.New("tag.too_many", "max", mostTags)
	}
	row["name"] = name
	return row, nil
}

func mustBeTag(tx *store.Tx, id string) error {
	known, err := exists(tx, "SELECT 1 FROM tag WHERE id = {:id} AND deleted = 0", dbx.Params{"id": id})
	if err != nil {
		return fmt.Errorf("look for tag: %w", err)
	}
	if !known {
		return fault.New(CodeTagNotFound)
	}
	return nil
}

// SetTags puts tags on a prospect and takes others off it. What it bears already, and what it does not bear, is left.
// Faults: prospect.not_found, tag.not_found.
func (s *Service) SetTags(ctx context.Context, v account.Viewer, prospectID string, add, remove []string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		p, err := findProspect(tx, v, prospectID)
		if err != nil {
			return err
		}
		return setTags(tx, p.ID, add, remove)
	})
	if err != nil {
		return Change{}, fmt.Errorf("set tags: %w", err)
	}
	return c, nil
}

// borne is a tag on a prospect.
type borne struct {
	ID    string `db:"id"`
	TagID string `db:"tag_id"`
}

func setTags(tx *store.Tx, prospectID string, add, remove []string) error {
	var bears []borne
	err := tx.Query().NewQuery(`
		SELECT id, tag_id
		FROM prospect_tag
		WHERE prospect_id = {:prospect}
		AND deleted = 0`).Bind(dbx.Params{"prospect": prospectID}).All(&bears)
	if err != nil {
		return fmt.Errorf("read tags: %w", err)
	}
	for _, b := range bears { // a tag that two computers have put on goes with both rows
		if slices.Contains(remove, b.TagID) {
			if err := tx.Remove("prospect_tag", b.ID); err != nil {
				return fmt.Errorf("take tag off: %w", err)
			}
		}
	}
	for i, tag := range add {
		has := func(b borne) bool { return b.TagID == tag }
		if slices.ContainsFunc(bears, has) || slices.Contains(add[:i], tag) || slices.Contains(remove, tag) {
			continue
		}
		if err := mustBeTag(tx, tag); err != nil {
			return err
		}
		err := tx.Create("prospect_tag", tx.NewID(), store.Row{"prospect_id": prospectID, "tag_id": tag, "created_at": nowText(tx)})
		if err != nil {
			return fmt.Errorf("put tag on: %w", err)
		}
	}
	return nil
}

// foldText is a text as people compare two by eye: without accents and case.
func foldText(text string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), text)
	if err != nil {
		plain = text
	}
	return strings.ToLower(strings.Join(strings.Fields(plain), " "))
}
