package store_test

import (
	"errors"
	"testing"

	"sitegroup.mx/crm/store"
)

// TestReplica_ATagThatTwoHavePutOn: two computers may put the same tag on a prospect. A replica that was told of both, and that one
// was taken off or came back, could apply no page any more: its statements turn the triggers' OR IGNORE into a failure.
func TestReplica_ATagThatTwoHavePutOn(t *testing.T) {
	p := newPair(t, nil)
	p.prospectOf(1, "u-ana")
	tag := func(tx *store.Tx, id string) error {
		return tx.Create("prospect_tag", id, store.Row{"prospect_id": "p1", "tag_id": "hot", "created_at": at})
	}
	for _, step := range []struct {
		name string
		do   func(*store.Tx) error
		want string
	}{
		{"both put it on", func(tx *store.Tx) error { return errors.Join(tag(tx, "t1"), tag(tx, "t2")) }, "1"},
		{"one takes theirs off", func(tx *store.Tx) error { return tx.Remove("prospect_tag", "t1") }, "1"},
		{"and on again", func(tx *store.Tx) error { return tx.Restore("prospect_tag", "t1") }, "1"},
		{"the prospect goes", func(tx *store.Tx) error { return tx.Remove("prospect", "p1") }, "0"},
		{"and comes back", func(tx *store.Tx) error { return tx.Restore("prospect", "p1") }, "1"},
		{"both are taken off", func(tx *store.Tx) error {
			return errors.Join(tx.Remove("prospect_tag", "t1"), tx.Remove("prospect_tag", "t2"))
		}, "0"},
	} {
		write(t, p.host, admin, step.do)
		p.sync()
		p.same()
		for name, s := range map[string]*store.Store{"host": p.host, "member": p.member} {
			if got := value(t, s.Read(), "SELECT count(*) FROM card_tag"); got != step.want {
				t.Errorf("%s: the %s lists the prospect under %s tags, want %s", step.name, name, got, step.want)
			}
		}
	}
}
