package crm

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// The office's own words – its stages and its reasons to discard – are an administrator's to change. What was used is
// archived, never erased: histories go on naming it.

const (
	longestTerm = 60
	mostTerms   = 60 // stages, and reasons
)

// Pipeline is what an administrator arranges: every stage and every reason, also archived ones, in their order.
type Pipeline struct {
	Stages  []PipelineStage  `json:"stages"`
	Reasons []PipelineReason `json:"reasons"`
	// Requirements are what a stage may ask for.
	Requirements []string `json:"requirements"`
}

// PipelineStage is a stage as it is arranged.
type PipelineStage struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Requires []string `json:"requires"`
	Archived bool     `json:"archived"`
	// Prospects is how many stand in it, open or not.
	Prospects int `json:"prospects"`
}

// PipelineReason is a reason as it is arranged.
type PipelineReason struct {
	ID         string `json:"id" db:"id"`
	Name       string `json:"name" db:"name"`
	Opposition bool   `json:"opposition" db:"opposition"`
	Archived   bool   `json:"archived" db:"archived"`
}

// StagePatch changes what is not nil.
type StagePatch struct {
	Name     *string
	Requires *[]string
}

// Pipeline returns what UpdateStage and its like change. Fault access.admin_only.
func (s *Service) Pipeline(ctx context.Context, v account.Viewer) (Pipeline, error) {
	if !v.IsAdmin() {
		return Pipeline{}, fault.New("access.admin_only")
	}
	p := Pipeline{Stages: []PipelineStage{}, Reasons: []PipelineReason{}, Requirements: slices.Clone(requirements)}
	var rows []boardRow
	err := s.store.Read().NewQuery(`
		SELECT s.id, s.name, s.requires, s.archived,
			coalesce((SELECT sum(t.prospects) FROM stage_total t WHERE t.stage_id = s.id), 0) AS total
		FROM stage s
		WHERE s.deleted = 0
		ORDER BY s.archived, s.position, s.id`).WithContext(ctx).All(&rows)
	if err != nil {
		return Pipeline{}, fmt.Errorf("read stages: %w", err)
	}
	for _, r := range rows {
		required, err := readRequirements(r.Requires)
		if err != nil {
			return Pipeline{}, err
		}
		p.Stages = append(p.Stages, PipelineStage{ID: r.ID, Name: r.Name, Requires: required, Archived: r.Archived, Prospects: r.Total})
	}
	err = s.store.Read().NewQuery(`
		SELECT id, name, opposition, archived
		FROM discard_reason
		WHERE deleted = 0
		ORDER BY archived, position, id`).WithContext(ctx).All(&p.Reasons)
	if err != nil {
		return Pipeline{}, fmt.Errorf("read reasons: %w", err)
	}
	return p, nil
}

// arrange runs one change of the office's words. Fault access.admin_only.
func (s *Service) arrange(ctx context.Context, v account.Viewer, what string, fn func(*store.Tx) error) (Change, error) {
	if !v.IsAdmin() {
		return Change{}, fault.New("access.admin_only")
	}
	c, err := s.change(ctx, v, fn)
	if err != nil {
		return Change{}, fmt.Errorf("%s: %w", what, err)
	}
	return c, nil
}

// AddStage adds a stage after the others. Faults: access.admin_only, input.required, input.too_long, word.taken, word.too_many.
func (s *Service) AddStage(ctx context.Context, v account.Viewer, name string) (Created, error) {
	return s.addWord(ctx, v, stageWords, name)
}

// AddReason adds a reason after the others. Faults as AddStage.
func (s *Service) AddReason(ctx context.Context, v account.Viewer, name string) (Created, error) {
	return s.addWord(ctx, v, reasonWords, name)
}

// UpdateStage renames a stage and says what it requires. Faults: access.admin_only, stage.not_found, input.invalid and
// AddStage's.
func (s *Service) UpdateStage(ctx context.Context, v account.Viewer, id string, patch StagePatch) (Change, error) {
	return s.arrange(ctx, v, "update stage", func(tx *store.Tx) error {
		if _, err := stageWords.find(tx, id); err != nil {
			return err
		}
		row := store.Row{}
		if patch.Name != nil {
			name, err := stageWords.name(tx, id, *patch.Name)
			if err != nil {
				return err
			}
			row["name"] = name
		}
		if patch.Requires != nil {
			text, err := requirementsText(*patch.Requires)
			if err != nil {
				return err
			}
			row["requires"] = text
		}
		return tx.Set("stage", id, row)
	})
}

