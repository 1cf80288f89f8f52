// Package office holds what makes one office of many computers: who may change what, and what the office is. It refuses to
// know how a change is stored, which screen made it and how it travels: Decide is handed to the store when the office's file
// is opened, and is asked about every op inside the transaction that would write it.
package office

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"sitegroup.mx/crm/store"
	"sitegroup.mx/crm/store/mutant"
)

// Reasons of refusals. They are final: an op keeps its reason for as long as the log exists.
const (
	// ReasonUnknownEntity refuses what no rule is about.
	ReasonUnknownEntity = "unknown_entity"
	// ReasonUnknownRole refuses an author of no known kind.
	ReasonUnknownRole = "unknown_role"
	// ReasonAppendOnly refuses a change of what is only ever added.
	ReasonAppendOnly = "append_only"
	// ReasonAdminOnly refuses a seller what only an administrator, or the program, may write.
	ReasonAdminOnly = "admin_only"
	// ReasonOutOfScope refuses a seller somebody else's prospect.
	ReasonOutOfScope = "out_of_scope"
	// ReasonNoProspect refuses a seller a person on whom no prospect of theirs stands.
	ReasonNoProspect = "no_prospect"
	// ReasonNotOwner refuses a row in somebody else's name.
	ReasonNotOwner = "not_owner"
	// ReasonProgramOnly refuses a person what only the program attests: a lead, a turn.
	ReasonProgramOnly = "program_only"
	// ReasonNotUndoable refuses to take back an account, which is deactivated, for history goes on naming it, and the note of an
	// export.
	ReasonNotUndoable = "not_undoable"
	// ReasonLate lets something pass that was done while the prospect was still the author's, and arrived after that.
	ReasonLate = "late"
	// ReasonMalformed refuses a creation that is no object.
	ReasonMalformed = "malformed"
)

// Kinds of events that only the program attests, but for what their author has just typed in.
const (
	eventRegistered    = "registered"
	eventAssigned      = "assigned"
	eventEnquiredAgain = "enquired_again"
	eventLate          = "late" // nobody attests that one was late but the clock
)

// fieldOpposed is the field of a contact that says since when the person is not to be contacted.
const fieldOpposed = "opposed_at"

// fieldDeleted is the field that removing and restoring a row writes.
const fieldDeleted = "deleted"

// rule is what sellers may do with the rows of one table.
type rule struct {
	// shared rows belong to the whole office; only administrators write them.
	shared bool
	// personal tables are shared, and have rows of one user beside them: the id of such a row begins with the user's and a full
	// stop, because of a change that comes from another computer the row's other columns are not looked up.
	personal bool
	// appendOnly rows are created, and removed and restored by an undo.
	appendOnly bool
	// fields may be changed by the seller of the prospect; the others follow from what the program or an administrator does.
	fields []string
	// self is the column of a new row that has to name its author.
	self string
	// created checks the rest of a new row; nil has nothing to check. added are the tables of which the transaction has
	// added rows under the same prospect.
	created func(row map[string]any, added []string) (reason string)
	// enquiry are fields that move with a submission: whoever adds one may write them too.
	enquiry []string
	// late rows tell what was done. They are taken in for some time after their author has lost the prospect.
	late bool
}

// lateness is how long after losing a prospect its former seller's computer may still bring what they did before.
const lateness = 14 * 24 * time.Hour

