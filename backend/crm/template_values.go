package crm

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/pocketbase/dbx"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
)

// TemplateValues are what a template's variables stand for with one prospect; "" is missing. When the meeting is, is an instant
// or a date, which the screen writes as its reader's calendar has it.
type TemplateValues struct {
	FirstName   string  `json:"nombre"`
	Seller      string  `json:"vendedor"`
	Office      string  `json:"empresa"`
	Development string  `json:"desarrollo"`
	Notice      string  `json:"enlace_aviso"`
	MeetingAt   *string `json:"meeting_at"`
	MeetingOn   *string `json:"meeting_on"`
}

// TemplateValues returns them. Fault prospect.not_found.
func (s *Service) TemplateValues(ctx context.Context, v account.Viewer, prospectID string) (TemplateValues, error) {
	var r struct {
		Name    string `db:"name"`
		Owner   string `db:"owner_name"`
		Form    string `db:"form_name"`
		Office  string `db:"office_name"`
		Notice  string `db:"notice_url"`
		Answers string `db:"answers"`
	}
	var meetings []struct {
		At *string `db:"due_at"`
		On *string `db:"due_on"`
	}
	err := s.store.ReadTx(ctx, func(q dbx.Builder) error {
		err := q.NewQuery(`
			SELECT c.name, coalesce((SELECT u.name FROM user u WHERE u.id = p.owner_id), '') AS owner_name, p.form_name,
				coalesce((SELECT o.name FROM office o WHERE o.deleted = 0 LIMIT 1), '') AS office_name,
				coalesce((SELECT o.notice_url FROM office o WHERE o.deleted = 0 LIMIT 1), '') AS notice_url,
				coalesce((
					SELECT s.answers
					FROM submission s
					WHERE s.prospect_id = p.id
					AND s.deleted = 0
					ORDER BY s.lead_at DESC, s.id DESC
					LIMIT 1), '[]') AS answers
			FROM prospect p
			JOIN contact c ON c.id = p.contact_id
			WHERE p.id = {:id}
			AND` + seen).Bind(viewerParams(v, prospectID)).One(&r)
		if err != nil {
			return orNotFound(err, CodeProspectNotFound)
		}
		// The next meeting. One that has passed is not announced; a date has not passed before it is over in Mexico.
		return q.NewQuery(`
			SELECT due_at, due_on
			FROM activity
			WHERE prospect_id = {:id}
			AND kind IN ('appointment', 'visit', 'video')
			AND deleted = 0
			AND done_at IS NULL
			AND (due_at >= {:now} OR due_on >= {:today})
			ORDER BY coalesce(due_at, due_on)
			LIMIT 1`).Bind(dbx.Params{
			"id": prospectID, "now": clock.Format(s.clock.Now()), "today": s.clock.Now().Add(-12 * time.Hour).Format(clock.DateLayout),
		}).All(&meetings)
	})
	if err != nil {
		return TemplateValues{}, fmt.Errorf("read what a template says: %w", err)
	}
	var answers []Answer
	if err := json.Unmarshal([]byte(r.Answers), &answers); err != nil {
		return TemplateValues{}, fmt.Errorf("read answers: %w", err)
	}
	values := TemplateValues{
		FirstName: GivenNames(r.Name), Seller: cmp.Or(r.Owner, v.Name), Office: r.Office,
		Development: development(answers, r.Form), Notice: r.Notice,
	}
	if len(meetings) > 0 {
		values.MeetingAt, values.MeetingOn = meetings[0].At, meetings[0].On
	}
	return values, nil
}

// GivenNames is how one greets a person: their first name as it is written, "MARÍA FERNANDA LÓPEZ" as "María Fernanda". A
// second given name is known from a list, and of four words without particles the last two are surnames.
func GivenNames(name string) string {
	words := strings.Fields(plainLine(TidyName(name)))
	for len(words) > 1 && titles[strings.TrimSuffix(plainWord(words[0]), ".")] {
		words = words[1:]
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	isParticle := func(word string) bool { return particles[strings.ToLower(word)] }
	full := len(words) >= 4 && !slices.ContainsFunc(words, isParticle)
	if isGiven(words[0]) && isGiven(words[1]) || full {
		return words[0] + " " + words[1]
	}
	// "María de los Ángeles", "María del Carmen": the particles belong to what follows them.
	if last := afterParticles(words); last < len(words) && isGiven(words[last]) && isMary(words[0]) {
		return strings.Join(words[:last+1], " ")
	}
	return words[0]
}

// titles are not what somebody is called.
var titles = wordSet("sr sra srta dr dra ing lic arq mtro mtra prof profa cp don doña dona")

func afterParticles(words []string) int {
	i := 1
	for i < len(words) && particles[strings.ToLower(words[i])] {
		i++
	}
	return i
}

func isMary(word string) bool {
	return slices.Contains([]string{"maria", "ma", "ma."}, plainWord(word))
}

func isGiven(word string) bool { return givenNames[strings.TrimSuffix(plainWord(word), ".")] }

// plainWord is a word in small letters without accents.
func plainWord(word string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), word)
	if err != nil {
		plain = word
	}
	return strings.ToLower(plain)
}

