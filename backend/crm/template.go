package crm

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// Template is a text for messages or mails, with variables in double braces.
type Template struct {
	ID      string `json:"id" db:"id"`
	Channel string `json:"channel" db:"channel"` // whatsapp, email
	Name    string `json:"name" db:"name"`
	Subject string `json:"subject" db:"subject"` // of a mail
	Body    string `json:"body" db:"body"`
	Shared  bool   `json:"shared" db:"shared"`
	// Uses is how often messages were sent with it: an administrator's is everybody's, a seller's is their own.
	Uses int `json:"uses" db:"uses"`
}

// NewTemplate is a template to be made. Shared ones are the office's and an administrator's to make.
type NewTemplate struct {
	Channel, Name, Subject, Body string
	Shared                       bool
}

// TemplatePatch changes what is not nil.
type TemplatePatch struct{ Name, Subject, Body *string }

// What a template can say about a prospect; see TemplateValues.
const (
	VariableFirstName   = "nombre"
	VariableSeller      = "vendedor"
	VariableOffice      = "empresa"
	VariableDevelopment = "desarrollo"
	VariableMeeting     = "fecha_cita"
	VariableNotice      = "enlace_aviso"
)

// templateVariables are all of them.
var templateVariables = []string{
	VariableFirstName, VariableSeller, VariableOffice, VariableDevelopment, VariableMeeting, VariableNotice,
}

const (
	longestTemplateName = 80
	longestSubject      = 200
	// longestMessage is what survives the links of messages and mails: Windows hands on some two thousand characters of one.
	longestMessage = 1500
	longestURL     = 500
)

// templateChannels are the kinds of activities that a template writes.
var templateChannels = []string{KindWhatsApp, KindEmail}

// Templates returns the office's templates and the viewer's own, by name.
func (s *Service) Templates(ctx context.Context, v account.Viewer) ([]Template, error) {
	list := []Template{}
	err := s.store.Read().NewQuery(`
		SELECT t.id, t.channel, t.name, t.subject, t.body, t.owner_id = '' AS shared, (
			SELECT count(*)
			FROM activity a
			WHERE a.template_id = t.id
			AND a.template_id <> ''
			AND a.deleted = 0
			AND ({:everything} = 1 OR a.author_id = {:viewer})) AS uses
		FROM template t
		WHERE t.deleted = 0
		AND t.owner_id IN ('', {:viewer})
		ORDER BY t.name COLLATE NOCASE, t.id`).Bind(viewerParams(v, "")).WithContext(ctx).All(&list)
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	return list, nil
}

// CreateTemplate makes one. Faults: access.admin_only for a shared one, input.invalid, input.required, input.too_long, and
// what is wrong with its variables: template.unknown_variable, template.braces, template.ends_with_variable.
func (s *Service) CreateTemplate(ctx context.Context, v account.Viewer, n NewTemplate) (Created, error) {
	if n.Shared && !v.IsAdmin() {
		return Created{}, fault.New(account.CodeAdminOnly)
	}
	if !slices.Contains(templateChannels, n.Channel) {
		return Created{}, fault.Invalid("channel", "input.invalid")
	}
	row, err := checkTemplate(n.Channel, TemplatePatch{&n.Name, &n.Subject, &n.Body})
	if err != nil {
		return Created{}, err
	}
	var id string
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		id = tx.NewID()
		row["owner_id"], row["channel"], row["created_at"] = "", n.Channel, nowText(tx)
		if !n.Shared {
			id, row["owner_id"] = ownID(v, id), v.UserID
		}
		return tx.Create("template", id, row)
	})
	if err != nil {
		return Created{}, fmt.Errorf("create template: %w", err)
	}
	return Created{ID: id, Change: c}, nil
}

// ownID begins a row of somebody's own with their id. Together they have the 63 characters that a row's id may have.
func ownID(v account.Viewer, id string) string {
	short := strings.ReplaceAll(id, "-", "")
	return v.UserID + "." + short[len(short)-26:]
}

// UpdateTemplate changes a template's texts. Faults: template.not_found, access.admin_only for a shared one, and CreateTemplate's.
func (s *Service) UpdateTemplate(ctx context.Context, v account.Viewer, id string, patch TemplatePatch) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		channel, err := findTemplate(tx, v, id)
		if err != nil {
			return err
		}
		row, err := checkTemplate(channel, patch)
		if err != nil {
			return err
		}
		return tx.Set("template", id, row)
	})
	if err != nil {
		return Change{}, fmt.Errorf("update template: %w", err)
	}
	return c, nil
}

// RemoveTemplate removes one; what was sent with it stays. Faults: template.not_found, access.admin_only for a shared one.
func (s *Service) RemoveTemplate(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		if _, err := findTemplate(tx, v, id); err != nil {
			return err
		}
		return tx.Remove("template", id)
	})
	if err != nil {
		return Change{}, fmt.Errorf("remove template: %w", err)
	}
	return c, nil
}

