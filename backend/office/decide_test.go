package office_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/storetest"
)

var (
	admin    = store.Author{User: "u-admin", Role: "admin"}
	seller   = store.Author{User: "u-ana", Role: "seller", Scoped: true}
	inName   = store.Author{User: "u-ana", Role: "seller"} // the program in a seller's name
	nobody   = store.Author{User: "u-x", Role: "guest"}
	demoted  = store.Author{User: "u-admin", Role: "admin", Scoped: true}
	unnamed  = store.Author{}
	inScope  = true
	outScope = false
)

// op writes an op as "entity.field=value", or "entity{…}" for a creation.
func op(text string) store.Op {
	if i := strings.IndexAny(text, "{="); text[i] == '{' {
		return store.Op{Entity: text[:i], Row: "r1", Value: json.RawMessage(text[i:])}
	}
	name, value, _ := strings.Cut(text, "=")
	entity, field, _ := strings.Cut(name, ".")
	return store.Op{Entity: entity, Row: "r1", Field: field, Value: json.RawMessage(value), Before: json.RawMessage(`"x"`)}
}

type proposal struct {
	name  string
	actor store.Author
	op    string
	scope bool
	undo  bool
	want  string // the reason, "" when applied
}

func check(t *testing.T, tests []proposal) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := op(tt.op)
			p := store.Proposal{Actor: tt.actor, Op: o, InScope: tt.scope, Undo: tt.undo, Root: "r1", Now: storetest.Start}
			want := store.Verdict{Outcome: store.Applied}
			if tt.want != "" {
				want = store.Verdict{Outcome: store.Refused, Reason: tt.want}
			}
			if diff := cmp.Diff(want, office.Decide(p)); diff != "" {
				t.Errorf("%s by %+v (-want +got):\n%s", tt.op, tt.actor, diff)
			}
		})
	}
}

func TestDecide_Everybody(t *testing.T) {
	check(t, []proposal{
		{"unknown table, program", store.System, `payment{"amount":1}`, outScope, false, office.ReasonUnknownEntity},
		{"unknown table, admin", admin, `payment{"amount":1}`, outScope, false, office.ReasonUnknownEntity},
		{"unknown table, seller", seller, `payment{"amount":1}`, inScope, false, office.ReasonUnknownEntity},
		{"host's table", admin, `session{"user_id":"x"}`, outScope, false, office.ReasonUnknownEntity},
		{"unknown role", nobody, `activity.body="x"`, inScope, false, office.ReasonUnknownRole},
		{"no role", unnamed, `activity.body="x"`, inScope, false, office.ReasonUnknownRole},
		{"history is not rewritten by the program", store.System, `event.kind="assigned"`, outScope, false, office.ReasonAppendOnly},
		{"but the program takes out what may not be told", store.System, `event.data="{}"`, outScope, false, ""},
		{"nor by an admin", admin, `event.data="{}"`, outScope, false, office.ReasonAppendOnly},
		{"nor by an admin", admin, `event.kind="assigned"`, outScope, false, office.ReasonAppendOnly},
		{"nor by a seller", seller, `event.kind="stage"`, inScope, false, office.ReasonAppendOnly},
		{"answers neither", admin, `submission.answers="[]"`, outScope, false, office.ReasonAppendOnly},
		{"nor by an undo", admin, `submission.answers="[]"`, outScope, true, office.ReasonAppendOnly},
		{"program creates", store.System, `prospect{"owner_id":"u-ana","source":"leads"}`, outScope, false, ""},
		{"program changes", store.System, `prospect.owner_id="u-beto"`, outScope, false, ""},
		{"admin assigns", admin, `prospect.owner_id="u-beto"`, outScope, false, ""},
		{"admin creates in another's name", admin, `reminder{"user_id":"u-ana"}`, outScope, false, ""},
		{"admin renames a stage", admin, `stage.name="Otra"`, outScope, false, ""},
		{"admin removes a prospect", admin, `prospect.deleted=1`, outScope, false, ""},
		{"admin makes a user", admin, `user{"login":"x"}`, outScope, false, ""},
		{"admin takes back a move", admin, `prospect.stage_id="s1"`, outScope, true, ""},
		{"admin takes back a submission", admin, `submission.deleted=1`, outScope, true, ""},
		{"admin lets a person be contacted again", admin, `contact.opposed_at=null`, outScope, false, ""},
		{"a seller does not", seller, `contact.opposed_at=null`, inScope, false, office.ReasonAdminOnly},
		{"not by taking it back", seller, `contact.opposed_at=null`, inScope, true, office.ReasonAdminOnly},
		{"admin takes back a pause", admin, `user.paused=0`, outScope, true, ""},
		{"a seller does not", seller, `user.paused=0`, inScope, true, office.ReasonAdminOnly},
		{"nobody takes back an account", admin, `user.deleted=1`, outScope, true, office.ReasonNotUndoable},
		{"not even the program", store.System, `user.deleted=1`, outScope, true, office.ReasonNotUndoable},
		{"an admin held to a scope is held to it", demoted, `stage.name="Otra"`, outScope, false, office.ReasonAdminOnly},
		{"also on prospects", demoted, `prospect.status="closed"`, outScope, false, office.ReasonOutOfScope},
	})
}

