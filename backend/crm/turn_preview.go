package crm

import (
	"context"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// TurnPreview tells who would get the next lead of a kind now, and why.
type TurnPreview struct {
	Rule    string `json:"rule"`     // the name of the rule that fits, "" when there is none
	GroupID string `json:"group_id"` // "" is everybody
	Group   string `json:"group"`
	// Next are the sellers it would go to: one, or several of whom the lot decides. Empty for the tray.
	Next   []string    `json:"next"`
	Turn   int         `json:"turn"`
	Of     int         `json:"of"`
	Reason string      `json:"reason"` // why it would wait in the tray
	Seats  []TurnPlace `json:"seats"`  // everybody of the circle, whose turn it is first
	// Passed are the circles that were asked before, and could not.
	Passed []TurnPassed `json:"passed"`
}

// TurnPlace is a seller in a circle.
type TurnPlace struct {
	UserID string `json:"user_id"`
	Name   string `json:"name"`
	Given  int64  `json:"given"` // turns had in this circle, as they count now
	LastAt string `json:"last_at"`
	Away   string `json:"away"` // why they cannot take a turn, "" when they can
}

// TurnPassed is a circle in which nobody can take a turn.
type TurnPassed struct {
	Rule   string `json:"rule"`
	Group  string `json:"group"`
	Reason string `json:"reason"`
}

// TurnLead is a lead to try rules with.
type TurnLead struct{ FormID, CampaignID, PageID, City string }

// PreviewTurn tells who would get the next such lead; nobody has a turn for it. It is the host's to answer. Fault
// access.admin_only.
func (s *Service) PreviewTurn(ctx context.Context, v account.Viewer, lead TurnLead) (TurnPreview, error) {
	if err := account.AdminOnly(v); err != nil {
		return TurnPreview{}, err
	}
	var p TurnPreview
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		t, err := s.setup(q)
		if err != nil {
			return err
		}
		p = TurnPreview{Next: []string{}, Seats: []TurnPlace{}, Passed: []TurnPassed{}}
		for _, r := range t.rotas(turnLead{lead.FormID, lead.CampaignID, lead.PageID, lead.City}) {
			b, err := t.bench(q, r, nil, s.clock.Now())
			if err != nil {
				return err
			}
			p.Rule, p.GroupID, p.Group, p.Seats = r.rule, r.group, t.groups[r.group].name, t.places(b)
			if len(b.seats) > 0 {
				waiting, served := dueSeats(b.seats)
				for _, w := range waiting {
					p.Next = append(p.Next, w.UserID)
				}
				p.Turn, p.Of, p.Reason = served+1, len(b.seats), ""
				return nil
			}
			p.Passed = append(p.Passed, TurnPassed{r.rule, p.Group, b.reason()})
			if p.Reason == "" {
				p.Reason = b.reason()
			}
		}
		return nil
	})
	if err != nil {
		return TurnPreview{}, fmt.Errorf("preview turn: %w", err)
	}
	return p, nil
}

// places are a circle's sellers in the order in which they come: those who can, by turn, then the others by name.
func (t *turnSetup) places(b bench) []TurnPlace {
	places := make([]TurnPlace, 0, len(b.seats)+len(b.away))
	rest := slices.Clone(b.seats)
	for len(rest) > 0 { // one round, if nothing changes
		waiting, _ := dueSeats(rest)
		for _, w := range waiting {
			places = append(places, TurnPlace{UserID: w.UserID, Name: t.nameOf(w.UserID), Given: w.Given, LastAt: w.LastAt})
			rest = slices.DeleteFunc(rest, func(s seat) bool { return s.UserID == w.UserID })
		}
	}
	var away []TurnPlace
	for id, reason := range b.away {
		away = append(away, TurnPlace{UserID: id, Name: t.nameOf(id), Away: reason})
	}
	slices.SortFunc(away, func(a, b TurnPlace) int { return compareNames(a.Name+a.UserID, b.Name+b.UserID) })
	return append(places, away...)
}

func (t *turnSetup) nameOf(id string) string {
	if u := t.seller(id); u != nil {
		return u.Name
	}
	return ""
}

// LeadSource is something that rules can ask for.
type LeadSource struct {
	ID   string `json:"id" db:"id"`
	Name string `json:"name" db:"name"`
}

// LeadSources are the forms, campaigns and pages that leads come from.
type LeadSources struct {
	Forms     []LeadSource `json:"forms"`
	Campaigns []LeadSource `json:"campaigns"`
	Pages     []LeadSource `json:"pages"`
}

// recentLeads is among how many of the newest prospects sources are looked for, beside those that Meta has told of.
const recentLeads = 5000

// LeadSources lists what rules can ask for: what Meta has told this computer of, and what the newest prospects came from. Fault
// access.admin_only.
func (s *Service) LeadSources(ctx context.Context, v account.Viewer) (LeadSources, error) {
	if err := account.AdminOnly(v); err != nil {
		return LeadSources{}, err
	}
	recent := `
		SELECT p.id, p.form_id, p.campaign_id
		FROM prospect p
		ORDER BY p.n DESC
		LIMIT {:limit}`
	all := LeadSources{Forms: []LeadSource{}, Campaigns: []LeadSource{}, Pages: []LeadSource{}}
	for _, list := range []struct {
		into  *[]LeadSource
		query string
	}{
		{&all.Forms, `
			SELECT id, name FROM meta_form
			UNION ALL
			SELECT r.form_id, ` + nameOf("form", "r.form_id") + ` FROM (` + recent + `) r WHERE r.form_id <> '' AND r.form_id NOT IN (SELECT id FROM meta_form) GROUP BY r.form_id`},
		{&all.Campaigns, `
			SELECT r.campaign_id AS id, ` + nameOf("campaign", "r.campaign_id") + ` AS name FROM (` + recent + `) r WHERE r.campaign_id <> '' GROUP BY r.campaign_id`},
		{&all.Pages, `
			SELECT id, name FROM meta_page
			UNION ALL
			SELECT s.page_id, ''
			FROM (` + recent + `) r
			JOIN submission s ON s.prospect_id = r.id
			WHERE s.page_id <> ''
			AND s.page_id NOT IN (SELECT id FROM meta_page)
			GROUP BY s.page_id`},
	} {
		err := s.store.Read().NewQuery(list.query).Bind(dbx.Params{"limit": recentLeads}).WithContext(ctx).All(list.into)
		if err != nil {
			return LeadSources{}, fmt.Errorf("list sources of leads: %w", err)
		}
		slices.SortFunc(*list.into, func(a, b LeadSource) int { return compareNames(a.Name+a.ID, b.Name+b.ID) })
	}
	return all, nil
}
