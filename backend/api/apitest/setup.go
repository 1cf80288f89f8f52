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
	if s.first == nil {
		s.first = o
	}
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

// Create implements api.Setup: the office that was there at first comes into being.
func (s *Setup) Create(ctx context.Context, _ api.NewOffice) (account.Session, error) {
	return s.show(ctx, false)
}

// OpenDemo implements api.Setup likewise.
func (s *Setup) OpenDemo(ctx context.Context) (account.Session, error) { return s.show(ctx, true) }

func (s *Setup) show(ctx context.Context, demo bool) (account.Session, error) {
	if s.current() != nil {
		return account.Session{}, fault.New("setup.done")
	}
	o := *s.first
	o.Demo = demo
	s.Open(&o)
	return o.Accounts.SignIn(ctx, "admin", Password)
}

// LeaveDemo implements api.Setup.
func (s *Setup) LeaveDemo(context.Context) error {
	if o := s.current(); o == nil || !o.Demo {
		return fault.New("demo.not_open")
	}
	s.Open(nil)
	return nil
}

// Join implements api.Setup: nothing is ever joined here.
func (s *Setup) Join(context.Context, api.NewJoin) error {
	if s.current() != nil {
		return fault.New("setup.done")
	}
	return nil
}

// JoinState implements api.Setup.
func (s *Setup) JoinState(context.Context) (api.JoinState, error) {
	return api.JoinState{State: "idle"}, nil
}

// CancelJoin implements api.Setup.
func (s *Setup) CancelJoin(context.Context) error { return nil }

// Look implements api.Setup likewise: there is a backup wherever one looks.
func (s *Setup) Look(context.Context, api.NewRestore) (api.BackupFound, error) {
	if s.current() != nil {
		return api.BackupFound{}, fault.New("setup.done")
	}
	return api.BackupFound{MadeAt: "2026-11-01T12:00:00.000Z"}, nil
}

// Restore implements api.Setup likewise.
func (s *Setup) Restore(context.Context, api.NewRestore) error {
	if s.current() != nil {
		return fault.New("setup.done")
	}
	return nil
}

// RestoreState implements api.Setup.
func (s *Setup) RestoreState(context.Context) (api.RestoreState, error) {
	return api.RestoreState{State: "idle"}, nil
}