func TestDecide_SellerWorks(t *testing.T) {
	var tests []proposal
	for _, text := range []string{
		`contact.name="Rosa"`, `contact.city="Puebla"`, `contact.opposed_at="2026-11-02T15:00:00.000Z"`, `contact_phone.raw="55"`, `contact_phone.e164="+525555550101"`,
		`contact_phone.problem=""`, `contact_phone.wa_variant="521"`, `contact_phone.deleted=1`, `contact_email.address="a@example.com"`,
		`contact_email.raw="a"`, `contact_email.deleted=1`, `contact_phone{"contact_id":"c1","raw":"55"}`,
		`contact_email{"contact_id":"c1","raw":"a@example.com"}`, `prospect.stage_id="s2"`, `prospect.status="closed"`,
		`prospect.temperature="hot"`, `prospect.reason_id="r1"`, `prospect.attended_at="2026-11-02T15:00:00.000Z"`,
		`activity{"author_id":"u-ana","prospect_id":"p1","kind":"call"}`, `activity.body="x"`, `activity.result="answered"`,
		`activity.due_on="2026-11-03"`, `activity.due_at=null`, `activity.done_at="2026-11-02T15:00:00.000Z"`, `activity.deleted=1`,
		`reminder{"user_id":"u-ana","prospect_id":"p1"}`, `reminder.remind_at="2026-11-02T15:00:00.000Z"`, `reminder.done_at=null`,
		`reminder.deleted=1`, `event{"author_id":"u-ana","kind":"stage"}`, `event{"author_id":"u-ana","kind":"attended"}`,
		`contact_phone.position=2`, `contact_email.problem=""`, `contact_email.position=2`,
		`prospect{"owner_id":"u-ana","source":"manual"}`, `submission{"origin":"manual"}`, `submission{"origin":"manual","lead_id":""}`,
	} {
		tests = append(tests,
			proposal{"own: " + text, seller, text, inScope, false, ""},
			proposal{"another's: " + text, seller, text, outScope, false, office.ReasonOutOfScope},
			proposal{"the program in their name: " + text, inName, text, outScope, false, ""},
		)
	}
	tests = append(tests,
		proposal{"a person with a prospect", seller, `contact{"name":"x"}`, inScope, false, ""},
		proposal{"a person whom the program registers in their name", inName, `contact{"name":"x"}`, outScope, false, ""},
	)
	check(t, tests)
}

