package app

import (
	"context"
	"fmt"

	"sitegroup.mx/crm/backend/crm"
)

// demoTags are the words the demo's office has for its prospects, with how many of them go by until the next one bears it.
var demoTags = []struct {
	name, color string
	every       int
}{
	{"Crédito Infonavit", "blue", 4},
	{"Inversionista", "violet", 7},
	{"Quiere esquina", "green", 9},
	{"Referido", "orange", 11},
}

// demoViews are the lists that everybody in the office has at hand.
var demoViews = []crm.NewView{
	{Name: "Calientes", Shared: true, Pinned: true, Query: crm.ViewQuery{Temperature: crm.TemperatureHot, Open: crm.OpenOnly, Sort: crm.SortNext}},
	{Name: "Nadie ha planeado nada", Shared: true, Pinned: true, Query: crm.ViewQuery{NoNext: true, Open: crm.OpenOnly}},
	{Name: "Leads de la semana", Shared: true, Query: crm.ViewQuery{LeadFrom: "-6d", Open: crm.OpenAll}},
}

// binned is how many discarded prospects have been thrown away.
const binned = 2

// tidyUp is what an administrator does between two calls: tags, lists to come back to, a merge, and the bin.
func (d *demoOffice) tidyUp(ctx context.Context) error {
	list, err := d.CRM.ListProspects(ctx, d.admin, crm.ProspectFilter{Open: crm.OpenAll, Limit: 200})
	if err != nil {
		return fmt.Errorf("look what to tidy up: %w", err)
	}
	for i, t := range demoTags {
		tag, err := d.CRM.CreateTag(ctx, d.admin, t.name, t.color)
		if err != nil {
			return fmt.Errorf("make demo tag: %w", err)
		}
		for n := i; n < len(list.Items); n += t.every {
			if _, err := d.CRM.SetTags(ctx, d.admin, list.Items[n].ID, []string{tag.ID}, nil); err != nil {
				return fmt.Errorf("tag demo prospect: %w", err)
			}
		}
	}
	for _, v := range demoViews {
		if _, err := d.CRM.CreateView(ctx, d.admin, v); err != nil {
			return fmt.Errorf("keep demo view: %w", err)
		}
	}
	thrown := 0
	for i := len(list.Items) - 1; i >= 0 && thrown < binned; i-- {
		c := list.Items[i]
		if c.Status != crm.StatusDiscarded || c.Opposed {
			continue
		}
		if _, err := d.CRM.DeleteProspect(ctx, d.admin, c.ID); err != nil {
			return fmt.Errorf("throw demo prospect away: %w", err)
		}
		thrown++
	}
	return d.mergeOnce(ctx)
}

// mergeOnce makes the last of the possible duplicates one person, if the queue is left with another pair.
func (d *demoOffice) mergeOnce(ctx context.Context) error {
	pairs, err := d.CRM.ListDuplicates(ctx, d.admin, "", 10)
	if err != nil {
		return fmt.Errorf("look who is there twice: %w", err)
	}
	if len(pairs.Items) < 2 {
		return nil
	}
	both := pairs.Items[len(pairs.Items)-1].Contacts
	m := crm.Merge{Contacts: []string{both[0].ID, both[1].ID}, Choice: crm.MergeChoice{Seller: crm.SellersKeep}}
	if _, err := d.CRM.MergeContacts(ctx, d.admin, m); err != nil {
		return fmt.Errorf("merge demo contacts: %w", err)
	}
	return nil
}
