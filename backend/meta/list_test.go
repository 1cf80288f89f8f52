package meta_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

// fill makes n leads, one a minute, the oldest first, and returns their ids newest first.
func (o office) fill(t testing.TB, n int) []meta.ID {
	t.Helper()
	ids := make([]meta.ID, n)
	for i := range n {
		ids[n-1-i] = o.lead(t, graphsim.LeadSpec{Created: fixtureTime.Add(time.Duration(i-n) * time.Minute), Wide: i%2 == 0})
	}
	return ids
}

func leadIDs(leads []meta.Lead) []meta.ID {
	var ids []meta.ID
	for _, l := range leads {
		ids = append(ids, l.ID)
	}
	return ids
}

func TestClient_Leads(t *testing.T) {
	tests := []struct {
		name   string
		leads  int
		since  time.Duration // before now; 0 is none
		limits graphsim.Limits
		faults []graphsim.Fault
		want   int
	}{
		{name: "none"},
		{name: "one page", leads: 7, want: 7},
		{name: "several pages", leads: 230, want: 230},
		{name: "newer than a moment, that moment excluded", leads: 20, since: 5 * time.Minute, want: 4},
		{name: "empty pages that have a next one", leads: 230, limits: graphsim.Limits{EmptyPageEvery: 2}, want: 230},
		{name: "smaller pages when Meta refuses large ones", leads: 90, limits: graphsim.Limits{MaxPage: 12}, want: 90},
		{name: "a new window when Meta refuses deep cursors", leads: 450, limits: graphsim.Limits{MaxDepth: 150}, want: 450},
		{name: "a deep cursor with a limited time", leads: 450, since: 400 * time.Minute, limits: graphsim.Limits{MaxDepth: 150}, want: 399},
		{
			name: "without ad fields when these are refused", leads: 150, want: 150,
			faults: []graphsim.Fault{{Edge: "leads", Contains: "campaign_name", Preset: "permission_ads", Times: -1}},
		},
		{
			name: "without ad fields when they are unknown", leads: 5, want: 5,
			faults: []graphsim.Fault{{
				Edge: "leads", Contains: "ad_id", Times: -1, Code: 100,
				Message: "(#100) Tried accessing nonexisting field (ad_id) on node type (LeadGenData)",
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t)
			all := o.fill(t, tt.leads)
			o.sim.SetLimits(tt.limits)
			for _, f := range tt.faults {
				o.fault(t, f)
			}
			var since time.Time
			if tt.since > 0 {
				since = fixtureTime.Add(-tt.since)
			}
			leads, err := gather(o.Leads(t.Context(), o.page, fixtureForm, since))
			if err != nil {
				t.Fatal(err)
			}
			want := append([]meta.ID(nil), all[:tt.want]...)
			if diff := cmp.Diff(want, leadIDs(leads)); diff != "" {
				t.Errorf("leads differ (-want +got):\n%s", diff)
			}
			for _, l := range leads {
				if l.Defect != "" || l.WithoutAds != (tt.faults != nil) || (l.Campaign == "") != l.WithoutAds {
					t.Fatalf("lead %s: defect %q, without ads %v, campaign %q", l.ID, l.Defect, l.WithoutAds, l.Campaign)
				}
			}
		})
	}
}

func TestClient_Leads_OneLeadTooLarge(t *testing.T) {
	o := newOffice(t)
	all := o.fill(t, 60)
	monster := o.lead(t, graphsim.LeadSpec{Created: fixtureTime.Add(-30*time.Minute - time.Second), Padding: 10 << 20})
	leads, err := gather(o.Leads(t.Context(), o.page, fixtureForm, time.Time{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(leads) != len(all)+1 {
		t.Fatalf("got %d leads, want %d", len(leads), len(all)+1)
	}
	for _, l := range leads {
		want := meta.Defect("")
		if l.ID == monster {
			want = meta.DefectUnreadable
		}
		if l.Defect != want || l.Created.IsZero() {
			t.Errorf("lead %s: defect %q, want %q", l.ID, l.Defect, want)
		}
	}
	_, err = o.Lead(t.Context(), o.page, monster)
	if fault.Code(err) != meta.AdviceTooLarge {
		t.Errorf("reading it alone: %v", err)
	}
}

func TestClient_Leads_BrokenAnswersDoNotStopTheOthers(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 3)
	broken := o.lead(t, graphsim.LeadSpec{Broken: true})
	leads, err := gather(o.Leads(t.Context(), o.page, fixtureForm, time.Time{}))
	if err != nil || len(leads) != 4 {
		t.Fatalf("got %d leads and %v", len(leads), err)
	}
	if leads[0].ID != broken || leads[0].Defect != meta.DefectAnswers || !strings.Contains(string(leads[0].Raw), "unexpected") {
		t.Errorf("broken lead came as %+v", leads[0])
	}
}

func TestClient_Leads_ServerDownEndsTheWalk(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 3)
	o.fault(t, graphsim.Fault{Edge: "leads", Preset: "unknown", Times: -1})
	_, err := gather(o.Leads(t.Context(), o.page, fixtureForm, time.Time{}))
	var e *meta.Error
	if !errors.As(err, &e) || e.Class != meta.ClassRetry || e.Code != 1 {
		t.Fatalf("got %v", err)
	}
	// 100, 50, 25, 12, 6, 3, 1, and the one lead without its fields.
	if calls := len(o.sim.Calls()); calls != 8 {
		t.Errorf("%d calls, want 8", calls)
	}
}

func TestClient_Leads_NeverFollowsNext(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 120)
	if _, err := gather(o.Leads(t.Context(), o.page, fixtureForm, time.Time{})); err != nil {
		t.Fatal(err)
	}
	calls := o.sim.Calls()
	if len(calls) != 2 {
		t.Fatalf("%d calls, want 2", len(calls))
	}
	for _, c := range calls {
		if !c.Bearer || !c.Proof || c.Query["fields"] != meta.LeadFields {
			t.Errorf("call without header, proof or fields: %+v", c)
		}
	}
}

