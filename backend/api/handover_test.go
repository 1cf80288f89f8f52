package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

func TestHandover_GoesThroughTheAPI(t *testing.T) {
	o := apitest.New(t)
	var state struct {
		State    string
		DeviceID string `json:"device_id"`
	}
	o.Do("admin", "POST", "/api/handover", map[string]any{"device_id": "d2"}).Decode(&state)
	if state.State != "offered" || state.DeviceID != "d2" {
		t.Errorf("offered: %+v", state)
	}
	signed := map[string]any{"request": []byte("signed")}
	o.Do("admin", "POST", "/api/handover/begin", signed).OK()
	var part struct{ Data []byte }
	o.Do("admin", "GET", "/api/handover/part?id=1&at=0", nil).Decode(&part)
	if string(part.Data) != "abc" {
		t.Errorf("a part is %q", part.Data)
	}
	o.Do("admin", "POST", "/api/handover/finish", signed).OK()
	o.Do("admin", "POST", "/api/handover/take", nil).OK()
	o.Do("admin", "DELETE", "/api/handover", nil).OK()
	if o.Do("admin", "GET", "/api/handover", nil).Decode(&state); state.State != "none" {
		t.Errorf("taken back: %+v", state)
	}
}
