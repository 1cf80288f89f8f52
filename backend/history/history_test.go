package history_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/store"
)

// desk is an office and its history.
type desk struct {
	*crmtest.Office
	history *history.Service
}

func newDesk(t *testing.T) desk {
	t.Helper()
	o := crmtest.New(t, 2)
	return desk{o, history.New(o.Store, o.CRM)}
}

func (d desk) add(name, phone string, owner account.Viewer) string {
	d.T.Helper()
	c, err := d.CRM.CreateProspect(context.Background(), d.Admin, crm.NewProspect{Name: name, Phones: []string{phone}, OwnerID: owner.UserID})
	if err != nil {
		d.T.Fatal(err)
	}
	return c.ID
}

func (d desk) patch(v account.Viewer, id string, p crm.ProspectPatch) crm.Change {
	d.T.Helper()
	d.Clock.Advance(time.Second)
	c, err := d.CRM.UpdateProspect(context.Background(), v, id, p)
	if err != nil {
		d.T.Fatal(err)
	}
	return c
}

func (d desk) list(f history.Filter) history.Page {
	d.T.Helper()
	p, err := d.history.List(context.Background(), d.Admin, f)
	if err != nil {
		d.T.Fatal(err)
	}
	return p
}

// all follows the cursor to the end.
func (d desk) all(f history.Filter) (lines []history.Line) {
	d.T.Helper()
	for range 1000 {
		p := d.list(f)
		lines = append(lines, p.Items...)
		if p.Next == "" {
			return lines
		}
		f.Cursor = p.Next
	}
	d.T.Fatal("the history does not end")
	return nil
}

func (d desk) restore(v account.Viewer, line, seen, reason string) (crm.Change, error) {
	return d.history.Restore(context.Background(), v, history.Restoration{
		Line: line, Seen: seen, Reason: reason,
		Undo: func(ctx context.Context, txID string) (store.Commit, error) {
			return d.Store.Undo(ctx, v.Author(), txID)
		},
	})
}

// find is the first line about a field of a table.
func find(t *testing.T, lines []history.Line, entity, field string) history.Line {
	t.Helper()
	for _, l := range lines {
		if l.Entity == entity && len(l.Fields) == 1 && l.Fields[0].Name == field && l.Change == history.ChangeChanged {
			return l
		}
	}
	t.Fatalf("no line about %s of %s", field, entity)
	return history.Line{}
}

func TestList_TellsWhoChangedWhatFromWhatToWhat(t *testing.T) {
	d := newDesk(t)
	seller, other := d.Sellers[0], d.Sellers[1]
	id := d.add("Lucía Ramos", "55 1234 5678", seller)
	warm := crm.TemperatureWarm
	d.patch(seller, id, crm.ProspectPatch{Temperature: &warm})
	d.patch(d.Admin, id, crm.ProspectPatch{OwnerID: &other.UserID, OwnerReason: because()})

	lines := d.list(history.Filter{Prospect: id}).Items
	owner := find(t, lines, "prospect", "owner_id")
	if owner.UserName != d.Admin.Name || owner.Fields[0].From.Name != seller.Name || owner.Fields[0].To.Name != other.Name {
		t.Errorf("the change of hands reads %+v", owner)
	}
	if owner.ProspectID != id || owner.ProspectName != "Lucía Ramos" || owner.Outcome != history.OutcomeApplied || !owner.Restorable {
		t.Errorf("the change of hands lacks something: %+v", owner)
	}
	temperature := find(t, lines, "prospect", "temperature")
	if got := string(temperature.Fields[0].From.Raw) + string(temperature.Fields[0].To.Raw); got != `"""warm"` {
		t.Errorf("temperature went %s", got)
	}
	if temperature.UserName != seller.Name {
		t.Errorf("temperature was changed by %q", temperature.UserName)
	}
	for _, l := range lines {
		for _, f := range l.Fields {
			if f.Name == "assigned_why" || f.Name == "e164" {
				t.Errorf("a line about %s, which nobody reads", f.Name)
			}
		}
	}
}

func TestList_IsForAdministrators(t *testing.T) {
	d := newDesk(t)
	if _, err := d.history.List(context.Background(), d.Sellers[0], history.Filter{}); !fault.Has(err, account.CodeAdminOnly) {
		t.Errorf("a seller's history = %v", err)
	}
	if _, err := d.restore(d.Sellers[0], "1", "", ""); !fault.Has(err, account.CodeAdminOnly) {
		t.Errorf("a seller's restoration = %v", err)
	}
}

