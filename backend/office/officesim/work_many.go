package officesim

import (
	"context"

	"sitegroup.mx/crm/backend/crm"
)

// changeMany does the same to several prospects in one transaction; administrators hand them over as well.
func changeMany(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	var ids []string
	if err := d.store.Read().NewQuery("SELECT id FROM prospect WHERE deleted = 0 ORDER BY id").Column(&ids); err != nil {
		return "", "", err
	}
	s.rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	ids = ids[:min(len(ids), 1+s.rng.IntN(5))]
	temperature := pick(s, []string{crm.TemperatureCold, crm.TemperatureWarm, crm.TemperatureHot})
	b := crm.BulkChange{ProspectPatch: crm.ProspectPatch{Temperature: &temperature}}
	if d.user.IsAdmin() && s.chance(2) {
		owner := pick(s, s.plan.sellers).UserID
		b.OwnerID, b.OwnerReason = &owner, &owner
	}
	r, err := d.crm.ChangeProspects(ctx, d.user, ids, b)
	return r.TxID, "", err
}

// setView keeps a view, or changes or drops one.
func setView(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	views, err := d.crm.ListViews(ctx, d.user)
	if err != nil {
		return "", "", err
	}
	if len(views) == 0 || s.chance(2) {
		n := crm.NewView{Name: s.text(), Shared: d.user.IsAdmin() && s.chance(2), Query: crm.ViewQuery{Open: crm.OpenOnly}}
		c, err := d.crm.CreateView(ctx, d.user, n)
		return c.TxID, "", err
	}
	v := pick(s, views)
	if s.chance(3) {
		c, err := d.crm.DeleteView(ctx, d.user, v.ID)
		return c.TxID, "", err
	}
	pinned := !v.Pinned
	c, err := d.crm.UpdateView(ctx, d.user, v.ID, crm.ViewPatch{Pinned: &pinned, Columns: &[]string{"name", "phone"}})
	return c.TxID, "", err
}

// bin deletes a prospect as the screen does.
func bin(_ *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	c, err := d.crm.DeleteProspect(ctx, d.user, prospect)
	return c.TxID, "", err
}

// unbin restores one.
func unbin(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	list, err := d.crm.Bin(ctx, d.user)
	if err != nil || len(list) == 0 {
		return "", "", err
	}
	c, err := d.crm.RestoreProspect(ctx, d.user, pick(s, list).ID)
	return c.TxID, "", err
}
