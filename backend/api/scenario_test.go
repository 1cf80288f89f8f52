package api_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"sitegroup.mx/crm/backend/api/apitest"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/backend/meta/graphsim"
)

type object = map[string]any

func TestScenario_ASellersDay(t *testing.T) {
	o := apitest.New(t)
	later := func() { o.Clock.Advance(time.Minute) }
	apitest.Run(t, o, []apitest.Step{
		{
			Name: "words", As: "ana", Method: "GET", Path: "/api/vocabulary",
			Has:  []string{`"call_later"`, `"Prospecto"`, `"following"`, `"hot"`, `"manual"`},
			Keep: map[string]string{"stage": "stages.2.id", "reason": "reasons.0.id"},
		},
		{
			Name: "type somebody in", As: "ana", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "Rosa Prueba", "phones": []string{"55 5123 0401"}, "emails": []string{"rosa@example.com"}, "city": "Puebla", "note": "vino a la oficina"},
			Has:  []string{`"linked":false`}, Keep: map[string]string{"rosa": "id", "created": "tx_id"},
		},
		{Name: "take it back", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{created}"}, Keep: map[string]string{"undo": "tx_id"}},
		{Name: "it is gone", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}", Status: 404, Code: "prospect.not_found"},
		{Name: "and back", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{undo}"}},
		{Name: "not by another", As: "beto", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{created}"}, Status: 409, Code: "undo.nothing"},
		{Name: "it waits", As: "ana", Method: "GET", Path: "/api/inbox/count", Has: []string{`"count":1`}},
		{Name: "in the inbox", As: "ana", Method: "GET", Path: "/api/inbox?limit=10", Has: []string{"{rosa}", `"enquiries":1`, `"next":null`}},
		{
			Name: "look at it", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}", Has: []string{`"+525551230401"`, `"rule":"fixed"`, `"city":"Puebla"`},
			Keep: map[string]string{"person": "contact.id", "phone": "contact.phones.0.id", "email": "contact.emails.0.id"},
		},
		{Name: "call", As: "ana", Method: "POST", Path: "/api/prospects/{rosa}/activities", Body: object{"kind": "call", "result": "call_later"}, Status: 422, Code: "input.required", Has: []string{`"field":"next"`}},
		{
			Name: "call, and when again", Before: later, As: "ana", Method: "POST", Path: "/api/prospects/{rosa}/activities",
			Body: object{"kind": "call", "result": "call_later", "body": "en junta", "next": object{"kind": "call", "due_at": "2026-11-02T18:00:00.000Z", "remind_at": "2026-11-02T17:45:00.000Z"}},
		},
		{Name: "attended", As: "ana", Method: "GET", Path: "/api/inbox/count", Has: []string{`"count":0`}},
		{Name: "next step", As: "ana", Method: "GET", Path: "/api/prospects?sort=next", Has: []string{`"kind":"call"`, `"status":"contacted"`}, Keep: map[string]string{"next": "items.0.next.id"}},
		{Name: "reminder", As: "ana", Method: "GET", Path: "/api/reminders?until=2026-11-03T00:00:00Z", Has: []string{"Rosa Prueba"}, Keep: map[string]string{"reminder": "items.0.id"}},
		{Name: "later", As: "ana", Method: "PATCH", Path: "/api/reminders/{reminder}", Body: object{"remind_at": "2026-11-02T17:50:00.000Z"}},
		{Name: "all later", As: "ana", Method: "POST", Path: "/api/reminders/snooze", Body: object{"ids": []string{"{reminder}"}, "remind_at": "2026-11-02T17:55:00.000Z"}},
		{Name: "in numbers", As: "ana", Method: "GET", Path: "/api/dashboard?period=7d", Has: []string{`"open":1`, `"attended":1`, `"waiting":{"all":0`, `"step":"day"`}},
		{Name: "how soon", As: "ana", Method: "GET", Path: "/api/response?period=week", Has: []string{`"has_hours":false`, `"clock":"receipt_hours"`, `"untimed":[{"id":"manual"`}},
		{Name: "as a list", As: "ana", Method: "GET", Path: "/api/prospects?open=all&attended_from=2026-11-02&attended_to=2026-11-02&source=manual", Has: []string{"{rosa}", `"total":1`}},
		{Name: "agenda", As: "ana", Method: "GET", Path: "/api/agenda?from=2026-11-02&to=2026-11-09&from_at=2026-11-02T06:00:00Z&to_at=2026-11-09T06:00:00Z", Has: []string{"Rosa Prueba", `"remind_at":"2026-11-02T17:55:00.000Z"`, `"total":1`}},
		{Name: "overdue", As: "ana", Method: "GET", Path: "/api/agenda/overdue?now=2026-11-02T18:00:01Z&today=2026-11-02", Has: []string{"{next}"}},
		{Name: "as a calendar", As: "ana", Method: "GET", Path: "/api/agenda/calendar?from=2026-11-02&to=2026-11-09&from_at=2026-11-02T06:00:00Z&to_at=2026-11-09T06:00:00Z", Has: []string{`BEGIN:VEVENT\r\n`, `Llamada · Rosa\r\n`}},
		{Name: "one of it", As: "ana", Method: "GET", Path: "/api/activities/{next}/calendar", Has: []string{`DTSTART:20261102T180000Z\r\n`, `cita-2026-11-02.ics`}},
		{Name: "templates", As: "admin", Method: "POST", Path: "/api/templates", Body: object{"channel": "whatsapp", "name": "Saludo", "body": "Hola, {{nombre}}.", "shared": true}, Keep: map[string]string{"template": "id"}},
		{Name: "a wrong one", As: "ana", Method: "POST", Path: "/api/templates", Body: object{"channel": "whatsapp", "name": "Mal", "body": "Hola, {{apellido}}."}, Status: 422, Code: "template.unknown_variable", Has: []string{`"field":"body"`}},
		{Name: "better words", As: "admin", Method: "PATCH", Path: "/api/templates/{template}", Body: object{"body": "Buenas tardes, {{nombre}}."}},
		{Name: "not hers to change", As: "ana", Method: "DELETE", Path: "/api/templates/{template}", Status: 403, Code: "access.admin_only"},
		{Name: "the notice", As: "admin", Method: "PUT", Path: "/api/templates/notice", Body: object{"url": "https://example.com/aviso"}},
		{Name: "where it is", As: "ana", Method: "GET", Path: "/api/templates/notice", Has: []string{"https://example.com/aviso"}},
		{Name: "what it says", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}/template-values", Has: []string{`"nombre":"Rosa"`, `"enlace_aviso":"https://example.com/aviso"`}},
		{Name: "sent with it", As: "ana", Method: "POST", Path: "/api/prospects/{rosa}/activities", Body: object{"kind": "whatsapp", "result": "sent", "template_id": "{template}"}},
		{Name: "once", As: "ana", Method: "GET", Path: "/api/templates", Has: []string{`"uses":1`, "Buenas tardes"}},
		{Name: "no more of it", As: "admin", Method: "DELETE", Path: "/api/templates/{template}"},
		{Name: "understood", As: "ana", Method: "POST", Path: "/api/reminders/{reminder}/done"},
		{Name: "move it", As: "ana", Method: "PATCH", Path: "/api/activities/{next}", Body: object{"due_at": "", "due_on": "2026-11-04"}},
		{Name: "done", As: "ana", Method: "POST", Path: "/api/activities/{next}/done", Body: object{"result": "answered", "next": object{"kind": "visit", "due_on": "2026-11-05"}}},
		{Name: "no next", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}", Has: []string{`"on":"2026-11-05"`}, Keep: map[string]string{"visit": "next.id"}},
		{Name: "no visit", As: "ana", Method: "DELETE", Path: "/api/activities/{visit}", Keep: map[string]string{"removed": "tx_id"}},
		{Name: "or yes", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{removed}"}},
		{Name: "stage and temperature", As: "ana", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: object{"stage_id": "{stage}", "stage_reason": "vio el plano", "temperature": "hot"}},
		{Name: "discard", As: "ana", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: object{"status": "discarded"}, Status: 422, Code: "input.required", Has: []string{`"field":"reason_id"`}},
		{Name: "discard with a reason", Before: later, As: "ana", Method: "PATCH", Path: "/api/prospects/{rosa}", Body: object{"status": "discarded", "reason_id": "{reason}"}},
		{Name: "history", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}/timeline?limit=3", Has: []string{`"discarded"`}, Keep: map[string]string{"more": "next"}},
		{Name: "more history", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}/timeline?limit=200&cursor={more}", Has: []string{"vino a la oficina", `"registered"`, `"submission"`}},
		{Name: "name", As: "ana", Method: "PATCH", Path: "/api/contacts/{person}", Body: object{"name": "Rosa María Prueba"}},
		{Name: "one more phone", As: "ana", Method: "POST", Path: "/api/contacts/{person}/phones", Body: object{"raw": "044 55 5123 0402"}, Keep: map[string]string{"second": "id"}},
		{Name: "the same again", As: "ana", Method: "POST", Path: "/api/contacts/{person}/phones", Body: object{"raw": "5551230402"}, Status: 409, Code: "contact.phone_repeated"},
		{Name: "what worked", As: "ana", Method: "PATCH", Path: "/api/phones/{phone}", Body: object{"wa_variant": "521"}},
		{Name: "not that one", As: "ana", Method: "DELETE", Path: "/api/phones/{second}"},
		{Name: "one more e-mail", As: "ana", Method: "POST", Path: "/api/contacts/{person}/emails", Body: object{"raw": "otra@example.com"}, Keep: map[string]string{"other": "id"}},
		{Name: "correct it", As: "ana", Method: "PATCH", Path: "/api/emails/{other}", Body: object{"raw": "esta@example.com"}},
		{Name: "not the first", As: "ana", Method: "DELETE", Path: "/api/emails/{email}"},
		{Name: "what is left", As: "admin", Method: "GET", Path: "/api/prospects/{rosa}", Has: []string{"Rosa María", `"521"`, "esta@example.com"}, HasNot: []string{"0402", `"rosa@example.com"`}},
	})
}

// TestScenario_AKnownPerson: a seller who types in somebody else's person learns that they are known, and nothing more.
func TestScenario_AKnownPerson(t *testing.T) {
	o := apitest.New(t)
	apitest.Run(t, o, []apitest.Step{
		{
			Name: "hers", As: "ana", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "Rosa Marcador", "phones": []string{"55 5123 0401"}, "emails": []string{"rosa@example.com"}}, Keep: map[string]string{"rosa": "id"},
		},
		{
			Name: "again, by another", As: "beto", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "Rosa", "phones": []string{"5551230401"}, "emails": []string{}, "note": "me llamó"},
			Has:  []string{`"linked":true`, `"id":""`}, HasNot: []string{"{rosa}", "Marcador", o.Viewer("ana").UserID}, Keep: map[string]string{"tx": "tx_id"},
		},
		{Name: "it stays hers", As: "beto", Method: "GET", Path: "/api/prospects?open=all", Has: []string{`"total":0`}},
		{Name: "she sees it", As: "ana", Method: "GET", Path: "/api/prospects/{rosa}/timeline", Has: []string{"me llamó", `"enquired_again"`}},
		{Name: "he cannot take from hers", As: "beto", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{tx}"}, Status: 409, Code: "undo.nothing"},
		{
			Name: "hers by phone, a third by e-mail", As: "admin", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "Tercero", "phones": []string{}, "emails": []string{"tercero@example.com"}}, Keep: map[string]string{"third": "id"},
		},
		{
			Name: "two people in one", As: "beto", Method: "POST", Path: "/api/prospects",
			Body: object{"name": "X", "phones": []string{"5551230401"}, "emails": []string{"tercero@example.com"}}, Status: 409, Code: "contact.conflict", HasNot: []string{`"args"`},
		},
	})
}