func TestList_PagesHoldEveryLineOnceInOrder(t *testing.T) {
	d := newDesk(t)
	for i := range 12 {
		d.Clock.Advance(time.Minute)
		d.add(fmt.Sprintf("Persona %d", i), fmt.Sprintf("55 1234 %04d", 2000+i), d.Sellers[i%2])
		d.audit("session.opened", d.Admin.UserID)
	}
	whole := d.all(history.Filter{Limit: 200})
	for _, limit := range []int{1, 3, 7} {
		if diff := cmp.Diff(whole, d.all(history.Filter{Limit: limit})); diff != "" {
			t.Fatalf("pages of %d differ from the whole (-whole +pages):\n%s", limit, diff)
		}
	}
	audits := 0
	for i, l := range whole {
		if i > 0 && l.At > whole[i-1].At {
			t.Errorf("line %d is newer than the one before", i)
		}
		if l.Source == history.SourceAudit {
			audits++
		}
	}
	if audits != 12 {
		t.Errorf("%d audit lines, want 12", audits)
	}
}

func (d desk) audit(action, user string) {
	d.T.Helper()
	_, err := d.Store.Write(context.Background(), store.System, func(tx *store.Tx) error {
		return account.Audit(tx, user, action, user, map[string]string{"code": "x"})
	})
	if err != nil {
		d.T.Fatal(err)
	}
}

