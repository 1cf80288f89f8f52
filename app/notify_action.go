package app

import (
	"slices"

	"github.com/google/uuid"

	"sitegroup.mx/crm/backend/api"
)

// Buttons of a reminder's notification; frontend/src/shared/host/host.ts has the same.
const (
	noticeDone  = "done"
	noticeLater = "later"
)

// noticeReply is what somebody did with a notification. The page carries it out: it has the session, and says what went wrong.
type noticeReply struct {
	Action     string `json:"action"` // open, done, later
	ReminderID string `json:"reminder_id,omitempty"`
	ProspectID string `json:"prospect_id,omitempty"`
}

// noticeData is what a notification carries back when it is chosen.
func noticeData(n api.Notice) map[string]any {
	data := map[string]any{}
	if n.ProspectID != "" {
		data["prospect_id"] = n.ProspectID
	}
	if n.ReminderID != "" {
		data["reminder_id"] = n.ReminderID
	}
	if len(data) == 0 {
		return nil
	}
	return data
}

// replyOf reads what came back. Ids that are none are dropped, for they become part of a script; a button that is none of ours,
// or that names no reminder, opens.
func replyOf(action string, data map[string]any) noticeReply {
	id := func(name string) string {
		text, _ := data[name].(string)
		known, err := uuid.Parse(text)
		if err != nil {
			return ""
		}
		return known.String()
	}
	r := noticeReply{Action: action, ReminderID: id("reminder_id"), ProspectID: id("prospect_id")}
	if !slices.Contains([]string{noticeDone, noticeLater}, action) || r.ReminderID == "" {
		r.Action = "open"
	}
	return r
}
