package store

// As runs fn with another author, at this computer: for what follows from an op that its maker may make, and whose
// consequences are not the maker's to write.
func (tx *Tx) As(a Author, fn func() error) error {
	author, as := tx.req.author, tx.as
	if a.Device == "" {
		a.Device = tx.s.opts.Device
	}
	tx.req.author, tx.as = a, &a
	defer func() { tx.req.author, tx.as = author, as }()
	return fn()
}

// Restore takes back that a row was removed. Restoring a row that stands changes nothing; ErrNoRow says that there is none.
func (tx *Tx) Restore(entity, id string) error {
	e, err := tx.entity(entity)
	if err != nil {
		return err
	}
	return tx.change(e, id, Row{fieldDeleted: 0})
}

// Member reports whether this computer has not the last word.
func (tx *Tx) Member() bool { return tx.s.opts.Member }
