package account

import "context"

// Lock asks for the password before the session does anything more, as when its person leaves the desk. Faults as Resume's.
func (s *Service) Lock(ctx context.Context, token string) error {
	r, err := s.findSession(ctx, token)
	if err != nil {
		return err
	}
	if !r.Locked {
		s.lock(ctx, r)
	}
	return nil
}
