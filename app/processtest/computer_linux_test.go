package processtest

import (
	"net/http"
	"os"

	"sitegroup.mx/crm/build/field"
)

// computer is one of the office's, in a place of its own.
type computer struct {
	*field.Computer
	admin bool
	place *place
}

func newComputer(dir, name, login string, admin bool, p *place, args ...string) (*computer, error) {
	program := field.Program{Path: os.Args[0], Env: []string{roleEnv + "=" + roleProgram}, Place: p.do}
	c, err := field.NewComputer(dir, name, login, program, &http.Transport{DialContext: p.dial}, args...)
	return &computer{c, admin, p}, err
}
