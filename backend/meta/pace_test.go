package meta_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

const (
	business    = "X-Business-Use-Case-Usage"
	appUsage    = "X-App-Usage"
	adAccount   = "X-Ad-Account-Usage"
	throttle    = `{"error":{"message":"(#80005) There have been too many leadgen api calls to this Page account.","type":"OAuthException","code":80005}}`
	appThrottle = `{"error":{"message":"(#4) Application request limit reached","type":"OAuthException","is_transient":true,"code":4}}`
	good        = `{"id":"812345678901234","name":"Clima"}`
)

func TestPace_FromHeaders(t *testing.T) {
	tests := []struct {
		name       string
		status     int
		header     map[string]string
		body       string
		background time.Duration
		foreground time.Duration
	}{
		{name: "no header", body: good},
		{
			name: "healthy page call", body: good,
			header: map[string]string{business: `{"109876543210987":[{"type":"leadgen","call_count":1,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":0}]}`},
		},
		{
			name: "blocked page call: minutes, and the ad account of another does not count", status: 400, body: throttle,
			header: map[string]string{business: `{"109876543210987":[{"type":"leadgen","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":19}],` +
				`"198765432109876":[{"type":"ads_management","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":45}]}`},
			background: 19 * time.Minute, foreground: 19 * time.Minute,
		},
		{
			name: "an ad account alone at its limit", body: good,
			header: map[string]string{business: `{"1":[{"type":"ads_management","call_count":100,"estimated_time_to_regain_access":45}]}`},
		},
		{
			name: "user token call with an ad account", body: good,
			header: map[string]string{
				appUsage:  `{"call_count":28,"total_time":25,"total_cputime":25}`,
				adAccount: `{"acc_id_util_pct":9.67,"reset_time_duration":100,"ads_api_access_tier":"standard_access"}`,
			},
		},
		{
			name: "three quarters used: slower", body: good,
			header:     map[string]string{business: `{"1":[{"type":"leadgen","call_count":10,"total_cputime":75,"total_time":1}]}`},
			background: 4 * time.Second,
		},
		{
			name: "nearly full: background stops", body: good,
			header:     map[string]string{business: `{"1":[{"type":"pages","call_count":3},{"type":"leadgen","call_count":10,"total_time":90}]}`},
			background: 15 * time.Minute,
		},
		{
			name: "the app nearly full", body: good, header: map[string]string{appUsage: `{"call_count":93}`},
			background: 15 * time.Minute,
		},
		{
			name: "throttled without a header", status: 400, body: throttle,
			background: 5 * time.Minute, foreground: 5 * time.Minute,
		},
		{
			name: "throttled, only the ad account's seconds known", status: 400, body: throttle,
			header:     map[string]string{adAccount: `{"acc_id_util_pct":100,"reset_time_duration":90}`},
			background: 90 * time.Second, foreground: 90 * time.Second,
		},
		{
			name: "unreadable headers do not spoil an answer", body: good,
			header: map[string]string{business: `{"1":{"type":"leadgen"},"2":[{"type":5}],"3":`, appUsage: `[]`, adAccount: `zero`},
		},
		{
			name: "impossible figures", body: good,
			header: map[string]string{business: `{"1":[{"type":"leadgen","call_count":-5,"estimated_time_to_regain_access":-9}]}`},
		},
		{
			name: "a block of years is a day", status: 400, body: throttle,
			header:     map[string]string{business: `{"1":[{"type":"leadgen","estimated_time_to_regain_access":1e12}]}`},
			background: 24 * time.Hour, foreground: 24 * time.Hour,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range tt.header {
				header.Set(name, value)
			}
			if tt.status == 0 {
				tt.status = http.StatusOK
			}
			c, clk := serve(t, tt.status, header, tt.body)
			_, err := c.Form(t.Context(), markedToken, fixtureForm)
			if (err != nil) != (tt.status != http.StatusOK) {
				t.Fatal(err)
			}
			pace := c.Pace(markedToken)
			if got := pace.Delay(clk.Now(), true); got != tt.background {
				t.Errorf("background waits %v, want %v", got, tt.background)
			}
			if got := pace.Delay(clk.Now(), false); got != tt.foreground {
				t.Errorf("foreground waits %v, want %v", got, tt.foreground)
			}
			var e *meta.Error
			if errors.As(err, &e) && e.RetryAfter != tt.foreground {
				t.Errorf("error says %v", e.RetryAfter)
			}
			clk.Advance(tt.background)
			if got := pace.Delay(clk.Now(), true); got != 0 {
				t.Errorf("still waits %v afterwards", got)
			}
		})
	}
}

