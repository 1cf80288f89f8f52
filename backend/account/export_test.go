package account

import "time"

// DelayAfter opens delayAfter to tests.
func DelayAfter(failures int) time.Duration { return delayAfter(failures) }

// CheckHash opens parsePHC to tests.
func CheckHash(text string) error {
	_, err := parsePHC(text)
	return err
}

// Cheap is a valid hash of password made with the least the program accepts, as an older version might have left it.
func Cheap(password string) string {
	h := phc{8, 1, 1, make([]byte, saltLength), make([]byte, hashLength)}
	h.key = h.derive(password)
	return h.String()
}
