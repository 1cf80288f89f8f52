// Package recovery keeps an office from ending with its disk: sealed backups every hour in which something was written,
// with a copy in a folder of the administrator's choice, and a restore that goes step by step and can be interrupted at
// any of them. It refuses to know what an office is: it is handed a store, a key and whom to seal for.
//
// A backup is one file: age (filippo.io/age; recipient: the recovery code's key, or the next host in a hand-over) around
// zstd around a tar of manifest.json, office.key and office.db. The database in it is encrypted as it is on disk; its key is beside it,
// inside the seal, so that the recovery code alone brings an office back on a new computer.
package recovery

// Codes of the faults of this package.
const (
	CodeNeeded        = "recovery.needed"         // no recovery code was set up: there is nobody to seal for
	CodeFolderMissing = "recovery.folder_missing" // the folder for copies is not there; argument path is not told
	CodeWrongCode     = "recovery.wrong_code"     // the code does not open this backup
	CodeDamaged       = "recovery.damaged"        // the file is no backup, or not a whole one
	CodeNewer         = "recovery.newer"          // a newer version has written it
	CodeUnderWay      = "recovery.under_way"      // a restore has begun and not ended
)
