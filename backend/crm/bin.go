package crm

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/pocketbase/dbx"

	"sitegroup.mx/crm/backend/account"
	"sitegroup.mx/crm/backend/clock"
	"sitegroup.mx/crm/backend/fault"
	"sitegroup.mx/crm/store"
)

// BinKeeps is how long a deleted prospect can be restored. After that the host purges it (store.DefaultPurge).
const BinKeeps = 30 * 24 * time.Hour

// CodeBinNotFound answers for a prospect that is not in the bin, or not any more.
const CodeBinNotFound = "bin.not_found"

// Deleted is a prospect in the bin.
type Deleted struct {
	ID        string `json:"id" db:"id"`
	Name      string `json:"name" db:"name"`
	Phone     string `json:"phone" db:"phone"`
	OwnerName string `json:"owner_name" db:"owner_name"`
	DeletedAt string `json:"deleted_at" db:"at"`
	DeletedBy string `json:"deleted_by" db:"by_name"`
	PurgedAt  string `json:"purged_at" db:"-"` // when it can no longer be restored
}

// DeleteProspect moves a prospect into the bin. Its person goes with it when nothing else of them is left, so that who comes
// again comes as somebody new. Only administrators delete: a seller discards, with a reason. Faults: access.admin_only,
// prospect.not_found.
func (s *Service) DeleteProspect(ctx context.Context, v account.Viewer, id string) (Change, error) {
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		p, err := findProspect(tx, v, id)
		if err != nil {
			return err
		}
		if !v.IsAdmin() {
			return fault.New("access.admin_only")
		}
		return deleteProspect(tx, p)
	})
	if err != nil {
		return Change{}, fmt.Errorf("delete prospect: %w", err)
	}
	return c, nil
}

func deleteProspect(tx *store.Tx, p held) error {
	others, err := exists(tx, `
		SELECT 1
		FROM prospect
		WHERE contact_id = {:contact}
		AND id <> {:id}
		AND deleted = 0
		LIMIT 1`, dbx.Params{"contact": p.ContactID, "id": p.ID})
	if err != nil {
		return fmt.Errorf("look for other prospects: %w", err)
	}
	data := map[string]any{}
	if !others {
		data["contact_id"] = p.ContactID
	}
	if err := addEvent(tx, p.ID, EventDeleted, data); err != nil {
		return err
	}
	if err := tx.Remove("prospect", p.ID); err != nil {
		return err
	}
	if others {
		return nil
	}
	return tx.Remove("contact", p.ContactID)
}

// Restored is a prospect that came out of the bin.
type Restored struct {
	// Left is the name of the seller whom it had and who does not sell any more: it waits in the tray. "" when it went back.
	Left string `json:"left"`
	Change
}

// RestoreProspect takes a prospect out of the bin, as it was and to the seller it had. An open one whose seller does not sell any more
// goes to the tray: nobody would look after it there. Faults: access.admin_only, bin.not_found.
func (s *Service) RestoreProspect(ctx context.Context, v account.Viewer, id string) (Restored, error) {
	if !v.IsAdmin() {
		return Restored{}, fmt.Errorf("restore prospect: %w", fault.New("access.admin_only"))
	}
	var done Restored
	c, err := s.change(ctx, v, func(tx *store.Tx) error {
		done = Restored{}
		var found []binned
		err := tx.Query().NewQuery(`
			SELECT p.contact_id, p.owner_id, p.status, coalesce(u.name, '') AS owner_name,
				coalesce(u.active = 1 AND u.deleted = 0 AND u.role = 'seller', 0) AS sells
			FROM prospect p
			LEFT JOIN user u ON u.id = p.owner_id
			WHERE p.id = {:id}
			AND ` + inBin).Bind(dbx.Params{"id": id, "since": clock.Format(tx.Now().Add(-BinKeeps))}).All(&found)
		if err != nil {
			return fmt.Errorf("look into the bin: %w", err)
		}
		if len(found) == 0 {
			return fault.New(CodeBinNotFound)
		}
		if err := tx.Restore("contact", found[0].ContactID); err != nil { // first: cards are derived from the prospect's return
			return err
		}
		if err := tx.Restore("prospect", id); err != nil {
			return err
		}
		if err := addEvent(tx, id, EventRestored, map[string]any{}); err != nil {
			return err
		}
		if p := found[0]; p.OwnerID != "" && !p.Sells && isOpen(p.Status) {
			done.Left = p.OwnerName
			return assign(tx, id, p.OwnerID, assignment{why: AssignedWhy{Rule: RuleTray}}, "")
		}
		return nil
	})
	if err != nil {
		return Restored{}, fmt.Errorf("restore prospect: %w", err)
	}
	done.Change = c
	return done, nil
}

// binned is a prospect in the bin, with whose it was.
type binned struct {
	ContactID string `db:"contact_id"`
	OwnerID   string `db:"owner_id"`
	OwnerName string `db:"owner_name"`
	Status    string `db:"status"`
	Sells     bool   `db:"sells"`
}