// rules has every replicated table; a test holds it to the store's registry.
var rules = map[string]rule{
	"office":         {shared: true},
	"user":           {shared: true},
	"stage":          {shared: true},
	"discard_reason": {shared: true},
	"export":         {shared: true, personal: true, self: "user_id", fields: []string{"state", "rows", "left_out", "ended_at"}},
	"saved_view":     {shared: true, personal: true, self: "user_id", created: unshared, fields: []string{"name", "pinned", "query", "columns", fieldDeleted}},
	"tag":            {shared: true},
	"template":       {shared: true, personal: true, self: "owner_id", fields: []string{"name", "subject", "body", fieldDeleted}},

	"seller_group":        {shared: true},
	"seller_group_member": {shared: true},
	"turn_rule":           {shared: true},
	"absence":             {shared: true},
	"holiday":             {shared: true},
	"notice":              {fields: []string{"read_at"}, created: told},

	"contact":       {fields: []string{"name", "city", fieldOpposed}},
	"contact_phone": {fields: []string{"e164", "raw", "problem", "wa_variant", "position", fieldDeleted}},
	"contact_email": {fields: []string{"address", "raw", "problem", "position", fieldDeleted}},
	"prospect": {
		fields: []string{"stage_id", "status", "temperature", "reason_id", "attended_at"}, self: "owner_id", created: typedIn("source"),
		enquiry: []string{"lead_at", "received_at"},
	},
	"submission":   {appendOnly: true, created: submitted},
	"activity":     {fields: []string{"result", "body", "due_at", "due_on", "minutes", "done_at", "template_id", fieldDeleted}, self: "author_id", late: true},
	"prospect_tag": {fields: []string{fieldDeleted}},
	"reminder":     {fields: []string{"remind_at", "done_at", fieldDeleted}, self: "user_id"},
	"event":        {appendOnly: true, self: "author_id", created: witnessed, late: true},

	"contact_merge":    {self: "author_id", created: asked},
	"contact_distinct": {fields: []string{fieldDeleted}, self: "author_id"},
}

// Decide settles an op. It is pure: the same proposal always has the same verdict.
//
// The program itself and administrators may write everything but history, of which the program takes out what may not be told
// any more. A seller who is held to their scope works on
// their own prospects, field by field as rules say, and may take back what they did there. A seller who is not held to it is
// the program acting in their name – registering somebody who may be known to others – after it has checked what they may.
func Decide(p store.Proposal) store.Verdict {
	reason := refusal(p)
	switch {
	case reason == "":
		return store.Verdict{Outcome: store.Applied}
	case reason == ReasonOutOfScope && isLate(p):
		return store.Verdict{Outcome: store.Applied, Reason: ReasonLate}
	}
	return store.Verdict{Outcome: store.Refused, Reason: reason}
}

// redacts reports whether the program takes out of history what may not be told any more.
func redacts(p store.Proposal) bool {
	return p.Actor.Role == store.System.Role && !p.Actor.Scoped && p.Op.Entity == "event" && p.Op.Field == "data"
}

// isLate reports whether the op adds what was done to a prospect while it was still its author's.
func isLate(p store.Proposal) bool {
	r := rules[p.Op.Entity]
	return r.late && p.Op.Field == "" && !p.Stray && !p.LostAt.IsZero() && p.Now.Sub(p.LostAt) <= lateness && r.creation(p) == ""
}

func refusal(p store.Proposal) string {
	r, known := rules[p.Op.Entity]
	switch {
	case !known:
		return ReasonUnknownEntity
	case r.appendOnly && p.Op.Field != "" && p.Op.Field != fieldDeleted && !redacts(p):
		return ReasonAppendOnly
	case p.Undo && p.Op.Entity == "export": // that a list was taken away stays so
		return ReasonNotUndoable
	case p.Undo && p.Op.Entity == "user" && p.Op.Field == fieldDeleted:
		return ReasonNotUndoable
	}
	switch p.Actor.Role {
	case "system", "admin":
		if p.Actor.Scoped {
			return r.scoped(p)
		}
		return ""
	case "seller":
		if r.shared {
			return r.ofOffice(p)
		}
		if p.Actor.Scoped {
			return r.scoped(p)
		}
		return ""
	}
	return ReasonUnknownRole
}

