package crm

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// longestName and longestText bound what a contact keeps of a foreign text; the submission keeps all of it.
const (
	longestName = 300
	longestRaw  = 500
)

// Register turns an enquiry into a submission: of the prospect whose phone or e-mail it has, which goes back to the top of
// its seller's inbox and is reopened when it was over, or of a new prospect, which goes to whose turn it is. It is part of
// the caller's transaction; the caller's author is who did it.
//
// Faults: submission.duplicate (argument prospect_id) for a lead_id that is known; contact.conflict (argument contacts)
// when phone and e-mail belong to different people. Neither has written anything.
func (s *Service) Register(tx *store.Tx, e Enquiry) (Registration, error) {
	if err := refuseKnownLead(tx, e.LeadID); err != nil {
		return Registration{}, err
	}
	n := s.newRegistrar(tx, e)
	contactID, err := matchContact(tx, n.phones, n.emails)
	if err != nil {
		return Registration{}, err
	}
	if contactID != "" {
		err = n.join(contactID)
	} else {
		err = n.begin()
	}
	if err != nil {
		return Registration{}, fmt.Errorf("register enquiry: %w", err)
	}
	return n.done, nil
}

func refuseKnownLead(tx *store.Tx, leadID string) error {
	if leadID == "" {
		return nil
	}
	var prospectID string
	err := tx.Query().NewQuery(`
		SELECT prospect_id
		FROM submission
		WHERE lead_id = {:lead}
		AND lead_id <> ''
		AND deleted = 0`).Bind(dbx.Params{"lead": leadID}).Row(&prospectID)
	switch {
	case err == nil:
		return fault.New(CodeSubmissionDuplicate, "prospect_id", prospectID)
	case errors.Is(err, sql.ErrNoRows):
		return nil
	}
	return fmt.Errorf("look for lead: %w", err)
}

// registrar carries one enquiry through its transaction.
type registrar struct {
	s      *Service
	tx     *store.Tx
	e      Enquiry
	now    string
	phones []PhoneNumber
	emails []EmailAddress
	done   Registration
}

func (s *Service) newRegistrar(tx *store.Tx, e Enquiry) *registrar {
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = tx.Now()
	}
	if e.LeadAt.IsZero() || e.LeadAt.Sub(e.ReceivedAt) > clockSlack*24 {
		e.LeadAt = e.ReceivedAt // no time, or one that has not come yet
	}
	e.Name, e.City = tidyText(plainName(e.Name), longestName), tidyText(e.City, longestName)
	return &registrar{
		s: s, tx: tx, e: e, now: clock.Format(tx.Now()), phones: readPhones(e.Phones), emails: readEmails(e.Emails),
		done: Registration{SubmissionID: tx.NewID()},
	}
}

// begin makes a contact nobody knew, and their prospect.
func (n *registrar) begin() error {
	n.done.ContactID = n.tx.NewID()
	err := n.tx.Create("contact", n.done.ContactID, store.Row{"name": n.e.Name, "city": n.e.City, "created_at": n.now})
	if err != nil {
		return err
	}
	if err := n.addReach(0, 0); err != nil {
		return err
	}
	return n.open()
}

// open makes a prospect for the contact. The prospect comes last of the rows that lists and search are derived from, so
// that they are derived once.
func (n *registrar) open() error {
	to, err := n.owner()
	if err != nil {
		return err
	}
	n.done.ProspectID, n.done.OwnerID, n.done.Turn, n.done.Of = n.tx.NewID(), to.owner, to.why.Turn, to.why.Of
	if to.owner != "" { // before the rows: what a seller writes must be in their scope
		if err := n.tx.Grant(to.owner, n.done.ProspectID); err != nil {
			return err
		}
	}
	if err := n.addSubmission(); err != nil {
		return err
	}
	stage, err := firstStage(n.tx)
	if err != nil {
		return err
	}
	row := store.Row{
		"contact_id": n.done.ContactID, "owner_id": to.owner, "stage_id": stage, "status": StatusNew, "source": n.e.Source,
		"form_id": n.e.FormID, "form_name": n.e.FormName, "campaign_id": n.e.CampaignID, "campaign_name": n.e.CampaignName,
		"lead_at": clock.Format(n.e.LeadAt), "received_at": clock.Format(n.e.ReceivedAt), "created_at": n.now,
		"assigned_why": to.why.text(),
	}
	if to.owner != "" {
		row["assigned_at"] = n.now
	}
	if err := n.tx.Create("prospect", n.done.ProspectID, row); err != nil {
		return err
	}
	data := to.event("", "")
	maps.Copy(data, n.words())
	return addEvent(n.tx, n.done.ProspectID, EventRegistered, data)
}

