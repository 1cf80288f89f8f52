package crm_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
)

// nineToSix is every weekday from nine to six.
func nineToSix() *crm.WeekHours {
	day := []crm.HoursSpan{{From: "09:00", To: "18:00"}}
	return &crm.WeekHours{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day}
}

// founded is an office in Mexico City that works from nine to six, on Tuesday 3 November 2026 at ten.
func founded(t testing.TB, sellers int) *crmtest.Office {
	t.Helper()
	o := crmtest.New(t, sellers).Found("America/Mexico_City")
	o.Clock.Set(time.Date(2026, 11, 3, 16, 0, 0, 0, time.UTC))
	setOffice(t, o, crm.OfficeTurnsPatch{Hours: nineToSix()})
	return o
}

func setOffice(t testing.TB, o *crmtest.Office, p crm.OfficeTurnsPatch) {
	t.Helper()
	if _, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, p); err != nil {
		t.Fatal(err)
	}
}

func setSeller(t testing.TB, o *crmtest.Office, v account.Viewer, p crm.SellerTurnsPatch) {
	t.Helper()
	if _, err := o.CRM.UpdateSellerTurns(ctx, o.Admin, v.UserID, p); err != nil {
		t.Fatal(err)
	}
}

func saveGroup(t testing.TB, o *crmtest.Office, name string, members ...account.Viewer) string {
	t.Helper()
	ids := []string{}
	for _, m := range members {
		ids = append(ids, m.UserID)
	}
	g, err := o.CRM.SaveGroup(ctx, o.Admin, crm.SellerGroup{Name: name, Members: ids})
	if err != nil {
		t.Fatal(err)
	}
	return g.ID
}

func saveRule(t testing.TB, o *crmtest.Office, r crm.TurnRule) string {
	t.Helper()
	r.Active = true
	if r.Otherwise == "" {
		r.Otherwise = crm.OtherwiseDefault
	}
	c, err := o.CRM.SaveRule(ctx, o.Admin, r)
	if err != nil {
		t.Fatal(err)
	}
	return c.ID
}

func TestTurns_AGroupThatNobodyIsInYetBreaksNoScreen(t *testing.T) {
	o := crmtest.New(t, 1).Found("America/Mexico_City")
	saveGroup(t, o, "Norte")
	all, err := o.CRM.TurnSettings(ctx, o.Admin)
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Groups) != 1 || all.Groups[0].Members == nil || len(all.Groups[0].Members) != 0 {
		t.Errorf("groups are %+v; want one with an empty list of members, not none", all.Groups)
	}
}

func TestTurns_WhoCannotTakeOneIsPassedOver(t *testing.T) {
	yes, one := true, 1
	tests := []struct {
		name   string
		away   func(t *testing.T, o *crmtest.Office, v account.Viewer)
		reason string
	}{
		{"paused", func(t *testing.T, o *crmtest.Office, v account.Viewer) {
			setSeller(t, o, v, crm.SellerTurnsPatch{Paused: &yes})
		}, crm.AwayPaused},
		{"absent", func(t *testing.T, o *crmtest.Office, v account.Viewer) {
			_, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: v.UserID, From: "2026-11-01", Until: "2026-11-03"})
			if err != nil {
				t.Fatal(err)
			}
		}, crm.AwayAbsent},
		{"outside their own hours", func(t *testing.T, o *crmtest.Office, v account.Viewer) {
			late := []crm.HoursSpan{{From: "10:01", To: "24:00"}}
			setSeller(t, o, v, crm.SellerTurnsPatch{Hours: &crm.WeekHours{Tue: late}})
		}, crm.AwayHours},
		{"at the day's cap", func(t *testing.T, o *crmtest.Office, v account.Viewer) {
			setSeller(t, o, v, crm.SellerTurnsPatch{DailyCap: &one})
			for o.Register(o.Enquiry()).OwnerID != v.UserID { //nolint:revive // until they have had theirs
			}
		}, crm.AwayDaily},
		{"at the backlog's cap", func(t *testing.T, o *crmtest.Office, v account.Viewer) {
			o.Register(o.Enquiry(func(e *crm.Enquiry) { e.OwnerID = v.UserID }))
			setSeller(t, o, v, crm.SellerTurnsPatch{BacklogCap: &one})
		}, crm.AwayBacklog},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := founded(t, 2)
			tt.away(t, o, o.Sellers[0])
			for range 5 {
				if r := o.Register(o.Enquiry()); r.OwnerID != o.Sellers[1].UserID || r.Of != 1 {
					t.Fatalf("it went to %q, %d of %d", r.OwnerID, r.Turn, r.Of)
				}
			}
			o.SetUser(o.Sellers[1].UserID, map[string]any{"active": false})
			r := o.Register(o.Enquiry())
			if d := detail(t, o, o.Admin, r.ProspectID); r.OwnerID != "" || d.AssignedWhy.Rule != crm.RuleTray || d.AssignedWhy.Reason != tt.reason {
				t.Errorf("it went to %q, for %+v", r.OwnerID, d.AssignedWhy)
			}
			p, err := o.CRM.PreviewTurn(ctx, o.Admin, crm.TurnLead{})
			if err != nil || len(p.Next) != 0 || p.Reason != tt.reason || len(p.Seats) != 1 || p.Seats[0].Away != tt.reason {
				t.Errorf("preview = %+v, %v", p, err)
			}
		})
	}
}

