package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/store"
)

// TestMigrate_ClosesWhatIsOpenOfWhoOpposed: somebody had said no on one prospect before the mark was a person's, and their other
// prospect stayed open, in an inbox, with reminders.
func TestMigrate_ClosesWhatIsOpenOfWhoOpposed(t *testing.T) {
	o := before(t, 21)
	db := plain(t, o.Path)
	const at = "'2026-10-01T16:00:00.000Z'"
	const prospects = "INSERT INTO prospect (id, contact_id, stage_id, owner_id, status, reason_id, lead_at, received_at, created_at, source, deleted, created_hlc, rev) VALUES "
	for _, text := range []string{
		"INSERT INTO commits (rev, nonce, at, tx_id, user_id, device_id) VALUES (7, 1, 1, x'00112233445566778899aabbccddeeff', '', '')",
		"INSERT INTO discard_reason (id, name, position, opposition, created_hlc, rev) VALUES ('r-no', 'Pidió no ser contactado', 1, 1, 1, 1), ('r-plain', 'No contesta', 2, 0, 1, 1)",
		"INSERT INTO contact (id, name, created_at, created_hlc, rev) VALUES ('c-no', 'Inés', " + at + ", 1, 1), ('c-yes', 'Luis', " + at + ", 1, 1)",
		prospects + "('said-no', 'c-no', 's1', 'u1', 'discarded', 'r-no', " + at + ", " + at + ", " + at + ", 'manual', 0, 1, 1)",
		prospects + "('open', 'c-no', 's1', 'u2', 'contacted', '', " + at + ", " + at + ", " + at + ", 'manual', 0, 1, 1)",
		prospects + "('over', 'c-no', 's1', 'u2', 'closed', '', " + at + ", " + at + ", " + at + ", 'manual', 0, 1, 1)",
		prospects + "('binned', 'c-no', 's1', 'u2', 'new', '', " + at + ", " + at + ", " + at + ", 'manual', 1, 1, 1)",
		prospects + "('other', 'c-yes', 's1', 'u2', 'new', '', " + at + ", " + at + ", " + at + ", 'manual', 0, 1, 1)",
		prospects + "('tired', 'c-yes', 's1', 'u2', 'discarded', 'r-plain', " + at + ", " + at + ", " + at + ", 'manual', 0, 1, 1)",
	} {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // a test's
	want := [][]string{
		{"binned", "new", ""},
		{"open", "discarded", "r-no"},
		{"other", "new", ""},
		{"over", "closed", ""},
		{"said-no", "discarded", "r-no"},
		{"tired", "discarded", "r-plain"},
	}
	if diff := cmp.Diff(want, rows(t, s.Read(), "SELECT id, status, reason_id FROM prospect ORDER BY id")); diff != "" {
		t.Errorf("prospects (-want +got):\n%s", diff)
	}
	lines := [][]string{
		{"open", "", "opposition", `{"reason_id":"r-no"}`, "7"},
		{"open", "", "status", `{"from":"contacted","to":"discarded","reason_id":"r-no"}`, "7"},
	}
	if diff := cmp.Diff(lines, rows(t, s.Read(), "SELECT prospect_id, author_id, kind, data, rev FROM event ORDER BY kind")); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	if got := value(t, s.Read(), "SELECT group_concat(k.is_open || coalesce(' ended ' || substr(k.ended_at, 1, 2), '')) FROM prospect_card k JOIN prospect p ON p.n = k.n WHERE p.id = 'open'"); got != "0 ended 20" {
		t.Errorf("its card is %q", got)
	}
	if got := value(t, s.Read(), "SELECT count(*) FROM contact WHERE opposed_at IS NOT NULL"); got != "1" {
		t.Errorf("%s people are marked", got)
	}
	if got := value(t, s.Read(), "SELECT sum(prospects) FROM stage_total WHERE is_open = 1"); got != "1" {
		t.Errorf("the board counts %s open prospects", got)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
