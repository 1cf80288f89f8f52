package officesim

import (
	"context"

	"sitegroup.mx/crm/backend/crm"
)

// newTag adds a word to the office's.
func newTag(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	c, err := d.crm.CreateTag(ctx, d.user, s.text(), pick(s, crm.TagColors))
	return c.TxID, "", err
}

// setTag puts a tag on a prospect, or takes it off; two computers may put on the same one.
func setTag(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	tag, err := s.some(d, "SELECT id FROM tag WHERE deleted = 0 ORDER BY id")
	if tag == "" || err != nil {
		return "", "", err
	}
	add, remove := []string{tag}, []string(nil)
	if s.chance(3) {
		add, remove = nil, add
	}
	c, err := d.crm.SetTags(ctx, d.user, prospect, add, remove)
	return c.TxID, "", err
}
