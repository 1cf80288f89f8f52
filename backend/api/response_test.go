package api_test

import (
	"context"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/store"
)

// leadOf registers a lead of a seller's that was sent a while ago, and has them call now.
func leadOf(t *testing.T, o *apitest.Office, owner, name, phone string, sent time.Duration) {
	t.Helper()
	var got crm.Registration
	_, err := o.Store.Write(context.Background(), store.System, func(tx *store.Tx) (err error) {
		got, err = o.CRM.Register(tx, crm.Enquiry{
			LeadID: phone, Name: name, Phones: []string{phone}, FormID: "f1", FormName: "Preventa", Origin: "poll", Source: crm.SourceLeads,
			LeadAt: o.Clock.Now().Add(-sent), ReceivedAt: o.Clock.Now().Add(-90 * time.Second), OwnerID: o.Viewer(owner).UserID,
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Do(owner, "POST", "/api/prospects/"+got.ProspectID+"/activities", object{"kind": "call", "result": "answered"}).OK()
}

// TestResponse_OfSellersOwn has an administrator see how soon everybody responded, and a seller how soon they did.
func TestResponse_OfSellersOwn(t *testing.T) {
	o := apitest.New(t)
	leadOf(t, o, "ana", "Rosa Uno", "2225550101", 3*time.Minute)
	leadOf(t, o, "beto", "Luis Dos", "2225550202", 40*time.Minute)
	leadOf(t, o, "beto", "Saúl Tres", "2225550303", 50*time.Minute)
	read := func(login, query string) (r crm.Response) {
		t.Helper()
		o.Do(login, "GET", "/api/response"+query, nil).Decode(&r)
		return r
	}
	all := read("admin", "")
	if all.All.Answered != 3 || len(all.Sellers) != 2 || all.Sellers[0].Name != "Vendedor beto" || all.Sellers[0].Leads != 2 || all.HasHours {
		t.Errorf("everybody's: %+v", all)
	}
	if all.All.Times[0].Within5 != 1 || *all.All.Times[0].Median != 40*60 || *all.All.Times[2].Median != 90 {
		t.Errorf("everybody's times: %+v", all.All.Times)
	}
	own := read("ana", "?period=7d")
	if own.All.Leads != 1 || len(own.Sellers) != 1 || own.Sellers[0].ID != o.Viewer("ana").UserID || len(own.Forms) != 1 || own.Forms[0].Leads != 1 {
		t.Errorf("a seller's: %+v", own)
	}
	if one := read("admin", "?seller="+o.Viewer("ana").UserID); cmp.Diff(one.All, own.All) != "" {
		t.Errorf("an administrator who looks at one: %+v", one.All)
	}
	if got := o.Do("ana", "GET", "/api/response?seller="+o.Viewer("beto").UserID, nil); got.Code() != "input.invalid" {
		t.Errorf("of a colleague: %d %s", got.Status, got.Body)
	}
}

// TestExports_OfResponses takes the leads of a period away with the minutes that each took, and only one's own.
func TestExports_OfResponses(t *testing.T) {
	o := apitest.New(t)
	leadOf(t, o, "ana", "Rosa Uno", "2225550101", 3*time.Minute)
	leadOf(t, o, "beto", "Luis Dos", "2225550202", 40*time.Minute)
	o.Prospect("ana", "Marcador Tres", "55 5123 0303", "m@example.com")
	request := object{"list": "response", "form": "csv", "reason": "para la junta del lunes", "filter": object{"period": "7d"}}
	var columns []object
	for _, key := range crm.ResponseFields {
		columns = append(columns, object{"key": key, "title": key})
	}
	request["columns"] = columns
	if got := o.Do("ana", "POST", "/api/exports", request); got.Code() != "export.not_allowed" {
		t.Errorf("without the right: %d %s", got.Status, got.Body)
	}
	allow(t, o, "ana")
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(take(t, o, "ana", request), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 {
		t.Fatalf("a seller's file: %q", records)
	}
	row := records[1]
	if diff := cmp.Diff([]string{"Rosa Uno", "222 555 0101", "Vendedor ana", "Preventa"}, row[:4]); diff != "" {
		t.Errorf("who it is (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"3.0", "3.0", "1.5", "1.5"}, row[9:]); diff != "" {
		t.Errorf("minutes (-want +got):\n%s", diff)
	}
	if file := take(t, o, "admin", request); !strings.Contains(file, "Luis Dos") || strings.Contains(file, "Marcador") {
		t.Errorf("an administrator's file: %s", file)
	}
}
