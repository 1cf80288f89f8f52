package recovery

// syncDir has nothing to do: NTFS writes names with its own log.
func syncDir(string) error { return nil }
