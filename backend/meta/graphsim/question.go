package graphsim

import (
	"strings"
	"unicode"
)

// standardKeys are the keys of field_data by question type (captures; rarer types are the type in lower case).
var standardKeys = map[string]string{
	"FULL_NAME": "full_name", "FIRST_NAME": "first_name", "LAST_NAME": "last_name", "EMAIL": "email",
	"PHONE": "phone_number", "WHATSAPP_NUMBER": "whatsapp_number", "ZIP": "zip_code", "DOB": "date_of_birth",
	"MARITIAL_STATUS": "marital_status",
}

// standardLabels are the Spanish labels of the commonest types.
var standardLabels = map[string]string{
	"FULL_NAME": "Nombre completo", "FIRST_NAME": "Nombre", "LAST_NAME": "Apellido", "EMAIL": "Correo electrónico",
	"PHONE": "Número de teléfono", "WHATSAPP_NUMBER": "Número de WhatsApp", "CITY": "Ciudad", "STATE": "Estado",
}

// spanishKeys are the keys that forms in Spanish have been seen with.
var spanishKeys = map[string]string{
	"full_name": "nombre_completo", "first_name": "nombre", "last_name": "apellido", "email": "correo_electrónico",
	"phone_number": "número_de_teléfono", "whatsapp_number": "número_de_whatsapp", "city": "ciudad", "state": "estado",
}

// complete fills in what follows from the rest.
func (q *Question) complete() {
	if q.Type == "" {
		q.Type = "CUSTOM"
	}
	if q.Label == "" {
		q.Label = standardLabels[q.Type]
	}
	if q.Key == "" && q.Type != "CUSTOM" {
		q.Key = standardKeys[q.Type]
		if q.Key == "" {
			q.Key = strings.ToLower(q.Type)
		}
	}
	if q.Key == "" {
		q.Key = slug(q.Label)
	}
	for i := range q.Options {
		if q.Options[i].Key == "" {
			q.Options[i].Key = slug(q.Options[i].Value)
		}
	}
}

// slug writes a label the way Meta makes keys: lower case, spaces to underscores, punctuation kept.
func slug(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '_'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(label))
}
