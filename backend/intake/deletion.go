package intake

import (
	"context"
	"slices"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/backend/meta"
	"sitegroup.mx/crm/store"
)

// Reasons for which a request to delete somebody's data is refused.
const (
	DeletionUnverified = "unverified" // the request is not signed by the app
	DeletionNobody     = "nobody"     // the person has not connected this office: nothing of theirs is kept
)

// keptDeletions is how many requests are remembered.
const keptDeletions = 50

// deletionNote is a request that was answered.
type deletionNote struct {
	Code   string `json:"code"`
	Reason string `json:"reason"` // "" when it was done
	At     string `json:"at"`
}

// ReceiveDeletion answers Meta's request to delete what is kept of a person who connected the app: if that is the person of
// the present connection, the connection, its tokens and the app's secrets are gone when it returns. Leads are the office's
// and stay (Meta, Data deletion callback). code is the request's own; the same one is answered as before. reason is "" when
// it was done, or a constant DeletionXxx. An error is one of the office's own, and the request is to be handed in again.
func (s *Service) ReceiveDeletion(ctx context.Context, code, signedRequest string) (reason string, err error) {
	r, err := readWebhookRecord(ctx, s.store.Read())
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(r.Deletions, func(n deletionNote) bool { return n.Code == code }); i >= 0 {
		if r.Deletions[i].Reason == "" {
			err = s.finishDeletion(ctx)
		}
		return r.Deletions[i].Reason, err
	}
	secrets, err := s.appSecrets(ctx)
	if err != nil && !fault.Has(err, CodeNotConnected) {
		return "", err
	}
	rec, _, err := readRecord(ctx, s.store.Read())
	if err != nil {
		return "", err
	}
	switch request, err := meta.ParseSignedRequest(signedRequest, secrets...); {
	case err != nil:
		reason = DeletionUnverified
	case string(request.User) != rec.UserID:
		reason = DeletionNobody
	}
	_, err = s.store.Write(ctx, store.System, func(tx *store.Tx) error {
		err := changeWebhookRecord(tx, func(r *webhookRecord, now string) {
			r.Deletions = append(r.Deletions, deletionNote{Code: code, Reason: reason, At: now})
			r.Deletions = r.Deletions[max(0, len(r.Deletions)-keptDeletions):]
		})
		if err != nil || reason != "" {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM setting WHERE k = {:k}`, dbx.Params{"k": settingConnection}); err != nil {
			return wrap("forget the connection", err)
		}
		return account.Audit(tx, "", "meta.deletion_requested", "", map[string]any{"code": code})
	})
	if err != nil || reason != "" {
		return reason, err
	}
	s.log.Warn("the person who connected Meta has asked Meta to have their data deleted: the connection is forgotten")
	return "", s.finishDeletion(ctx)
}

// finishDeletion deletes the secrets of a connection that was forgotten, unless the office has another one since.
func (s *Service) finishDeletion(ctx context.Context) error {
	if _, ok, err := readRecord(ctx, s.store.Read()); err != nil || ok {
		return err
	}
	return s.DropSecrets(ctx)
}
