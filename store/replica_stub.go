package store

import (
	"context"
	"errors"
)

var errNotYet = errors.New("store: not yet")

func (s *Store) PurgeLog(ctx context.Context, p PurgePolicy) (PurgeReport, error) {
	return PurgeReport{}, errNotYet
}
func (s *Store) Pending(ctx context.Context, after int64, maxOps int) ([]PendingTx, error) {
	return nil, errNotYet
}
func (s *Store) ApplyPage(ctx context.Context, p Page) (bool, error) { return false, errNotYet }
func (s *Store) Reset(ctx context.Context) error                     { return errNotYet }
func (s *Store) Hold(ctx context.Context, txIDs [][16]byte) error    { return errNotYet }
func (s *Store) ReleaseHeld(ctx context.Context) error               { return errNotYet }
func (s *Store) Replica(ctx context.Context) (ReplicaState, error)   { return ReplicaState{}, errNotYet }
func (s *Store) Unaccepted(ctx context.Context, user string) ([]Unaccepted, error) {
	return nil, errNotYet
}
func (s *Store) Dismiss(ctx context.Context, opIDs []string) error { return errNotYet }
func (s *Store) ApplyAgain(ctx context.Context, a Author, opIDs []string) (Commit, error) {
	return Commit{}, errNotYet
}
func (s *Store) State(ctx context.Context, key string) (string, error) { return "", errNotYet }
func (tx *Tx) PutState(key, value string) error                        { return errNotYet }