func TestDecide_SellerDoesNot(t *testing.T) {
	var tests []proposal
	for _, text := range []string{
		`office.name="x"`, `user.name="x"`, `user.role="admin"`, `user{"login":"x","role":"admin"}`, `stage.name="x"`,
		`stage{"name":"x"}`, `discard_reason.opposition=0`, `discard_reason.deleted=1`,
	} {
		tests = append(tests,
			proposal{"what is everybody's: " + text, seller, text, outScope, false, office.ReasonAdminOnly},
			proposal{"what is everybody's, granted: " + text, seller, text, inScope, false, office.ReasonAdminOnly},
			proposal{"what is everybody's, through the program: " + text, inName, text, outScope, false, office.ReasonAdminOnly},
		)
	}
	for _, text := range []string{
		`prospect.owner_id="u-beto"`, `prospect.owner_id="u-ana"`, `prospect.contact_id="c2"`, `prospect.source="leads"`,
		`prospect.lead_at="2026-11-02T15:00:00.000Z"`, `prospect.received_at="x"`, `prospect.form_id="1"`, `prospect.form_name="x"`,
		`prospect.campaign_id="1"`, `prospect.campaign_name="x"`, `prospect.assigned_at="x"`, `prospect.assigned_why="{}"`,
		`prospect.created_at="x"`, `prospect.deleted=1`, `contact.deleted=1`, `contact.created_at="x"`, `contact_phone.contact_id="c2"`,
		`contact_phone.created_at="x"`, `activity.author_id="u-beto"`, `activity.prospect_id="p2"`, `activity.kind="call"`,
		`activity.created_at="x"`, `reminder.user_id="u-beto"`, `reminder.prospect_id="p2"`, `reminder.activity_id="a2"`, `contact.extra="{}"`,
	} {
		tests = append(tests, proposal{text, seller, text, inScope, false, office.ReasonAdminOnly})
	}
	tests = append(tests, []proposal{
		{"a prospect for another", seller, `prospect{"owner_id":"u-beto","source":"manual"}`, inScope, false, office.ReasonNotOwner},
		{"a prospect for nobody", seller, `prospect{"source":"manual"}`, inScope, false, office.ReasonNotOwner},
		{"a prospect from Meta", seller, `prospect{"owner_id":"u-ana","source":"leads"}`, inScope, false, office.ReasonProgramOnly},
		{"an activity of another", seller, `activity{"author_id":"u-beto","kind":"call"}`, inScope, false, office.ReasonNotOwner},
		{"an activity of nobody", seller, `activity{"kind":"call"}`, inScope, false, office.ReasonNotOwner},
		{"a reminder for another", seller, `reminder{"user_id":"u-beto"}`, inScope, false, office.ReasonNotOwner},
		{"an event of another", seller, `event{"author_id":"u-beto","kind":"stage"}`, inScope, false, office.ReasonNotOwner},
		{"an event of the program", seller, `event{"author_id":"","kind":"stage"}`, inScope, false, office.ReasonNotOwner},
		{"a forged assignment", seller, `event{"author_id":"u-ana","kind":"assigned"}`, inScope, false, office.ReasonProgramOnly},
		{"a forged registration", seller, `event{"author_id":"u-ana","kind":"registered"}`, inScope, false, office.ReasonProgramOnly},
		{"a forged enquiry", seller, `event{"author_id":"u-ana","kind":"enquired_again"}`, inScope, false, office.ReasonProgramOnly},
		{"a submission from Meta", seller, `submission{"origin":"poll"}`, inScope, false, office.ReasonProgramOnly},
		{"a submission with a lead", seller, `submission{"origin":"manual","lead_id":"9"}`, inScope, false, office.ReasonProgramOnly},
		{"a person without a prospect", seller, `contact{"name":"x"}`, outScope, false, office.ReasonNoProspect},
		{"nor an admin held to a scope", demoted, `contact{"name":"x"}`, outScope, false, office.ReasonNoProspect},
		{"a phone of a person without a prospect", seller, `contact_phone{"contact_id":"c1","raw":"55"}`, outScope, false, office.ReasonOutOfScope},
		{"the name of a person without a prospect", seller, `contact.name="x"`, outScope, false, office.ReasonOutOfScope},
		{"a person without a prospect, away", seller, `contact.deleted=1`, outScope, false, office.ReasonOutOfScope},
		{"and back", seller, `contact.deleted=0`, outScope, false, office.ReasonOutOfScope},
		{"one's own person, away", seller, `contact.deleted=1`, inScope, false, office.ReasonAdminOnly},
		{"history removed", seller, `event.deleted=1`, inScope, false, office.ReasonAppendOnly},
		{"answers removed", seller, `submission.deleted=1`, inScope, false, office.ReasonAppendOnly},
		{"no object", seller, `activity{"author_id":`, inScope, false, office.ReasonMalformed},
		{"a merge, asked for, in another's name", seller, `contact_merge{"author_id":"u-beto","wish":"ask"}`, inScope, false, office.ReasonNotOwner},
		{"a merge of their own", seller, `contact_merge{"author_id":"u-ana","wish":"merge"}`, inScope, false, office.ReasonAdminOnly},
		{"a merge without a wish", seller, `contact_merge{"author_id":"u-ana"}`, inScope, false, office.ReasonAdminOnly},
		{"a merge as if it were done", seller, `contact_merge{"author_id":"u-ana","wish":"ask","state":"merged"}`, inScope, false, office.ReasonProgramOnly},
		{"a merge with a map", seller, `contact_merge{"author_id":"u-ana","wish":"ask","map":"{}"}`, inScope, false, office.ReasonProgramOnly},
		{"their request, granted", seller, `contact_merge.wish="merge"`, inScope, false, office.ReasonAdminOnly},
		{"a merge, taken back", seller, `contact_merge.wish="undo"`, inScope, false, office.ReasonAdminOnly},
		{"a request about another's", seller, `contact_merge{"author_id":"u-ana","wish":"ask"}`, outScope, false, office.ReasonOutOfScope},
		{"a contact, away to another", seller, `contact.merged_into="c2"`, inScope, false, office.ReasonAdminOnly},
		{"two of another's told apart", seller, `contact_distinct{"author_id":"u-ana"}`, outScope, false, office.ReasonOutOfScope},
	}...)
	check(t, tests)
}

