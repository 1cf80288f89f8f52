// Package crmtest makes offices with people in them for tests and benchmarks: a real store, an administrator, sellers, and
// enquiries from invented persons. Only test files and benchmarks import it.
package crmtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	logtest "github.com/sirupsen/logrus/hooks/test"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

// Office is an office at work.
type Office struct {
	T       testing.TB
	Store   *store.Store
	Clock   *clock.Fake
	CRM     *crm.Service
	Admin   account.Viewer
	Sellers []account.Viewer

	enquiries int
}

// New opens an office with an administrator, the default vocabulary and so many active sellers.
func New(t testing.TB, sellers int) *Office {
	t.Helper()
	fake := storetest.Clock(t)
	st := storetest.Open(t, storetest.WithClock(fake))
	log, _ := logtest.NewNullLogger()
	return Use(t, st, fake, log, sellers)
}

// Use makes the same over a store that is open already and empty.
func Use(t testing.TB, st *store.Store, fake *clock.Fake, log logrus.FieldLogger, sellers int) *Office {
	t.Helper()
	o := &Office{T: t, Store: st, Clock: fake, CRM: crm.New(st, fake, log)}
	o.write(func(tx *store.Tx) error {
		if err := o.CRM.SeedVocabulary(tx); err != nil {
			return err
		}
		var err error
		o.Admin, err = addUser(tx, "Ana Admin", account.RoleAdmin)
		return err
	})
	for range sellers {
		o.AddSeller()
	}
	return o
}

// AddSeller hires a seller.
func (o *Office) AddSeller() account.Viewer {
	o.T.Helper()
	var v account.Viewer
	o.write(func(tx *store.Tx) (err error) {
		v, err = addUser(tx, fmt.Sprintf("Vendedora %d", len(o.Sellers)+1), account.RoleSeller)
		return err
	})
	o.Sellers = append(o.Sellers, v)
	return v
}

func addUser(tx *store.Tx, name string, role account.Role) (account.Viewer, error) {
	id := tx.NewID()
	if err := tx.Grant(id, id); err != nil { // as office.Follow does
		return account.Viewer{}, err
	}
	return account.Viewer{UserID: id, Name: name, Role: role}, tx.Create("user", id, store.Row{
		"login": "u" + id, "name": name, "role": string(role), "created_at": clock.Format(tx.Now()),
	})
}

// SetUser changes a user's row: {"paused": true}, {"active": false}.
func (o *Office) SetUser(id string, row store.Row) {
	o.T.Helper()
	o.write(func(tx *store.Tx) error { return tx.Set("user", id, row) })
}

// SetOffice makes the office's own row.
func (o *Office) SetOffice(row store.Row) {
	o.T.Helper()
	o.write(func(tx *store.Tx) error {
		row["created_at"] = clock.Format(tx.Now())
		return tx.Create("office", tx.NewID(), row)
	})
}

// Enquiry returns a lead of a person nobody knows yet, changed by with.
func (o *Office) Enquiry(with ...func(*crm.Enquiry)) crm.Enquiry {
	o.enquiries++
	n := o.enquiries
	e := crm.Enquiry{
		LeadID: fmt.Sprintf("9%014d", n), FormID: "120000000000001", FormName: "Preventa Norte", PageID: "110000000000001",
		AdID: "130000000000001", AdName: "Video recorrido", AdsetID: "140000000000001", AdsetName: "Familias",
		CampaignID: "150000000000001", CampaignName: "Noviembre", Platform: "fb", Origin: "poll", Source: crm.SourceLeads,
		LeadAt: o.Clock.Now().Add(-30 * time.Second),
		Name:   Name(n), City: "Puebla", Phones: []string{PhoneText(n)}, Emails: []string{EmailText(n)},
		Answers: []crm.Answer{
			{Name: "presupuesto", Label: "¿Cuál es tu presupuesto?", Type: "CUSTOM", Values: []string{"De 1 a 2 millones"}, Keys: []string{"1_2"}},
			{Name: "zona", Label: "¿En qué zona buscas?", Type: "CUSTOM", Values: []string{"Angelópolis"}},
		},
	}
	for _, change := range with {
		change(&e)
	}
	return e
}

// Register registers an enquiry as the program does, and fails the test when that fails.
func (o *Office) Register(e crm.Enquiry) crm.Registration {
	o.T.Helper()
	r, err := o.TryRegister(e)
	if err != nil {
		o.T.Fatalf("register: %v", err)
	}
	return r
}

// TryRegister registers an enquiry in a transaction of its own.
func (o *Office) TryRegister(e crm.Enquiry) (crm.Registration, error) {
	var r crm.Registration
	_, err := o.Store.Write(context.Background(), store.System, func(tx *store.Tx) (err error) {
		r, err = o.CRM.Register(tx, e)
		return err
	})
	return r, err
}

// Prospect registers a new person and returns their prospect's id and its seller.
func (o *Office) Prospect(with ...func(*crm.Enquiry)) (id string, owner account.Viewer) {
	o.T.Helper()
	r := o.Register(o.Enquiry(with...))
	return r.ProspectID, o.Viewer(r.OwnerID)
}

// Viewer returns the user with this id.
func (o *Office) Viewer(id string) account.Viewer {
	for _, v := range append([]account.Viewer{o.Admin}, o.Sellers...) {
		if v.UserID == id {
			return v
		}
	}
	return account.Viewer{UserID: id}
}

func (o *Office) write(fn func(*store.Tx) error) {
	o.T.Helper()
	if _, err := o.Store.Write(context.Background(), store.System, fn); err != nil {
		o.T.Fatal(err)
	}
}

// Found gives the office a name and a place, which makes it one that has settings.
func (o *Office) Found(timezone string) *Office {
	o.T.Helper()
	o.write(func(tx *store.Tx) error {
		return tx.Create("office", tx.NewID(), store.Row{"name": "Casa", "timezone": timezone, "created_at": clock.Format(tx.Now())})
	})
	return o
}

// RegisterAll registers enquiries as one batch, in one commit.
func (o *Office) RegisterAll(enquiries []crm.Enquiry) []crm.Registration {
	o.T.Helper()
	done := make([]crm.Registration, len(enquiries))
	fns := make([]func(*store.Tx) error, len(enquiries))
	for i, e := range enquiries {
		fns[i] = func(tx *store.Tx) (err error) {
			done[i], err = o.CRM.Register(tx, e)
			return err
		}
	}
	_, errs := o.Store.WriteEach(context.Background(), store.System, fns)
	for _, err := range errs {
		if err != nil {
			o.T.Fatalf("register: %v", err)
		}
	}
	return done
}
