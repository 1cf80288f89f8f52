package api

import (
	"context"
	"net/http"

	"sitegroup.mx/crm/backend/crm"
)

// OfficeTurnsPatch changes what it names. Times are minutes of working time; 0 is never.
type OfficeTurnsPatch struct {
	Hours           *crm.WeekHours `json:"hours,omitempty"`
	NoHours         bool           `json:"no_hours,omitempty" doc:"The office works day and night"`
	TurnsPaused     *bool          `json:"turns_paused,omitempty"`
	SharesAtOpening *bool          `json:"shares_at_opening,omitempty"`
	RemindAfter     *int           `json:"remind_after,omitempty"`
	NotifyAfter     *int           `json:"notify_after,omitempty"`
	ReassignAfter   *int           `json:"reassign_after,omitempty"`
	MostHops        *int           `json:"most_hops,omitempty"`
}

// SellerTurnsPatch changes what it names; caps of 0 are none.
type SellerTurnsPatch struct {
	Hours      *crm.WeekHours `json:"hours,omitempty"`
	NoHours    bool           `json:"no_hours,omitempty" doc:"The seller has the office's hours"`
	Paused     *bool          `json:"paused,omitempty"`
	DailyCap   *int           `json:"daily_cap,omitempty"`
	BacklogCap *int           `json:"backlog_cap,omitempty"`
}

// SellerGroupInput is a group as it is to be.
type SellerGroupInput struct {
	Name    string   `json:"name" maxLength:"200"`
	Members []string `json:"members" maxItems:"1000"`
}

// TurnRuleInput is a rule as it is to be. Conditions that are empty fit everything.
type TurnRuleInput struct {
	Name         string `json:"name" maxLength:"200"`
	FormID       string `json:"form_id,omitempty" maxLength:"64"`
	FormName     string `json:"form_name,omitempty" maxLength:"500"`
	CampaignID   string `json:"campaign_id,omitempty" maxLength:"64"`
	CampaignName string `json:"campaign_name,omitempty" maxLength:"500"`
	PageID       string `json:"page_id,omitempty" maxLength:"64"`
	PageName     string `json:"page_name,omitempty" maxLength:"500"`
	Cities       string `json:"cities,omitempty" maxLength:"2000" doc:"Separated by commas"`
	GroupID      string `json:"group_id,omitempty" maxLength:"64" doc:"Empty: everybody"`
	Otherwise    string `json:"otherwise" enum:"default,tray"`
	Active       bool   `json:"active"`
}

func (r TurnRuleInput) rule(id string) crm.TurnRule {
	return crm.TurnRule{
		ID: id, Name: r.Name, FormID: r.FormID, FormName: r.FormName, CampaignID: r.CampaignID, CampaignName: r.CampaignName,
		PageID: r.PageID, PageName: r.PageName, Cities: r.Cities, GroupID: r.GroupID, Otherwise: r.Otherwise, Active: r.Active,
	}
}

// AbsenceInput are days on which a seller is away, both included.
type AbsenceInput struct {
	UserID string `json:"user_id" maxLength:"64"`
	From   string `json:"from" maxLength:"10"`
	Until  string `json:"until" maxLength:"10"`
}

// HolidayInput is a day on which the office is closed.
type HolidayInput struct {
	Day  string `json:"day" maxLength:"10"`
	Name string `json:"name,omitempty" maxLength:"200"`
}

// HolidayYear names a year.
type HolidayYear struct {
	Year int `json:"year"`
}

// turnQuery is a lead to try the rules with.
type turnQuery struct {
	FormID     string `query:"form_id" maxLength:"64"`
	CampaignID string `query:"campaign_id" maxLength:"64"`
	PageID     string `query:"page_id" maxLength:"64"`
	City       string `query:"city" maxLength:"300"`
}

// NoticeList are the latest notices and how many of all are unread.
type NoticeList struct {
	Items  []crm.Notice `json:"items"`
	Unread int          `json:"unread"`
}