func TestDecide_SellerTakesBack(t *testing.T) {
	check(t, []proposal{
		{"a move", seller, `prospect.stage_id="s1"`, inScope, true, ""},
		{"a move of what is another's now", seller, `prospect.stage_id="s1"`, outScope, true, office.ReasonOutOfScope},
		{"a prospect typed in", seller, `prospect.deleted=1`, inScope, true, ""},
		{"its submission", seller, `submission.deleted=1`, inScope, true, ""},
		{"its history", seller, `event.deleted=1`, inScope, true, ""},
		{"its contact, once the scope has ended", seller, `contact.deleted=1`, outScope, true, ""},
		{"its phones", seller, `contact_phone.deleted=1`, outScope, true, ""},
		{"its e-mails", seller, `contact_email.deleted=1`, outScope, true, ""},
		{"an enquiry of a known person", seller, `prospect.lead_at="2026-11-01T00:00:00.000Z"`, inScope, true, ""},
		{"and does it again", seller, `contact.deleted=0`, outScope, true, ""},
		{"phones too", seller, `contact_phone.deleted=0`, outScope, true, ""},
		{"another's name", seller, `contact.name="x"`, outScope, true, office.ReasonOutOfScope},
		{"another's activity", seller, `activity.deleted=1`, outScope, true, office.ReasonOutOfScope},
		{"a stage of the office", seller, `stage.name="x"`, outScope, true, office.ReasonAdminOnly},
		{"an answer", seller, `submission.answers="[]"`, inScope, true, office.ReasonAppendOnly},
	})
}

