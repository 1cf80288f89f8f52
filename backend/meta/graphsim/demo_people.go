package graphsim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// person is an invented individual. Phones use the 555 01xx block of an area, which is not given out; e-mail addresses
// end in domains reserved for examples.
type person struct {
	first, last, mother string
	city                string
	area, local         string // ten digits together
	email               string
}

var (
	demoFirst = []string{
		"María Fernanda", "José Luis", "Guadalupe", "Juan Carlos", "Ana Sofía", "Miguel Ángel", "Daniela", "Francisco", "Valeria",
		"Alejandro", "Ximena", "Ricardo", "Paola", "Héctor", "Mariana", "Jorge", "Itzel", "Raúl", "Renata", "Óscar", "Lucía",
		"Emilio", "Citlali", "Rodrigo", "Brenda", "Andrés", "Karla", "Iván", "Rosa Elena", "Tomás",
	}
	demoLast = []string{
		"Hernández", "García", "Martínez", "López", "González", "Pérez", "Rodríguez", "Sánchez", "Ramírez", "Cruz", "Flores", "Gómez",
		"Morales", "Vázquez", "Jiménez", "Reyes", "Díaz", "Torres", "Gutiérrez", "Ruiz", "Mendoza", "Aguilar", "Ortiz", "Castillo",
		"Peña", "Núñez", "Ibáñez", "Cárdenas", "Zúñiga", "Quiñones",
	}
	demoCities = []struct{ name, area string }{
		{"Ciudad de México", "55"},
		{"Guadalajara", "33"},
		{"Monterrey", "81"},
		{"Querétaro", "442"},
		{"Puebla", "222"},
		{"León", "477"},
		{"Mérida", "999"},
		{"Cancún", "998"},
		{"Toluca", "722"},
		{"San Luis Potosí", "444"},
	}
	unaccent = strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ü", "u", "ñ", "n", " ", ".")
)

// newPerson invents the n-th person.
func newPerson(random *rand.Rand, n int) person {
	city := demoCities[n%len(demoCities)]
	p := person{
		first:  demoFirst[random.IntN(len(demoFirst))],
		last:   demoLast[random.IntN(len(demoLast))],
		mother: demoLast[random.IntN(len(demoLast))],
		city:   city.name, area: city.area,
	}
	p.local = fmt.Sprintf("55501%02d", n/len(demoCities)%100)
	if len(city.area) == 2 {
		p.local = "5" + p.local
	}
	domain := []string{"example.com", "example.mx", "example.net"}[random.IntN(3)]
	p.email = fmt.Sprintf("%s.%s%d@%s", unaccent.Replace(strings.ToLower(p.first)), unaccent.Replace(strings.ToLower(p.last)), n, domain)
	return p
}

// typedName is the name as people type it into a form.
func (p person) typedName(random *rand.Rand) string {
	full := p.first + " " + p.last + " " + p.mother
	switch random.IntN(7) {
	case 0:
		return strings.ToUpper(full)
	case 1:
		return strings.ToLower(full)
	case 2, 3:
		return p.first + " " + p.last
	}
	return full
}

// typedPhone is the number as people type it.
func (p person) typedPhone(random *rand.Rand) string {
	digits := p.area + p.local
	head, tail := p.local[:len(p.local)-4], p.local[len(p.local)-4:]
	switch random.IntN(9) {
	case 0:
		return digits
	case 1:
		return p.area + " " + head + " " + tail
	case 2:
		return "(" + p.area + ") " + head + "-" + tail
	case 3:
		return "+52 1 " + p.area + " " + head + " " + tail
	case 4:
		return "52" + digits
	}
	return "+52" + digits
}

// typedEmail is the address as people type it.
func (p person) typedEmail(random *rand.Rand) string {
	if random.IntN(6) == 0 {
		return strings.ToUpper(p.email[:1]) + p.email[1:]
	}
	return p.email
}

// demoQuestions are what people write where a form lets them write.
var demoQuestions = []string{
	"¿Aceptan crédito Infonavit?", "Quiero saber el precio y si se puede pagar en mensualidades", "¿Ya tiene escrituras?",
	"Ubicación exacta por favor", "¿Cuánto es de enganche?", "Informes", "¿Se puede construir de inmediato?",
	"Me interesa uno en esquina, ¿cuánto mide?", "¿Tiene agua y luz?", "Busco para invertir, ¿qué plusvalía tiene la zona?",
}