func TestClient_LeadIDs(t *testing.T) {
	o := newOffice(t)
	all := o.fill(t, 130)
	stubs, err := gather(o.LeadIDs(t.Context(), o.page, fixtureForm, time.Time{}))
	if err != nil {
		t.Fatal(err)
	}
	var got []meta.ID
	for _, s := range stubs {
		got = append(got, s.ID)
	}
	if diff := cmp.Diff(all, got); diff != "" {
		t.Error(diff)
	}
	if !stubs[0].Created.Equal(fixtureTime.Add(-time.Minute)) {
		t.Errorf("created %v", stubs[0].Created)
	}
	for _, c := range o.sim.Calls() {
		if c.Query["fields"] != "id,created_time" {
			t.Errorf("asked for %q", c.Query["fields"])
		}
	}
}

func TestClient_Leads_AsksMetaToFilter(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 3)
	if _, err := gather(o.Leads(t.Context(), o.page, fixtureForm, fixtureTime)); err != nil {
		t.Fatal(err)
	}
	want := `[{"field":"time_created","operator":"GREATER_THAN","value":1793631845}]`
	if calls := o.sim.Calls(); len(calls) != 1 || calls[0].Query["filtering"] != want || calls[0].Query["limit"] != "100" {
		t.Errorf("asked %+v", calls)
	}
}

// TestClient_Leads_FilterIgnored: Meta has been seen to return everything in spite of a filter.
func TestClient_Leads_FilterIgnored(t *testing.T) {
	c := answers(t, `{"data":[{"id":"3","created_time":"2026-11-02T15:04:06+0000"},{"id":"2","created_time":"2026-11-02T15:04:05+0000"},{"id":"1","created_time":"2026-10-01T00:00:00+0000"}]}`)
	leads, err := gather(c.Leads(t.Context(), markedToken, fixtureForm, fixtureTime))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]meta.ID{"3"}, leadIDs(leads)); diff != "" {
		t.Error(diff)
	}
}

func TestClient_LeadPages_StopsWhenTold(t *testing.T) {
	o := newOffice(t)
	o.fill(t, 350)
	pages := 0
	for _, err := range o.LeadPages(t.Context(), o.page, fixtureForm, time.Time{}) {
		if err != nil {
			t.Fatal(err)
		}
		if pages++; pages == 2 {
			break
		}
	}
	if calls := len(o.sim.Calls()); calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

// answers serves its texts one after the other, the last one for ever.
func answers(t testing.TB, texts ...string) *meta.Client {
	t.Helper()
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(texts[min(n, len(texts)-1)]))
		n++
	}))
	t.Cleanup(server.Close)
	return meta.NewClient(meta.Config{BaseURL: server.URL, Clock: clock.NewFake(fixtureTime, 1)})
}

// TestClient_Leads_APageThatIsNoneIsNotTheLast: what comes behind it would be passed without a word.
func TestClient_Leads_APageThatIsNoneIsNotTheLast(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"data":null}`, `{"data":[],"paging":{"next":"https://graph.example.com/x"}}`} {
		t.Run(body, func(t *testing.T) {
			c := answers(t, `{"data":[{"id":"1234567890123456","created_time":"2026-11-02T15:04:05+0000"}],`+
				`"paging":{"cursors":{"after":"A"},"next":"https://graph.facebook.com/x?after=A"}}`, body)
			leads, err := gather(c.Leads(t.Context(), markedToken, fixtureForm, time.Time{}))
			var e *meta.Error
			if len(leads) != 1 || !errors.As(err, &e) || e.Class != meta.ClassRetry {
				t.Errorf("%d leads and %v, want one and an error to be tried again", len(leads), err)
			}
		})
	}
}

func TestClient_Leads_RepeatedCursor(t *testing.T) {
	page := `{"data":[{"id":"%d","created_time":"2026-11-02T15:04:05+0000"}],"paging":{"cursors":{"after":"SAME"},"next":"https://graph.facebook.com/x?after=SAME"}}`
	c := answers(t, fmt.Sprintf(page, 1234567890123456), fmt.Sprintf(page, 1234567890123457))
	leads, err := gather(c.Leads(t.Context(), markedToken, fixtureForm, time.Time{}))
	if len(leads) != 2 || fault.Code(err) != meta.AdviceUnexpected {
		t.Errorf("got %d leads and %v", len(leads), err)
	}
}

func TestClient_Leads_CursorOnlyInsideNext(t *testing.T) {
	c := answers(t,
		`{"data":[{"id":1234567890123456,"created_time":"2026-11-02T15:04:05+0000"}],"paging":{"next":"https://graph.facebook.com/v25.0/1/leads?access_token=EAAX&after=A"}}`,
		`{"data":[{"id":1234567890123457,"created_time":"2026-11-02T15:04:04+0000"}],"paging":{"cursors":{"before":"A","after":"B"}}}`,
	)
	leads, err := gather(c.Leads(t.Context(), markedToken, fixtureForm, time.Time{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]meta.ID{"1234567890123456", "1234567890123457"}, leadIDs(leads)); diff != "" {
		t.Error(diff)
	}
}

func TestClient_Leads_Cancelled(t *testing.T) {
	o := newOffice(t)
	o.fault(t, graphsim.Fault{Edge: "leads", Kind: "timeout"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := gather(o.Leads(ctx, o.page, fixtureForm, time.Time{}))
	if !errors.Is(err, context.Canceled) || fault.Code(err) != fault.CodeCancelled {
		t.Errorf("got %v", err)
	}
}
