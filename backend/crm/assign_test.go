package crm_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/store"
)

func TestTurns_HundredLeadsAmongSeven(t *testing.T) {
	office := crmtest.New(t, 7)
	given := map[string]int{}
	var fns []func(*store.Tx) error
	for range 100 { // one batch, one instant
		e := office.Enquiry()
		fns = append(fns, func(tx *store.Tx) error {
			r, err := office.CRM.Register(tx, e)
			given[r.OwnerID]++
			return err
		})
	}
	_, errs := office.Store.WriteEach(ctx, store.System, fns)
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if least, most := spread(given); len(given) != 7 || most-least > 1 {
		t.Errorf("given = %v", given)
	}
}

func TestTurns_SameChanceSameOrder(t *testing.T) {
	run := func() []int {
		office := crmtest.New(t, 5)
		at := map[string]int{}
		for i, v := range office.Sellers {
			at[v.UserID] = i
		}
		var order []int
		for range 15 {
			order = append(order, at[office.Register(office.Enquiry()).OwnerID])
		}
		return order
	}
	first := run()
	if diff := cmp.Diff(first, run()); diff != "" {
		t.Errorf("order of turns differs between equal runs:\n%s", diff)
	}
	if cmp.Equal(first[:5], []int{0, 1, 2, 3, 4}) {
		t.Error("the first round goes by seniority, not by lot")
	}
}

func TestTurns_NumberedWithinTheRound(t *testing.T) {
	office := crmtest.New(t, 3)
	var turns []int
	for range 7 {
		r := office.Register(office.Enquiry())
		turns = append(turns, r.Turn)
		if r.Of != 3 {
			t.Errorf("of %d", r.Of)
		}
	}
	if diff := cmp.Diff([]int{1, 2, 3, 1, 2, 3, 1}, turns); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
}

func TestTurns_NobodyLeavesItInTheTray(t *testing.T) {
	office := crmtest.New(t, 1)
	office.SetUser(office.Sellers[0].UserID, store.Row{"paused": true})
	r := office.Register(office.Enquiry())
	d := detail(t, office, office.Admin, r.ProspectID)
	if r.OwnerID != "" || d.AssignedWhy.Rule != crm.RuleTray || d.AssignedAt != nil {
		t.Errorf("registration = %+v, why = %+v", r, d.AssignedWhy)
	}
	if n, err := office.CRM.InboxCount(ctx, office.Admin); err != nil || n != 1 {
		t.Errorf("administrator's inbox = %d, %v", n, err)
	}
	if got := list(t, office, office.Admin, crm.ProspectFilter{Seller: crm.SellerNone}); len(got.Items) != 1 {
		t.Errorf("%d in the tray", len(got.Items))
	}
}

func TestTurns_ComingBackBringsNoFlood(t *testing.T) {
	tests := []struct {
		name  string
		leave func(*crmtest.Office) string
		enter func(*crmtest.Office, string) string
	}{
		{"after a pause", func(o *crmtest.Office) string {
			id := o.Sellers[0].UserID
			o.SetUser(id, store.Row{"paused": true})
			return id
		}, func(o *crmtest.Office, id string) string {
			o.SetUser(id, store.Row{"paused": false})
			return id
		}},
		{"new", func(*crmtest.Office) string { return "" }, func(o *crmtest.Office, _ string) string { return o.AddSeller().UserID }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			office := crmtest.New(t, 4)
			for range 4 {
				office.Register(office.Enquiry())
			}
			id := tt.leave(office)
			for range 60 {
				office.Register(office.Enquiry())
			}
			id = tt.enter(office, id)
			got := 0
			for range 10 {
				if office.Register(office.Enquiry()).OwnerID == id {
					got++
				}
			}
			if got < 2 || got > 3 {
				t.Errorf("%d of the next 10 among 4 or 5", got)
			}
		})
	}
}

func TestTurns_AreFair(t *testing.T) {
	office := crmtest.New(t, 6)
	type seat struct {
		active, paused bool
		since          int // leads given since all who take turns now have been here together
	}
	seats := map[string]*seat{}
	for _, v := range office.Sellers {
		seats[v.UserID] = &seat{active: true}
	}
	rapid.Check(t, func(rt *rapid.T) {
		for _, s := range seats {
			s.since = 0
		}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			if rapid.IntRange(0, 3).Draw(rt, "step") > 0 {
				office.Clock.Advance(time.Duration(rapid.IntRange(-2, 2).Draw(rt, "ms")) * time.Millisecond) // backwards too
				r := office.Register(office.Enquiry())
				takes := 0
				for _, s := range seats {
					if s.active && !s.paused {
						takes++
					}
				}
				if takes == 0 {
					if r.OwnerID != "" {
						rt.Fatalf("%s was given a lead and takes none", r.OwnerID)
					}
					continue
				}
				s := seats[r.OwnerID]
				if s == nil || !s.active || s.paused {
					rt.Fatalf("%q was given a lead and takes none", r.OwnerID)
				}
				s.since++
				counts := map[string]int{}
				for id, s := range seats {
					if s.active && !s.paused {
						counts[id] = s.since
					}
				}
				if least, most := spread(counts); most-least > 1 {
					rt.Fatalf("since they came together: %v", counts)
				}
				continue
			}
			v := office.Sellers[rapid.IntRange(0, len(office.Sellers)-1).Draw(rt, "who")]
			s := seats[v.UserID]
			if rapid.Bool().Draw(rt, "pause") {
				s.paused = !s.paused
				office.SetUser(v.UserID, store.Row{"paused": s.paused})
			} else {
				s.active = !s.active
				office.SetUser(v.UserID, store.Row{"active": s.active})
			}
			for _, s := range seats {
				s.since = 0
			}
		}
	})
}

func spread(counts map[string]int) (least, most int) {
	least = 1 << 30
	for _, n := range counts {
		least, most = min(least, n), max(most, n)
	}
	return least, most
}