// Somebody typed in by mistake costs no seller their turn.
func TestScenario_TakenBackCostsNoTurn(t *testing.T) {
	o := apitest.New(t)
	typeIn := func(phone string, keep map[string]string) apitest.Step {
		return apitest.Step{Name: phone, As: "admin", Method: "POST", Path: "/api/prospects", Body: object{"name": "Luz Prueba", "phones": []string{phone}, "emails": []string{}}, Keep: keep}
	}
	mistake := map[string]string{"mistake": "tx_id"}
	sorry := apitest.Step{Name: "take it back", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{mistake}"}}
	apitest.Run(t, o, []apitest.Step{
		typeIn("55 5123 0501", mistake), sorry, typeIn("55 5123 0502", nil),
		typeIn("55 5123 0503", mistake), sorry, typeIn("55 5123 0504", nil),
		{Name: "hers", As: "ana", Method: "GET", Path: "/api/inbox/count", Has: []string{`"count":1`}},
		{Name: "his", As: "beto", Method: "GET", Path: "/api/inbox/count", Has: []string{`"count":1`}},
	})
}

func TestScenario_Accounts(t *testing.T) {
	o := apitest.New(t)
	apitest.Run(t, o, []apitest.Step{
		{Name: "who am I", As: "ana", Method: "GET", Path: "/api/me", Has: []string{`"login":"ana"`, `"timezone":"America/Mexico_City"`, `"lock_minutes":15`, `"demo":false`}},
		{Name: "prefer", As: "ana", Method: "PATCH", Path: "/api/me/preferences", Body: object{"theme": "dark", "lock_minutes": 0}},
		{Name: "preferred", As: "ana", Method: "GET", Path: "/api/me", Has: []string{`"theme":"dark"`, `"lock_minutes":0`, `"language":"es-MX"`}},
		{Name: "hire", As: "admin", Method: "POST", Path: "/api/users", Body: object{"login": "Carla", "name": "Carla", "role": "seller", "password": "una frase corta"}, Has: []string{`"login":"carla"`, `"tx_id":""`}, Keep: map[string]string{"carla": "id"}},
		{Name: "twice", As: "admin", Method: "POST", Path: "/api/users", Body: object{"login": "carla", "name": "Carla", "role": "seller", "password": "una frase corta"}, Status: 409, Code: "account.login_taken"},
		{Name: "everybody", As: "admin", Method: "GET", Path: "/api/users", Has: []string{`"ana"`, `"beto"`, `"carla"`}},
		{Name: "enter", Method: "POST", Path: "/api/session", Body: object{"login": "carla", "password": "una frase corta"}, Has: []string{`"token"`}},
		{Name: "another password", As: "admin", Method: "PUT", Path: "/api/users/{carla}/password", Body: object{"password": "corta"}, Status: 422, Code: "account.password_short", Has: []string{`"min":10`}},
		{Name: "another password", As: "admin", Method: "PUT", Path: "/api/users/{carla}/password", Body: object{"password": "otra frase larga"}},
		{Name: "no way in", Method: "POST", Path: "/api/session", Body: object{"login": "carla", "password": "una frase corta"}, Status: 401, Code: "account.bad_credentials"},
		{Name: "pause", As: "admin", Method: "PATCH", Path: "/api/users/{carla}", Body: object{"paused": true}},
		{Name: "let go", As: "admin", Method: "PATCH", Path: "/api/users/{carla}", Body: object{"active": false}, Keep: map[string]string{"gone": "tx_id"}},
		{Name: "no way in at all", Method: "POST", Path: "/api/session", Body: object{"login": "carla", "password": "otra frase larga"}, Status: 403, Code: "account.inactive"},
		{Name: "she stays after all", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{gone}"}, Keep: map[string]string{"stays": "tx_id"}},
		{Name: "a way in", Method: "POST", Path: "/api/session", Body: object{"login": "carla", "password": "otra frase larga"}, Has: []string{`"token"`}},
		{Name: "no", As: "admin", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{stays}"}},
		{Name: "not by a seller", As: "ana", Method: "POST", Path: "/api/undo", Body: object{"tx_id": "{gone}"}, Status: 409, Code: "undo.nothing"},
		{Name: "the last one stays", As: "admin", Method: "PATCH", Path: "/api/users/" + o.Viewer("admin").UserID, Body: object{"active": false}, Status: 409, Code: "account.last_admin"},
		{Name: "my password", As: "ana", Method: "PUT", Path: "/api/me/password", Body: object{"current": apitest.Password, "new": "una muy distinta"}},
		{Name: "still here", As: "ana", Method: "POST", Path: "/api/session/active"},
		{Name: "leave the desk", As: "ana", Method: "POST", Path: "/api/session/lock"},
		{Name: "locked", As: "ana", Method: "GET", Path: "/api/me", Status: 401, Code: "session.locked"},
		{Name: "wrong", As: "ana", Method: "POST", Path: "/api/session/unlock", Body: object{"password": apitest.Password}, Status: 401, Code: "account.bad_credentials"},
		{Name: "back", As: "ana", Method: "POST", Path: "/api/session/unlock", Body: object{"password": "una muy distinta"}},
		{Name: "good bye", As: "ana", Method: "DELETE", Path: "/api/session"},
		{Name: "gone", As: "ana", Method: "GET", Path: "/api/me", Status: 401, Code: "session.missing"},
		{
			Name: "all of it is noted", As: "admin", Method: "GET", Path: "/api/audit?limit=200",
			Has: []string{
				`"user.created"`, `"user.paused"`, `"user.deactivated"`, `"user.password_reset"`, `"user.password_changed"`, `"session.opened"`,
				`"session.refused"`, `"session.locked"`, `"session.unlocked"`, `"session.closed"`,
			},
			HasNot: []string{"carla", "frase", "distinta"},
		},
		{Name: "page by page", As: "admin", Method: "GET", Path: "/api/audit?limit=1", Keep: map[string]string{"more": "next"}},
		{Name: "the next one", As: "admin", Method: "GET", Path: "/api/audit?limit=1&cursor={more}", Has: []string{`"items":[{`}},
	})
}

func TestScenario_GuessingTakesTime(t *testing.T) {
	o := apitest.New(t)
	guess := apitest.Step{Name: "guess", Method: "POST", Path: "/api/session", Body: object{"login": "ana", "password": "no es la suya"}, Status: 401, Code: "account.bad_credentials"}
	apitest.Run(t, o, []apitest.Step{
		guess, guess, guess,
		{Name: "too soon", Method: "POST", Path: "/api/session", Body: object{"login": "ana", "password": apitest.Password}, Status: 429, Code: "account.wait", Has: []string{`"seconds":1`}},
		{Name: "in time", Before: func() { o.Clock.Advance(time.Second) }, Method: "POST", Path: "/api/session", Body: object{"login": "ana", "password": apitest.Password}},
	})
}

func TestScenario_Meta(t *testing.T) {
	o := apitest.New(t)
	apitest.Run(t, o, []apitest.Step{
		{Name: "nothing yet", As: "admin", Method: "GET", Path: "/api/meta", Has: []string{`"configured":false`, `"pages":[]`}},
		{Name: "health says so", As: "admin", Method: "GET", Path: "/api/health", Has: []string{`"meta.not_connected"`, `"encrypted":true`}},
		{Name: "nothing to check", As: "admin", Method: "POST", Path: "/api/meta/check", Status: 409, Code: "meta.not_connected"},
	})
	m := o.Connect()
	inject := func(spec graphsim.LeadSpec) func() {
		return func() {
			o.Clock.Advance(time.Second)
			spec.Form = meta.ID(m.Form)
			if _, err := m.Sim.InjectLead(spec); err != nil {
				t.Fatal(err)
			}
		}
	}
	pull := "/api/meta/forms/" + m.Form + "/pull"
	apitest.Run(t, o, []apitest.Step{
		{Name: "connected", As: "admin", Method: "GET", Path: "/api/meta", Has: []string{`"configured":true`, `"token_valid"`}, HasNot: []string{string(m.World.Token), string(m.World.AppSecret)}},
		{Name: "checked", As: "admin", Method: "POST", Path: "/api/meta/check", HasNot: []string{string(m.World.Token), string(m.World.AppSecret)}},
		{Name: "looked around", As: "admin", Method: "POST", Path: "/api/meta/discover", Has: []string{m.Form}},
		{Name: "a page by its id", As: "admin", Method: "POST", Path: "/api/meta/pages", Body: object{"id": m.Page}},
		{Name: "a page that is none", As: "admin", Method: "POST", Path: "/api/meta/pages", Body: object{"id": "x"}, Status: 422, Code: "input.invalid"},
		{Name: "what a question means", As: "admin", Method: "PATCH", Path: "/api/meta/forms/" + m.Form, Body: object{"mapping": object{"full_name": "name"}}},
		{Name: "what none can mean", As: "admin", Method: "PATCH", Path: "/api/meta/forms/" + m.Form, Body: object{"mapping": object{"full_name": "lead_id"}}, Status: 422, Code: "input.invalid"},
		{Name: "a lead", Before: inject(graphsim.LeadSpec{Answers: map[string][]string{"full_name": {"Rosa Nueva"}}}), As: "admin", Method: "POST", Path: pull, Has: []string{`"registered":1`}},
		{Name: "a broken one", Before: inject(graphsim.LeadSpec{Broken: true}), As: "admin", Method: "POST", Path: pull, Has: []string{`"failed":1`}},
		{Name: "the ledger", As: "admin", Method: "GET", Path: "/api/leads?state=failed", Has: []string{`"failed":1`, `"registered":`}, Keep: map[string]string{"lead": "items.0.lead_id"}},
		{Name: "what waits in it", As: "admin", Method: "GET", Path: "/api/leads/{lead}", Has: []string{`"raw":[`}},
		{Name: "once more", As: "admin", Method: "POST", Path: "/api/leads/{lead}/retry", Has: []string{`"state":"failed"`}},
		{Name: "nothing of it for a seller", As: "ana", Method: "GET", Path: "/api/leads/{lead}", Status: 403, Code: "access.admin_only"},
		{Name: "nothing to decide about it", As: "admin", Method: "POST", Path: "/api/leads/{lead}/resolve", Body: object{"contact_id": ""}, Status: 409, Code: "lead.not_held"},
		{Name: "somebody", Before: inject(graphsim.LeadSpec{Answers: map[string][]string{"full_name": {"Rosa Una"}, "phone_number": {"+525551230601"}}}), As: "admin", Method: "POST", Path: pull, Has: []string{`"registered":1`}},
		{Name: "somebody else", Before: inject(graphsim.LeadSpec{Answers: map[string][]string{"full_name": {"Rosa Otra"}, "email": {"otra@example.com"}}}), As: "admin", Method: "POST", Path: pull, Has: []string{`"registered":1`}},
		{Name: "one of either", Before: inject(graphsim.LeadSpec{Answers: map[string][]string{"phone_number": {"+525551230601"}, "email": {"otra@example.com"}}}), As: "admin", Method: "POST", Path: pull, Has: []string{`"held":1`}},
		{Name: "it waits", As: "admin", Method: "GET", Path: "/api/leads?state=held", Keep: map[string]string{"held": "items.0.lead_id"}},
		{Name: "whose it may be", As: "admin", Method: "GET", Path: "/api/leads/{held}", Has: []string{`"Rosa Una"`, `"Rosa Otra"`, `"by_phone":true`}, Keep: map[string]string{"one": "people.0.contact_id"}},
		{Name: "not for a seller to decide", As: "ana", Method: "POST", Path: "/api/leads/{held}/resolve", Body: object{"contact_id": ""}, Status: 403, Code: "access.admin_only"},
		{Name: "decided", As: "admin", Method: "POST", Path: "/api/leads/{held}/resolve", Body: object{"contact_id": "{one}"}, Has: []string{`"state":"linked"`}},
		{Name: "health says so", As: "admin", Method: "GET", Path: "/api/health", Has: []string{`"leads.failed"`}, HasNot: []string{`"leads.held"`}},
		{Name: "nothing more of it", As: "admin", Method: "POST", Path: "/api/leads/{lead}/dismiss", Has: []string{`"state":"failed"`, `"dismissed_at":"`}},
		{Name: "and it needs nobody", As: "admin", Method: "GET", Path: "/api/leads?state=failed", Has: []string{`"items":[]`, `"failed":0`}},
		{Name: "forget it", As: "admin", Method: "DELETE", Path: "/api/meta/connection"},
		{Name: "forgotten", As: "admin", Method: "POST", Path: pull, Status: 409, Code: "meta.not_connected"},
		{Name: "noted", As: "admin", Method: "GET", Path: "/api/audit", Has: []string{`"meta.disconnected"`, `"lead.resolved"`}, HasNot: []string{"Rosa"}},
	})
}

func TestScenario_Imports(t *testing.T) {
	o := apitest.New(t)
	file := []byte("nombre,telefono,correo,zona\nRosa Prueba,55 5123 0501,rosa@example.com,Norte\nNadie,,,Sur\nIris Prueba,123,,Sur\n")
	finish := func() {
		if err := o.Intake.FinishImports(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	apitest.Run(t, o, []apitest.Step{
		{Name: "no file", As: "admin", Method: "POST", Path: "/api/imports?name=x.csv", Body: []byte("\n"), Status: 422, Code: "import.empty"},
		{Name: "a file", As: "admin", Method: "POST", Path: "/api/imports?name=leads.csv", Body: file, Has: []string{`"state":"preview"`, `"leads.csv"`, "Rosa Prueba"}, Keep: map[string]string{"import": "id"}},
		{Name: "columns", As: "admin", Method: "PATCH", Path: "/api/imports/{import}", Body: object{"columns": object{"0": "name", "1": "phone", "2": "email", "3": "answer"}}},
		{Name: "by turn, unless", As: "admin", Method: "PATCH", Path: "/api/imports/{import}", Body: object{"owner_id": "x"}, Status: 404, Code: "user.not_found", Has: []string{"owner_id"}},
		{Name: "all hers", As: "admin", Method: "PATCH", Path: "/api/imports/{import}", Body: object{"owner_id": o.Viewer("beto").UserID}, Has: []string{`"owner_id":"` + o.Viewer("beto").UserID}},
		{Name: "go", As: "admin", Method: "POST", Path: "/api/imports/{import}/run", Has: []string{`"state":"running"`}},
		{Name: "how far", Before: finish, As: "admin", Method: "GET", Path: "/api/imports/{import}", Has: []string{`"state":"done"`, `"registered":2`, `"failed":1`, `"unreachable":1`}},
		{Name: "what went wrong", As: "admin", Method: "GET", Path: "/api/imports/{import}/errors.csv", Has: []string{"Nadie", "Falta un teléfono"}, HasNot: []string{"Rosa"}},
		{Name: "it is his", As: "beto", Method: "GET", Path: "/api/prospects", Has: []string{"Rosa", `"total":2`}},
		{Name: "no errors of nothing", As: "admin", Method: "GET", Path: "/api/imports/x/errors.csv", Status: 404, Code: "import.not_found"},
		{Name: "too late", As: "admin", Method: "POST", Path: "/api/imports/{import}/cancel", Status: 409, Code: "import.state"},
		{Name: "another", As: "admin", Method: "POST", Path: "/api/imports?name=otro.csv", Body: file, Keep: map[string]string{"other": "id"}},
		{Name: "or not", As: "admin", Method: "POST", Path: "/api/imports/{other}/cancel", Has: []string{`"cancelled"`}},
		{Name: "both", As: "admin", Method: "GET", Path: "/api/imports", Has: []string{"{import}", "{other}"}},
		{Name: "they are prospects", As: "admin", Method: "GET", Path: "/api/prospects?source=file", Has: []string{"Rosa Prueba", `"total":2`}},
	})
}

func TestScenario_FirstStart(t *testing.T) {
	o := apitest.New(t)
	o.Setup.Open(nil)
	o.API.OfficeChanged()
	office := object{"office_name": "Nueva", "timezone": "America/Tijuana", "language": "en", "admin": object{"name": "Ana", "login": "ana", "password": "xxxxxxxxxxxx"}}
	changed := o.API.OfficeChanged
	leave := func() { o.SignIn("admin"); changed() }
	apitest.Run(t, o, []apitest.Step{
		{Name: "nothing there", Method: "GET", Path: "/api/setup", Has: []string{`"state":"new"`}},
		{Name: "nobody to sign in", Method: "POST", Path: "/api/session", Body: object{"login": "ana", "password": "x"}, Status: 409, Code: "setup.needed"},
		{Name: "look at the demo", Method: "POST", Path: "/api/setup/demo", Has: []string{`"token"`}},
		{Name: "in the demo", Before: leave, As: "admin", Method: "GET", Path: "/api/me", Has: []string{`"demo":true`}},
		{Name: "leave it", As: "admin", Method: "POST", Path: "/api/setup/leave-demo"},
		{Name: "the real one", Method: "POST", Path: "/api/setup", Body: office, Has: []string{`"token"`}},
		{Name: "in their language", Before: leave, As: "admin", Method: "GET", Path: "/api/me", Has: []string{`"language":"en"`, `"demo":false`}},
		{Name: "once is enough", Method: "POST", Path: "/api/setup", Body: office, Status: 409, Code: "setup.done"},
		{Name: "no demo to leave", As: "admin", Method: "POST", Path: "/api/setup/leave-demo", Status: 409, Code: "demo.not_open"},
	})
}

// TestTimeline_SaysWhoWroteAnEnquiryDown: what a person typed is not the program's.
func TestTimeline_SaysWhoWroteAnEnquiryDown(t *testing.T) {
	o := apitest.New(t)
	apitest.Run(t, o, []apitest.Step{
		{Name: "typed", As: "ana", Method: "POST", Path: "/api/prospects", Body: object{"name": "Rosa Prueba", "phones": []string{"55 5123 0401"}, "emails": []string{}}, Keep: map[string]string{"rosa": "id"}},
	})
	var ids struct{ Items []struct{ ID string } }
	if err := json.Unmarshal([]byte(o.Do("ana", "GET", "/api/prospects", nil).Body), &ids); err != nil || len(ids.Items) != 1 {
		t.Fatalf("%+v, %v", ids, err)
	}
	var page struct {
		Items []struct {
			Type       string
			AuthorName string `json:"author_name"`
		}
	}
	if err := json.Unmarshal([]byte(o.Do("ana", "GET", "/api/prospects/"+ids.Items[0].ID+"/timeline", nil).Body), &page); err != nil {
		t.Fatal(err)
	}
	enquiries := 0
	for _, item := range page.Items {
		if item.Type == "submission" {
			enquiries++
			if item.AuthorName == "" {
				t.Error("the enquiry has no author")
			}
		}
	}
	if enquiries != 1 {
		t.Errorf("%d enquiries", enquiries)
	}
}
