package intake

import (
	"context"
	"errors"
	"io"

	"sitegroup.mx/crm/backend/account"
)

// The calls of the package, named here so that their callers compile; each moves to its own file with its body.

// Run keeps the connection, the polls, the sweeps, the retries and the imports going until ctx ends, and waits for them.
func (s *Service) Run(ctx context.Context) error { return errors.ErrUnsupported }

// OnLead calls fn after the commit of every lead that was settled. fn must not block. cancel ends it.
func (s *Service) OnLead(fn func(LeadNotice)) (cancel func()) { return func() {} }

// OnImport calls fn with the import's id whenever an import got further. fn must not block.
func (s *Service) OnImport(fn func(id string)) (cancel func()) { return func() {} }

// OnStatus calls fn whenever the connection, a page, a form or the health changed. fn must not block.
func (s *Service) OnStatus(fn func()) (cancel func()) { return func() {} }

func (s *Service) Connect(ctx context.Context, v account.Viewer, c Connection) (Status, error) {
	return Status{}, errors.ErrUnsupported
}
func (s *Service) Disconnect(ctx context.Context, v account.Viewer) error { return errors.ErrUnsupported }
func (s *Service) Status(ctx context.Context, v account.Viewer) (Status, error) {
	return Status{}, errors.ErrUnsupported
}
func (s *Service) Check(ctx context.Context, v account.Viewer) (Status, error) {
	return Status{}, errors.ErrUnsupported
}
func (s *Service) Discover(ctx context.Context, v account.Viewer) (Status, error) {
	return Status{}, errors.ErrUnsupported
}
func (s *Service) AddPage(ctx context.Context, v account.Viewer, id string) (Status, error) {
	return Status{}, errors.ErrUnsupported
}
func (s *Service) UpdatePage(ctx context.Context, v account.Viewer, id string, p PagePatch) (Page, error) {
	return Page{}, errors.ErrUnsupported
}
func (s *Service) UpdateForm(ctx context.Context, v account.Viewer, id string, p FormPatch) (Form, error) {
	return Form{}, errors.ErrUnsupported
}
func (s *Service) PullNow(ctx context.Context, v account.Viewer, formID string) (Pull, error) {
	return Pull{}, errors.ErrUnsupported
}
func (s *Service) Receive(ctx context.Context, origin string, refs []Ref) (Receipt, error) {
	return Receipt{}, errors.ErrUnsupported
}
func (s *Service) ListLeads(ctx context.Context, v account.Viewer, f LeadFilter) (LeadPage, error) {
	return LeadPage{}, errors.ErrUnsupported
}
func (s *Service) Lead(ctx context.Context, v account.Viewer, id string) (LeadDetail, error) {
	return LeadDetail{}, errors.ErrUnsupported
}
func (s *Service) Retry(ctx context.Context, v account.Viewer, id string) (Lead, error) {
	return Lead{}, errors.ErrUnsupported
}
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
func (s *Service) Health(ctx context.Context, v account.Viewer) (Health, error) {
	return Health{}, errors.ErrUnsupported
}