// TestDecide_TakesBackNobodyElsesPerson: a person whom a seller has typed in may be somebody else's by the time that the seller
// takes it back.
func TestDecide_TakesBackNobodyElsesPerson(t *testing.T) {
	for _, text := range []string{`contact.deleted=1`, `contact.deleted=0`, `contact_phone.deleted=1`, `contact_email.deleted=0`} {
		p := store.Proposal{Actor: seller, Op: op(text), Undo: true, Foreign: true, Root: "r1", Now: storetest.Start}
		if got := office.Decide(p); got.Reason != office.ReasonOutOfScope {
			t.Errorf("%s is settled as %+v", text, got)
		}
	}
}

// TestDecide_KnowsEveryTable holds the rules to the store's registry: a new replicated table needs a rule, and a rule that is
// right about who shares it and whether it is append-only.
// TestDecide_Late: what was done on a prospect while it was one's own may come for two weeks after one has lost it, and nothing
// else may.
func TestDecide_Late(t *testing.T) {
	const call = `activity{"prospect_id":"r1","author_id":"u-ana","kind":"call"}`
	const day = 24 * time.Hour
	tests := []struct {
		name  string
		op    string
		ago   time.Duration // since the prospect was lost; below 0 for one that never was the author's
		stray bool
		want  string // the reason of what is applied, or refused
		is    store.Outcome
	}{
		{"a call, at once", call, 0, false, office.ReasonLate, store.Applied},
		{"a call, on the last day", call, 14 * day, false, office.ReasonLate, store.Applied},
		{"a call, a second later", call, 14*day + time.Second, false, office.ReasonOutOfScope, store.Refused},
		{"a call on what never was one's own", call, -1, false, office.ReasonOutOfScope, store.Refused},
		{"history", `event{"prospect_id":"r1","author_id":"u-ana","kind":"status"}`, day, false, office.ReasonLate, store.Applied},
		{"a call in a colleague's name", `activity{"prospect_id":"r1","author_id":"u-beto","kind":"call"}`, day, false, office.ReasonOutOfScope, store.Refused},
		{"a call that refers to somebody else's", call, day, true, office.ReasonOutOfScope, store.Refused},
		{"an edit", `prospect.status="contacted"`, day, false, office.ReasonOutOfScope, store.Refused},
		{"an edit of a call", `activity.body="x"`, day, false, office.ReasonOutOfScope, store.Refused},
		{"a reminder", `reminder{"prospect_id":"r1","user_id":"u-ana"}`, day, false, office.ReasonOutOfScope, store.Refused},
		{"a submission", `submission{"prospect_id":"r1","origin":"manual"}`, day, false, office.ReasonOutOfScope, store.Refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := store.Proposal{Actor: seller, Op: op(tt.op), Root: "r1", Stray: tt.stray, Now: storetest.Start}
			if tt.ago >= 0 {
				p.LostAt = p.Now.Add(-tt.ago)
			}
			if diff := cmp.Diff(store.Verdict{Outcome: tt.is, Reason: tt.want}, office.Decide(p)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.op, diff)
			}
		})
	}
}

// TestDecide_Stray: nothing on one's own prospect refers to what is somebody else's.
func TestDecide_Stray(t *testing.T) {
	for _, text := range []string{
		`activity{"prospect_id":"r1","author_id":"u-ana","kind":"call"}`, `reminder{"prospect_id":"r1","user_id":"u-ana"}`, `prospect.stage_id="s1"`,
	} {
		p := store.Proposal{Actor: seller, Op: op(text), Root: "r1", InScope: true, Now: storetest.Start}
		if got := office.Decide(p); got.Outcome != store.Applied {
			t.Errorf("%s on one's own: %+v", text, got)
		}
		p.Stray = true
		if got := office.Decide(p); got != (store.Verdict{Outcome: store.Refused, Reason: office.ReasonOutOfScope}) {
			t.Errorf("%s that refers to somebody else's: %+v", text, got)
		}
	}
}