// developmentWords are what forms call the thing that is for sale.
var developmentWords = []string{"desarrollo", "fraccionamiento", "residencial", "proyecto", "development", "project"}

// development is the place that somebody asked about: what they chose in the form, else what the form is called up to its
// first dash, comma or stroke: "Bosques del Encino - preventa" is "Bosques del Encino".
func development(answers []Answer, form string) string {
	for _, a := range answers {
		asked := plainWord(a.Name + " " + a.Label)
		for _, word := range developmentWords {
			if strings.Contains(asked, word) && len(a.Values) > 0 && strings.TrimSpace(a.Values[0]) != "" {
				return cut(plainLine(spelled(strings.TrimSpace(a.Values[0]))), 100)
			}
		}
	}
	for _, mark := range []string{" - ", " – ", " — ", " | ", ","} {
		form, _, _ = strings.Cut(form, mark)
	}
	return cut(plainLine(strings.TrimSpace(form)), 100)
}

// spelled writes what an advertiser has for a name as a person would: "valle_marfil" is "Valle Marfil".
func spelled(text string) string {
	if strings.Contains(text, "_") && !strings.Contains(text, " ") {
		return TidyName(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '_' }), " "))
	}
	return text
}

// givenNames are frequent given names in Mexico, without accents (INEGI, names of newborns, and those of their parents). They
// decide how much of a name is greeted; a name that is missing here costs somebody their second given name.
var givenNames = wordSet(`
	abigail abraham adan adela adolfo adrian adriana agustin aida alan alberto alejandra alejandro alexander alexis alfonso alfredo
	alicia alma alonso alvaro amalia amelia ana andrea andres angel angela angeles angelica antonia antonio araceli ariadna armando
	arturo azucena beatriz benito benjamin bernardo berta bertha blanca brenda bruno camila carla carlos carmen carolina catalina
	cecilia celia cesar christian clara claudia concepcion consuelo cristian cristina cristobal cruz daniel daniela dario david
	diana diego dolores dulce edgar edith eduardo efrain elena elias elisa elizabeth eloisa elsa emilia emiliano emilio emmanuel
	enrique erick erika ernesto esmeralda esperanza esteban estela esther estrella eugenia eugenio eva evelyn fabian fabiola fatima
	federico felipe felix fernanda fernando fidel flor francisca francisco gabriel gabriela genaro gerardo german gilberto gisela
	gloria gonzalo graciela gregorio griselda guadalupe guillermina guillermo gustavo hector hilda hugo humberto ignacio ines
	irene iris irma isaac isabel isela ismael israel ivan ivonne jacobo jaime javier jazmin jesus jimena joaquin joel jonathan jorge
	jose josefina josue juan juana judith julia julian juliana julieta julio karen karina karla laura leonardo leonel leonor leticia
	lidia liliana lilia lizbeth lorena lorenzo lourdes lucero lucia luis luisa luz ma magdalena manuel manuela marcela marcelo marco
	marcos margarita maria mariana mariano maribel maricela mario marisol marlene marta martha martin mateo matias mauricio maximo
	mayra melissa mercedes miguel milagros minerva miriam moises monica nadia nancy natalia nayeli nicolas noe noemi norma octavio
	ofelia olga olivia omar oscar pablo paloma pamela paola patricia patricio paula paulina pedro perla pilar rafael ramiro ramon
	raquel raul rebeca regina rene reyna ricardo rigoberto roberto rocio rodolfo rodrigo rogelio roman romina rosa rosalba rosalia
	rosario ruben ruth salvador samuel sandra santiago santos sara saul sebastian sergio silvia sofia soledad sonia susana tania
	teresa tomas trinidad ulises uriel valentina valeria vanessa veronica vicente victor victoria violeta virginia viridiana wendy
	ximena yadira yesenia yolanda zaira`)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}
