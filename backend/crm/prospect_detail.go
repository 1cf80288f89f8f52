package crm

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
)

type detailRow struct {
	ID           string  `db:"id"`
	ContactID    string  `db:"contact_id"`
	Name         string  `db:"name"`
	City         string  `db:"city"`
	OpposedAt    *string `db:"opposed_at"`
	OwnerID      string  `db:"owner_id"`
	OwnerName    string  `db:"owner_name"`
	StageID      string  `db:"stage_id"`
	Status       string  `db:"status"`
	Temperature  string  `db:"temperature"`
	ReasonID     string  `db:"reason_id"`
	Source       string  `db:"source"`
	FormName     string  `db:"form_name"`
	CampaignName string  `db:"campaign_name"`
	LeadAt       string  `db:"lead_at"`
	ReceivedAt   string  `db:"received_at"`
	AttendedAt   *string `db:"attended_at"`
	AssignedAt   *string `db:"assigned_at"`
	AssignedWhy  string  `db:"assigned_why"`
	CreatedAt    string  `db:"created_at"`
	NextID       *string `db:"next_id"`
	NextKind     *string `db:"next_kind"`
	NextAt       *string `db:"next_at"`
	Tags         *string `db:"tags"`
}

// seen limits a query on prospect p to what a viewer may see. It wants viewerParams.
const seen = " p.deleted = 0 AND ({:everything} = 1 OR p.owner_id = {:viewer})"

// viewerParams are the parameters of seen. A viewer without a user sees nothing, not even the tray.
func viewerParams(v account.Viewer, id string) dbx.Params {
	p := dbx.Params{"id": id, "viewer": v.UserID, "everything": v.IsAdmin()}
	if v.UserID == "" {
		p["viewer"] = nil
	}
	return p
}

// Prospect returns one prospect with its contact and submissions. Fault prospect.not_found.
func (s *Service) Prospect(ctx context.Context, v account.Viewer, id string) (ProspectDetail, error) {
	var d ProspectDetail
	err := s.store.ReadTx(ctx, func(q dbx.Builder) (err error) {
		if d, err = readProspect(q, v, id); err != nil {
			return err
		}
		t, err := s.setup(q)
		if err != nil {
			return err
		}
		waits := isOpen(d.Status) && d.Contact.OpposedAt == nil
		d.Response = t.respond(timedLead{d.Source, d.LeadAt, d.ReceivedAt, d.AttendedAt, waits}, s.clock.Now())
		return nil
	})
	if err != nil {
		return ProspectDetail{}, fmt.Errorf("read prospect: %w", err)
	}
	return d, nil
}

func readProspect(q dbx.Builder, v account.Viewer, id string) (ProspectDetail, error) {
	var r detailRow
	err := q.NewQuery(`
		SELECT p.id, p.contact_id, c.name, c.city, c.opposed_at, p.owner_id, coalesce(u.name, '') AS owner_name, p.stage_id, p.status,
			p.temperature, p.reason_id, p.source, p.form_name, p.campaign_name, p.lead_at, p.received_at, p.attended_at,
			p.assigned_at, p.assigned_why, p.created_at, k.next_id, k.next_kind, k.next_at, ` + strings.ReplaceAll(tagsOf, "c.n", "p.n") + ` AS tags
		FROM prospect p
		JOIN contact c ON c.id = p.contact_id
		LEFT JOIN user u ON u.id = p.owner_id
		LEFT JOIN prospect_card k ON k.n = p.n
		WHERE p.id = {:id}
		AND` + seen).Bind(viewerParams(v, id)).One(&r)
	if errors.Is(err, sql.ErrNoRows) {
		return ProspectDetail{}, fault.New(CodeProspectNotFound)
	}
	if err != nil {
		return ProspectDetail{}, err
	}
	d := ProspectDetail{
		ID: r.ID, OwnerID: r.OwnerID, OwnerName: r.OwnerName, StageID: r.StageID, Status: r.Status,
		Temperature: r.Temperature, ReasonID: r.ReasonID, Source: r.Source, FormName: r.FormName,
		CampaignName: r.CampaignName, LeadAt: r.LeadAt, ReceivedAt: r.ReceivedAt, AttendedAt: r.AttendedAt,
		AssignedAt: r.AssignedAt, Next: nextAction(r.NextID, r.NextKind, r.NextAt), CreatedAt: r.CreatedAt,
		Contact: Contact{ID: r.ContactID, Name: r.Name, City: r.City, OpposedAt: r.OpposedAt}, Tags: readTags(deref(r.Tags)),
	}
	if r.AssignedWhy != "" {
		if err := json.Unmarshal([]byte(r.AssignedWhy), &d.AssignedWhy); err != nil {
			return ProspectDetail{}, fmt.Errorf("read why it was assigned: %w", err)
		}
	}
	if d.Contact.Phones, d.Contact.Emails, err = contactReach(q, r.ContactID); err != nil {
		return ProspectDetail{}, err
	}
	d.Submissions, err = submissionsOf(q, r.ID)
	return d, err
}

func contactReach(q dbx.Builder, contactID string) ([]ContactPhone, []ContactEmail, error) {
	phones, emails := []ContactPhone{}, []ContactEmail{}
	params := dbx.Params{"contact": contactID}
	err := q.NewQuery(`
		SELECT id, e164, raw, problem, wa_variant
		FROM contact_phone
		WHERE contact_id = {:contact}
		AND deleted = 0
		ORDER BY position, id`).Bind(params).All(&phones)
	if err != nil {
		return nil, nil, fmt.Errorf("read phones: %w", err)
	}
	for i := range phones {
		phones[i].National = National(phones[i].E164)
	}
	err = q.NewQuery(`
		SELECT id, address, raw, problem
		FROM contact_email
		WHERE contact_id = {:contact}
		AND deleted = 0
		ORDER BY position, id`).Bind(params).All(&emails)
	if err != nil {
		return nil, nil, fmt.Errorf("read e-mails: %w", err)
	}
	for i := range emails {
		emails[i].Suggestion = Email(emails[i].Raw).Suggestion
	}
	return phones, emails, nil
}

type submissionRow struct {
	Submission
	AnswersText     string `db:"answers"`
	DisclaimersText string `db:"disclaimers"`
}

func submissionsOf(q dbx.Builder, prospectID string) ([]Submission, error) {
	var rows []submissionRow
	err := q.NewQuery(`
		SELECT id, lead_id, form_id, form_name, campaign_name, adset_name, ad_name, platform, is_organic, origin, lead_at,
			received_at, answers, disclaimers
		FROM submission
		WHERE prospect_id = {:prospect}
		AND deleted = 0
		ORDER BY lead_at DESC, id DESC`).Bind(dbx.Params{"prospect": prospectID}).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("read submissions: %w", err)
	}
	list := make([]Submission, len(rows))
	for i, r := range rows {
		list[i] = r.Submission
		list[i].Answers, list[i].Disclaimers = []Answer{}, []Disclaimer{}
		if err := json.Unmarshal([]byte(r.AnswersText), &list[i].Answers); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		if err := json.Unmarshal([]byte(r.DisclaimersText), &list[i].Disclaimers); err != nil {
			return nil, fmt.Errorf("read disclaimers: %w", err)
		}
		for j := range list[i].Answers {
			if list[i].Answers[j].Values == nil {
				list[i].Answers[j].Values = []string{}
			}
		}
	}
	return list, nil
}
