package officesim

import (
	"context"

	"sitegroup.mx/crm/backend/crm"
)

// moveStage moves a prospect to a stage that its computer shows, back or on.
func moveStage(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	stage, err := s.some(d, "SELECT id FROM stage WHERE deleted = 0 AND archived = 0 ORDER BY id")
	if err != nil || stage == "" {
		return "", "", err
	}
	why := s.text()
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{StageID: &stage, StageReason: &why})
	return c.TxID, "", err
}

// oppose keeps a person's no.
func oppose(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	reason, err := s.some(d, "SELECT id FROM discard_reason WHERE opposition = 1 AND deleted = 0 AND archived = 0 ORDER BY id")
	if err != nil || reason == "" {
		return "", "", err
	}
	discarded := crm.StatusDiscarded
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{Status: &discarded, ReasonID: &reason})
	return c.TxID, "", err
}

func liftOpposition(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	contact, err := s.some(d, "SELECT id FROM contact WHERE opposed_at IS NOT NULL AND deleted = 0 ORDER BY id")
	if err != nil || contact == "" {
		return "", "", err
	}
	c, err := d.crm.LiftOpposition(ctx, d.user, contact, s.text())
	return c.TxID, "", err
}

// arrangeStages does one of the things that an administrator does to stages and reasons.
func arrangeStages(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	stage, err := s.some(d, "SELECT id FROM stage WHERE deleted = 0 AND archived = 0 ORDER BY id")
	if err != nil || stage == "" {
		return "", "", err
	}
	to, err := s.some(d, "SELECT id FROM stage WHERE deleted = 0 AND archived = 0 ORDER BY id")
	if err != nil {
		return "", "", err
	}
	name := s.text()
	switch s.rng.IntN(6) {
	case 0:
		c, err := d.crm.AddStage(ctx, d.user, name)
		return c.TxID, "", err
	case 1:
		c, err := d.crm.UpdateStage(ctx, d.user, stage, crm.StagePatch{Name: &name, Requires: &[]string{crm.RequireTemperature}})
		return c.TxID, "", err
	case 2:
		c, err := d.crm.OrderStages(ctx, d.user, []string{stage, to})
		return c.TxID, "", err
	case 3:
		archived, err := s.some(d, "SELECT id FROM stage WHERE deleted = 0 AND archived = 1 ORDER BY id")
		if err != nil || archived == "" {
			return "", "", err
		}
		c, err := d.crm.RestoreStage(ctx, d.user, archived)
		return c.TxID, "", err
	}
	c, err := d.crm.ArchiveStage(ctx, d.user, stage, to)
	return c.TxID, "", err
}

// staged is I11: nobody is left in a stage that is no more, whatever computers did apart; and a board's totals count what is
// there, on every computer.
func (s *sim) staged() error {
	lost, err := texts(s.host.store, `
		SELECT p.id || ' in ' || s.name
		FROM prospect p
		JOIN stage s ON s.id = p.stage_id
		WHERE p.deleted = 0
		AND (s.archived = 1 OR s.deleted = 1)`, nil)
	if err != nil {
		return err
	}
	if len(lost) > 0 {
		return violation("I11", "prospects are left in stages that are no more: %v", lost)
	}
	for _, d := range s.desks() {
		wrong, err := texts(d.store, `
			SELECT json_array(owner_id, stage_id, is_open, temperature, form_id, count(*))
			FROM prospect_card
			GROUP BY owner_id, stage_id, is_open, temperature, form_id
			EXCEPT
			SELECT json_array(owner_id, stage_id, is_open, temperature, form_id, prospects)
			FROM stage_total`, nil)
		if err != nil {
			return err
		}
		rest, err := texts(d.store, "SELECT (SELECT count(*) FROM prospect_card) - (SELECT coalesce(sum(prospects), 0) FROM stage_total)", nil)
		if err != nil {
			return err
		}
		if len(wrong) > 0 || rest[0] != "0" {
			return violation("I11", "the totals of %s are not what is there: %v, %s", d.name(), wrong, rest[0])
		}
	}
	return nil
}

// desks are the host's and those of all who are still there.
func (s *sim) desks() []desk {
	all := []desk{s.hostDesk()}
	for _, m := range s.living() {
		all = append(all, m.desk())
	}
	return all
}