// A lead at night waits in the tray and says why; a holiday and the pause of the office do the same.
func TestTurns_AClosedOfficeGivesNothingAway(t *testing.T) {
	yes := true
	tests := []struct {
		name   string
		close  func(t *testing.T, o *crmtest.Office)
		reason string
	}{
		{"night", func(_ *testing.T, o *crmtest.Office) { o.Clock.Set(time.Date(2026, 11, 4, 4, 0, 0, 0, time.UTC)) }, crm.AwayHours},
		{"Sunday", func(_ *testing.T, o *crmtest.Office) { o.Clock.Set(time.Date(2026, 11, 8, 18, 0, 0, 0, time.UTC)) }, crm.AwayHours},
		{"holiday", func(t *testing.T, o *crmtest.Office) {
			if _, err := o.CRM.AddOfficialHolidays(ctx, o.Admin, 2026); err != nil {
				t.Fatal(err)
			}
			o.Clock.Set(time.Date(2026, 11, 16, 18, 0, 0, 0, time.UTC))
		}, crm.AwayHoliday},
		{"pause", func(t *testing.T, o *crmtest.Office) { setOffice(t, o, crm.OfficeTurnsPatch{TurnsPaused: &yes}) }, crm.AwayOffice},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := founded(t, 3)
			tt.close(t, o)
			r := o.Register(o.Enquiry())
			if why := detail(t, o, o.Admin, r.ProspectID).AssignedWhy; r.OwnerID != "" || why.Reason != tt.reason {
				t.Errorf("it went to %q, for %+v", r.OwnerID, why)
			}
			tray, err := o.CRM.Tray(ctx, o.Admin)
			if err != nil || tray.Count != 1 || tray.Reasons[tt.reason] != 1 {
				t.Errorf("tray = %+v, %v", tray, err)
			}
		})
	}
}