// scoped is the rule for whoever is held to their scope.
func (r rule) scoped(p store.Proposal) string {
	switch {
	case r.shared:
		return r.ofOffice(p)
	case p.Undo && r.takesBack(p):
		return ""
	case !p.InScope && p.Op.Field == "" && p.Op.Entity == "contact":
		return ReasonNoProspect
	case !p.InScope, p.Stray:
		return ReasonOutOfScope
	case p.Op.Field == "":
		return r.creation(p)
	case p.Op.Entity == "contact" && p.Op.Field == fieldOpposed && string(p.Op.Value) == "null":
		return ReasonAdminOnly // also by an undo: whoever heard a person's no does not take it back
	case p.Undo, slices.Contains(r.fields, p.Op.Field):
		return ""
	case slices.Contains(r.enquiry, p.Op.Field) && slices.Contains(p.Added, "submission"):
		return ""
	case r.appendOnly:
		return ReasonAppendOnly
	}
	return ReasonAdminOnly
}

// ofOffice is the rule for what belongs to the whole office, and for the rows that are somebody's own among it.
func (r rule) ofOffice(p store.Proposal) string {
	owner, _, own := strings.Cut(p.Op.Row, ".")
	switch {
	case !r.personal || !own:
		return ReasonAdminOnly
	case owner != p.Actor.User && !mutant.On(mutant.OwnRowsForAll), owner == "":
		return ReasonNotOwner
	case p.Op.Field == "":
		return r.creation(p)
	case slices.Contains(r.fields, p.Op.Field):
		return ""
	}
	return ReasonAdminOnly
}

// takesBack reports whether an undo takes away, or puts back, a contact, or a phone or an e-mail of one. The store has made
// sure that it was the actor's own deed and that nobody has touched the row since. Scope alone does not tell: when a seller
// takes back a whole prospect, the store has ended their scope by the time it comes to the contact, and when they do it
// again, it comes to the contact before the scope. But no prospect of the contact may be somebody else's by now.
func (r rule) takesBack(p store.Proposal) bool {
	switch p.Op.Entity {
	case "contact", "contact_phone", "contact_email":
		return p.Op.Field == fieldDeleted && !p.Foreign
	}
	return false
}

func (r rule) creation(p store.Proposal) string {
	var row map[string]any
	if json.Unmarshal(p.Op.Value, &row) != nil || row == nil {
		return ReasonMalformed
	}
	if r.self != "" && row[r.self] != p.Actor.User {
		return ReasonNotOwner
	}
	if r.created == nil {
		return ""
	}
	return r.created(row, p.Added)
}

// unshared refuses a row of one's own that is to be the whole office's.
func unshared(row map[string]any, _ []string) string {
	if shared, given := row["shared"]; given && shared != 0.0 {
		return ReasonAdminOnly
	}
	return ""
}

// told refuses a seller's notices: what people are told follows from what happens to a prospect.
func told(map[string]any, []string) string { return ReasonProgramOnly }

// typedIn wants a column to say that a person typed the row in.
func typedIn(column string) func(map[string]any, []string) string {
	return func(row map[string]any, _ []string) string {
		if row[column] != "manual" {
			return ReasonProgramOnly
		}
		return ""
	}
}

// asked lets a seller ask for a merge and no more: an administrator decides, and the host says what has become of it.
func asked(row map[string]any, _ []string) string {
	for column, value := range row {
		switch column {
		case "wish":
			if value != "ask" {
				return ReasonAdminOnly
			}
		case "wished_by", "choice", "state", "problem", "map", "merged_at":
			return ReasonProgramOnly
		}
	}
	if row["wish"] == nil {
		return ReasonAdminOnly
	}
	return ""
}

// submitted refuses a submission that claims to be Meta's.
func submitted(row map[string]any, _ []string) string {
	if lead, given := row["lead_id"]; given && lead != "" {
		return ReasonProgramOnly
	}
	return typedIn("origin")(row, nil)
}

// witnessed refuses events that would forge how a prospect came to the office and to its seller. Whoever types a prospect
// in says so in its history, and so does who types another enquiry in.
func witnessed(row map[string]any, added []string) string {
	kind, _ := row["kind"].(string)
	if kind == eventLate {
		return ReasonProgramOnly
	}
	needs := map[string]string{eventRegistered: "prospect", eventAssigned: "prospect", eventEnquiredAgain: "submission"}[kind]
	if needs != "" && !slices.Contains(added, needs) {
		return ReasonProgramOnly
	}
	return ""
}
