package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/office"
	"sitegroup.mx/crm/backend/office/link"
	"sitegroup.mx/crm/store"
)

// Network is how this computer is connected with the office's others. The program implements it.
type Network interface {
	// Connection tells how a member is connected; the zero Status on a host.
	Connection() link.Status
	// State tells whether a host listens, and where.
	State(ctx context.Context) (NetworkState, error)
	// Configure has a host listen, or not. Faults: network.port_taken, network.fixed when a flag decides it.
	Configure(ctx context.Context, n NetworkSetting) (NetworkState, error)
}

// The ways an office's computers stand with each other.
const (
	SyncUpToDate     = "up_to_date"
	SyncSending      = "sending"       // something written here is not settled
	SyncReceiving    = "receiving"     // the replica is being filled
	SyncOffline      = "offline"       //
	SyncLocked       = "locked"        // too long without contact
	SyncWiped        = "wiped"         // revoked
	SyncUpdateNeeded = "update_needed" // this program and the host's do not understand each other
	SyncStopped      = "stopped"       // see problem
)

// SyncProgress is how far a replica has been filled, in rows.
type SyncProgress struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

// SyncAnew is how often a replica was read anew since it was filled, and why it was the last time.
type SyncAnew struct {
	Count  int64  `json:"count"`
	At     string `json:"at"`
	Reason string `json:"reason" doc:"unknown_commit, purged, role_changed or check_failed"`
}

// SyncStatus is how this computer stands with the office's others.
type SyncStatus struct {
	Role           string        `json:"role" enum:"host,member"`
	DeviceID       string        `json:"device_id" doc:"Of this computer"`
	State          string        `json:"state" enum:"up_to_date,sending,receiving,offline,locked,wiped,update_needed,stopped"`
	Pending        int64         `json:"pending" doc:"Changes that the host has not settled"`
	Held           int64         `json:"held" doc:"Changes that wait for the host to be updated"`
	Refused        int64         `json:"refused"`
	Superseded     int64         `json:"superseded"`
	Since          *string       `json:"since,omitempty" doc:"Since when there is no connection"`
	LastContactAt  *string       `json:"last_contact_at,omitempty"`
	LastCompleteAt *string       `json:"last_complete_at,omitempty" doc:"When everything was last here"`
	Progress       *SyncProgress `json:"progress,omitempty"`
	Path           string        `json:"path" enum:",lan,relay"`
	Address        string        `json:"address"`
	HostName       string        `json:"host_name"`
	HostVersion    string        `json:"host_version"`
	Problem        string        `json:"problem" doc:"Why there is no connection, or none over the network, or why the host does not listen to this computer"`
	ClockSkewMS    int64         `json:"clock_skew_ms" doc:"The host's clock minus this computer's"`
	Damaged        bool          `json:"damaged" doc:"On a member: its copy has pages that cannot be read; it is to join anew"`
	BegunAnew      *SyncAnew     `json:"begun_anew,omitempty" doc:"That this computer had to read everything anew"`
	LeaseUntil     *string       `json:"lease_until,omitempty" doc:"When this computer locks without contact"`
	Connected      int           `json:"connected" doc:"On a host: computers that are connected"`
	Members        int           `json:"members" doc:"On a host: computers of the office beside it"`
}

// SyncChange is something written here that did not become what it meant.
type SyncChange struct {
	ID           string          `json:"id"`
	TxID         string          `json:"tx_id"`
	Outcome      string          `json:"outcome" enum:"refused,superseded"`
	Reason       string          `json:"reason"`
	At           string          `json:"at"`
	ProspectID   string          `json:"prospect_id"`
	ProspectName string          `json:"prospect_name"`
	Entity       string          `json:"entity"`
	Field        string          `json:"field" doc:"Empty for a whole row"`
	Mine         json.RawMessage `json:"mine"`
	Theirs       json.RawMessage `json:"theirs"`
	ByName       string          `json:"by_name" doc:"Who wrote later"`
	ByAt         *string         `json:"by_at,omitempty"`
	CanApply     bool            `json:"can_apply"`
}

// IDs names rows of a list.
type IDs struct {
	IDs []string `json:"ids" maxItems:"1000"`
}

