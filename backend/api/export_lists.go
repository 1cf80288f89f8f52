package api

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/crm"
	"sitegroup.mx/crm/backend/export"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/history"
	"sitegroup.mx/crm/backend/office/wire"
)

// exportKinds are the kinds of columns that are no plain text.
var exportKinds = map[string]export.Kind{
	"phone": export.Phone, "other_phone": export.Phone, "lead_at": export.Instant, "received_at": export.Instant, "attended_at": export.Instant, "next_at": export.Moment,
	"last_activity_at": export.Instant, "created_at": export.Instant, "when": export.Moment, "done_at": export.Instant, "at": export.Instant,
	"deleted_at": export.Instant, "purged_at": export.Instant, "made_at": export.Instant, "prospects": export.Number, "minutes": export.Number,
	"minutes_lead": export.Number, "minutes_lead_hours": export.Number, "minutes_receipt": export.Number, "minutes_receipt_hours": export.Number,
}

func exportColumns(fields []string) []export.Column {
	columns := make([]export.Column, len(fields))
	for i, f := range fields {
		columns[i] = export.Column{Key: f, Kind: export.Text}
		if kind, ok := exportKinds[f]; ok {
			columns[i].Kind = kind
		}
	}
	return columns
}

// exportLists are the lists that can be taken away. Another one is another line here: its columns, how many rows, and the rows.
func (o *Office) exportLists() map[string]export.Source {
	sources := []export.Source{
		{
			ID: "prospects", Columns: exportColumns(crm.ProspectFields),
			Coded: append(whereNames(), "sort"), Typed: []string{"q"},
			Count: func(ctx context.Context, v account.Viewer, f export.Filter) (int, error) {
				where, err := prospectFilter(f)
				if err != nil {
					return 0, err
				}
				return o.CRM.CountProspects(ctx, v, where)
			},
			Rows: func(ctx context.Context, v account.Viewer, f export.Filter) iter.Seq2[[]string, error] {
				where, err := prospectFilter(f)
				if err != nil {
					return failed(err)
				}
				return o.CRM.ProspectRows(ctx, v, where)
			},
		},
		{
			ID: "response", Columns: exportColumns(crm.ResponseFields), Coded: []string{"from", "to", "period", "seller"},
			Count: func(ctx context.Context, v account.Viewer, f export.Filter) (int, error) {
				return o.CRM.CountResponses(ctx, v, responseQuery(f))
			},
			Rows: func(ctx context.Context, v account.Viewer, f export.Filter) iter.Seq2[[]string, error] {
				return o.CRM.ResponseRows(ctx, v, responseQuery(f))
			},
		},
		{
			ID: "contacts", Columns: exportColumns(crm.ContactFields), Coded: []string{"sort"}, Typed: []string{"q"},
			Count: func(ctx context.Context, v account.Viewer, f export.Filter) (int, error) {
				return o.CRM.CountContacts(ctx, v, f["q"], f["sort"])
			},
			Rows: func(ctx context.Context, v account.Viewer, f export.Filter) iter.Seq2[[]string, error] {
				return o.CRM.ContactRows(ctx, v, f["q"], f["sort"])
			},
		},
		{
			ID: "duplicates", Columns: exportColumns(crm.DuplicateFields),
			Count: func(ctx context.Context, v account.Viewer, _ export.Filter) (int, error) {
				return o.CRM.CountDuplicates(ctx, v)
			},
			Rows: func(ctx context.Context, v account.Viewer, _ export.Filter) iter.Seq2[[]string, error] {
				return o.CRM.DuplicateRows(ctx, v)
			},
		},
		{
			ID: "activities", Columns: exportColumns(crm.ActivityFields), Coded: []string{"from", "to", "from_at", "to_at", "seller", "done"},
			Count: func(ctx context.Context, v account.Viewer, f export.Filter) (int, error) {
				return o.CRM.CountActivities(ctx, v, activityFilter(f))
			},
			Rows: func(ctx context.Context, v account.Viewer, f export.Filter) iter.Seq2[[]string, error] {
				return o.CRM.ActivityRows(ctx, v, activityFilter(f))
			},
		},
		{
			ID: "bin", Columns: exportColumns(crm.BinFields), AdminOnly: true,
			Count: func(ctx context.Context, v account.Viewer, _ export.Filter) (int, error) {
				return o.CRM.CountBin(ctx, v)
			},
			Rows: func(ctx context.Context, v account.Viewer, _ export.Filter) iter.Seq2[[]string, error] {
				return o.CRM.BinRows(ctx, v)
			},
		},
		{
			ID: "history", Columns: exportColumns(historyFields), AdminOnly: true, Coded: []string{"user", "what", "change", "prospect", "from", "to"},
			Count: func(ctx context.Context, v account.Viewer, f export.Filter) (int, error) {
				where := historyFilter(f)
				where.Limit = 1
				_, err := o.historyPage(ctx, v, where) // whether it makes sense, and can be had here
				return -1, err
			},
			Rows: o.historyRows,
		},
	}
	lists := make(map[string]export.Source, len(sources))
	for _, s := range sources {
		lists[s.ID] = s
	}
	return lists
}

