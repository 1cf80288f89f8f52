package app

import (
	"context"
	"fmt"
	"strings"

	"sitegroup.mx/crm/backend/crm"
)

// mostTwice is how many people are in the demo twice.
const mostTwice = 3

// registerTwice has a few people of the demo's past call again with another number, as people do, and be written down anew by
// whoever answers: the queue of possible duplicates has something to show.
func (d *demoOffice) registerTwice(ctx context.Context) error {
	list, err := d.CRM.ListProspects(ctx, d.admin, crm.ProspectFilter{Sort: crm.SortActivity, Open: crm.OpenAll, Limit: 40})
	if err != nil {
		return fmt.Errorf("look who calls again: %w", err)
	}
	done := 0
	for i := 0; i < len(list.Items) && done < mostTwice; i += 5 {
		c := list.Items[i]
		if !strings.HasPrefix(c.Phone, "+52") || !strings.Contains(c.Name, " ") || c.OwnerID == "" {
			continue
		}
		last := len(c.Phone) - 1
		// The invented people's own numbers end in low digits: with one far away it is nobody else's.
		other := c.Phone[:last] + string('0'+(c.Phone[last]-'0'+5)%10)
		n := crm.NewProspect{Name: crm.TidyName(c.Name), Phones: []string{other}, Note: "Llamó de otro número; dice que ya había preguntado."}
		if _, err := d.CRM.CreateProspect(ctx, d.admin, n); err != nil {
			return fmt.Errorf("write somebody down twice: %w", err)
		}
		done++
	}
	return nil
}