func TestDecide_KnowsEveryTable(t *testing.T) {
	st := storetest.Open(t)
	var tables []struct {
		Name       string `db:"name"`
		Root       string `db:"root"`
		AppendOnly bool   `db:"append_only"`
	}
	if err := st.Read().NewQuery("SELECT name, root, append_only FROM entity ORDER BY name").All(&tables); err != nil {
		t.Fatal(err)
	}
	if len(tables) < 12 {
		t.Fatalf("only %d tables", len(tables))
	}
	for _, table := range tables {
		propose := func(a store.Author, field string, scope bool) string {
			return office.Decide(store.Proposal{Actor: a, InScope: scope, Op: store.Op{Entity: table.Name, Row: "r1", Field: field, Value: json.RawMessage(`"x"`)}}).Reason
		}
		if got := propose(admin, fieldDeleted, outScope); got != "" {
			t.Errorf("%s: an admin is refused: %s", table.Name, got)
		}
		want := ""
		if table.AppendOnly {
			want = office.ReasonAppendOnly
		}
		if got := propose(admin, "created_at", outScope); got != want {
			t.Errorf("%s: a change is answered %q, want %q", table.Name, got, want)
		}
		want = office.ReasonOutOfScope
		if table.Root == "*" {
			want = office.ReasonAdminOnly
		}
		if got := propose(seller, fieldDeleted, outScope); got != want {
			t.Errorf("%s: a seller is answered %q, want %q", table.Name, got, want)
		}
	}
}

// TestDecide_ViewsAreTheirPersons: whose a view is follows from its id, for nothing else is known of a row that another computer
// changes.
func TestDecide_ViewsAreTheirPersons(t *testing.T) {
	own, other := seller.User+".v1", "somebody.v1"
	row := func(user string, shared int) any {
		return map[string]any{"user_id": user, "name": "x", "shared": shared, "created_at": "x"}
	}
	for _, c := range []struct {
		name, row, field string
		value            any
		want             string
	}{
		{"makes their own", own, "", row(seller.User, 0), ""},
		{"makes one for the office", own, "", row(seller.User, 1), office.ReasonAdminOnly},
		{"makes one for somebody else", other, "", row("somebody", 0), office.ReasonNotOwner},
		{"makes one in somebody else's name", own, "", row("somebody", 0), office.ReasonNotOwner},
		{"makes one under somebody else's id", other, "", row(seller.User, 0), office.ReasonNotOwner},
		{"makes nonsense", own, "", "x", office.ReasonMalformed},
		{"renames their own", own, "name", "x", ""},
		{"drops their own", own, fieldDeleted, 1, ""},
		{"gives it to the office", own, "shared", 1, office.ReasonAdminOnly},
		{"gives it away", own, "user_id", "somebody", office.ReasonAdminOnly},
		{"renames somebody else's", other, "name", "x", office.ReasonNotOwner},
		{"renames one whose owner's name begins alike", seller.User + "2.v1", "name", "x", office.ReasonNotOwner},
	} {
		value, err := json.Marshal(c.value)
		if err != nil {
			t.Fatal(err)
		}
		p := store.Proposal{Actor: seller, Op: store.Op{Entity: "saved_view", Row: c.row, Field: c.field, Value: value}}
		if got := office.Decide(p).Reason; got != c.want {
			t.Errorf("a seller %s: %q, want %q", c.name, got, c.want)
		}
	}
	nobody := store.Proposal{Actor: store.Author{Role: "seller", Scoped: true}, Op: store.Op{Entity: "saved_view", Row: ".v1", Field: "name"}}
	if got := office.Decide(nobody).Reason; got != office.ReasonNotOwner {
		t.Errorf("nobody renames nobody's: %q", got)
	}
}

const fieldDeleted = "deleted"

