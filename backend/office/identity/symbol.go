package identity

// symbols is Crockford's base 32: no I, L, O and U.
const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// symbolOf returns the value of a character, forgiving case and the letters that look like digits.
func symbolOf(r rune) (byte, bool) {
	if 'a' <= r && r <= 'z' {
		r += 'A' - 'a'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	for i := range len(symbols) {
		if rune(symbols[i]) == r {
			return byte(i), true //nolint:gosec // below 32
		}
	}
	return 0, false
}

// isFiller reports whether a character means nothing: spaces and dashes of every kind, and what e-mail programs add.
func isFiller(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\n', '-', '_', '.', '\u00a0', '\u00ad', '\ufeff', '\u2212':
		return true
	}
	return '\u2000' <= r && r <= '\u2015'
}

// toSymbols writes bytes as values of five bits, the last one filled up with zeros.
func toSymbols(b []byte) []byte {
	out := make([]byte, 0, (len(b)*8+4)/5)
	acc, bits := uint(0), 0
	for _, c := range b {
		acc = acc<<8 | uint(c)
		for bits += 8; bits >= 5; {
			bits -= 5
			out = append(out, byte(acc>>bits)&31) //nolint:gosec // five bits
		}
		acc &= 1<<bits - 1
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits))&31) //nolint:gosec // five bits
	}
	return out
}

// fromSymbols is toSymbols backwards. What was filled up has to be zeros, and less than a symbol.
func fromSymbols(s []byte) ([]byte, bool) {
	out := make([]byte, 0, len(s)*5/8)
	acc, bits := uint(0), 0
	for _, c := range s {
		acc = acc<<5 | uint(c)
		if bits += 5; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits)) //nolint:gosec // the lowest eight bits
			acc &= 1<<bits - 1
		}
	}
	return out, bits < 5 && acc == 0
}

// checkSymbols is how many symbols check returns.
const checkSymbols = 6

// The last step of check for its two uses: the constants of Bech32 and of Bech32m.
const (
	finalAge        = 1          // BIP 173
	finalInvitation = 0x2bc830a3 // BIP 350
)

// check returns Bech32's six symbols for a text. With them, any three wrong symbols among 1,023 are detected, and so is
// any two that have changed places (BIP 173, Checksum design).
func check(prefix string, data []byte, final uint32) [checkSymbols]byte {
	c := uint32(1)
	for i := range len(prefix) {
		c = step(c) ^ uint32(prefix[i]>>5)
	}
	c = step(c)
	for i := range len(prefix) {
		c = step(c) ^ uint32(prefix[i]&31)
	}
	for _, v := range data {
		c = step(c) ^ uint32(v)
	}
	for range checkSymbols {
		c = step(c)
	}
	c ^= final
	var out [checkSymbols]byte
	for i := range out {
		out[i] = byte(c>>(5*(5-i))) & 31 //nolint:gosec // five bits
	}
	return out
}

// step multiplies by x modulo the generator of BIP 173.
func step(c uint32) uint32 {
	top := c >> 25
	c = c & 0x1ffffff << 5
	for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			c ^= g
		}
	}
	return c
}
