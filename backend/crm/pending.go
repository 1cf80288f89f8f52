package crm

import (
	"context"
	"errors"

	"sitegroup.mx/crm/backend/account"
)

// The calls of the package, named here so that their callers compile; each moves to its own file with its body.

func (s *Service) Prospect(ctx context.Context, v account.Viewer, id string) (ProspectDetail, error) {
	return ProspectDetail{}, errors.ErrUnsupported
}
func (s *Service) Timeline(ctx context.Context, v account.Viewer, id, cursor string, limit int) (TimelinePage, error) {
	return TimelinePage{}, errors.ErrUnsupported
}
func (s *Service) Inbox(ctx context.Context, v account.Viewer, cursor string, limit int) (InboxPage, error) {
	return InboxPage{}, errors.ErrUnsupported
}
func (s *Service) InboxCount(ctx context.Context, v account.Viewer) (int, error) {
	return 0, errors.ErrUnsupported
}
func (s *Service) CreateProspect(ctx context.Context, v account.Viewer, n NewProspect) (CreatedProspect, error) {
	return CreatedProspect{}, errors.ErrUnsupported
}
func (s *Service) UpdateProspect(ctx context.Context, v account.Viewer, id string, p ProspectPatch) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) UpdateContact(ctx context.Context, v account.Viewer, id string, p ContactPatch) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) AddPhone(ctx context.Context, v account.Viewer, contactID, raw string) (Created, error) {
	return Created{}, errors.ErrUnsupported
}
func (s *Service) UpdatePhone(ctx context.Context, v account.Viewer, id string, p PhonePatch) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) RemovePhone(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) AddEmail(ctx context.Context, v account.Viewer, contactID, raw string) (Created, error) {
	return Created{}, errors.ErrUnsupported
}
func (s *Service) UpdateEmail(ctx context.Context, v account.Viewer, id string, p EmailPatch) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) RemoveEmail(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) LogActivity(ctx context.Context, v account.Viewer, prospectID string, n NewActivity) (Created, error) {
	return Created{}, errors.ErrUnsupported
}
func (s *Service) UpdateActivity(ctx context.Context, v account.Viewer, id string, p ActivityPatch) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) FinishActivity(ctx context.Context, v account.Viewer, id string, d ActivityDone) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) RemoveActivity(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) Reminders(ctx context.Context, v account.Viewer, until string) ([]Reminder, error) {
	return nil, errors.ErrUnsupported
}
func (s *Service) SnoozeReminder(ctx context.Context, v account.Viewer, id, remindAt string) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
func (s *Service) FinishReminder(ctx context.Context, v account.Viewer, id string) (Change, error) {
	return Change{}, errors.ErrUnsupported
}
