package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegroup.mx/crm/app"
	"sitegroup.mx/crm/backend/api"
)

func TestReplyOf_ButtonsOfAReminder(t *testing.T) {
	const prospect, reminder = "01931234-0000-7000-8000-000000000001", "01931234-0000-7000-8000-000000000002"
	both := app.NoticeData(api.Notice{ProspectID: prospect, ReminderID: reminder})
	for _, tt := range []struct {
		name, action string
		data         map[string]any
		want         app.NoticeReply
	}{
		{"done", "done", both, app.NoticeReply{Action: "done", ReminderID: reminder, ProspectID: prospect}},
		{"later", "later", both, app.NoticeReply{Action: "later", ReminderID: reminder, ProspectID: prospect}},
		{"the notification itself", "DEFAULT_ACTION", both, app.NoticeReply{Action: "open", ReminderID: reminder, ProspectID: prospect}},
		{"of a lead", "DEFAULT_ACTION", app.NoticeData(api.Notice{ProspectID: prospect}), app.NoticeReply{Action: "open", ProspectID: prospect}},
		{"a button without a reminder", "done", map[string]any{"prospect_id": prospect}, app.NoticeReply{Action: "open", ProspectID: prospect}},
		{"of nobody", "DEFAULT_ACTION", app.NoticeData(api.Notice{}), app.NoticeReply{Action: "open"}},
		{"what is no id", "done", map[string]any{"reminder_id": "'+alert(1)+'", "prospect_id": 7}, app.NoticeReply{Action: "open"}},
	} {
		if diff := cmp.Diff(tt.want, app.ReplyOf(tt.action, tt.data)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