func (a *API) routeSync() {
	handle(a, route{id: "get-sync", method: http.MethodGet, path: "/api/sync", summary: "How this computer stands with the office's others", access: user, passive: true, always: true},
		func(ctx context.Context, c caller, _ *struct{}) (SyncStatus, error) { return a.syncStatus(ctx, c) })
	handle(a, route{id: "list-changes", method: http.MethodGet, path: "/api/sync/changes", summary: "What was not accepted, or was replaced", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[SyncChange], error) {
			return list(unaccepted(ctx, c))
		})
	handle(a, route{id: "dismiss-changes", method: http.MethodPost, path: "/api/sync/changes/dismiss", summary: "Take changes off the list", access: user},
		func(ctx context.Context, c caller, input *in[IDs]) (nothing, error) {
			ids, err := ownChanges(ctx, c, input.Body.IDs)
			if err == nil {
				err = c.office.Store.Dismiss(ctx, ids)
			}
			return nothing{}, err
		})
	handle(a, route{id: "apply-changes", method: http.MethodPost, path: "/api/sync/changes/apply", summary: "Write changes again", access: user},
		func(ctx context.Context, c caller, input *in[IDs]) (Changed, error) {
			ids, err := ownChanges(ctx, c, input.Body.IDs)
			if err != nil {
				return Changed{}, err
			}
			commit, err := c.office.Store.ApplyAgain(ctx, c.viewer.Author(), ids)
			return Changed{TxID: commit.TxID}, err
		})
	handle(a, route{id: "list-refusals", method: http.MethodGet, path: "/api/sync/refusals", summary: "What members wrote and the host refused", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (List[office.Refusal], error) {
			return list(c.office.Host.Refusals(ctx, c.viewer))
		})
	handle(a, route{id: "apply-refusals", method: http.MethodPost, path: "/api/sync/refusals/apply", summary: "Apply what was refused after all", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[IDs]) (Changed, error) {
			commit, err := c.office.Host.ApplyRefusals(ctx, c.viewer, input.Body.IDs)
			return Changed{TxID: commit.TxID}, err
		})
	handle(a, route{id: "dismiss-refusals", method: http.MethodPost, path: "/api/sync/refusals/dismiss", summary: "Lay what was refused aside", access: adminOnly, host: true},
		func(ctx context.Context, c caller, input *in[IDs]) (nothing, error) {
			return nothing{}, c.office.Host.DismissRefusals(ctx, c.viewer, input.Body.IDs)
		})
}

func (a *API) syncStatus(ctx context.Context, c caller) (SyncStatus, error) {
	if c.office.Member != nil {
		return a.memberStatus(ctx, c.office)
	}
	s := SyncStatus{Role: "host", DeviceID: c.office.Host.DeviceID(), State: SyncUpToDate, Connected: len(c.office.Host.Connected())}
	if c.office.Host.Superseded() {
		s.State, s.Problem = SyncStopped, office.CodeHostSuperseded
	}
	var err error
	s.Members, err = c.office.Host.Members(ctx)
	return s, err
}

func (a *API) memberStatus(ctx context.Context, o *Office) (SyncStatus, error) {
	m, err := o.Member.Status(ctx)
	if err != nil {
		return SyncStatus{}, err
	}
	r, err := o.Store.Replica(ctx)
	if err != nil {
		return SyncStatus{}, err
	}
	how := o.Network.Connection()
	s := SyncStatus{
		Role: "member", DeviceID: o.Member.Device, State: SyncUpToDate, Pending: r.Unsettled - r.Held, Held: r.Held, Refused: r.Refused, Superseded: r.Superseded,
		LastContactAt: instant(m.LastContact), LastCompleteAt: instant(r.LastHead), LeaseUntil: instant(m.LeaseUntil),
		Path: how.Path, Address: how.Address, HostName: m.HostName, HostVersion: m.HostVersion, Problem: m.Problem,
		ClockSkewMS: m.ClockSkew.Milliseconds(), Damaged: o.Damaged != nil && o.Damaged(),
	}
	if b := m.BegunAnew; b.Count > 0 {
		s.BegunAnew = &SyncAnew{Count: b.Count, At: clock.Format(time.UnixMilli(b.At)), Reason: b.Reason}
	}
	if r.Filling && r.Rest > 0 {
		done, err := o.Store.Rows(ctx)
		if err != nil {
			return SyncStatus{}, err
		}
		s.Progress = &SyncProgress{Done: done, Total: done + r.Rest}
	}
	if !how.Connected {
		s.Since = instant(how.Since)
	}
	if s.Problem == "" && (!how.Connected || how.Problem == link.ProblemFirewall) { // who is elsewhere has the relay, and no problem
		s.Problem = how.Problem
	}
	switch {
	case m.Wiped:
		s.State = SyncWiped
	case m.Locked:
		s.State = SyncLocked
	case m.UpdateNeeded:
		s.State = SyncUpdateNeeded
	case m.Problem != "":
		s.State = SyncStopped
	case !how.Connected:
		s.State = SyncOffline
	case r.Filling:
		s.State = SyncReceiving
	case s.Pending > 0:
		s.State = SyncSending
	}
	return s, nil
}

// instant writes a time that there may not be.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := clock.Format(t)
	return &text
}

