package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/intake"
)

// pastClock is the machine's clock, set back while the demo's past is played and level with it afterwards.
type pastClock struct {
	clock.System
	mu   sync.Mutex
	back time.Duration
}

// Now returns the instant the demo has come to.
func (c *pastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.System.Now().Add(-c.back)
}

// set moves to an instant; the present or later is the machine's time.
func (c *pastClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.back = max(0, c.System.Now().Sub(at))
}

// past plays the days before the demo: leads arrive over HTTP one after the other, sellers call back after minutes or
// hours, some later, some not at all, so that the screens show an office at work.
type past struct {
	demo    *demoOffice
	random  *rand.Rand
	stages  []crm.Stage
	reasons []crm.Reason
	agenda  []event
	called  int // prospects that a seller has called so far
}

type event struct {
	at time.Time
	do func(context.Context) error
}

// unattended is how recent a lead must be to be left for whoever looks at the demo.
const unattended = 100 * time.Minute

// playPast makes n leads over the days before now and lets the sellers work on them.
func (d *demoOffice) playPast(ctx context.Context, n int) error {
	words, err := d.CRM.Vocabulary(ctx)
	if err != nil {
		return fmt.Errorf("read stages: %w", err)
	}
	p := &past{demo: d, random: rand.New(rand.NewPCG(7, 7)), stages: words.Stages, reasons: words.Reasons} //nolint:gosec // repeatable on purpose
	cancel := d.Intake.OnLead(p.arrived)
	defer cancel()
	now := d.clock.System.Now()
	for i := range n {
		// More of them recently than long ago, the last one a few minutes old.
		share := float64(n-i) / float64(n)
		at := now.Add(-time.Duration(share*share*share*float64(demoPast-24*time.Hour)) - 2*time.Minute)
		if now.Sub(at) > unattended {
			at = awake(at.In(d.zone))
		}
		p.plan(at, func(ctx context.Context) error {
			if _, err := d.sim.NextDemoLead(); err != nil {
				return fmt.Errorf("make demo lead: %w", err)
			}
			d.clock.set(at.Add(time.Duration(5+p.random.IntN(40)) * time.Second))
			return d.pull(ctx)
		})
	}
	p.plan(now.Add(-demoWatched), func(ctx context.Context) error {
		_, err := d.CRM.BeginEscalating(ctx)
		return err
	})
	p.plan(now.Add(-demoTold), func(ctx context.Context) error {
		if err := d.aroundTheClock(ctx); err != nil { // also where somebody looks at the demo at night
			return err
		}
		_, err := d.CRM.Escalate(ctx)
		return err
	})
	for len(p.agenda) > 0 {
		next := p.agenda[0]
		p.agenda = p.agenda[1:]
		if next.at.After(now) {
			continue // still to come when the demo opens, so it does not happen
		}
		d.clock.set(next.at)
		if err := next.do(ctx); err != nil {
			return err
		}
	}
	d.clock.set(now)
	// The connection was made days ago by the clock that was set back; what the screens show of it is of today.
	if _, err := d.Intake.Check(ctx, d.admin); err != nil {
		return fmt.Errorf("check demo connection: %w", err)
	}
	return nil
}

func (p *past) plan(at time.Time, do func(context.Context) error) {
	i, _ := slices.BinarySearchFunc(p.agenda, at, func(e event, at time.Time) int {
		if e.at.After(at) {
			return 1
		}
		return -1
	})
	p.agenda = slices.Insert(p.agenda, i, event{at, do})
}

// awake moves an instant of the night to the evening before: nobody fills in a form, and nobody is called, at four.
func awake(at time.Time) time.Time {
	if at.Hour() < 8 {
		return at.Add(-9 * time.Hour)
	}
	return at
}

// arrived plans what the seller will do about a lead.
func (p *past) arrived(n intake.LeadNotice) {
	now := p.demo.clock.Now()
	if n.ProspectID == "" || n.SellerID == "" || p.demo.clock.System.Now().Sub(now) < unattended || p.random.IntN(12) == 0 {
		return
	}
	seller := account.Viewer{UserID: n.SellerID, Name: n.SellerName, Role: account.RoleSeller}
	p.plan(now.Add(time.Duration(2+p.random.IntN(75))*time.Minute), func(ctx context.Context) error {
		return p.call(ctx, seller, n.ProspectID)
	})
}