// RenameReason renames a reason, also the one that means opposition. Faults: access.admin_only, reason.not_found and
// AddReason's.
func (s *Service) RenameReason(ctx context.Context, v account.Viewer, id, name string) (Change, error) {
	return s.arrange(ctx, v, "rename reason", func(tx *store.Tx) error {
		if _, err := reasonWords.find(tx, id); err != nil {
			return err
		}
		name, err := reasonWords.name(tx, id, name)
		if err != nil {
			return err
		}
		return tx.Set("discard_reason", id, store.Row{"name": name})
	})
}

// OrderStages puts the stages that are used into an order; those not named follow in the order they have. Faults:
// access.admin_only, stage.not_found for one that is not used.
func (s *Service) OrderStages(ctx context.Context, v account.Viewer, ids []string) (Change, error) {
	return s.arrange(ctx, v, "order stages", func(tx *store.Tx) error { return stageWords.order(tx, ids) })
}

// OrderReasons does for reasons what OrderStages does for stages. Fault reason.not_found.
func (s *Service) OrderReasons(ctx context.Context, v account.Viewer, ids []string) (Change, error) {
	return s.arrange(ctx, v, "order reasons", func(tx *store.Tx) error { return reasonWords.order(tx, ids) })
}

// ArchiveStage puts a stage away and moves its prospects to another one, each with a line in its history. What another
// computer puts into it meanwhile the host moves after them. Faults: access.admin_only, stage.not_found, stage.last,
// stage.in_use (field to, argument count) when somebody is in it and to does not say where they go, input.invalid for a to
// that is not used.
func (s *Service) ArchiveStage(ctx context.Context, v account.Viewer, id, to string) (Change, error) {
	return s.arrange(ctx, v, "archive stage", func(tx *store.Tx) error {
		w, err := stageWords.find(tx, id)
		if err != nil || w.Archived {
			return err
		}
		used, err := stageWords.used(tx)
		if err != nil {
			return err
		}
		if len(used) < 2 {
			return fault.New("stage.last")
		}
		if to != "" && (to == id || !slices.Contains(used, to)) {
			return fault.Invalid("to", "input.invalid")
		}
		var prospects []string
		err = tx.Query().NewQuery("SELECT prospect_id FROM prospect_card WHERE stage_id = {:id} ORDER BY n").
			Bind(dbx.Params{"id": id}).Column(&prospects)
		if err != nil {
			return fmt.Errorf("read prospects of stage: %w", err)
		}
		if len(prospects) > 0 && to == "" {
			return fault.Invalid("to", "stage.in_use", "count", len(prospects))
		}
		for _, p := range prospects {
			if err := tx.Set("prospect", p, store.Row{"stage_id": to}); err != nil {
				return err
			}
			if err := addEvent(tx, p, EventStage, map[string]any{"from": id, "to": to, "why": "archived"}); err != nil {
				return err
			}
		}
		return tx.Set("stage", id, store.Row{"archived": true, "successor_id": to})
	})
}

// RestoreStage takes an archived stage into use again. Who was moved out of it stays where they are. Faults:
// access.admin_only, stage.not_found, word.taken when another has its name by now.
func (s *Service) RestoreStage(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.arrange(ctx, v, "restore stage", func(tx *store.Tx) error {
		w, err := stageWords.find(tx, id)
		if err != nil || !w.Archived {
			return err
		}
		if _, err := stageWords.name(tx, id, w.Name); err != nil {
			return err
		}
		return tx.Set("stage", id, store.Row{"archived": false, "successor_id": ""})
	})
}

