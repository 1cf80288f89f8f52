package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
)

// opposes stands for the reason of somebody who wants to hear no more.
const opposes = -1

// sequels are what becomes of prospects after their first call, so that the board is lively: some go far, some end.
var sequels = []struct {
	after  time.Duration
	stage  int    // by its place; 0 stays
	reason int    // to discard by its place, counted from 1; 0 goes on, opposes is the one that ends all contact
	status string // besides; "" stays
	note   string
}{
	{4 * time.Hour, 3, 0, crm.StatusFollowing, "Recorrió la casa muestra con su esposa. Le gustó la de dos plantas."},
	{3 * time.Hour, 0, 3, "", "No le alcanza el enganche."},
	{6 * time.Hour, 4, 0, crm.StatusFollowing, "Se le mandó la cotización a 15 años."},
	{2 * time.Hour, 0, 0, "", ""},
	{26 * time.Hour, 0, opposes, "", "Pidió que ya no lo busquemos."},
	{9 * time.Hour, 5, 0, crm.StatusFollowing, "Entregó papeles para el crédito."},
	{5 * time.Hour, 0, 6, "", "Ya había apartado con otra inmobiliaria."},
	{12 * time.Hour, 6, 0, crm.StatusFollowing, "Apartó el lote 14."},
	{20 * time.Hour, 9, 0, crm.StatusClosed, "Recibió las llaves."},
	{7 * time.Hour, 3, 0, crm.StatusFollowing, "Visitó la privada; quiere esquina."},
}

// goOn plans what becomes of a prospect after its first call.
func (p *past) goOn(seller account.Viewer, prospect string) {
	s := sequels[p.called%len(sequels)]
	if s.note == "" {
		return
	}
	p.plan(p.demo.clock.Now().Add(s.after), func(ctx context.Context) error {
		if _, err := p.demo.CRM.LogActivity(ctx, seller, prospect, crm.NewActivity{Kind: crm.KindNote, Body: s.note}); err != nil {
			return fmt.Errorf("log demo note: %w", err)
		}
		var patch crm.ProspectPatch
		if p.further(ctx, seller, prospect, s.stage) {
			patch.StageID = &p.stages[s.stage].ID
		}
		if s.status != "" {
			patch.Status = &s.status
		}
		if reason := p.reason(s.reason); reason != "" {
			discarded := crm.StatusDiscarded
			patch.Status, patch.ReasonID = &discarded, &reason
		}
		if _, err := p.demo.CRM.UpdateProspect(ctx, seller, prospect, patch); err != nil {
			return fmt.Errorf("go on with demo prospect: %w", err)
		}
		return nil
	})
}

// reason is the id of the reason at a place of the list, and "" for no place.
func (p *past) reason(place int) string {
	switch {
	case place == opposes:
		i := slices.IndexFunc(p.reasons, func(r crm.Reason) bool { return r.Opposition })
		if i < 0 {
			return ""
		}
		return p.reasons[i].ID
	case place > 0 && place <= len(p.reasons):
		return p.reasons[place-1].ID
	}
	return ""
}

// further reports whether a stage is beyond the one that a prospect is in: who asks again is called again.
func (p *past) further(ctx context.Context, seller account.Viewer, prospect string, stage int) bool {
	d, err := p.demo.CRM.Prospect(ctx, seller, prospect)
	if err != nil || stage <= 0 || stage >= len(p.stages) {
		return false
	}
	return stage > slices.IndexFunc(p.stages, func(s crm.Stage) bool { return s.ID == d.StageID })
}