func TestTurns_RulesChooseTheGroup(t *testing.T) {
	o := founded(t, 4)
	north := saveGroup(t, o, "Norte", o.Sellers[0], o.Sellers[1])
	south := saveGroup(t, o, "Sur", o.Sellers[2])
	saveRule(t, o, crm.TurnRule{Name: "Preventa Norte", FormID: "f-norte", GroupID: north})
	saveRule(t, o, crm.TurnRule{Name: "Puebla y Cholula", Cities: "Puebla, San Andrés Cholula", CampaignID: "c-1", GroupID: south, Otherwise: crm.OtherwiseTray})
	saveRule(t, o, crm.TurnRule{Name: "Página", PageID: "p-sur", GroupID: south})
	saveRule(t, o, crm.TurnRule{Name: "Todo lo demás", GroupID: saveGroup(t, o, "Guardia", o.Sellers[3])})
	tests := []struct {
		name                       string
		form, campaign, page, city string
		rule                       string
		owners                     []int
	}{
		{"by form", "f-norte", "c-9", "p-9", "Tijuana", "Preventa Norte", []int{0, 1}},
		{"the first that fits", "f-norte", "c-1", "p-sur", "Puebla", "Preventa Norte", []int{0, 1}},
		{"by city, without accents, and campaign", "f-9", "c-1", "p-9", "san andres  CHOLULA", "Puebla y Cholula", []int{2}},
		{"one condition is not enough", "f-9", "c-9", "p-9", "Puebla", "Todo lo demás", []int{3}},
		{"by page", "f-9", "c-9", "p-sur", "", "Página", []int{2}},
		{"everything else", "", "", "", "", "Todo lo demás", []int{3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 4 {
				r := o.Register(o.Enquiry(func(e *crm.Enquiry) {
					e.FormID, e.CampaignID, e.PageID, e.City = tt.form, tt.campaign, tt.page, tt.city
				}))
				at := slices.IndexFunc(o.Sellers, func(v account.Viewer) bool { return v.UserID == r.OwnerID })
				why := detail(t, o, o.Admin, r.ProspectID).AssignedWhy
				if !slices.Contains(tt.owners, at) || why.Name != tt.rule || why.Of != len(tt.owners) {
					t.Errorf("it went to seller %d, for %+v", at, why)
				}
			}
		})
	}
}

// A group that cannot hands over to the default rule, or to the tray where the rule says so; a known person stays with their
// seller whatever the rules say.
func TestTurns_FallBack(t *testing.T) {
	o := founded(t, 3)
	north := saveGroup(t, o, "Norte", o.Sellers[0])
	rule := crm.TurnRule{Name: "Norte", FormID: "f-norte", GroupID: north}
	rule.ID = saveRule(t, o, rule)
	lead := func() crm.Enquiry { return o.Enquiry(func(e *crm.Enquiry) { e.FormID = "f-norte" }) }
	first := lead()
	if r := o.Register(first); r.OwnerID != o.Sellers[0].UserID {
		t.Fatalf("it went to %q", r.OwnerID)
	}
	yes := true
	setSeller(t, o, o.Sellers[0], crm.SellerTurnsPatch{Paused: &yes})
	r := o.Register(lead())
	if why := detail(t, o, o.Admin, r.ProspectID).AssignedWhy; r.OwnerID == "" || r.OwnerID == o.Sellers[0].UserID || why.Name != "" || why.Of != 2 {
		t.Errorf("it went to %q, for %+v", r.OwnerID, why)
	}
	again := lead()
	again.Phones, again.Emails = first.Phones, first.Emails
	if r := o.Register(again); !r.Linked || r.OwnerID != o.Sellers[0].UserID {
		t.Errorf("a known person went from their seller to %q", r.OwnerID)
	}
	rule.Otherwise = crm.OtherwiseTray
	saveRule(t, o, rule)
	r = o.Register(lead())
	if why := detail(t, o, o.Admin, r.ProspectID).AssignedWhy; r.OwnerID != "" || why.Reason != crm.AwayPaused || why.Name != "Norte" {
		t.Errorf("it went to %q, for %+v", r.OwnerID, why)
	}
}

// What the preview promises is what the next lead gets, and asking costs nobody a turn.
func TestTurns_PreviewKeepsItsWord(t *testing.T) {
	o := founded(t, 5)
	saveRule(t, o, crm.TurnRule{Name: "Norte", FormID: "f-norte", GroupID: saveGroup(t, o, "Norte", o.Sellers[1:4]...)})
	for i := range 30 {
		form := []string{"f-norte", "f-otra"}[i%2]
		p, err := o.CRM.PreviewTurn(ctx, o.Admin, crm.TurnLead{FormID: form})
		if err != nil {
			t.Fatal(err)
		}
		r := o.Register(o.Enquiry(func(e *crm.Enquiry) { e.FormID = form }))
		if !slices.Contains(p.Next, r.OwnerID) || p.Turn != r.Turn || p.Of != r.Of || p.Seats[0].UserID != p.Next[0] {
			t.Fatalf("preview %+v, registration %+v", p, r)
		}
		if d := detail(t, o, o.Admin, r.ProspectID); d.AssignedWhy.Name != p.Rule {
			t.Fatalf("rule %q, preview %q", d.AssignedWhy.Name, p.Rule)
		}
	}
	if _, err := o.CRM.PreviewTurn(ctx, o.Sellers[0], crm.TurnLead{}); !fault.Has(err, account.CodeAdminOnly) {
		t.Errorf("a seller asks whose turn it is: %v", err)
	}
}