// firstCalls are what comes of a first call: notes as a seller types them.
var firstCalls = []struct {
	result, note, temperature string
	stage                     int
	next                      crm.NextActivity
	in                        time.Duration
}{
	{crm.ResultNoAnswer, "", "", 0, crm.NextActivity{Kind: crm.KindCall, Body: "Volver a marcar"}, 20 * time.Hour},
	{crm.ResultAnswered, "Busca tres recámaras cerca de escuelas. Tiene crédito autorizado.", crm.TemperatureHot, 1, crm.NextActivity{Kind: crm.KindVisit, Body: "Visita a la casa muestra"}, 44 * time.Hour},
	{crm.ResultAnswered, "Compara con otras dos opciones; pide lista de precios.", crm.TemperatureWarm, 1, crm.NextActivity{Kind: crm.KindWhatsApp, Body: "Preguntar si revisó los precios"}, 26 * time.Hour},
	{crm.ResultVoicemail, "Dejé recado.", "", 0, crm.NextActivity{Kind: crm.KindWhatsApp, Body: "Escribir por WhatsApp"}, 5 * time.Hour},
	{crm.ResultCallLater, "Está en una junta, pide que le marque más tarde.", crm.TemperatureWarm, 0, crm.NextActivity{Kind: crm.KindCall, Body: "Marcar después de su junta"}, 3 * time.Hour},
	{crm.ResultAnswered, "Quiere mudarse el próximo año; por ahora solo se informa.", crm.TemperatureCold, 1, crm.NextActivity{Kind: crm.KindCall, Body: "Retomar contacto"}, 9 * 24 * time.Hour},
	{crm.ResultAnswered, "Va con su pareja el sábado a conocer la privada.", crm.TemperatureHot, 2, crm.NextActivity{Kind: crm.KindAppointment, Body: "Cita en el módulo de ventas"}, 68 * time.Hour},
}

// workingHours moves an instant to the next one between nine and seven: leads come at night, sellers plan nothing then.
func workingHours(at time.Time) time.Time {
	const opens, closes = 9, 19
	day := at.Day()
	if at.Hour() >= closes {
		day++
	}
	if at.Hour() < opens || at.Hour() >= closes {
		return time.Date(at.Year(), at.Month(), day, opens, at.Minute(), 0, 0, at.Location())
	}
	return at
}

// atWork is an instant when the office is open, on the quarter of an hour.
func (d *demoOffice) atWork(at time.Time) time.Time {
	return workingHours(at.Truncate(15 * time.Minute).In(d.zone))
}

// call is a seller's first call, with the step that follows from it.
func (p *past) call(ctx context.Context, seller account.Viewer, prospect string) error {
	c := firstCalls[p.called%len(firstCalls)]
	p.called++
	next := c.next
	next.At = clock.Format(p.demo.atWork(p.demo.clock.Now().Add(c.in)))
	next.RemindAt = next.At
	_, err := p.demo.CRM.LogActivity(ctx, seller, prospect, crm.NewActivity{Kind: crm.KindCall, Result: c.result, Body: c.note, Next: &next})
	if err != nil {
		return fmt.Errorf("log demo call: %w", err)
	}
	p.goOn(seller, prospect)
	p.keepAt(seller, prospect, 0)
	var patch crm.ProspectPatch
	if c.temperature != "" {
		patch.Temperature = &c.temperature
	}
	if p.further(ctx, seller, prospect, c.stage) {
		patch.StageID = &p.stages[c.stage].ID
	}
	if patch == (crm.ProspectPatch{}) {
		return nil
	}
	if _, err := p.demo.CRM.UpdateProspect(ctx, seller, prospect, patch); err != nil {
		return fmt.Errorf("move demo prospect: %w", err)
	}
	return nil
}
