package apitest

import (
	"context"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/api"
	"sitegroup.mx/crm/backend/fault"
)

// Open puts an office in front; nil takes it away. The test tells the API with OfficeChanged.
func (s *Setup) Open(o *api.Office) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.office = o
}

func (s *Setup) current() *api.Office {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.office
}

// FailWith makes State fail, or panic when the value is no error; nil goes back to answering.
func (s *Setup) FailWith(failure any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = failure
}

// State implements api.Setup.
func (s *Setup) State(context.Context) (api.SetupState, error) {
	s.mu.Lock()
	failure := s.failure
	s.mu.Unlock()
	if err, ok := failure.(error); ok {
		return api.SetupState{}, err
	}
	if failure != nil {
		panic(failure)
	}
	state := api.SetupState{State: "new", Version: "test", Surface: "browser"}
	if o := s.current(); o != nil {
		state.State, state.OfficeName, state.Demo = "ready", "Oficina de prueba", o.Demo
	}
	return state, nil
}

// Create implements api.Setup.
func (s *Setup) Create(context.Context, api.NewOffice) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

// OpenDemo implements api.Setup.
func (s *Setup) OpenDemo(context.Context) (account.Session, error) {
	return account.Session{}, fault.New("setup.done")
}

// LeaveDemo implements api.Setup.
func (s *Setup) LeaveDemo(context.Context) error {
	if o := s.current(); o == nil || !o.Demo {
		return fault.New("demo.not_open")
	}
	s.Open(nil)
	return nil
}