// An undo in the middle of a batch gives the turn of its own circle back.
func TestTurns_SettingsHoldAtOnce(t *testing.T) {
	o := founded(t, 2)
	yes, no := true, false
	for i := range 6 { // also right after a change, without a commit in between that anybody waits for
		setSeller(t, o, o.Sellers[i%2], crm.SellerTurnsPatch{Paused: &yes})
		setSeller(t, o, o.Sellers[1-i%2], crm.SellerTurnsPatch{Paused: &no})
		if r := o.Register(o.Enquiry()); r.OwnerID != o.Sellers[1-i%2].UserID {
			t.Fatalf("it went to %q after the pause", r.OwnerID)
		}
	}
}

func TestTurns_BadSettingsAreRefused(t *testing.T) {
	o := founded(t, 2)
	seller := o.Sellers[0].UserID
	group := saveGroup(t, o, "Norte", o.Sellers[0])
	saveRule(t, o, crm.TurnRule{Name: "Preventa", FormID: "f-1", GroupID: group})
	saveRule(t, o, crm.TurnRule{Name: "Lo demás"})
	if _, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: seller, From: "2026-12-20", Until: "2026-12-31"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: "2026-12-25"}); err != nil {
		t.Fatal(err)
	}
	span := func(pairs ...string) *crm.WeekHours {
		w := &crm.WeekHours{}
		for i := 0; i < len(pairs); i += 2 {
			w.Tue = append(w.Tue, crm.HoursSpan{From: pairs[i], To: pairs[i+1]})
		}
		return w
	}
	minus, two, forty := -1, 2, 40
	tests := []struct {
		name, code, field string
		args              string
		do                func() error
	}{
		{"overlapping hours of the office", "hours.overlap", "hours.tue", "tue 09:00–14:00 13:30–18:00", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{Hours: span("13:30", "18:00", "09:00", "14:00")})
			return err
		}},
		{"overlapping hours of a seller", "hours.overlap", "hours.tue", "tue 09:00–14:00 09:00–14:00", func() error {
			_, err := o.CRM.UpdateSellerTurns(ctx, o.Admin, seller, crm.SellerTurnsPatch{Hours: span("09:00", "14:00", "09:00", "14:00")})
			return err
		}},
		{"past midnight", "hours.backwards", "hours.tue", "tue", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{Hours: span("22:00", "02:00")})
			return err
		}},
		{"no time", "hours.malformed", "hours.tue", "tue", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{Hours: span("9", "25:00")})
			return err
		}},
		{"a step before the one before it", "turns.order", "reassign_after", "", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{NotifyAfter: &forty})
			return err
		}},
		{"a negative cap", "input.out_of_range", "daily_cap", "", func() error {
			_, err := o.CRM.UpdateSellerTurns(ctx, o.Admin, seller, crm.SellerTurnsPatch{DailyCap: &minus})
			return err
		}},
		{"passed on for ever", "input.out_of_range", "most_hops", "", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Admin, crm.OfficeTurnsPatch{MostHops: &forty})
			return err
		}},
		{"hours of nobody", "user.not_found", "owner_id", "", func() error {
			_, err := o.CRM.UpdateSellerTurns(ctx, o.Admin, o.Admin.UserID, crm.SellerTurnsPatch{DailyCap: &two})
			return err
		}},
		{"an absence backwards", "absence.backwards", "until", "", func() error {
			_, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: seller, From: "2026-11-05", Until: "2026-11-04"})
			return err
		}},
		{"an absence on another", "absence.overlap", "from", "2026-12-20 2026-12-31", func() error {
			_, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: seller, From: "2026-12-31", Until: "2027-01-02"})
			return err
		}},
		{"a day that is no day", "input.invalid", "from", "", func() error {
			_, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: seller, From: "2026-02-30", Until: "2026-03-02"})
			return err
		}},
		{"a holiday twice", "holiday.known", "day", "", func() error {
			_, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: "2026-12-25"})
			return err
		}},
		{"a group that rules need", "group.in_use", "", "Preventa", func() error {
			_, err := o.CRM.RemoveGroup(ctx, o.Admin, group)
			return err
		}},
		{"a group's name twice", "group.name_taken", "name", "", func() error {
			_, err := o.CRM.SaveGroup(ctx, o.Admin, crm.SellerGroup{Name: " NORTE "})
			return err
		}},
		{"a group of nobody", "user.not_found", "members", "", func() error {
			_, err := o.CRM.SaveGroup(ctx, o.Admin, crm.SellerGroup{Name: "Sur", Members: []string{"x"}})
			return err
		}},
		{"two rules for everything else", "rule.default_taken", "", "", func() error {
			_, err := o.CRM.SaveRule(ctx, o.Admin, crm.TurnRule{Name: "Otra", Otherwise: crm.OtherwiseTray})
			return err
		}},
		{"a rule without a name", "input.required", "name", "", func() error {
			_, err := o.CRM.SaveRule(ctx, o.Admin, crm.TurnRule{FormID: "f", Otherwise: crm.OtherwiseTray})
			return err
		}},
		{"a seller", account.CodeAdminOnly, "", "", func() error {
			_, err := o.CRM.UpdateOfficeTurns(ctx, o.Sellers[0], crm.OfficeTurnsPatch{MostHops: &two})
			return err
		}},
	}
	before := revision(t, o)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := fault.Find(tt.do())
			if f == nil || f.Code != tt.code || f.Field != tt.field {
				t.Fatalf("fault = %v, want %s (%s)", f, tt.code, tt.field)
			}
			for _, word := range strings.Fields(tt.args) {
				if !slices.ContainsFunc(keysOf(f.Args), func(v string) bool { return v == word }) {
					t.Errorf("arguments %v lack %q", f.Args, word)
				}
			}
		})
	}
	if after := revision(t, o); after != before {
		t.Error("something was written all the same")
	}
}

