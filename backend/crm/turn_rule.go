package crm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pocketbase/dbx"
)

// Values of TurnRule.Otherwise: what becomes of a lead when nobody of its rule's group can take it.
const (
	OtherwiseDefault = "default" // the rule without conditions; everybody where there is none
	OtherwiseTray    = "tray"    // it waits for an administrator
)

// TurnRule says which group takes turns for which leads. All conditions that are not empty have to hold; a rule without any
// is the default, for everything that no other fits.
type TurnRule struct {
	ID           string `json:"id" db:"id"`
	Name         string `json:"name" db:"name"`
	FormID       string `json:"form_id" db:"form_id"`
	FormName     string `json:"form_name" db:"form_name"`
	CampaignID   string `json:"campaign_id" db:"campaign_id"`
	CampaignName string `json:"campaign_name" db:"campaign_name"`
	PageID       string `json:"page_id" db:"page_id"`
	PageName     string `json:"page_name" db:"page_name"`
	Cities       string `json:"cities" db:"cities"`     // separated by commas
	GroupID      string `json:"group_id" db:"group_id"` // "" is everybody
	Otherwise    string `json:"otherwise" db:"otherwise"`
	Active       bool   `json:"active" db:"active"`
}

// turnRule is a rule ready to be asked.
type turnRule struct {
	TurnRule
	cities []string // folded
}

// turnLead is what rules look at.
type turnLead struct{ form, campaign, page, city string }

func (e Enquiry) lead() turnLead { return turnLead{e.FormID, e.CampaignID, e.PageID, e.City} }

const ruleColumns = `id, name, form_id, form_name, campaign_id, campaign_name, page_id, page_name, cities, group_id, otherwise, active`

// rulesQuery reads all rules in the order in which they are asked.
const rulesQuery = `
	SELECT ` + ruleColumns + `
	FROM turn_rule
	WHERE deleted = 0
	ORDER BY position, id`

func (t *turnSetup) readRules(q dbx.Builder) error {
	var rules []TurnRule
	if err := q.NewQuery(rulesQuery).All(&rules); err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	for _, r := range rules {
		if !r.Active {
			continue
		}
		t.rules = append(t.rules, readyRule(r))
	}
	return nil
}

func readyRule(r TurnRule) turnRule {
	ready := turnRule{TurnRule: r}
	for city := range strings.SplitSeq(r.Cities, ",") {
		if city = fold(city); city != "" {
			ready.cities = append(ready.cities, city)
		}
	}
	return ready
}

// isDefault reports whether a rule has no conditions.
func (r turnRule) isDefault() bool {
	return r.FormID == "" && r.CampaignID == "" && r.PageID == "" && len(r.cities) == 0
}

func (r turnRule) fits(l turnLead, city string) bool {
	switch {
	case r.FormID != "" && r.FormID != l.form:
	case r.CampaignID != "" && r.CampaignID != l.campaign:
	case r.PageID != "" && r.PageID != l.page:
	case len(r.cities) > 0 && !slices.Contains(r.cities, city):
	default:
		return true
	}
	return false
}

// rota is one circle of sellers, and how a lead comes to it.
type rota struct {
	group string // "" is everybody
	rule  string // its name, "" when there is none
}

// rotas are the circles that a lead is offered to, one after the other.
func (t *turnSetup) rotas(l turnLead) []rota {
	if len(t.rules) == 0 {
		return []rota{{}}
	}
	city := fold(l.city)
	var fallback []rota
	if i := slices.IndexFunc(t.rules, turnRule.isDefault); i >= 0 {
		fallback = append(fallback, rota{t.groupOr(t.rules[i].GroupID), t.rules[i].Name})
	} else {
		fallback = append(fallback, rota{})
	}
	for _, r := range t.rules {
		if r.isDefault() || !r.fits(l, city) {
			continue
		}
		first := rota{t.groupOr(r.GroupID), r.Name}
		if r.Otherwise == OtherwiseTray || first.group == fallback[0].group {
			return []rota{first}
		}
		return append([]rota{first}, fallback...)
	}
	return fallback
}

// groupOr is the group, or everybody when there is no such group any more: no lead is lost over it.
func (t *turnSetup) groupOr(id string) string {
	if _, ok := t.groups[id]; ok {
		return id
	}
	return ""
}

// members are the active sellers of a rota, by id.
func (t *turnSetup) members(r rota) []*turnSeller {
	members := make([]*turnSeller, 0, len(t.sellers))
	if r.group == "" {
		for i := range t.sellers {
			members = append(members, &t.sellers[i])
		}
		return members
	}
	for _, id := range t.groups[r.group].members {
		if u := t.seller(id); u != nil {
			members = append(members, u)
		}
	}
	return members
}