func TestPace_LongerEachTime(t *testing.T) {
	c, clk := serve(t, 400, nil, throttle)
	for _, want := range []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour} {
		_, err := c.Form(t.Context(), markedToken, fixtureForm)
		var e *meta.Error
		if !errors.As(err, &e) || e.RetryAfter != want || e.HTTPStatus == 0 {
			t.Fatalf("got %v, want a refusal for %v", err, want)
		}
		clk.Advance(want)
	}
}

func TestPace_DoesNotCallWhileBlocked(t *testing.T) {
	o := newOffice(t)
	if err := o.sim.SetBudget(fixturePage, graphsim.Budget{LeadCalls: 3}); err != nil {
		t.Fatal(err)
	}
	read := func() error {
		_, err := o.Form(t.Context(), o.page, fixtureForm)
		return err
	}
	for range 3 {
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 { // the first asks and is refused; the others do not ask
		var e *meta.Error
		if err := read(); !errors.As(err, &e) || e.Class != meta.ClassThrottle || e.RetryAfter != 19*time.Minute || e.Args["minutes"] != 19 {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if calls := len(o.sim.Calls()); calls != 4 {
		t.Errorf("%d calls, want 4", calls)
	}
	if _, err := o.Me(t.Context(), o.token); err != nil {
		t.Errorf("another token is blocked too: %v", err)
	}
	o.clock.Advance(19 * time.Minute)
	if err := read(); err != nil {
		t.Errorf("after the block: %v", err)
	}
}

// TestPace_ABatchIsOneStrike: fifty refusals of one batch must not make the pause as long as fifty in a row would.
func TestPace_ABatchIsOneStrike(t *testing.T) {
	o := newOffice(t)
	ids := make([]meta.ID, 10)
	for i := range ids {
		ids[i] = o.lead(t, graphsim.LeadSpec{})
	}
	o.fault(t, graphsim.Fault{Edge: "lead", Preset: "throttle_leads", Times: -1})
	for _, want := range []time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute} {
		results, err := o.LeadBatch(t.Context(), o.page, ids)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			var e *meta.Error
			if !errors.As(r.Err, &e) || e.RetryAfter != want {
				t.Fatalf("%v, want a pause of %v", r.Err, want)
			}
		}
		o.clock.Advance(want)
	}
}

func TestPace_AppLimitBlocksEveryToken(t *testing.T) {
	c, clk := serve(t, 400, nil, appThrottle)
	if _, err := c.Form(t.Context(), markedToken, fixtureForm); fault.Code(err) != meta.AdviceThrottled {
		t.Fatal(err)
	}
	if got := c.Pace("EAAANOTHERTOKEN").Delay(clk.Now(), false); got != 5*time.Minute {
		t.Errorf("another token waits %v", got)
	}
}

func TestPace_Wait(t *testing.T) {
	c, clk := serve(t, 400, nil, throttle)
	if err := c.Pace(markedToken).Wait(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Form(t.Context(), markedToken, fixtureForm); err == nil {
		t.Fatal("not throttled")
	}
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { done <- c.Pace(markedToken).Wait(ctx, true) }()
	for clk.Waiting() == 0 {
		select {
		case err := <-done:
			t.Fatalf("did not wait: %v", err)
		default:
		}
	}
	clk.Advance(5 * time.Minute)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if _, err := c.Form(t.Context(), markedToken, fixtureForm); err == nil {
		t.Fatal("not throttled")
	}
	cancel()
	if err := c.Pace(markedToken).Wait(ctx, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A limit met while the clock was a year ahead is not kept for a year.
func TestPace_ClockThatWasAhead(t *testing.T) {
	c, clk := serve(t, 400, nil, throttle)
	clk.Advance(365 * 24 * time.Hour)
	if _, err := c.Form(t.Context(), markedToken, fixtureForm); err == nil {
		t.Fatal("the call was not refused")
	}
	pace := c.Pace(markedToken)
	if pace.Delay(clk.Now(), false) <= 0 {
		t.Fatal("the limit was not noticed")
	}
	clk.Set(clk.Now().Add(-365 * 24 * time.Hour))
	if left := pace.Delay(clk.Now(), true); left > 25*time.Hour {
		t.Errorf("calls wait %v", left)
	}
}
