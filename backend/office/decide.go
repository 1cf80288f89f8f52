// Package office is the office as several computers: who may change what, and, from the next release on, devices,
// invitations, membership and pages of changes. Its rules are pure; it refuses to know screens, Meta and SQL.
package office

import "sitegroup.mx/crm/store"

// Reasons why a change is refused. They are kept in the log of changes and shown, translated.
const (
	ReasonNotOwner  = "not_owner"  // the prospect is not, or no longer, the author's
	ReasonAdminOnly = "admin_only" // only an administrator changes this
	ReasonUnknown   = "unknown_entity"
)

// everybody is the root of rows that belong to no prospect.
const everybody = "*"

// ofProspects are the tables whose rows belong to a prospect, directly or through its contact.
var ofProspects = map[string]bool{
	"contact": true, "contact_phone": true, "contact_email": true,
	"prospect": true, "submission": true, "activity": true, "reminder": true, "event": true,
}

// hostFields are fields of a prospect that the host alone decides: whose it is, and what Meta said of it.
var hostFields = map[string]bool{
	"owner_id": true, "assigned_at": true, "assigned_why": true, "source": true, "contact_id": true, "created_at": true,
	"form_id": true, "form_name": true, "campaign_id": true, "campaign_name": true, "lead_at": true, "received_at": true,
}

// Decide settles one change. The program itself and administrators may change everything. A seller changes what belongs to
// prospects in their scope, but not whose they are nor what Meta said of them, and nothing that everybody shares. Taking a
// change back is a change like any other. It looks at nothing but its argument.
func Decide(p store.Proposal) store.Verdict {
	if !p.Actor.Scoped {
		return store.Verdict{Outcome: store.Applied}
	}
	switch {
	case p.Root == everybody:
		return refuse(ReasonAdminOnly)
	case !ofProspects[p.Op.Entity]:
		return refuse(ReasonUnknown)
	case !p.InScope:
		return refuse(ReasonNotOwner)
	case p.Op.Entity == "prospect" && hostFields[p.Op.Field]:
		return refuse(ReasonAdminOnly)
	}
	return store.Verdict{Outcome: store.Applied}
}

func refuse(reason string) store.Verdict {
	return store.Verdict{Outcome: store.Refused, Reason: reason}
}