// owner is the seller of a new prospect: the one named, while they work here, or whose turn it is.
func (n *registrar) owner() (assignment, error) {
	fixed := assignment{owner: n.e.OwnerID, why: AssignedWhy{Rule: RuleFixed, By: n.tx.Author().User}}
	if n.e.OwnerID != "" && n.e.OwnerID == n.tx.Author().User { // who works, works here, also while the replica has no users yet
		return fixed, nil
	}
	if n.e.OwnerID != "" {
		active, err := isActiveUser(n.tx, n.e.OwnerID)
		if err != nil {
			return assignment{}, err
		}
		if active {
			return fixed, nil
		}
	}
	return n.s.takeTurn(n.tx, n.e.lead(), nil)
}

func (n *registrar) addSubmission() error {
	answers, err := jsonList(n.e.Answers)
	if err != nil {
		return err
	}
	disclaimers, err := jsonList(n.e.Disclaimers)
	if err != nil {
		return err
	}
	row := store.Row{
		"prospect_id": n.done.ProspectID, "contact_id": n.done.ContactID, "lead_id": n.e.LeadID, "form_id": n.e.FormID,
		"form_name": n.e.FormName, "page_id": n.e.PageID, "ad_id": n.e.AdID, "ad_name": n.e.AdName, "adset_id": n.e.AdsetID,
		"adset_name": n.e.AdsetName, "campaign_id": n.e.CampaignID, "campaign_name": n.e.CampaignName,
		"platform": n.e.Platform, "origin": n.e.Origin, "lead_at": clock.Format(n.e.LeadAt),
		"received_at": clock.Format(n.e.ReceivedAt), "answers": answers, "disclaimers": disclaimers,
	}
	if n.e.IsOrganic != nil {
		row["is_organic"] = *n.e.IsOrganic
	}
	return n.tx.Create("submission", n.done.SubmissionID, row)
}

// addReach writes the phones and e-mails that are not on the contact yet, after the positions given.
func (n *registrar) addReach(phoneAt, emailAt int) error {
	for i, p := range n.phones {
		if _, err := createPhone(n.tx, n.done.ContactID, p, phoneAt+i); err != nil {
			return err
		}
	}
	for i, e := range n.emails {
		if _, err := createEmail(n.tx, n.done.ContactID, e, emailAt+i); err != nil {
			return err
		}
	}
	return nil
}

// words are what the history shows of an enquiry.
func (n *registrar) words() map[string]any {
	return map[string]any{"source": n.e.Source, "form_name": n.e.FormName, "submission_id": n.done.SubmissionID}
}

func createPhone(tx *store.Tx, contactID string, p PhoneNumber, position int) (id string, err error) {
	id = tx.NewID()
	return id, tx.Create("contact_phone", id, store.Row{
		"contact_id": contactID, "e164": p.E164, "raw": p.Raw, "problem": p.Problem, "position": position,
		"created_at": clock.Format(tx.Now()),
	})
}

func createEmail(tx *store.Tx, contactID string, e EmailAddress, position int) (id string, err error) {
	id = tx.NewID()
	return id, tx.Create("contact_email", id, store.Row{
		"contact_id": contactID, "address": e.Address, "raw": e.Raw, "problem": e.Problem, "position": position,
		"created_at": clock.Format(tx.Now()),
	})
}

// firstStage returns where prospects begin; "" in an office without stages, so that no lead is lost over it.
func firstStage(tx *store.Tx) (string, error) {
	var id string
	err := tx.Query().NewQuery(`
		SELECT id
		FROM stage
		WHERE deleted = 0
		AND archived = 0
		ORDER BY position, id
		LIMIT 1`).Row(&id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read first stage: %w", err)
	}
	return id, nil
}

func isActiveUser(tx *store.Tx, id string) (bool, error) {
	var active bool
	err := tx.Query().NewQuery(`
		SELECT EXISTS (
			SELECT 1
			FROM user
			WHERE id = {:id}
			AND active = 1
			AND deleted = 0)`).Bind(dbx.Params{"id": id}).Row(&active)
	if err != nil {
		return false, fmt.Errorf("look for user: %w", err)
	}
	return active, nil
}

func readPhones(texts []string) []PhoneNumber {
	var phones []PhoneNumber
	seen := map[string]bool{}
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		p := Phone(text)
		p.Raw = tidyText(p.Raw, longestRaw)
		if key := cmp.Or(p.E164, p.Raw); !seen[key] {
			seen[key] = true
			phones = append(phones, p)
		}
	}
	return phones
}

func readEmails(texts []string) []EmailAddress {
	var emails []EmailAddress
	seen := map[string]bool{}
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		e := Email(text)
		e.Raw = tidyText(e.Raw, longestRaw)
		if key := cmp.Or(e.Address, e.Raw); !seen[key] {
			seen[key] = true
			emails = append(emails, e)
		}
	}
	return emails
}

// tidyText trims a foreign text, makes it valid and bounds it.
func tidyText(text string, longest int) string {
	return cut(strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")), longest)
}

// jsonList writes a list as JSON, nil as [].
func jsonList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("write list: %w", err)
	}
	return string(text), nil
}
