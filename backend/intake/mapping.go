package intake

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Target says what an answer means.
type Target string

// The targets of a question, and those that only the columns of a file have.
const (
	TargetName      Target = "name"
	TargetFirstName Target = "first_name"
	TargetLastName  Target = "last_name"
	TargetPhone     Target = "phone"
	TargetEmail     Target = "email"
	TargetCity      Target = "city"
	TargetAnswer    Target = "answer"
	TargetIgnore    Target = "ignore"

	TargetLeadID       Target = "lead_id"
	TargetCreatedTime  Target = "created_time"
	TargetFormID       Target = "form_id"
	TargetFormName     Target = "form_name"
	TargetCampaignID   Target = "campaign_id"
	TargetCampaignName Target = "campaign_name"
	TargetAdsetID      Target = "adset_id"
	TargetAdsetName    Target = "adset_name"
	TargetAdID         Target = "ad_id"
	TargetAdName       Target = "ad_name"
	TargetPlatform     Target = "platform"
	TargetIsOrganic    Target = "is_organic"
)

// forQuestion reports whether a question of a form can have the target.
func (t Target) forQuestion() bool {
	switch t {
	case TargetName, TargetFirstName, TargetLastName, TargetPhone, TargetEmail, TargetCity, TargetAnswer, TargetIgnore:
		return true
	}
	return false
}

// forColumn reports whether a column of a file can have the target.
func (t Target) forColumn() bool {
	switch t {
	case TargetLeadID, TargetCreatedTime, TargetFormID, TargetFormName, TargetCampaignID, TargetCampaignName, TargetAdsetID,
		TargetAdsetName, TargetAdID, TargetAdName, TargetPlatform, TargetIsOrganic:
		return true
	}
	return t.forQuestion()
}

// Question is a field of a form.
type Question struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Type    string   `json:"type"` // FULL_NAME, EMAIL, PHONE, CUSTOM … (Meta, Page leadgen_forms)
	Options []Option `json:"options"`
}

// Option is a choice of a question: answers carry the key, people see the value.
type Option struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// typeCustom is the type of a question that the form's author wrote.
const typeCustom = "CUSTOM"

// typeTracking marks answers that are the form's fixed parameters.
const typeTracking = "TRACKING"

// targetOfType is what a question of Meta's own types asks for; every other type is an answer (Meta, Page leadgen_forms).
var targetOfType = map[string]Target{
	"FULL_NAME": TargetName, "FIRST_NAME": TargetFirstName, "LAST_NAME": TargetLastName,
	"EMAIL": TargetEmail, "WORK_EMAIL": TargetEmail, "EMAIL_ALIAS": TargetEmail,
	"PHONE": TargetPhone, "PHONE_OTP": TargetPhone, "USER_PROVIDED_PHONE_NUMBER": TargetPhone, "WHATSAPP_NUMBER": TargetPhone,
	"WORK_PHONE_NUMBER": TargetPhone,
	"CITY":              TargetCity,
}

// aliases are the names under which contact data come in forms and files, folded: Meta's own keys, what forms in Spanish,
// Portuguese and German were seen to carry (Meta localises the keys of standard questions), and what offices type.
var aliases = table(map[Target]string{
	TargetName: `full name; name; your name; contact name; customer name; client name; nombre completo; nombre y apellido;
		nombre y apellidos; nombre completo del cliente; nombre del cliente; nombre del contacto; nombre del prospecto; cliente;
		prospecto; contacto; nome completo; nome e sobrenome; vollstandiger name; vor und nachname`,
	TargetFirstName: `first name; given name; firstname; nombre; nombres; primer nombre; nome; primeiro nome; vorname`,
	TargetLastName: `last name; surname; family name; lastname; apellido; apellidos; apellido paterno; apellido materno;
		primer apellido; segundo apellido; sobrenome; nachname; familienname`,
	TargetPhone: `phone; phone number; phonenumber; telephone; tel; mobile; mobile phone; mobile number; cell phone; cellphone;
		work phone number; work phone; whatsapp; whatsapp number; telefono; telefono 1; telefono 2; telefono celular; telefono movil;
		telefono de contacto; telefono de casa; telefono de trabajo; numero de telefono; numero telefonico; numero de celular;
		numero de whatsapp; numero celular; numero movil; numero de contacto; celular; movil; cel; tel celular; tel casa;
		telefone; telefone celular; numero de telefone; numero do whatsapp; telefonnummer; handynummer; mobilnummer; telefon; handy`,
	TargetEmail: `email; e mail; mail; email address; e mail address; work email; work e mail; correo; correo electronico;
		correo electronico del trabajo; correo de trabajo; correo e; direccion de correo; direccion de correo electronico;
		endereco de email; endereco de e mail; e mail adresse; email adresse; emailadresse`,
	TargetCity: `city; town; ciudad; ciudad de residencia; cidade; stadt; ort; wohnort`,
})