// TestDecide_OwnRowsOfTheOffice: what is somebody's own among what everybody holds is told by its id, for of another computer's
// change nothing else is known.
func TestDecide_OwnRowsOfTheOffice(t *testing.T) {
	const mine, shared, other = "u-ana.1", "r1", "u-beto.1"
	for _, tt := range []struct {
		name    string
		actor   store.Author
		row, op string
		undo    bool
		want    string
	}{
		{"makes her own", seller, mine, `template{"owner_id":"u-ana","body":"x"}`, false, ""},
		{"makes her own on the host", inName, mine, `template{"owner_id":"u-ana","body":"x"}`, false, ""},
		{"changes her own", seller, mine, `template.body="y"`, false, ""},
		{"removes her own", seller, mine, `template.deleted=1`, false, ""},
		{"takes back", seller, mine, `template.deleted=0`, true, ""},
		{"gives it to the office", seller, mine, `template.owner_id=""`, false, office.ReasonAdminOnly},
		{"gives it to the office as an undo", seller, mine, `template.owner_id=""`, true, office.ReasonAdminOnly},
		{"makes one for the office", seller, shared, `template{"owner_id":"","body":"x"}`, false, office.ReasonAdminOnly},
		{"makes one for the office under her own id", seller, mine, `template{"owner_id":"","body":"x"}`, false, office.ReasonNotOwner},
		{"makes one for a colleague", seller, mine, `template{"owner_id":"u-beto","body":"x"}`, false, office.ReasonNotOwner},
		{"makes one under a colleague's id", seller, other, `template{"owner_id":"u-ana","body":"x"}`, false, office.ReasonNotOwner},
		{"changes a colleague's", seller, other, `template.body="y"`, false, office.ReasonNotOwner},
		{"changes the office's", seller, shared, `template.body="y"`, false, office.ReasonAdminOnly},
		{"a stage by such an id", seller, mine, `stage{"owner_id":"u-ana","name":"x"}`, false, office.ReasonAdminOnly},
		{"an administrator changes the office's", admin, shared, `template.body="y"`, false, ""},
		{"one who is none any more", demoted, shared, `template.body="y"`, false, office.ReasonAdminOnly},
		{"one who is none any more, her own", demoted, "u-admin.1", `template.body="y"`, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := op(tt.op)
			o.Row = tt.row
			got := office.Decide(store.Proposal{Actor: tt.actor, Op: o, Undo: tt.undo, Root: "*", Now: storetest.Start})
			if got.Reason != tt.want || (got.Outcome == store.Applied) != (tt.want == "") {
				t.Errorf("%+v, want %q", got, tt.want)
			}
		})
	}
}

func TestDecide_OfAnExportOneWritesHowItEndedAndNothingIsTakenBack(t *testing.T) {
	seller := store.Author{User: "u1", Role: "seller", Scoped: true}
	admin := store.Author{User: "u0", Role: "admin"}
	for _, c := range []struct {
		actor      store.Author
		row, field string
		value      string
		undo       bool
		want       string
	}{
		{seller, "u1.x", "", `{"user_id":"u1"}`, false, ""},
		{seller, "u1.x", "", `{"user_id":"u2"}`, false, office.ReasonNotOwner},
		{seller, "u2.x", "", `{"user_id":"u1"}`, false, office.ReasonNotOwner},
		{seller, "u1.x", "state", `"done"`, false, ""},
		{seller, "u2.x", "state", `"done"`, false, office.ReasonNotOwner},
		{seller, "u1.x", "reason", `"otra"`, false, office.ReasonAdminOnly},
		{seller, "u1.x", "deleted", `1`, false, office.ReasonAdminOnly},
		{seller, "u1.x", "deleted", `1`, true, office.ReasonNotUndoable},
		{admin, "u0.x", "deleted", `1`, true, office.ReasonNotUndoable},
	} {
		got := office.Decide(store.Proposal{
			Actor: c.actor, Undo: c.undo, Op: store.Op{Entity: "export", Row: c.row, Field: c.field, Value: json.RawMessage(c.value)},
		})
		if got.Reason != c.want {
			t.Errorf("%s writes %q of %s (undo %v): %q, want %q", c.actor.User, c.field, c.row, c.undo, got.Reason, c.want)
		}
	}
}