func failed(err error) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) { yield(nil, err) }
}

// prospectFilter reads the query of the list of prospects.
func prospectFilter(f export.Filter) (crm.ProspectFilter, error) {
	where, err := whereOf(f)
	if err != nil {
		return crm.ProspectFilter{}, err
	}
	list := where.filter()
	list.Sort = f["sort"]
	return list, nil
}

func responseQuery(f export.Filter) crm.DashboardQuery {
	return crm.DashboardQuery{Period: f["period"], From: f["from"], To: f["to"], Seller: f["seller"]}
}

func activityFilter(f export.Filter) crm.ActivityFilter {
	return crm.ActivityFilter{
		Range: crm.AgendaRange{From: f["from"], To: f["to"], FromAt: f["from_at"], ToAt: f["to_at"], Seller: f["seller"]}, Done: f["done"],
	}
}

func historyFilter(f export.Filter) history.Filter {
	return history.Filter{User: f["user"], What: f["what"], Change: f["change"], Prospect: f["prospect"], From: f["from"], To: f["to"]}
}

// historyFields are the columns of a file of history.
var historyFields = []string{"at", "made_at", "user", "entity", "change", "subject", "field", "from", "to", "prospect", "outcome"}

// historyPage reads a page of history where the log is: here, or at the host.
func (o *Office) historyPage(ctx context.Context, v account.Viewer, f history.Filter) (page history.Page, err error) {
	if o.Member == nil {
		return o.History.List(ctx, v, f)
	}
	if err := account.AdminOnly(v); err != nil {
		return page, err
	}
	query := url.Values{"limit": {strconv.Itoa(f.Limit)}}
	for name, value := range map[string]string{
		"user": f.User, "what": f.What, "change": f.Change, "prospect": f.Prospect, "from": f.From, "to": f.To, "cursor": f.Cursor,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	reply, err := o.Member.Call(ctx, &wire.Call{Method: http.MethodGet, Path: "/api/history?" + query.Encode()})
	if err != nil {
		return page, err
	}
	if reply.Status != http.StatusOK {
		var p Problem
		if json.Unmarshal(reply.Body, &p) != nil || p.Code == "" {
			return page, fault.New(fault.CodeInternal)
		}
		return page, &fault.Error{Code: p.Code, Field: p.Field, Args: p.Args}
	}
	if err := json.Unmarshal(reply.Body, &page); err != nil {
		return page, fmt.Errorf("read the host's answer: %w", err)
	}
	return page, nil
}

func (o *Office) historyRows(ctx context.Context, v account.Viewer, f export.Filter) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		where := historyFilter(f)
		where.Limit = 200
		for {
			page, err := o.historyPage(ctx, v, where)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, l := range page.Items {
				for _, row := range historyLine(l) {
					if !yield(row, nil) {
						return
					}
				}
			}
			if page.Next == "" {
				return
			}
			where.Cursor = page.Next
		}
	}
}

// historyLine is a line as rows: one for each field that a creation tells of.
func historyLine(l history.Line) [][]string {
	what, subject := l.Entity, l.Subject
	if l.Source == history.SourceAudit {
		what, subject = l.Action, l.SubjectName
	}
	row := func(field, from, to string) []string {
		return []string{l.At, l.MadeAt, l.UserName, what, l.Change, subject, field, from, to, l.ProspectName, l.Outcome}
	}
	if len(l.Fields) == 0 {
		return [][]string{row("", "", "")}
	}
	rows := make([][]string, len(l.Fields))
	for i, f := range l.Fields {
		rows[i] = row(f.Name, historyText(f.Name, f.From), historyText(f.Name, f.To))
	}
	return rows
}

// notYetKnown stands in a file of history for a number that nobody knew then; the asker has a word for it, as for any code.
const notYetKnown = "not_yet_known"

func historyText(field string, v history.Value) string {
	if v.Name != "" {
		return v.Name
	}
	if field == "rows" && string(v.Raw) == "-1" { // of an export that was not over
		return notYetKnown
	}
	var text any
	if json.Unmarshal(v.Raw, &text) != nil || text == nil {
		return ""
	}
	if s, ok := text.(string); ok {
		return s
	}
	return string(v.Raw)
}