// columnAliases are the names of the columns that only files have, folded.
var columnAliases = table(map[Target]string{
	TargetLeadID: `id; lead id; leadgen id; leadid; id de lead; id del lead; id del cliente potencial; identificador del lead;
		id do lead`,
	TargetCreatedTime: `created time; created; created at; creation time; date created; date; submitted at; timestamp; time;
		fecha; fecha de creacion; fecha de registro; fecha de envio; fecha y hora; fecha del lead; hora de creacion; creado;
		data; data de criacao; data e hora; erstellt; erstellungsdatum`,
	TargetFormID:       `form id; id del formulario; id de formulario; id do formulario`,
	TargetFormName:     `form name; form; formulario; nombre del formulario; nombre de formulario; nome do formulario`,
	TargetCampaignID:   `campaign id; id de la campana; id de campana; id da campanha`,
	TargetCampaignName: `campaign name; campaign; campana; nombre de la campana; nombre de campana; nome da campanha; campanha`,
	TargetAdsetID:      `adset id; ad set id; id del conjunto de anuncios; id do conjunto de anuncios`,
	TargetAdsetName: `adset name; ad set name; adset; ad set; conjunto de anuncios; nombre del conjunto de anuncios;
		nome do conjunto de anuncios`,
	TargetAdID:      `ad id; adgroup id; id del anuncio; id de anuncio; id do anuncio`,
	TargetAdName:    `ad name; ad; anuncio; nombre del anuncio; nombre de anuncio; nome do anuncio`,
	TargetPlatform:  `platform; plataforma; plattform; red social`,
	TargetIsOrganic: `is organic; organic; organico; es organico; organisch`,
	TargetIgnore:    `lead status; inbox url; motivo sitegroup; codigo sitegroup`,
})

// table turns lists of names into a map from name to target.
func table(lists map[Target]string) map[string]Target {
	out := map[string]Target{}
	for target, names := range lists {
		for _, name := range strings.Split(names, ";") {
			out[fold(name)] = target
		}
	}
	return out
}

// fold writes a name the way the tables have it: lower case, no accents, words of letters and digits with single blanks.
func fold(text string) string {
	var b strings.Builder
	blank := false
	for _, r := range norm.NFKD.String(clip(text, maxLabel)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(unicode.ToLower(r))
		default:
			blank = true
		}
	}
	return b.String()
}

// phoneWords in a question's text say that its answer may be a phone.
var phoneWords = []string{"telefono", "celular", "whatsapp", "movil", "phone", "telefone", "telefonnummer"}

// mentionsPhone reports whether a question of the author's own asks for a phone.
func mentionsPhone(text string) bool {
	folded := " " + fold(text) + " "
	for _, word := range phoneWords {
		if strings.Contains(folded, " "+word+" ") {
			return true
		}
	}
	return false
}

// target is what a question's answers mean: what an administrator chose, else what Meta's type says. For a question that
// the form's author wrote the type says nothing, and its key is only made from its label: it counts as contact data when
// the label is one of the known names and there is nothing to choose from.
func (f formRow) target(q Question) Target {
	if t, ok := f.Mapping[q.Key]; ok && t.forQuestion() {
		return t
	}
	if t, ok := targetOfType[q.Type]; ok {
		return t
	}
	if (q.Type == typeCustom || q.Type == "") && len(q.Options) == 0 {
		if t, ok := aliases[fold(q.Label)]; ok {
			return t
		}
	}
	return TargetAnswer
}

const (
	maxLabel   = 500  // runes of a key or a label
	maxValue   = 8000 // runes of one value; forms take far less
	maxValues  = 50   // of one answer
	maxAnswers = 200  // of one lead
)

// clip cuts a text to n runes, on a rune's border, and marks the cut.
func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	count := 0
	for i := range text {
		if count == n {
			return text[:i] + "…"
		}
		count++
	}
	return text
}