// unaccepted lists the caller's changes that the host did not take as they were meant.
func unaccepted(ctx context.Context, c caller) ([]SyncChange, error) {
	rows, err := c.office.Store.Unaccepted(ctx, c.viewer.UserID)
	if err != nil {
		return nil, err
	}
	changes := make([]SyncChange, len(rows))
	for i, u := range rows {
		changes[i] = SyncChange{
			ID: u.OpID, TxID: u.TxID, Outcome: u.Outcome.String(), Reason: u.Reason, At: clock.Format(u.At), ProspectID: u.Root,
			Entity: u.Entity, Field: u.Field, Mine: orNull(u.Mine), Theirs: orNull(u.Theirs), ByAt: instant(u.ByAt),
			CanApply: !u.Forgotten && u.Field != "",
		}
		if changes[i].ProspectName, err = prospectName(ctx, c.office.Store, u.Root); err != nil {
			return nil, err
		}
		if changes[i].ByName, err = userName(ctx, c.office.Store, u.ByUser); err != nil {
			return nil, err
		}
		if changes[i].ProspectName == "" { // it is somebody else's now
			changes[i].ProspectID, changes[i].CanApply = "", false
		}
	}
	return changes, nil
}

func orNull(value json.RawMessage) json.RawMessage {
	if len(value) == 0 {
		return json.RawMessage("null")
	}
	return value
}

func prospectName(ctx context.Context, st *store.Store, id string) (string, error) {
	return oneText(ctx, st, `
		SELECT c.name
		FROM prospect p
		JOIN contact c ON c.id = p.contact_id
		WHERE p.id = {:id}
		AND p.deleted = 0`, id)
}

func userName(ctx context.Context, st *store.Store, id string) (string, error) {
	return oneText(ctx, st, "SELECT name FROM user WHERE id = {:id}", id)
}

func oneText(ctx context.Context, st *store.Store, query, id string) (string, error) {
	var texts []string
	if err := st.Read().NewQuery(query).Bind(dbx.Params{"id": id}).WithContext(ctx).Column(&texts); err != nil {
		return "", fmt.Errorf("read a name: %w", err)
	}
	if len(texts) == 0 {
		return "", nil
	}
	return texts[0], nil
}

// ownChanges keeps, of some ids, those on the caller's own list.
func ownChanges(ctx context.Context, c caller, ids []string) ([]string, error) {
	rows, err := c.office.Store.Unaccepted(ctx, c.viewer.UserID)
	if err != nil {
		return nil, err
	}
	mine := map[string]bool{}
	for _, u := range rows {
		mine[u.OpID] = true
	}
	var own []string
	for _, id := range ids {
		if mine[id] {
			own = append(own, id)
		}
	}
	if len(own) == 0 {
		return nil, fault.New(office.CodeRefusalMissing)
	}
	return own, nil
}

// barred answers why nothing of the office is shown on this computer now, nil when it is: a member that has gone without
// contact for too long, and a host that is the host no more, or is about to be no more, whose changes nobody would ever get.
func (a *API) barred(o *Office) error {
	switch {
	case o.Member != nil && o.Member.Locked(a.deps.Clock.Now()):
		return fault.New(CodeMemberLocked)
	case o.Host != nil && o.Host.Superseded():
		return fault.New(office.CodeHostSuperseded)
	case o.Host != nil && o.Host.Moving():
		return fault.New(office.CodeHostMoving)
	}
	return nil
}

// remoteKey is where a request keeps the user of another computer of the office in whose name it is answered.
type remoteKey struct{}

func remoteViewer(ctx context.Context) (account.Viewer, bool) {
	v, ok := ctx.Value(remoteKey{}).(account.Viewer)
	return v, ok
}