// ArchiveReason puts a reason away: nobody is discarded for it any more, and who was stays so. Faults: access.admin_only,
// reason.not_found, reason.last_opposition for the only one by which a person's no is kept.
func (s *Service) ArchiveReason(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.arrange(ctx, v, "archive reason", func(tx *store.Tx) error {
		if _, err := reasonWords.find(tx, id); err != nil {
			return err
		}
		needed, err := exists(tx, `
			SELECT 1
			FROM discard_reason r
			WHERE r.id = {:id}
			AND r.opposition = 1
			AND NOT EXISTS (
				SELECT 1
				FROM discard_reason o
				WHERE o.id <> r.id
				AND o.opposition = 1
				AND o.archived = 0
				AND o.deleted = 0)`, dbx.Params{"id": id})
		if err != nil {
			return fmt.Errorf("look for opposition: %w", err)
		}
		if needed {
			return fault.New("reason.last_opposition")
		}
		return tx.Set("discard_reason", id, store.Row{"archived": true})
	})
}

// RestoreReason takes an archived reason into use again. Faults: access.admin_only, reason.not_found, word.taken.
func (s *Service) RestoreReason(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return s.arrange(ctx, v, "restore reason", func(tx *store.Tx) error {
		w, err := reasonWords.find(tx, id)
		if err != nil || !w.Archived {
			return err
		}
		if _, err := reasonWords.name(tx, id, w.Name); err != nil {
			return err
		}
		return tx.Set("discard_reason", id, store.Row{"archived": false})
	})
}

// words are the stages or the reasons: a table of names in an order.
type words struct{ table, notFound string }

var (
	stageWords  = words{"stage", "stage.not_found"}
	reasonWords = words{"discard_reason", "reason.not_found"}
)

type wordRow struct {
	Name     string `db:"name"`
	Archived bool   `db:"archived"`
}

func (w words) find(tx *store.Tx, id string) (wordRow, error) {
	var row wordRow
	err := tx.Query().NewQuery("SELECT name, archived FROM " + w.table + " WHERE id = {:id} AND deleted = 0").Bind(dbx.Params{"id": id}).One(&row)
	return row, orNotFound(err, w.notFound)
}

// used are the ids of those that are not archived, in their order.
func (w words) used(tx *store.Tx) ([]string, error) {
	var ids []string
	err := tx.Query().NewQuery("SELECT id FROM " + w.table + " WHERE archived = 0 AND deleted = 0 ORDER BY position, id").Column(&ids)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", w.table, err)
	}
	return ids, nil
}

// name checks a name for id, "" for a new one: two that read alike would be one word for two things.
func (w words) name(tx *store.Tx, id, text string) (string, error) {
	name := strings.Join(strings.Fields(text), " ")
	switch {
	case name == "":
		return "", fault.Invalid("name", "input.required")
	case utf8.RuneCountInString(name) > longestTerm:
		return "", fault.Invalid("name", "input.too_long", "max", longestTerm)
	}
	if _, err := checkText("name", name, longestTerm); err != nil {
		return "", err
	}
	var others []string
	err := tx.Query().NewQuery("SELECT name FROM " + w.table + " WHERE archived = 0 AND deleted = 0 AND id <> {:id}").
		Bind(dbx.Params{"id": id}).Column(&others)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", w.table, err)
	}
	if slices.ContainsFunc(others, func(o string) bool { return strings.EqualFold(o, name) }) {
		return "", fault.Invalid("name", "word.taken")
	}
	return name, nil
}

func (w words) order(tx *store.Tx, ids []string) error {
	used, err := w.used(tx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.Contains(used, id) {
			return fault.New(w.notFound)
		}
	}
	for i, id := range union(slices.Compact(slices.Clone(ids)), used) {
		if err := tx.Set(w.table, id, store.Row{"position": i + 1}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) addWord(ctx context.Context, v account.Viewer, w words, text string) (Created, error) {
	var id string
	c, err := s.arrange(ctx, v, "add to "+w.table, func(tx *store.Tx) error {
		name, err := w.name(tx, "", text)
		if err != nil {
			return err
		}
		used, err := w.used(tx)
		if err != nil {
			return err
		}
		if len(used) >= mostTerms {
			return fault.Invalid("name", "word.too_many", "max", mostTerms)
		}
		var last int
		if err := tx.Query().NewQuery("SELECT coalesce(max(position), 0) FROM " + w.table + " WHERE deleted = 0").Row(&last); err != nil {
			return fmt.Errorf("read last of %s: %w", w.table, err)
		}
		id = tx.NewID()
		return tx.Create(w.table, id, store.Row{"name": name, "position": last + 1})
	})
	if err != nil {
		return Created{}, err
	}
	return Created{ID: id, Change: c}, nil
}
