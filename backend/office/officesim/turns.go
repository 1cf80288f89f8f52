package officesim

import (
	"context"
	"fmt"
	"strings"

	"sitegroup.mx/crm/backend/crm"
)

// byTurn types somebody in for whoever's turn it is: at once on the host, when it has arrived there from anywhere else.
func byTurn(s *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	c, err := d.crm.CreateProspect(ctx, d.user, crm.NewProspect{Name: s.text(), Phones: []string{phone(100 + s.rng.IntN(9000))}, City: "Puebla"})
	return c.TxID, "", err
}

// passOn is a pass of the host over what waits; at any other desk it is a prospect that is given away with a reason.
func passOn(s *sim, ctx context.Context, d desk, prospect string) (string, string, error) {
	if d.m == nil {
		_, err := d.crm.Escalate(ctx)
		if err == nil {
			err = s.noteGrants()
		}
		return "", "", err
	}
	owner, reason := pick(s, s.plan.sellers).UserID, s.text()
	c, err := d.crm.UpdateProspect(ctx, d.user, prospect, crm.ProspectPatch{OwnerID: &owner, OwnerReason: &reason})
	return c.TxID, "", err
}

// readNotices acknowledges what the desk's person was told.
func readNotices(_ *sim, ctx context.Context, d desk, _ string) (string, string, error) {
	c, err := d.crm.ReadNotices(ctx, d.user, nil)
	return c.TxID, "", err
}

// setTurns changes one of the settings: whoever does so offline may find that another administrator has done it too.
func setTurns(s *sim, ctx context.Context, d desk, _ string) (tx, _ string, err error) {
	seller := pick(s, s.plan.sellers).UserID
	var c crm.Change
	switch s.rng.IntN(6) {
	case 0:
		month := 1 + s.rng.IntN(12)
		a := crm.Absence{UserID: seller, From: fmt.Sprintf("2031-%02d-01", month), Until: fmt.Sprintf("2031-%02d-05", month)}
		var saved crm.SavedAbsence
		saved, err = d.crm.SaveAbsence(ctx, d.user, a)
		c = saved.Change
	case 1:
		var made crm.Created
		made, err = d.crm.AddHoliday(ctx, d.user, crm.Holiday{Day: fmt.Sprintf("2031-%02d-%02d", 1+s.rng.IntN(12), 1+s.rng.IntN(28)), Name: s.text()})
		c = made.Change
	case 2:
		var made crm.Created
		made, err = d.crm.SaveGroup(ctx, d.user, crm.SellerGroup{Name: s.text(), Members: []string{seller}})
		c = made.Change
	case 3:
		cap := s.rng.IntN(50)
		c, err = d.crm.UpdateSellerTurns(ctx, d.user, seller, crm.SellerTurnsPatch{BacklogCap: &cap})
	case 4:
		after := 30 + s.rng.IntN(30)
		c, err = d.crm.UpdateOfficeTurns(ctx, d.user, crm.OfficeTurnsPatch{ReassignAfter: &after})
	case 5:
		var made crm.Created
		made, err = d.crm.SaveRule(ctx, d.user, crm.TurnRule{Name: s.text(), Cities: strings.ToUpper(s.text()), Otherwise: crm.OtherwiseTray, Active: s.chance(2)})
		c = made.Change
	}
	return c.TxID, "", err
}
