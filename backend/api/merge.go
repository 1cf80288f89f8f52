package api

import (
	"context"
	"net/http"
	"strings"

	"sitegroup.mx/crm/backend/crm"
)

// ContactQuery narrows and orders the list of contacts.
type ContactQuery struct {
	Paged
	Q    string `query:"q" maxLength:"200" doc:"What was typed: words by prefix, digits from either end of a phone"`
	Sort string `query:"sort" enum:"name,recent" doc:"By name when it is missing; with q the newest come first"`
}

// MergeRequest names contacts that are one person, the one that stays first, and what was decided about them.
type MergeRequest struct {
	Contacts []string `json:"contacts" minItems:"2" maxItems:"3"`
	NameOf   string   `json:"name_of,omitempty" maxLength:"64" doc:"The contact whose name stays; empty: the first one's"`
	CityOf   string   `json:"city_of,omitempty" maxLength:"64"`
	Seller   string   `json:"seller,omitempty" maxLength:"64" doc:"Who gets every open prospect; each: nobody"`
}

func (r MergeRequest) merge() crm.Merge {
	return crm.Merge{Contacts: r.Contacts, Choice: crm.MergeChoice{NameOf: r.NameOf, CityOf: r.CityOf, Seller: r.Seller}}
}

// MergeAsk is a seller's request.
type MergeAsk struct {
	Contacts []string `json:"contacts" minItems:"1" maxItems:"3"`
	Reach    string   `json:"reach,omitempty" maxLength:"500" doc:"A phone or an e-mail that somebody else in the office has"`
	Note     string   `json:"note,omitempty" maxLength:"500"`
}

// PairRequest names two contacts.
type PairRequest struct {
	Contacts []string `json:"contacts" minItems:"2" maxItems:"2"`
}

// PreviewQuery names the contacts of a merge.
type PreviewQuery struct {
	Contacts string `query:"contacts" maxLength:"200" required:"true" doc:"Ids, with commas"`
}

// MergeList is the recent merges and the requests.
type MergeList struct {
	Items []crm.MergeItem `json:"items"`
}

// PairList is pairs of contacts.
type PairList struct {
	Items []crm.DuplicatePair `json:"items"`
}

func (a *API) routeMerges() {
	handle(a, route{id: "list-contacts", method: http.MethodGet, path: "/api/contacts", summary: "People of whom the viewer may see a prospect", access: user, passive: true},
		func(ctx context.Context, c caller, q *ContactQuery) (crm.ContactPage, error) {
			return c.office.CRM.ListContacts(ctx, c.viewer, q.Q, q.Sort, q.Cursor, q.Limit)
		})
	handle(a, route{id: "get-contact", method: http.MethodGet, path: "/api/contacts/{id}", summary: "One contact", access: user, passive: true},
		func(ctx context.Context, c caller, input *byID) (crm.ContactDetail, error) {
			return c.office.CRM.Contact(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "get-contact-timeline", method: http.MethodGet, path: "/api/contacts/{id}/timeline", summary: "What happened to all prospects of a contact, newest first", access: user, passive: true},
		func(ctx context.Context, c caller, input *pagedByID) (crm.TimelinePage, error) {
			return c.office.CRM.ContactTimeline(ctx, c.viewer, input.ID, input.Cursor, input.Limit)
		})
	handle(a, route{id: "list-duplicates-of", method: http.MethodGet, path: "/api/contacts/{id}/duplicates", summary: "Who may be the same person", access: user, passive: true},
		func(ctx context.Context, c caller, input *byID) (PairList, error) {
			pairs, err := c.office.CRM.DuplicatesOf(ctx, c.viewer, input.ID)
			return PairList{pairs}, err
		})
	handle(a, route{id: "list-duplicates", method: http.MethodGet, path: "/api/duplicates", summary: "Contacts who may be one person", access: user, passive: true},
		func(ctx context.Context, c caller, q *Paged) (crm.DuplicatePage, error) {
			return c.office.CRM.ListDuplicates(ctx, c.viewer, q.Cursor, q.Limit)
		})
	handle(a, route{id: "count-duplicates", method: http.MethodGet, path: "/api/duplicates/count", summary: "How many, up to a thousand", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (Count, error) {
			n, err := c.office.CRM.CountDuplicates(ctx, c.viewer)
			return Count{n}, err
		})
	handle(a, route{id: "dismiss-duplicate", method: http.MethodPost, path: "/api/duplicates/dismiss", summary: "They are not the same person", access: user},
		func(ctx context.Context, c caller, input *in[PairRequest]) (crm.Change, error) {
			return c.office.CRM.DismissDuplicate(ctx, c.viewer, input.Body.Contacts[0], input.Body.Contacts[1])
		})
	handle(a, route{id: "list-merges", method: http.MethodGet, path: "/api/merges", summary: "Recent merges and requests; a seller's own", access: user, passive: true},
		func(ctx context.Context, c caller, _ *struct{}) (MergeList, error) {
			items, err := c.office.CRM.Merges(ctx, c.viewer)
			return MergeList{items}, err
		})
	handle(a, route{id: "ask-merge", method: http.MethodPost, path: "/api/merges/ask", summary: "Ask an administrator to merge", access: user},
		func(ctx context.Context, c caller, input *in[MergeAsk]) (crm.Created, error) {
			return c.office.CRM.AskMerge(ctx, c.viewer, crm.MergeAsk(input.Body))
		})
	a.routeMerging()
}

// routeMerging is what only administrators do.
func (a *API) routeMerging() {
	handle(a, route{id: "preview-merge", method: http.MethodGet, path: "/api/merges/preview", summary: "Contacts side by side, and what a merge keeps", access: adminOnly, passive: true},
		func(ctx context.Context, c caller, q *PreviewQuery) (crm.MergePreview, error) {
			return c.office.CRM.PreviewMerge(ctx, c.viewer, strings.Split(q.Contacts, ","))
		})
	handle(a, route{id: "merge-contacts", method: http.MethodPost, path: "/api/merges", summary: "Make contacts one", access: adminOnly},
		func(ctx context.Context, c caller, input *in[MergeRequest]) (crm.MergeCreated, error) {
			return c.office.CRM.MergeContacts(ctx, c.viewer, input.Body.merge())
		})
	handle(a, route{id: "undo-merge", method: http.MethodPost, path: "/api/merges/{id}/undo", summary: "Part contacts that were made one", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.MergeCreated, error) {
			return c.office.CRM.UndoMergeContacts(ctx, c.viewer, input.ID)
		})
	handle(a, route{id: "answer-merge", method: http.MethodPost, path: "/api/merges/{id}/answer", summary: "Carry out what a seller has asked for", access: adminOnly},
		func(ctx context.Context, c caller, input *toID[MergeRequest]) (crm.MergeCreated, error) {
			return c.office.CRM.AnswerMerge(ctx, c.viewer, input.ID, input.Body.merge())
		})
	handle(a, route{id: "decline-merge", method: http.MethodPost, path: "/api/merges/{id}/decline", summary: "Tell a seller that they are not one", access: adminOnly},
		func(ctx context.Context, c caller, input *byID) (crm.Change, error) {
			return c.office.CRM.DeclineMerge(ctx, c.viewer, input.ID)
		})
}
