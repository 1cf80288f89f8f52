package crm

import (
	"context"
	"fmt"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// BoardFilter narrows the board. Its fields mean what they mean in ProspectFilter.
type BoardFilter struct{ Query, Seller, Temperature, Form, Open string }

// Board is the office's stages with how many prospects stand in each. The cards of a column are ListProspects with its stage.
type Board struct {
	Columns []BoardColumn `json:"columns"`
	Forms   []BoardForm   `json:"forms"` // what may be filtered by
}

// BoardColumn is one stage. One that is no more has a column for as long as somebody is left in it.
type BoardColumn struct {
	StageID  string   `json:"stage_id"`
	Name     string   `json:"name"`
	Requires []string `json:"requires"`
	Archived bool     `json:"archived"`
	// Total counts all of the column, whatever has been read of it; CountUnknown for a search that finds more than 10,000.
	Total int `json:"total"`
}

// BoardForm is a form that prospects the viewer may see have come by.
type BoardForm struct {
	ID   string `json:"id" db:"form_id"`
	Name string `json:"name" db:"form_name"`
}

type boardRow struct {
	ID       string `db:"id"`
	Name     string `db:"name"`
	Requires string `db:"requires"`
	Archived bool   `db:"archived"`
	Total    int    `db:"total"`
}

// boardQuery sums what the triggers of 0022_govern_stages.sql count. A stage that is unknown here, or none, comes last.
const boardQuery = `
	WITH total AS (
		SELECT t.stage_id, sum(t.prospects) AS prospects
		FROM stage_total t
		WHERE ({:anybody} = 1 OR t.owner_id = {:owner})
		AND ({:temperature} = '' OR t.temperature = {:temperature})
		AND ({:form} = '' OR t.form_id = {:form})
		AND ({:open} = 'all' OR t.is_open = ({:open} = 'true'))
		GROUP BY t.stage_id)
	SELECT s.id, s.name, s.requires, s.archived = 1 OR s.deleted = 1 AS archived, coalesce(t.prospects, 0) AS total, s.position
	FROM stage s
	LEFT JOIN total t ON t.stage_id = s.id
	WHERE s.archived = 0 AND s.deleted = 0
	OR t.prospects > 0
	UNION ALL
	SELECT t.stage_id, '', '[]', 1, t.prospects, 9223372036854775807
	FROM total t
	WHERE t.prospects > 0
	AND t.stage_id NOT IN (SELECT id FROM stage)
	ORDER BY position, id`

// Board returns the stages in their order, with true totals of what the viewer may see. Fault input.invalid.
func (s *Service) Board(ctx context.Context, v account.Viewer, f BoardFilter) (Board, error) {
	list := ProspectFilter{Query: f.Query, Seller: f.Seller, Temperature: f.Temperature, Form: f.Form, Open: f.Open, Limit: 1}
	if list.Open == "" {
		list.Open = OpenAll
	}
	if err := list.check(); err != nil {
		return Board{}, err
	}
	var p listPlan
	p.params = dbx.Params{}
	owned := p.own(v, f.Seller)
	params := dbx.Params{"anybody": !owned, "owner": p.params["owner"], "temperature": f.Temperature, "form": f.Form, "open": list.Open}
	if p.empty { // another seller's: the stages are the office's, nobody is in them
		params["owner"] = nil
	}
	var rows []boardRow
	if err := s.store.Read().NewQuery(boardQuery).Bind(params).WithContext(ctx).All(&rows); err != nil {
		return Board{}, fmt.Errorf("read board: %w", err)
	}
	b := Board{Columns: make([]BoardColumn, len(rows))}
	for i, r := range rows {
		required, err := readRequirements(r.Requires)
		if err != nil {
			return Board{}, err
		}
		b.Columns[i] = BoardColumn{StageID: r.ID, Name: r.Name, Requires: required, Archived: r.Archived, Total: r.Total}
		if f.Query == "" || r.Total == 0 {
			continue
		}
		list.Stage = r.ID
		found, err := s.ListProspects(ctx, v, list)
		if err != nil {
			return Board{}, err
		}
		b.Columns[i].Total = found.Total
	}
	var err error
	b.Forms, err = s.boardForms(ctx, v)
	return b, err
}

// boardForms lists the forms of prospects the viewer may see, each by its latest name.
func (s *Service) boardForms(ctx context.Context, v account.Viewer) ([]BoardForm, error) {
	forms := []BoardForm{}
	err := s.store.Read().NewQuery(`
		SELECT t.form_id, coalesce((
			SELECT c.form_name
			FROM prospect_card c
			WHERE c.form_id = t.form_id
			AND c.form_id <> ''
			AND c.form_name <> ''
			AND ({:everything} = 1 OR c.owner_id = {:viewer})
			ORDER BY c.is_open DESC, c.lead_at DESC
			LIMIT 1), t.form_id) AS form_name
		FROM (
			SELECT DISTINCT form_id
			FROM stage_total
			WHERE form_id <> ''
			AND ({:everything} = 1 OR owner_id = {:viewer})) t
		ORDER BY form_name, t.form_id`).Bind(viewerParams(v, "")).WithContext(ctx).All(&forms)
	if err != nil {
		return nil, fmt.Errorf("read forms of board: %w", err)
	}
	return forms, nil
}
