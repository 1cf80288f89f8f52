package officesim

import (
	"context"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// ofDesk draws one of the templates that the desk's user may send: with own, may change.
func (s *sim) ofDesk(d desk, own bool) (string, error) {
	var ids []string
	err := d.store.Read().NewQuery(`
		SELECT id
		FROM template
		WHERE deleted = 0
		AND (owner_id = {:user} OR owner_id = '' AND {:shared})
		ORDER BY id`).Bind(dbx.Params{"user": d.user.UserID, "shared": !own || d.user.IsAdmin()}).Column(&ids)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return pick(s, ids), nil
}

// writeTemplate makes a template, rewrites one or removes it: everybody their own, administrators the office's as well.
func writeTemplate(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	id, err := s.ofDesk(d, true)
	if err != nil {
		return "", "", err
	}
	text := s.text() + ", {{nombre}}."
	switch {
	case id == "" || s.chance(3):
		c, err := d.crm.CreateTemplate(ctx, d.user, crm.NewTemplate{
			Channel: crm.KindWhatsApp, Name: s.text(), Body: text, Shared: d.user.IsAdmin() && s.chance(2),
		})
		return c.TxID, "", err
	case s.chance(5):
		c, err := d.crm.RemoveTemplate(ctx, d.user, id)
		return c.TxID, "", err
	}
	c, err := d.crm.UpdateTemplate(ctx, d.user, id, crm.TemplatePatch{Body: &text})
	return c.TxID, "", err
}

// meddle writes to a template, a view or a note of an export that is somebody else's own. Nobody's program does that; a
// computer's owner may.
func meddle(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	if d.m == nil || d.user.IsAdmin() {
		return "", "", nil
	}
	of := pick(s, []struct{ table, owner, field string }{{"template", "owner_id", "name"}, {"saved_view", "user_id", "name"}, {"export", "user_id", "state"}})
	id, err := s.some(d, "SELECT id FROM "+of.table+" WHERE deleted = 0 AND "+of.owner+" <> '"+d.user.UserID+"' ORDER BY id")
	if id == "" || err != nil {
		return "", "", err
	}
	c, err := d.store.Write(ctx, d.user.Author(), func(tx *store.Tx) error { return tx.Set(of.table, id, store.Row{of.field: s.text()}) })
	if err == nil && c.TxID != "" {
		err = violation("I6", "%s has written to %s %s, which is somebody else's own", d.name(), of.table, id)
	}
	return c.TxID, "", err
}

// useTemplate sends a message that was written with a template.
func useTemplate(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	id, err := s.ofDesk(d, false)
	if err != nil {
		return "", "", err
	}
	body := s.text()
	c, err := d.crm.LogActivity(ctx, d.user, prospect, crm.NewActivity{Kind: crm.KindWhatsApp, Result: crm.ResultSent, Body: body, TemplateID: id})
	return c.TxID, body, err
}
