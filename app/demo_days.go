package app

import (
	"context"
	"fmt"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
)

// mostRounds is how often a seller comes back to somebody; after that the next time is weeks away.
const mostRounds = 3

// rounds are what comes of what was planned, by its kind: what is written down, and what is planned after it.
var rounds = map[string][]struct {
	result, note string
	next         crm.NextActivity
	in           time.Duration
}{
	crm.KindCall: {
		{crm.ResultAnswered, "Sigue interesado; falta que lo platique con su familia.", crm.NextActivity{Kind: crm.KindWhatsApp, Body: "Mandar el plano y la lista de precios"}, 30 * time.Hour},
		{crm.ResultNoAnswer, "", crm.NextActivity{Kind: crm.KindCall, Body: "Volver a marcar"}, 26 * time.Hour},
		{crm.ResultAnswered, "Quiere ver la casa muestra con calma.", crm.NextActivity{Kind: crm.KindVisit, Body: "Visita a la casa muestra"}, 49 * time.Hour},
	},
	crm.KindWhatsApp: {
		{crm.ResultSent, "", crm.NextActivity{Kind: crm.KindCall, Body: "Preguntar qué le pareció"}, 44 * time.Hour},
	},
	crm.KindVisit: {
		{crm.ResultHeld, "Le gustó la cocina; pregunta por el estacionamiento.", crm.NextActivity{Kind: crm.KindCall, Body: "Confirmar si aparta"}, 51 * time.Hour},
	},
	crm.KindAppointment: {
		{crm.ResultHeld, "Revisamos planes de pago; pide una corrida a 20 años.", crm.NextActivity{Kind: crm.KindEmail, Body: "Enviar la corrida financiera"}, 22 * time.Hour},
	},
	crm.KindEmail: {
		{crm.ResultSent, "", crm.NextActivity{Kind: crm.KindCall, Body: "Resolver dudas de la corrida"}, 46 * time.Hour},
	},
}

// keepAt plans that a seller does what is next with a prospect, somewhat after it is due. Now and then it is forgotten, which
// is what the overdue of the agenda are for.
func (p *past) keepAt(seller account.Viewer, prospect string, round int) {
	now := p.demo.clock.Now()
	d, err := p.demo.CRM.Prospect(context.Background(), seller, prospect)
	if err != nil || d.Next == nil || d.Next.At == nil || p.random.IntN(9) == 0 {
		return
	}
	due, err := clock.Parse(*d.Next.At)
	if err != nil || due.Before(now) {
		return
	}
	next := *d.Next
	p.plan(due.Add(time.Duration(2+p.random.IntN(50))*time.Minute), func(ctx context.Context) error {
		return p.finish(ctx, seller, prospect, next, round)
	})
}

// finish does what was planned, unless the prospect has ended meanwhile.
func (p *past) finish(ctx context.Context, seller account.Viewer, prospect string, done crm.NextAction, round int) error {
	d, err := p.demo.CRM.Prospect(ctx, seller, prospect)
	if err != nil {
		return fmt.Errorf("look at demo prospect: %w", err)
	}
	after := rounds[done.Kind]
	if d.Next == nil || d.Next.ID != done.ID || len(after) == 0 || d.Status == crm.StatusDiscarded || d.Status == crm.StatusClosed {
		return nil
	}
	r := after[(p.called+round)%len(after)]
	if round >= mostRounds {
		r.in = time.Duration(6+p.random.IntN(9)) * 24 * time.Hour
	}
	next := r.next
	next.At = clock.Format(p.demo.atWork(p.demo.clock.Now().Add(r.in)))
	next.RemindAt = next.At
	finished := crm.ActivityDone{Result: r.result, Next: &next}
	if r.note != "" {
		finished.Body = &r.note
	}
	if _, err := p.demo.CRM.FinishActivity(ctx, seller, done.ID, finished); err != nil {
		return fmt.Errorf("finish demo activity: %w", err)
	}
	p.keepAt(seller, prospect, round+1)
	return nil
}

// today are the appointments of the day on which the demo is opened, by how long after that.
var today = []struct {
	in   time.Duration
	next crm.NextActivity
}{
	{75 * time.Minute, crm.NextActivity{Kind: crm.KindAppointment, Body: "Cita en el módulo de ventas"}},
	{3 * time.Hour, crm.NextActivity{Kind: crm.KindVisit, Body: "Segunda visita, con su pareja"}},
	{26 * time.Hour, crm.NextActivity{Kind: crm.KindVideo, Body: "Recorrido por videollamada"}},
	{29 * time.Hour, crm.NextActivity{Kind: crm.KindAppointment, Body: "Firma del apartado"}},
}

// planToday gives those who have been called and have nothing planned an appointment today or tomorrow.
func (d *demoOffice) planToday(ctx context.Context) error {
	list, err := d.CRM.ListProspects(ctx, d.admin, crm.ProspectFilter{Sort: crm.SortActivity, Open: crm.OpenOnly, Limit: 100})
	if err != nil {
		return fmt.Errorf("look whom to meet: %w", err)
	}
	planned := 0
	for _, c := range list.Items {
		if planned == len(today) {
			break
		}
		if c.AttendedAt == nil || c.OwnerID == "" || c.Opposed || (c.Next != nil && planned%2 == 0) {
			continue
		}
		t := today[planned]
		next := crm.NewActivity{Kind: t.next.Kind, Body: t.next.Body}
		next.At = clock.Format(d.atWork(d.clock.Now().Add(t.in)))
		next.RemindAt = next.At
		seller := account.Viewer{UserID: c.OwnerID, Name: c.OwnerName, Role: account.RoleSeller}
		if _, err := d.CRM.LogActivity(ctx, seller, c.ID, next); err != nil {
			return fmt.Errorf("plan demo appointment: %w", err)
		}
		planned++
	}
	return nil
}