// findTemplate reads the channel of a template that the viewer may change.
func findTemplate(tx *store.Tx, v account.Viewer, id string) (channel string, err error) {
	var t struct {
		Channel string `db:"channel"`
		Owner   string `db:"owner_id"`
	}
	err = tx.Query().NewQuery(`
		SELECT channel, owner_id
		FROM template
		WHERE id = {:id}
		AND deleted = 0
		AND owner_id IN ('', {:viewer})`).Bind(viewerParams(v, id)).One(&t)
	if err = orNotFound(err, "template.not_found"); err != nil {
		return "", err
	}
	if t.Owner == "" && !v.IsAdmin() {
		return "", fault.New(account.CodeAdminOnly)
	}
	return t.Channel, nil
}

// checkUse refuses an activity that names a template its author does not have, or of another channel.
func checkUse(tx *store.Tx, v account.Viewer, kind, template string) error {
	if template == "" {
		return nil
	}
	params := viewerParams(v, template)
	params["kind"] = kind
	found, err := exists(tx, `
		SELECT 1
		FROM template
		WHERE id = {:id}
		AND channel = {:kind}
		AND owner_id IN ('', {:viewer})`, params)
	if err == nil && !found {
		return fault.Invalid("template_id", "input.invalid")
	}
	return err
}

// checkTemplate normalises the texts of a template and answers the row to write.
func checkTemplate(channel string, patch TemplatePatch) (store.Row, error) {
	row := store.Row{}
	if patch.Name != nil {
		name, err := checkText("name", *patch.Name, longestTemplateName)
		if err != nil {
			return nil, err
		}
		if name == "" {
			return nil, fault.Invalid("name", "input.required")
		}
		row["name"] = strings.Join(strings.Fields(name), " ")
	}
	if patch.Subject != nil {
		subject, err := checkVariables("subject", strings.Join(strings.Fields(*patch.Subject), " "), longestSubject)
		switch {
		case err != nil:
			return nil, err
		case channel != KindEmail && subject != "":
			return nil, fault.Invalid("subject", "input.invalid")
		case channel == KindEmail && subject == "":
			return nil, fault.Invalid("subject", "input.required")
		}
		row["subject"] = subject
	}
	if patch.Body == nil {
		return row, nil
	}
	body, err := checkVariables("body", strings.ReplaceAll(*patch.Body, "\r\n", "\n"), longestMessage)
	switch {
	case err != nil:
		return nil, err
	case body == "":
		return nil, fault.Invalid("body", "input.required")
	case channel == KindWhatsApp && strings.HasSuffix(body, "}}"):
		// Meta takes no such template; the office may want to send them by itself one day.
		return nil, fault.Invalid("body", "template.ends_with_variable")
	}
	row["body"] = body
	return row, nil
}

// variable is one in a text, however it was spaced and capitalised.
var variable = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

// checkVariables writes the variables of a text as they are called. Faults: template.unknown_variable with the argument
// variable, and template.braces for braces that hold none.
func checkVariables(field, text string, longest int) (string, error) {
	text, err := checkText(field, text, longest)
	if err != nil {
		return "", err
	}
	unknown, found := "", false
	tidy := variable.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.ToLower(strings.TrimSpace(match[2 : len(match)-2]))
		if !slices.Contains(templateVariables, name) && !found {
			unknown, found = strings.TrimSpace(match[2:len(match)-2]), true
		}
		return "{{" + name + "}}"
	})
	if found {
		return "", fault.Invalid(field, "template.unknown_variable", "variable", cut(unknown, 40))
	}
	if rest := variable.ReplaceAllString(tidy, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return "", fault.Invalid(field, "template.braces")
	}
	return tidy, nil
}

// NoticeURL returns where the office's privacy notice can be read, "" when nobody has said.
func (s *Service) NoticeURL(ctx context.Context) (string, error) {
	var address []string
	err := s.store.Read().NewQuery("SELECT notice_url FROM office WHERE deleted = 0 LIMIT 1").WithContext(ctx).Column(&address)
	if err != nil || len(address) == 0 {
		return "", err
	}
	return address[0], nil
}

// SetNoticeURL says where the office's privacy notice can be read; "" is nowhere. Faults: access.admin_only, input.invalid for
// what is no address of the web, input.too_long.
func (s *Service) SetNoticeURL(ctx context.Context, v account.Viewer, address string) (Change, error) {
	if !v.IsAdmin() {
		return Change{}, fault.New(account.CodeAdminOnly)
	}
	address, err := checkText("url", address, longestURL)
	if err != nil {
		return Change{}, err
	}
	if at, err := url.Parse(address); address != "" && (err != nil || at.Scheme != "https" || at.Host == "" || at.User != nil || strings.ContainsAny(address, " \t\n<>\"")) {
		return Change{}, fault.Invalid("url", "template.notice_url")
	}
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		var id string
		if err := tx.Query().NewQuery("SELECT id FROM office WHERE deleted = 0 LIMIT 1").Row(&id); err != nil {
			return orNotFound(err, "setup.needed")
		}
		return tx.Set("office", id, store.Row{"notice_url": address})
	})
	if err != nil {
		return Change{}, fmt.Errorf("set the notice's address: %w", err)
	}
	return c, nil
}