func (a *API) routeTurns() {
	handle(a, route{id: "get-turns", method: http.MethodGet, path: "/api/turns", summary: "Who takes turns when, and for what", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.TurnSettings, error) {
			return c.office.CRM.TurnSettings(ctx, c.viewer)
		})
	handle(a, route{id: "set-office-turns", method: http.MethodPatch, path: "/api/turns", summary: "When the office works and how it answers", access: adminOnly},
		func(ctx context.Context, c caller, input *in[OfficeTurnsPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateOfficeTurns(ctx, c.viewer, crm.OfficeTurnsPatch(input.Body))
		})
	handle(a, route{id: "set-seller-turns", method: http.MethodPatch, path: "/api/turns/sellers/{id}", summary: "When a seller takes turns", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[SellerTurnsPatch]) (crm.Change, error) {
			return c.office.CRM.UpdateSellerTurns(ctx, c.viewer, input.ID, crm.SellerTurnsPatch(input.Body))
		})
	handle(a, route{id: "preview-turn", method: http.MethodGet, path: "/api/turns/next", summary: "Who would get the next lead, and why", access: adminOnly, passive: true, host: true},
		func(ctx context.Context, c caller, q *turnQuery) (crm.TurnPreview, error) {
			return c.office.CRM.PreviewTurn(ctx, c.viewer, crm.TurnLead{FormID: q.FormID, CampaignID: q.CampaignID, PageID: q.PageID, City: q.City})
		})
	handle(a, route{id: "list-lead-sources", method: http.MethodGet, path: "/api/turns/sources", summary: "Forms, campaigns and pages that rules can ask for", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.LeadSources, error) {
			return c.office.CRM.LeadSources(ctx, c.viewer)
		})
	a.routeTurnGroups()
	a.routeAbsences()
	handle(a, route{id: "get-tray", method: http.MethodGet, path: "/api/tray", summary: "What waits for an administrator, and why", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.Tray, error) {
			return c.office.CRM.Tray(ctx, c.viewer)
		})
	handle(a, route{id: "share-tray", method: http.MethodPost, path: "/api/tray/share", summary: "Give the tray to whose turn it is", access: adminOnly, host: true},
		func(ctx context.Context, c caller, _ *struct{}) (crm.Shared, error) {
			return c.office.CRM.ShareTray(ctx, c.viewer)
		})
	handle(a, route{id: "list-notices", method: http.MethodGet, path: "/api/notices", summary: "What the viewer was told", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (NoticeList, error) {
			items, unread, err := c.office.CRM.Notices(ctx, c.viewer)
			return NoticeList{items, unread}, err
		})
	handle(a, route{id: "read-notices", method: http.MethodPost, path: "/api/notices/read", summary: "Mark notices as read; none named is all", access: user},
		func(ctx context.Context, c caller, input *in[IDs]) (crm.Change, error) {
			return c.office.CRM.ReadNotices(ctx, c.viewer, input.Body.IDs)
		})
}

func (a *API) routeTurnGroups() {
	saveGroup := func(ctx context.Context, c caller, id string, g SellerGroupInput) (crm.Created, error) {
		return c.office.CRM.SaveGroup(ctx, c.viewer, crm.SellerGroup{ID: id, Name: g.Name, Members: g.Members})
	}
	handle(a, route{id: "create-group", method: http.MethodPost, path: "/api/turns/groups", summary: "Make a group of sellers", access: adminOnly},
		func(ctx context.Context, c caller, input *in[SellerGroupInput]) (crm.Created, error) {
			return saveGroup(ctx, c, "", input.Body)
		})
	handle(a, route{id: "update-group", method: http.MethodPut, path: "/api/turns/groups/{id}", summary: "Change a group of sellers", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[SellerGroupInput]) (crm.Created, error) {
			return saveGroup(ctx, c, input.ID, input.Body)
		})
	handle(a, route{id: "remove-group", method: http.MethodDelete, path: "/api/turns/groups/{id}", summary: "Remove a group that no rule needs", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveGroup(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "create-rule", method: http.MethodPost, path: "/api/turns/rules", summary: "Make a rule", access: adminOnly},
		func(ctx context.Context, c caller, input *in[TurnRuleInput]) (crm.Created, error) {
			return c.office.CRM.SaveRule(ctx, c.viewer, input.Body.rule(""))
		})
	handle(a, route{id: "update-rule", method: http.MethodPut, path: "/api/turns/rules/{id}", summary: "Change a rule", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[TurnRuleInput]) (crm.Created, error) {
			return c.office.CRM.SaveRule(ctx, c.viewer, input.Body.rule(input.ID))
		})
	handle(a, route{id: "remove-rule", method: http.MethodDelete, path: "/api/turns/rules/{id}", summary: "Remove a rule", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveRule(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "order-rules", method: http.MethodPut, path: "/api/turns/rules", summary: "The order in which rules are asked", access: adminOnly},
		func(ctx context.Context, c caller, input *in[IDs]) (crm.Change, error) {
			return c.office.CRM.OrderRules(ctx, c.viewer, input.Body.IDs)
		})
}

func (a *API) routeAbsences() {
	saveAbsence := func(ctx context.Context, c caller, id string, b AbsenceInput) (crm.SavedAbsence, error) {
		return c.office.CRM.SaveAbsence(ctx, c.viewer, crm.Absence{ID: id, UserID: b.UserID, From: b.From, Until: b.Until})
	}
	handle(a, route{id: "create-absence", method: http.MethodPost, path: "/api/turns/absences", summary: "A seller will be away", access: adminOnly},
		func(ctx context.Context, c caller, input *in[AbsenceInput]) (crm.SavedAbsence, error) {
			return saveAbsence(ctx, c, "", input.Body)
		})
	handle(a, route{id: "update-absence", method: http.MethodPut, path: "/api/turns/absences/{id}", summary: "Change an absence", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[AbsenceInput]) (crm.SavedAbsence, error) {
			return saveAbsence(ctx, c, input.ID, input.Body)
		})
	handle(a, route{id: "remove-absence", method: http.MethodDelete, path: "/api/turns/absences/{id}", summary: "Take an absence back", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveAbsence(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "add-holiday", method: http.MethodPost, path: "/api/turns/holidays", summary: "Close the office for a day", access: adminOnly},
		func(ctx context.Context, c caller, input *in[HolidayInput]) (crm.Created, error) {
			return c.office.CRM.AddHoliday(ctx, c.viewer, crm.Holiday{Day: input.Body.Day, Name: input.Body.Name})
		})
	handle(a, route{id: "add-official-holidays", method: http.MethodPost, path: "/api/turns/holidays/official", summary: "Close the office on a year's official holidays", access: adminOnly},
		func(ctx context.Context, c caller, input *in[HolidayYear]) (crm.Change, error) {
			return c.office.CRM.AddOfficialHolidays(ctx, c.viewer, input.Body.Year)
		})
	handle(a, route{id: "remove-holiday", method: http.MethodDelete, path: "/api/turns/holidays/{id}", summary: "Open the office again", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.RemoveHoliday(ctx, c.viewer, input.ID)
		})
}
