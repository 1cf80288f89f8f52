package office_test

import (
	"testing"
	"time"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// stageNow is where a computer shows a prospect.
func stageNow(t *testing.T, s *crm.Service, v account.Viewer, id string) string {
	t.Helper()
	d, err := s.Prospect(t.Context(), v, id)
	must(t, err)
	return d.StageID
}

// movedOn reports whether a prospect's history says that its stage was archived.
func movedOn(t *testing.T, s *crm.Service, v account.Viewer, id string) bool {
	t.Helper()
	page, err := s.Timeline(t.Context(), v, id, "", 50)
	must(t, err)
	for _, i := range page.Items {
		if i.Kind == crm.EventStage && i.Data["why"] == "archived" {
			return true
		}
	}
	return false
}

// One computer archives a stage while another, apart from it, moves a prospect into it. Whichever the host hears of first,
// the prospect ends where those of the stage went, on every computer, and its history says why.
func TestStage_ArchivedWhileSomebodyMovesIntoIt(t *testing.T) {
	for _, hostArchives := range []bool{true, false} {
		b := newBase(t)
		ana := b.Sellers[0]
		id, settled := b.of(ana), b.of(ana)
		words, err := b.CRM.Vocabulary(t.Context())
		must(t, err)
		gone, to := words.Stages[2].ID, words.Stages[1].ID
		_, err = b.CRM.UpdateProspect(t.Context(), b.Admin, settled, crm.ProspectPatch{StageID: &gone})
		must(t, err)
		seller, admin := b.enrol(ana), b.enrol(b.Admin)
		seller.connect()
		admin.connect()
		seller.cut()
		admin.cut()
		move := func() {
			_, err := seller.crm.UpdateProspect(t.Context(), ana, id, crm.ProspectPatch{StageID: &gone})
			must(t, err)
		}
		if hostArchives {
			_, err = b.CRM.ArchiveStage(t.Context(), b.Admin, gone, to)
			must(t, err)
			b.advance(time.Minute, seller, admin)
			move()
			seller.connect()
		} else {
			move()
			seller.connect() // the host knows that somebody is in it; the administrator's computer does not
			b.advance(time.Minute, seller, admin)
			_, err = admin.crm.ArchiveStage(t.Context(), b.Admin, gone, to)
			must(t, err)
			admin.connect()
			seller.poke()
		}
		for _, p := range []string{id, settled} {
			if got := stageNow(t, b.CRM, b.Admin, p); got != to {
				t.Errorf("host archives %v: the host shows %s in %s", hostArchives, p, got)
			}
			if got := stageNow(t, seller.crm, ana, p); got != to {
				t.Errorf("host archives %v: the seller sees %s in %s", hostArchives, p, got)
			}
			if !movedOn(t, seller.crm, ana, p) {
				t.Errorf("host archives %v: the history of %s does not say why", hostArchives, p)
			}
		}
		if lost, err := seller.store.Unaccepted(t.Context(), ana.UserID); err != nil || len(lost) > 0 {
			t.Errorf("something was lost: %+v, %v", lost, err)
		}
		seller.same()
	}
}

// Two administrators, apart, archive the last two stages: one of them stays.
func TestStage_TheLastOneStays(t *testing.T) {
	b := newBase(t)
	words, err := b.CRM.Vocabulary(t.Context())
	must(t, err)
	for _, s := range words.Stages[2:] {
		_, err := b.CRM.ArchiveStage(t.Context(), b.Admin, s.ID, words.Stages[0].ID)
		must(t, err)
	}
	id := b.of(b.Sellers[0])
	admin := b.enrol(b.Admin)
	admin.connect()
	admin.cut()
	_, err = b.CRM.ArchiveStage(t.Context(), b.Admin, words.Stages[0].ID, words.Stages[1].ID)
	must(t, err)
	b.advance(time.Minute, admin)
	_, err = admin.crm.ArchiveStage(t.Context(), b.Admin, words.Stages[1].ID, words.Stages[0].ID)
	must(t, err)
	admin.connect()
	after, err := b.CRM.Vocabulary(t.Context())
	must(t, err)
	if len(after.Stages) != 1 || stageNow(t, b.CRM, b.Admin, id) != after.Stages[0].ID {
		t.Errorf("stages %+v, the prospect in %s", after.Stages, stageNow(t, b.CRM, b.Admin, id))
	}
	admin.same()
}

// Adding a stage is taken back although somebody is in it by then.
func TestStage_TakenBackWhileInUse(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	id := b.of(ana)
	made, err := b.CRM.AddStage(t.Context(), b.Admin, "Firma")
	must(t, err)
	_, err = b.CRM.UpdateProspect(t.Context(), ana, id, crm.ProspectPatch{StageID: &made.ID})
	must(t, err)
	_, err = b.Store.Undo(t.Context(), b.Admin.Author(), made.TxID)
	must(t, err)
	words, err := b.CRM.Vocabulary(t.Context())
	must(t, err)
	if got := stageNow(t, b.CRM, ana, id); got != words.Stages[len(words.Stages)-1].ID {
		t.Errorf("the prospect is in %s", got)
	}
}

// A prospect that was in the bin while its stage was archived came back into a stage that no board shows.
func TestStage_ArchivedWhileAProspectIsInTheBin(t *testing.T) {
	b := newBase(t)
	id := b.of(b.Sellers[0])
	words, err := b.CRM.Vocabulary(t.Context())
	must(t, err)
	gone, to := words.Stages[2].ID, words.Stages[1].ID
	_, err = b.CRM.UpdateProspect(t.Context(), b.Admin, id, crm.ProspectPatch{StageID: &gone})
	must(t, err)
	_, err = b.CRM.DeleteProspect(t.Context(), b.Admin, id)
	must(t, err)
	_, err = b.CRM.ArchiveStage(t.Context(), b.Admin, gone, to)
	must(t, err)
	_, err = b.CRM.RestoreProspect(t.Context(), b.Admin, id)
	must(t, err)
	if got := stageNow(t, b.CRM, b.Admin, id); got != to || !movedOn(t, b.CRM, b.Admin, id) {
		t.Errorf("it comes back in %s, want %s with a line in its history", got, to)
	}
}

// A seller hears a person's no on a computer that is away; everybody learns of it, and only an administrator takes it back.
func TestOpposition_Travels(t *testing.T) {
	b := newBase(t)
	ana := b.Sellers[0]
	id := b.of(ana)
	c := b.enrol(ana)
	c.connect()
	c.cut()
	words, err := c.crm.Vocabulary(t.Context())
	must(t, err)
	no := ""
	for _, r := range words.Reasons {
		if r.Opposition {
			no = r.ID
		}
	}
	discarded := crm.StatusDiscarded
	said, err := c.crm.UpdateProspect(t.Context(), ana, id, crm.ProspectPatch{Status: &discarded, ReasonID: &no})
	must(t, err)
	_, err = c.store.UndoAround(t.Context(), ana.Author(), said.TxID, func(tx *store.Tx, rows []store.Ref, reverse func() error) error {
		return c.crm.AroundUndo(tx, rows, reverse)
	})
	wantCode(t, "a seller takes it back", err, crm.CodeOppositionAdminOnly)
	c.connect()
	d, err := b.CRM.Prospect(t.Context(), b.Admin, id)
	must(t, err)
	if d.Contact.OpposedAt == nil {
		t.Fatal("the host does not know")
	}
	_, err = b.CRM.LiftOpposition(t.Context(), b.Admin, d.Contact.ID, "Lo aclaró por escrito")
	must(t, err)
	c.poke()
	c.same()
	mine, err := c.crm.Prospect(t.Context(), ana, id)
	must(t, err)
	if mine.Contact.OpposedAt != nil || mine.Status != crm.StatusFollowing {
		t.Errorf("on the seller's computer: %+v", mine)
	}
}
