package intake

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"sitegroup.mx/crm/backend/account"
)

// The calls of the package, named here so that their callers compile; each moves to its own file with its body.

func (s *Service) Preview(ctx context.Context, v account.Viewer, name string, body []byte) (Import, error) {
	return Import{}, errors.ErrUnsupported
}
func (s *Service) ListImports(ctx context.Context, v account.Viewer) ([]Import, error) {
	return nil, errors.ErrUnsupported
}
func (s *Service) Import(ctx context.Context, v account.Viewer, id string) (Import, error) {
	return Import{}, errors.ErrUnsupported
}
func (s *Service) SetMapping(ctx context.Context, v account.Viewer, id string, p ImportPatch) (Import, error) {
	return Import{}, errors.ErrUnsupported
}
func (s *Service) RunImport(ctx context.Context, v account.Viewer, id string) (Import, error) {
	return Import{}, errors.ErrUnsupported
}
func (s *Service) CancelImport(ctx context.Context, v account.Viewer, id string) (Import, error) {
	return Import{}, errors.ErrUnsupported
}
func (s *Service) WriteImportErrors(ctx context.Context, v account.Viewer, id string, w io.Writer) error {
	return errors.ErrUnsupported
}

// running are the imports under way, by id.
type running struct {
	mu   sync.Mutex
	stop map[string]func()
}

func (s *Service) importStep(ctx context.Context) (time.Duration, error) { return time.Hour, nil }
