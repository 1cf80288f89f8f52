package processtest

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"sitegroup.mx/crm/build/field"
)

// healing is how long computers may take that were left alone: two silences of a minute until a connection is given up, and
// the longest wait before the next.
const healing = 4 * time.Minute

// restart switches every computer off at once, as a failure of the power does, and on again.
func (o *office) restart(ctx context.Context) error {
	err := o.end(syscall.SIGKILL)
	for _, c := range o.all() {
		if err == nil {
			err = c.Start(ctx)
		}
	}
	o.counts.add("kill", len(o.all()))
	return err
}

// settle waits until every member has sent everything and read everything. The host's last commits, which say so, are two
// prospects that it registers when nothing is on its way to it any more.
func (o *office) settle(ctx context.Context) error {
	began := time.Now()
	if err := field.Eventually(ctx, "nobody has anything to send", healing, func() (bool, error) { return o.upToDate(ctx) }); err != nil {
		return errors.Join(err, o.standing(ctx))
	}
	last := map[*computer]string{}
	for _, m := range o.members[1:] {
		var made struct{ ID string }
		err := o.host.Must(ctx, "POST", "/api/prospects", map[string]any{
			"name": "Última", "phones": []string{}, "emails": []string{o.ledger.text() + "@example.com"}, "owner_id": m.UserID,
		}, &made)
		if err != nil {
			return err
		}
		last[m] = made.ID
	}
	err := field.Eventually(ctx, "everybody has read everything", healing, func() (bool, error) {
		for owner, id := range last {
			for _, m := range o.members {
				if m != owner && !m.admin {
					continue
				}
				if status, _, err := m.Ask(ctx, "GET", "/api/prospects/"+id, nil, nil); err != nil || status >= 300 {
					return false, err
				}
			}
		}
		return o.upToDate(ctx)
	})
	o.counts.add("seconds until everybody was up to date", int(time.Since(began).Seconds()))
	if err != nil {
		return errors.Join(err, o.standing(ctx))
	}
	return nil
}

// syncState is what GET /api/sync says.
type syncState struct {
	Role, State, Problem string
	Pending, Held        int
	Refused, Superseded  int
	HostName             string `json:"host_name"`
}

func (o *office) upToDate(ctx context.Context) (bool, error) {
	for _, m := range o.members {
		var s syncState
		if err := m.Must(ctx, "GET", "/api/sync", nil, &s); err != nil {
			return false, err
		}
		if s.State != "up_to_date" || s.Pending+s.Held > 0 {
			return false, nil
		}
	}
	return true, nil
}

// standing says how everybody stands, for a test that has failed.
func (o *office) standing(ctx context.Context) error {
	var err error
	for _, c := range o.all() {
		var s syncState
		if e := c.Must(ctx, "GET", "/api/sync", nil, &s); e != nil {
			err = errors.Join(err, e)
			continue
		}
		err = errors.Join(err, fmt.Errorf("%s: %+v", c.Name, s))
	}
	return err
}

// shown are the changes on each computer's lists of what was not accepted and what was replaced: ids of ops.
func (o *office) shown(ctx context.Context) (map[*computer]map[string]bool, error) {
	all := map[*computer]map[string]bool{}
	for _, m := range o.members {
		var list struct{ Items []struct{ ID string } }
		if err := m.Must(ctx, "GET", "/api/sync/changes", nil, &list); err != nil {
			return nil, err
		}
		all[m] = map[string]bool{}
		for _, i := range list.Items {
			all[m][i.ID] = true
		}
	}
	return all, nil
}
