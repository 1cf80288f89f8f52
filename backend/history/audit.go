package history

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
)

// exportActions are the audit's words for exports; what is neither of these nor about access is told with everything.
const exportActions = "export.%"

// auditRow is a line of the audit trail.
type auditRow struct {
	N       int64  `db:"n"`
	At      string `db:"at"`
	UserID  string `db:"user_id"`
	Action  string `db:"action"`
	Subject string `db:"subject"`
	Detail  string `db:"detail"`
}

// audit reads lines of the audit trail below a place. It has no lines about a prospect, and none is a change.
func (r *reader) audit(before int64) (part, error) {
	if before <= 0 || r.f.Prospect != "" || r.f.Change != "" || !slices.Contains([]string{"", WhatAccess, WhatExport}, r.f.What) {
		return part{done: true}, nil
	}
	p := dbx.Params{"before": before, "limit": r.f.Limit + 1}
	from, where := "audit a", []string{"a.n < {:before}"}
	if r.f.User != "" {
		from = "audit a INDEXED BY audit_user"
		p["user"] = r.user()
		where = append(where, "a.user_id = {:user}")
	}
	if r.f.What == WhatExport {
		where = append(where, "a.action LIKE '"+exportActions+"'")
	}
	if r.f.What == WhatAccess {
		where = append(where, "a.action NOT LIKE '"+exportActions+"'")
	}
	if r.f.From != "" {
		p["from"] = r.f.From
		where = append(where, "a.at >= {:from}")
	}
	if r.f.To != "" {
		p["to"] = r.f.To
		where = append(where, "a.at < {:to}")
	}
	var rows []auditRow
	err := r.q.NewQuery(`
		SELECT a.n, a.at, a.user_id, a.action, a.subject, a.detail
		FROM ` + from + `
		WHERE ` + strings.Join(where, " AND ") + `
		ORDER BY a.n DESC
		LIMIT {:limit}`).Bind(p).All(&rows)
	if err != nil {
		return part{}, fmt.Errorf("read audit: %w", err)
	}
	out := part{done: len(rows) <= r.f.Limit}
	if !out.done {
		rows = rows[:r.f.Limit]
		out.next = rows[len(rows)-1].N
	}
	for _, row := range rows {
		line := Line{
			ID: "a" + strconv.FormatInt(row.N, 10), Source: SourceAudit, At: row.At, MadeAt: row.At, UserID: row.UserID,
			Action: row.Action, RowID: row.Subject, Fields: []Field{}, Outcome: OutcomeApplied, Detail: map[string]any{},
		}
		if err := json.Unmarshal([]byte(row.Detail), &line.Detail); err != nil {
			return part{}, fmt.Errorf("read audit: %w", err)
		}
		out.lines, out.ns = append(out.lines, line), append(out.ns, row.N)
	}
	return out, nil
}
