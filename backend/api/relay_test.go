package api_test

import (
	"testing"

	"sitegroup.mx/crm/backend/api/apitest"
)

func TestRelay_GoesThroughTheAPI(t *testing.T) {
	o := apitest.New(t)
	var state struct {
		State, Address string
		Texts          struct{ Privacy, Deletion string }
		Checks         []struct{ Code string }
	}
	o.Do("admin", "PUT", "/api/relay", map[string]any{"address": "https://relevo.example.mx", "admission": "uno"}).Decode(&state)
	if state.State != "linked" || state.Address != "https://relevo.example.mx" {
		t.Errorf("set: %+v", state)
	}
	o.Do("admin", "PUT", "/api/relay/texts", map[string]any{"privacy": "Aviso", "deletion": "Baja"}).Decode(&state)
	if state.Texts.Privacy != "Aviso" || state.Texts.Deletion != "Baja" {
		t.Errorf("published: %+v", state)
	}
	o.Do("admin", "POST", "/api/relay/subscribe", nil).OK()
	o.Do("admin", "POST", "/api/relay/check", nil).OK()
	o.Do("admin", "DELETE", "/api/relay", nil).OK()
	if o.Do("admin", "GET", "/api/relay", nil).Decode(&state); state.State != "off" {
		t.Errorf("removed: %+v", state)
	}
}
