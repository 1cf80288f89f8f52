package crm_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/crm/crmtest"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

func board(t testing.TB, office *crmtest.Office, v account.Viewer, f crm.BoardFilter) crm.Board {
	t.Helper()
	b, err := office.CRM.Board(ctx, v, f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// totals are the columns that somebody stands in, by name.
func totals(b crm.Board) map[string]int {
	all := map[string]int{}
	for _, c := range b.Columns {
		if c.Total != 0 {
			all[c.Name] = c.Total
		}
	}
	return all
}

// counted is the same by looking at every prospect.
func counted(t testing.TB, office *crmtest.Office, v account.Viewer, f crm.BoardFilter) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, s := range vocabulary(t, office).Stages {
		list := list(t, office, v, crm.ProspectFilter{
			Query: f.Query, Seller: f.Seller, Temperature: f.Temperature, Form: f.Form, Open: f.Open, Stage: s.ID, Limit: 200,
		})
		if n := len(list.Items); n > 0 {
			all[s.Name] = n
		}
	}
	return all
}

// A board's totals are those of its columns, whatever happens to the prospects.
func TestBoard_TotalsAreTrue(t *testing.T) {
	office := crmtest.New(t, 2)
	words := vocabulary(t, office)
	ana, beto := office.Sellers[0], office.Sellers[1]
	var ids []string
	for i := range 24 {
		id, _ := office.Prospect(func(e *crm.Enquiry) {
			e.OwnerID = []string{ana.UserID, beto.UserID, ana.UserID}[i%3]
			e.FormID = []string{"f1", "f2"}[i%2]
		})
		ids = append(ids, id)
		patch := crm.ProspectPatch{StageID: &words.Stages[i%4].ID, Temperature: ptr([]string{"", "hot", "cold"}[i%3])}
		if i%5 == 0 {
			patch.Status, patch.ReasonID = ptr("discarded"), &words.Reasons[0].ID
		}
		update(t, office, office.Admin, id, patch)
	}
	check := func(when string) {
		t.Helper()
		for _, v := range []account.Viewer{office.Admin, ana, beto} {
			for _, f := range []crm.BoardFilter{
				{},
				{Open: crm.OpenOnly},
				{Open: crm.OpenNot},
				{Temperature: "hot"},
				{Form: "f1", Open: crm.OpenOnly},
				{Seller: ana.UserID},
				{Seller: crm.SellerNone},
				{Temperature: "cold", Form: "f2", Seller: beto.UserID},
				{Query: crmtest.Name(3)},
			} {
				if diff := cmp.Diff(counted(t, office, v, f), totals(board(t, office, v, f))); diff != "" {
					t.Errorf("%s, %s %+v (-listed +board):\n%s", when, v.Name, f, diff)
				}
			}
		}
	}
	check("at first")
	update(t, office, office.Admin, ids[1], crm.ProspectPatch{OwnerID: &beto.UserID, OwnerReason: ptr("Vacaciones")})
	update(t, office, office.Admin, ids[2], crm.ProspectPatch{OwnerID: ptr(""), OwnerReason: ptr("De vuelta")})
	update(t, office, office.Admin, ids[3], crm.ProspectPatch{Temperature: ptr("warm"), StageID: &words.Stages[5].ID})
	undo(t, office, office.Admin, update(t, office, office.Admin, ids[4], crm.ProspectPatch{StageID: &words.Stages[6].ID}).TxID)
	if _, err := office.Store.Write(ctx, store.System, func(tx *store.Tx) error { return tx.Remove("prospect", ids[7]) }); err != nil {
		t.Fatal(err)
	}
	check("after a day")
	total := 0
	for _, n := range totals(board(t, office, office.Admin, crm.BoardFilter{})) {
		total += n
	}
	if total != 23 {
		t.Errorf("%d prospects on the board, want 23", total)
	}
	forms := board(t, office, beto, crm.BoardFilter{}).Forms
	if len(forms) != 2 || forms[0].Name == "" {
		t.Errorf("forms = %+v", forms)
	}
	if _, err := office.CRM.Board(ctx, ana, crm.BoardFilter{Temperature: "tepid"}); !fault.Has(err, "input.invalid") {
		t.Errorf("err = %v", err)
	}
}

// No prospect is counted one by one: the board reads sums, whatever the filter.
func TestBoard_ReadsSums(t *testing.T) {
	office := crmtest.New(t, 1)
	q := crm.Query{Text: crm.BoardQuery, Params: dbx.Params{"anybody": 0, "owner": "u", "temperature": "hot", "form": "f", "open": "true"}}
	for _, step := range plan(t, office.Store.Read(), q) {
		if strings.Contains(step, "prospect_card") || strings.Contains(step, "prospect ") {
			t.Error(step)
		}
	}
}

// With the filters of a board a column is still read from its own index.
func TestBoard_ColumnsReadTheirIndex(t *testing.T) {
	office := crmtest.New(t, 1)
	words := vocabulary(t, office)
	for _, f := range []crm.ProspectFilter{{}, {Temperature: "hot"}, {Form: "f"}, {Temperature: "hot", Form: "f", Open: crm.OpenOnly}} {
		f.Stage = words.Stages[1].ID
		for v, index := range map[account.Viewer]string{office.Admin: "card_stage", office.Sellers[0]: "card_owner_stage"} {
			for _, q := range crm.ListQueries(v, f) {
				if steps := strings.Join(plan(t, office.Store.Read(), q), "\n"); !strings.Contains(steps, "INDEX "+index+" (") {
					t.Errorf("%+v for %s: %s", f, v.Role, steps)
				}
			}
		}
	}
}
