package graphsim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"sitegroup.mx/crm/backend/meta"
)

// conversion is an event of the Conversions API for CRM.
type conversion struct {
	Name   string `json:"event_name"`
	Time   int64  `json:"event_time"`
	Source string `json:"action_source"`
	User   struct {
		Lead   json.RawMessage `json:"lead_id"`
		Emails []string        `json:"em"`
		Phones []string        `json:"ph"`
	} `json:"user_data"`
	Custom struct {
		Source string `json:"event_source"`
	} `json:"custom_data"`
}

// problem returns what is wrong with an event, or "".
func (v conversion) problem(now time.Time) string {
	at := time.Unix(v.Time, 0)
	digits := len(v.User.Lead)
	_, err := strconv.ParseUint(string(v.User.Lead), 10, 64)
	switch {
	case v.Name == "":
		return "event_name is missing"
	case v.Source != "system_generated":
		return "action_source is not system_generated"
	case v.Custom.Source != "crm":
		return "event_source is not crm"
	case at.Before(now.AddDate(0, 0, -7)) || at.After(now.Add(time.Minute)):
		return "event_time is not within the last 7 days"
	case digits > 0 && (err != nil || digits < 15 || digits > 17):
		return "lead_id is not a number of 15 to 17 digits"
	case digits == 0 && v.User.Emails == nil && v.User.Phones == nil:
		return "user_data is empty"
	}
	return ""
}

// events takes conversion events; one bad event discards the whole call.
func (s *Sim) events(c *caller) (any, *apiError) {
	if c.method != http.MethodPost {
		return nil, goneObject(c.method, c.object)
	}
	if !c.token.canSeeAds() {
		return nil, missingPermission(meta.PermissionAdsManage)
	}
	var list []conversion
	if json.Unmarshal([]byte(c.params.Get("data")), &list) != nil || len(list) == 0 || len(list) > 1000 {
		return nil, invalidParameter("param data must be an array of 1 to 1000 events.")
	}
	for _, v := range list {
		if problem := v.problem(s.clock.Now()); problem != "" {
			e := invalidParameter("Invalid parameter")
			e.sub, e.title, e.userText = 2804019, "Invalid event", problem
			return nil, e
		}
	}
	s.datasets[c.object] += len(list)
	return object{{"events_received", len(list)}, {"messages", []string{}}, {"fbtrace_id", s.trace()}}, nil
}
