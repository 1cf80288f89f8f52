package crm

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Requirements: what a prospect must have before it moves on to a stage that asks for it.
const (
	RequirePhone       = "phone"            // a phone that can be dialled
	RequireEmail       = "email"            // an address that can be written to
	RequireTemperature = "temperature"      // somebody has said how soon the person wants to buy
	RequireNextAction  = "next_action"      // something is still to be done
	RequireAppointment = "appointment_done" // an appointment, a visit or a video call has taken place
)

var requirements = []string{RequirePhone, RequireEmail, RequireTemperature, RequireNextAction, RequireAppointment}

// CodeStageRequirement means that a prospect lacks what a stage asks for; argument missing, a list of requirements.
const CodeStageRequirement = "stage.requirement"

// readRequirements reads the column requires. A word that only a newer program knows asks for nothing here.
func readRequirements(text string) ([]string, error) {
	all := []string{}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, fmt.Errorf("read requirements: %w", err)
	}
	return slices.DeleteFunc(all, func(r string) bool { return !slices.Contains(requirements, r) }), nil
}

// requirementsText writes the column requires, in the order of the words.
func requirementsText(wanted []string) (string, error) {
	for _, w := range wanted {
		if !slices.Contains(requirements, w) {
			return "", fault.Invalid("requires", "input.invalid")
		}
	}
	return jsonList(slices.DeleteFunc(slices.Clone(requirements), func(r string) bool { return !slices.Contains(wanted, r) }))
}

// missing lists what a prospect lacks of what is required. temperature is what it will be: it may be said in the same breath.
func missing(tx *store.Tx, p held, temperature string, required []string) ([]string, error) {
	var lacking []string
	for _, r := range required {
		has, err := meets(tx, p, temperature, r)
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", r, err)
		}
		if !has {
			lacking = append(lacking, r)
		}
	}
	return lacking, nil
}

func meets(tx *store.Tx, p held, temperature, requirement string) (bool, error) {
	params := dbx.Params{"prospect": p.ID, "contact": p.ContactID}
	switch requirement {
	case RequirePhone:
		return exists(tx, "SELECT 1 FROM contact_phone WHERE contact_id = {:contact} AND e164 <> '' AND deleted = 0 LIMIT 1", params)
	case RequireEmail:
		return exists(tx, "SELECT 1 FROM contact_email WHERE contact_id = {:contact} AND address <> '' AND deleted = 0 LIMIT 1", params)
	case RequireTemperature:
		return temperature != "", nil
	case RequireNextAction:
		return exists(tx, `
			SELECT 1
			FROM activity
			WHERE prospect_id = {:prospect}
			AND deleted = 0
			AND done_at IS NULL
			AND (due_at IS NOT NULL OR due_on IS NOT NULL)
			LIMIT 1`, params)
	case RequireAppointment:
		return exists(tx, `
			SELECT 1
			FROM activity
			WHERE prospect_id = {:prospect}
			AND deleted = 0
			AND kind IN ('appointment', 'visit', 'video')
			AND done_at IS NOT NULL
			AND result <> 'not_held'
			LIMIT 1`, params)
	}
	return true, nil
}
