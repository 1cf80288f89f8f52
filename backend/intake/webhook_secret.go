package intake

import (
	"context"
	"time"

	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
)

// vaultFormer is the name of the app's secret that was typed in before the present one.
const vaultFormer = "meta/app-secret-former" //nolint:gosec // a name

// formerFor is for how long after a change the former secret is accepted: Meta does not say which one it signs with while it
// is being changed.
const formerFor = 7 * 24 * time.Hour

// appSecrets are the secrets with which Meta may sign: the app's, and the former one while it is being changed. Fault
// meta.not_connected when there is none.
func (s *Service) appSecrets(ctx context.Context) ([]meta.Secret, error) {
	rec, ok, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(CodeNotConnected)
	}
	present, err := s.secret(vaultSecret)
	if err != nil {
		return nil, err
	}
	secrets := []meta.Secret{meta.Secret(present)}
	until := parse(rec.FormerUntil)
	if until.IsZero() {
		return secrets, nil
	}
	if !until.After(s.clock.Now()) {
		return secrets, s.dropFormer(ctx)
	}
	former, err := s.secret(vaultFormer)
	if err != nil {
		if fault.Has(err, CodeNotConnected) { // it was deleted
			return secrets, nil
		}
		return nil, err
	}
	return append(secrets, meta.Secret(former)), nil
}

// keepFormer keeps the present secret beside the one that replaces it, and returns until when, "" for none.
func (s *Service) keepFormer(rec linkRecord, connected bool, c Connection) (until string, err error) {
	if !connected || rec.AppID != c.AppID {
		return "", nil
	}
	present, err := s.secret(vaultSecret)
	switch {
	case fault.Has(err, CodeNotConnected):
		return "", nil
	case err != nil:
		return "", err
	case present == c.AppSecret:
		return rec.FormerUntil, nil
	}
	if err := s.vault.Set(vaultFormer, []byte(present)); err != nil {
		return "", wrap("keep the former secret", err)
	}
	return format(s.clock.Now().Add(formerFor)), nil
}

// dropFormer forgets the former secret.
func (s *Service) dropFormer(ctx context.Context) error {
	if _, err := s.vault.Get(vaultFormer); err == nil {
		if err := s.vault.Delete(vaultFormer); err != nil {
			return wrap("delete the former secret", err)
		}
	}
	return s.changeRecord(ctx, func(rec *linkRecord) { rec.FormerUntil = "" })
}