// inBin is the condition of a prospect p that somebody has deleted since :since. One whose making was taken back is not.
const inBin = `p.deleted = 1
	AND EXISTS (
		SELECT 1
		FROM event e
		WHERE e.prospect_id = p.id
		AND e.kind = '` + EventDeleted + `'
		AND e.deleted = 0
		AND e.at >= {:since})`

// mostDeleted bounds a list of the bin.
const mostDeleted = 1000

// binRow is a line of the bin and what a file has of it beside.
type binRow struct {
	Deleted
	N       int64  `db:"n"`
	Phones  string `db:"phones"`
	Opposed bool   `db:"opposed"`
}

// Bin returns what administrators have deleted and can restore, the latest first. Fault access.admin_only.
func (s *Service) Bin(ctx context.Context, v account.Viewer) ([]Deleted, error) {
	rows, err := s.binRows(ctx, v, binRow{}, mostDeleted)
	if err != nil {
		return nil, err
	}
	list := make([]Deleted, len(rows))
	for i, r := range rows {
		list[i] = r.Deleted
	}
	return list, nil
}

// binFrom is what the bin holds. It wants :since.
const binFrom = `
	FROM prospect p INDEXED BY prospect_removed
	JOIN event e ON e.id = (
		SELECT x.id
		FROM event x
		WHERE x.prospect_id = p.id
		AND x.kind = '` + EventDeleted + `'
		AND x.deleted = 0
		ORDER BY x.at DESC
		LIMIT 1)
	LEFT JOIN contact c ON c.id = p.contact_id
	LEFT JOIN user o ON o.id = p.owner_id
	LEFT JOIN user b ON b.id = e.author_id
	WHERE p.deleted = 1
	AND e.at >= {:since}`

// binRows reads the bin, the latest first, after a row of it or from its beginning.
func (s *Service) binRows(ctx context.Context, v account.Viewer, after binRow, most int) ([]binRow, error) {
	if !v.IsAdmin() {
		return nil, fmt.Errorf("list bin: %w", fault.New("access.admin_only"))
	}
	params := s.sinceOfBin()
	params["at"], params["n"], params["most"] = after.DeletedAt, after.N, most
	var rows []binRow
	err := s.store.Read().NewQuery(`
		SELECT p.id, p.n, coalesce(c.name, '') AS name, coalesce((
				SELECT h.e164
				FROM contact_phone h
				WHERE h.contact_id = p.contact_id
				AND h.deleted = 0
				AND h.e164 <> ''
				ORDER BY h.position, h.id
				LIMIT 1), '') AS phone, ` + contactPhones + ` AS phones, ` + contactOpposed + ` AS opposed,
			coalesce(o.name, '') AS owner_name, e.at, coalesce(b.name, '') AS by_name` + binFrom + `
		AND ({:at} = '' OR (e.at, p.n) < ({:at}, {:n}))
		ORDER BY e.at DESC, p.n DESC
		LIMIT {:most}`).Bind(params).WithContext(ctx).All(&rows)
	if err != nil {
		return nil, fmt.Errorf("list bin: %w", err)
	}
	for i := range rows {
		if at, err := clock.Parse(rows[i].DeletedAt); err == nil {
			rows[i].PurgedAt = clock.Format(at.Add(BinKeeps))
		}
	}
	return rows, nil
}

func (s *Service) sinceOfBin() dbx.Params {
	return dbx.Params{"since": clock.Format(s.clock.Now().Add(-BinKeeps))}
}

// BinFields are the fields of BinRows.
var BinFields = []string{"name", "phone", "seller", "deleted_at", "deleted_by", "purged_at"}

// BinRows yields what the bin holds, the latest first. Fault access.admin_only.
func (s *Service) BinRows(ctx context.Context, v account.Viewer) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for last := (binRow{}); ; {
			rows, err := s.binRows(ctx, v, last, rowsAtOnce)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range rows {
				cells := []string{r.Name, r.Phones, r.OwnerName, r.DeletedAt, r.DeletedBy, r.PurgedAt}
				if r.Opposed {
					cells = nil
				}
				if !yield(cells, nil) {
					return
				}
			}
			if len(rows) < rowsAtOnce {
				return
			}
			last = rows[len(rows)-1]
		}
	}
}

// CountBin returns how many rows BinRows yields, those of people who are left out among them. Fault access.admin_only.
func (s *Service) CountBin(ctx context.Context, v account.Viewer) (n int, err error) {
	if !v.IsAdmin() {
		return 0, fmt.Errorf("count bin: %w", fault.New("access.admin_only"))
	}
	err = s.store.Read().NewQuery("SELECT count(*)" + binFrom).Bind(s.sinceOfBin()).WithContext(ctx).Row(&n)
	if err != nil {
		return 0, fmt.Errorf("count bin: %w", err)
	}
	return n, nil
}