func TestList_FiltersNarrow(t *testing.T) {
	d := newDesk(t)
	seller := d.Sellers[0]
	id := d.add("Lucía Ramos", "55 1234 5678", seller)
	d.add("Otra Persona", "55 1234 9999", d.Sellers[1])
	d.audit("session.opened", seller.UserID)
	d.audit("export.done", seller.UserID)
	d.Clock.Advance(24 * time.Hour)
	noon := clock.Format(d.Clock.Now())
	hot := crm.TemperatureHot
	d.patch(seller, id, crm.ProspectPatch{Temperature: &hot})
	a, err := d.CRM.LogActivity(context.Background(), seller, id, crm.NewActivity{Kind: crm.KindNote, Body: "nota"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CRM.RemoveActivity(context.Background(), seller, a.ID); err != nil {
		t.Fatal(err)
	}
	every := d.all(history.Filter{Limit: 200})
	cases := map[string]struct {
		filter history.Filter
		fits   func(history.Line) bool
	}{
		"person":   {history.Filter{User: seller.UserID}, func(l history.Line) bool { return l.UserID == seller.UserID }},
		"program":  {history.Filter{User: history.UserProgram}, func(l history.Line) bool { return l.UserID == "" }},
		"prospect": {history.Filter{What: history.WhatProspect}, func(l history.Line) bool { return l.Entity == "prospect" }},
		"contact":  {history.Filter{What: history.WhatContact}, func(l history.Line) bool { return strings.HasPrefix(l.Entity, "contact") }},
		"office": {history.Filter{What: history.WhatOffice}, func(l history.Line) bool {
			return l.Entity == "user" || l.Entity == "stage" || l.Entity == "discard_reason"
		}},
		"access":     {history.Filter{What: history.WhatAccess}, func(l history.Line) bool { return strings.HasPrefix(l.Action, "session.") }},
		"export":     {history.Filter{What: history.WhatExport}, func(l history.Line) bool { return l.Action == "export.done" || l.Entity == "export" }},
		"since":      {history.Filter{From: noon}, func(l history.Line) bool { return l.At >= noon }},
		"until":      {history.Filter{To: noon}, func(l history.Line) bool { return l.At < noon }},
		"created":    {history.Filter{Change: history.ChangeCreated}, func(l history.Line) bool { return l.Change == history.ChangeCreated }},
		"changed":    {history.Filter{Change: history.ChangeChanged}, func(l history.Line) bool { return l.Change == history.ChangeChanged }},
		"removed":    {history.Filter{Change: history.ChangeRemoved}, func(l history.Line) bool { return l.Change == history.ChangeRemoved }},
		"one person": {history.Filter{Prospect: id}, func(l history.Line) bool { return l.ProspectID == id }},
		"two at once": {
			history.Filter{User: seller.UserID, What: history.WhatActivity, Change: history.ChangeRemoved},
			func(l history.Line) bool {
				return l.UserID == seller.UserID && l.Entity == "activity" && l.Change == history.ChangeRemoved
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var want []string
			for _, l := range every {
				if c.fits(l) {
					want = append(want, l.ID)
				}
			}
			if len(want) == 0 {
				t.Fatal("nothing fits: the case tells nothing")
			}
			for _, limit := range []int{2, 200} {
				c.filter.Limit, c.filter.Cursor = limit, ""
				var got []string
				for _, l := range d.all(c.filter) {
					got = append(got, l.ID)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
				}
			}
		})
	}
	for field, f := range map[string]history.Filter{
		"what": {What: "todo"}, "change": {Change: "x"}, "from": {From: "ayer"}, "cursor": {Cursor: "?"},
	} {
		if _, err := d.history.List(context.Background(), d.Admin, f); fault.Find(err) == nil || fault.Find(err).Field != field {
			t.Errorf("a wrong %s = %v", field, err)
		}
	}
}

func TestRestore_WritesTheFormerValueAsAnEdit(t *testing.T) {
	d := newDesk(t)
	seller, other := d.Sellers[0], d.Sellers[1]
	id := d.add("Lucía Ramos", "55 1234 5678", seller)
	hot, cold := crm.TemperatureHot, crm.TemperatureCold
	d.patch(seller, id, crm.ProspectPatch{Temperature: &hot})
	d.patch(seller, id, crm.ProspectPatch{Temperature: &cold})
	d.patch(d.Admin, id, crm.ProspectPatch{OwnerID: &other.UserID, OwnerReason: because()})
	words, err := d.CRM.Vocabulary(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	first, third := words.Stages[0].ID, words.Stages[2].ID
	d.patch(other, id, crm.ProspectPatch{StageID: &third})
	discarded, reason := crm.StatusDiscarded, words.Reasons[0].ID
	d.patch(other, id, crm.ProspectPatch{Status: &discarded, ReasonID: &reason})
	following := crm.StatusFollowing
	d.patch(other, id, crm.ProspectPatch{Status: &following})

	lines := d.all(history.Filter{Prospect: id})
	for _, c := range []struct {
		field, reason string
		want          func(crm.ProspectDetail) bool
	}{
		{"temperature", "", func(p crm.ProspectDetail) bool { return p.Temperature == hot }},
		{"owner_id", "volvió", func(p crm.ProspectDetail) bool { return p.OwnerID == seller.UserID }},
		{"status", "", func(p crm.ProspectDetail) bool { return p.Status == discarded && p.ReasonID == reason }},
		{"stage_id", "se adelantó", func(p crm.ProspectDetail) bool { return p.StageID == first }},
	} {
		if _, err := d.restore(d.Admin, find(t, lines, "prospect", c.field).ID, lines[0].ID, c.reason); err != nil {
			t.Fatalf("restore %s: %v", c.field, err)
		}
		p, err := d.CRM.Prospect(context.Background(), d.Admin, id)
		if err != nil {
			t.Fatal(err)
		}
		if !c.want(p) {
			t.Errorf("after restoring %s: %+v", c.field, p)
		}
	}
	if got := d.list(history.Filter{Prospect: id}).Items[0]; got.UserID != d.Admin.UserID || got.Entity != "prospect" {
		t.Errorf("the restoration is told as %+v", got)
	}
}

func TestRestore_IsRefusedWhenItCannotBe(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	id := d.add("Lucía Ramos", "55 1234 5678", d.Sellers[0])
	hot, cold := crm.TemperatureHot, crm.TemperatureCold
	d.patch(d.Admin, id, crm.ProspectPatch{Temperature: &hot})
	d.patch(d.Admin, id, crm.ProspectPatch{OwnerID: &d.Sellers[1].UserID, OwnerReason: because()})
	seen := d.all(history.Filter{Prospect: id})
	d.patch(d.Sellers[1], id, crm.ProspectPatch{Temperature: &cold})
	d.SetUser(d.Sellers[0].UserID, store.Row{"active": false})

	for name, c := range map[string]struct{ line, code string }{
		"somebody has changed it since": {find(t, seen, "prospect", "temperature").ID, history.CodeChangedSince},
		"its seller has left":           {find(t, seen, "prospect", "owner_id").ID, "user.not_found"},
		"no such line":                  {"999999", history.CodeLineNotFound},
		"no number":                     {"x", history.CodeLineNotFound},
	} {
		if _, err := d.restore(d.Admin, c.line, seen[0].ID, ""); !fault.Has(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	made := seen[len(seen)-1]
	if _, err := d.restore(d.Admin, made.ID, "", ""); !fault.Has(err, history.CodeNotRestorable) {
		t.Errorf("restore a creation: %v", err)
	}
	p, err := d.CRM.Prospect(ctx, d.Admin, id)
	if err != nil || p.Temperature != cold || p.OwnerID != d.Sellers[1].UserID {
		t.Errorf("a refused restoration has changed something: %+v, %v", p, err)
	}
}

func TestRestore_BringsARemovedRowBackWithItsReminder(t *testing.T) {
	d := newDesk(t)
	ctx := context.Background()
	id := d.add("Lucía Ramos", "55 1234 5678", d.Sellers[0])
	due := clock.Format(d.Clock.Now().Add(time.Hour))
	a, err := d.CRM.LogActivity(ctx, d.Sellers[0], id, crm.NewActivity{Kind: crm.KindCall, Due: crm.Due{At: due, RemindAt: due}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CRM.RemoveActivity(ctx, d.Sellers[0], a.ID); err != nil {
		t.Fatal(err)
	}
	lines := d.all(history.Filter{Prospect: id, What: history.WhatActivity, Change: history.ChangeRemoved})
	var removed history.Line
	for _, l := range lines {
		if l.Entity == "activity" {
			removed = l
		}
	}
	if removed.ID == "" || !removed.Restorable {
		t.Fatalf("the removal is told as %+v", lines)
	}
	if _, err := d.restore(d.Admin, removed.ID, "", ""); err != nil {
		t.Fatal(err)
	}
	var open int
	err = d.Store.Read().NewQuery(`SELECT count(*) FROM activity a JOIN reminder r ON r.activity_id = a.id
		WHERE a.id = {:id} AND a.deleted = 0 AND r.deleted = 0`).Bind(dbx.Params{"id": a.ID}).Row(&open)
	if err != nil || open != 1 {
		t.Errorf("%d open reminders of the activity, %v", open, err)
	}
}

// because is a reason for a change of hands.
func because() *string {
	reason := "Vacaciones"
	return &reason
}

func TestList_SaysWhomSomebodyPutIntoTheBin(t *testing.T) {
	d := newDesk(t)
	id := d.add("Lucía Ramos", "55 1234 5678", d.Sellers[0])
	if _, err := d.CRM.DeleteProspect(context.Background(), d.Admin, id); err != nil {
		t.Fatal(err)
	}
	for _, l := range d.list(history.Filter{Change: history.ChangeRemoved}).Items {
		if l.Entity == "prospect" && (l.ProspectName != "Lucía Ramos" || l.ProspectID != "") {
			t.Errorf("the removal names %q and leads to %q", l.ProspectName, l.ProspectID)
		}
	}
	for _, l := range d.list(history.Filter{What: history.WhatContact}).Items {
		if l.Entity == "contact_phone" && l.ProspectName != "Lucía Ramos" {
			t.Errorf("the phone is %q's", l.ProspectName)
		}
	}
}

// A field without a word of its own reads "another datum" on screen, and tells nobody what was changed.
func TestList_EveryFieldThatPeopleChangeHasAWord(t *testing.T) {
	d := newDesk(t)
	var words struct {
		Entity map[string]string `json:"entity"`
		Field  map[string]string `json:"field"`
	}
	text, err := os.ReadFile("../../frontend/src/locales/es-MX/history.json")
	if err == nil {
		err = json.Unmarshal(text, &words)
	}
	if err != nil {
		t.Fatal(err)
	}
	var columns []struct {
		Entity string `db:"entity"`
		Column string `db:"column"`
	}
	err = d.Store.Read().NewQuery(`SELECT e.name AS entity, c.name AS "column" FROM entity e JOIN pragma_table_info(e.name) c`).All(&columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		if history.IsQuiet(c.Entity, c.Column) {
			continue
		}
		if words.Entity[c.Entity] == "" {
			t.Errorf("no word for %s", c.Entity)
		}
		if words.Field[c.Column] == "" {
			t.Errorf("no word for %s of %s", c.Column, c.Entity)
		}
	}
}

// Half of a week's hours is no JSON, and was shown as it stands.
func TestList_TellsAWeeksHoursWhole(t *testing.T) {
	d := newDesk(t)
	day := []crm.HoursSpan{{From: "09:00", To: "11:00"}, {From: "12:00", To: "14:00"}, {From: "16:00", To: "19:00"}}
	hours := crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day, Sat: day, Sun: day}
	if _, err := d.CRM.UpdateSellerTurns(context.Background(), d.Admin, d.Sellers[0].UserID, crm.SellerTurnsPatch{Hours: &hours}); err != nil {
		t.Fatal(err)
	}
	line := find(t, d.list(history.Filter{What: history.WhatOffice}).Items, "user", "hours")
	var text string
	if err := json.Unmarshal(line.Fields[0].To.Raw, &text); err != nil || !json.Valid([]byte(text)) {
		t.Errorf("the hours read %s (%v)", line.Fields[0].To.Raw, err)
	}
}
