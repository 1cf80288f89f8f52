package crm

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
)

// ResponseFields are the fields of ResponseRows: a line for each lead that is timed, and how many minutes its response took by each
// clock, in the order of clocks; nothing where there was none.
var ResponseFields = []string{
	"name", "phone", "seller", "form", "campaign", "status", "lead_at", "received_at", "attended_at",
	"minutes_lead", "minutes_lead_hours", "minutes_receipt", "minutes_receipt_hours",
}

// responseFilter lists the leads that ResponseTimes counts, with its days as dates: they stay the same at midnight.
func (s *Service) responseFilter(ctx context.Context, q DashboardQuery) (f ProspectFilter, err error) {
	zone, err := s.zone(ctx)
	if err != nil {
		return f, err
	}
	f = ProspectFilter{Source: SourceLeads, Seller: q.Seller}
	f.LeadFrom, f.LeadTo, err = q.dates(s.clock.Now().In(zone))
	return f, err
}

// CountResponses returns how many rows ResponseRows yields, those of people who are left out among them. Faults as Dashboard's.
func (s *Service) CountResponses(ctx context.Context, v account.Viewer, q DashboardQuery) (int, error) {
	f, err := s.responseFilter(ctx, q)
	if err != nil {
		return 0, err
	}
	return s.CountProspects(ctx, v, f)
}

// ResponseRows yields the leads of a period with how soon they were responded to, newest first; nil for a person who asked not to
// be contacted.
func (s *Service) ResponseRows(ctx context.Context, v account.Viewer, q DashboardQuery) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		f, err := s.responseFilter(ctx, q)
		if err != nil {
			yield(nil, err)
			return
		}
		var t *turnSetup
		err = s.store.ReadTx(ctx, func(db dbx.Builder) (err error) {
			t, err = s.setup(db)
			return err
		})
		if err != nil {
			yield(nil, fmt.Errorf("read rows of responses: %w", err))
			return
		}
		f.Limit = rowsAtOnce
		for {
			page, err := s.ListProspects(ctx, v, f)
			if err != nil {
				yield(nil, err)
				return
			}
			extras, err := s.extrasOf(ctx, page.Items)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, card := range page.Items {
				x, there := extras[card.ID]
				if there && !yield(card.responseRow(x, t), nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			f.Cursor = page.Next
		}
	}
}

func (c Card) responseRow(x prospectExtra, t *turnSetup) []string {
	if x.Opposed {
		return nil
	}
	row := []string{c.Name, x.Phones, c.OwnerName, c.FormName, c.CampaignName, c.Status, c.LeadAt, c.ReceivedAt, deref(c.AttendedAt)}
	lead, ok := unixOf(c.LeadAt)
	received, ok2 := unixOf(c.ReceivedAt)
	answered, ok3 := unixOf(deref(c.AttendedAt))
	if !ok || !ok2 || !ok3 {
		return append(row, "", "", "", "")
	}
	for _, seconds := range timed(t.officeClock().meter, lead, received, answered) {
		row = append(row, strconv.FormatFloat(float64(seconds)/60, 'f', 1, 64))
	}
	return row
}