func keysOf(args map[string]any) (texts []string) {
	for _, v := range args {
		if text, ok := v.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// An absence that leaves nobody is written and says so: for everybody together, and for each group that a rule needs. Days on
// which the office is closed anyway are no reason to warn.
func TestAbsence_ThatLeavesNobodyWarns(t *testing.T) {
	o := founded(t, 2)
	group := saveGroup(t, o, "Norte", o.Sellers[0])
	saveRule(t, o, crm.TurnRule{Name: "Preventa", FormID: "f-1", GroupID: group})
	if _, err := o.CRM.AddHoliday(ctx, o.Admin, crm.Holiday{Day: "2026-11-18"}); err != nil {
		t.Fatal(err)
	}
	first, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: o.Sellers[0].UserID, From: "2026-11-12", Until: "2026-11-18"})
	if err != nil {
		t.Fatal(err)
	}
	want := []crm.Uncovered{{GroupID: group, Group: "Norte", From: "2026-11-12", Until: "2026-11-17"}}
	if diff := cmp.Diff(want, first.Uncovered); diff != "" {
		t.Errorf("one of two away (-want +got):\n%s", diff)
	}
	second, err := o.CRM.SaveAbsence(ctx, o.Admin, crm.Absence{UserID: o.Sellers[1].UserID, From: "2026-11-16", Until: "2026-11-20"})
	if err != nil {
		t.Fatal(err)
	}
	want = []crm.Uncovered{{From: "2026-11-16", Until: "2026-11-17"}}
	if diff := cmp.Diff(want, second.Uncovered); diff != "" {
		t.Errorf("both away (-want +got):\n%s", diff)
	}
	all, err := o.CRM.TurnSettings(ctx, o.Admin)
	if err != nil || len(all.Uncovered) != 2 || len(all.Absences) != 2 || all.Sellers[0].Away != "" {
		t.Errorf("settings = %+v, %v", all, err)
	}
}
